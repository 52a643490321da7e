/**
 * Builds dist once before the tests, if src is newer. A build that fails fails only the tests that
 * run what was built: they ask for `inject("build")`, which holds the compiler's words, or "".
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    build: string;
  }
}

const ROOT = join(import.meta.dirname, "..");

export function setup(project: TestProject): void {
  const inputs = ["src", "tsconfig.json", "package.json", "rolldown.config.js"].map((name) =>
    newest(join(ROOT, name)),
  );
  const isFresh = Math.max(...inputs) <= newest(join(ROOT, "dist"));
  project.provide("build", isFresh ? "" : build());
}

/** What the compiler complains of. It leaves dist alone then (`noEmitOnError`). */
function build(): string {
  const run = spawnSync("npm", ["run", "-s", "build"], { cwd: ROOT, encoding: "utf8" });
  if (run.status === 0) return "";
  return `npm run build failed\n${run.stdout}${run.stderr}${run.error?.message ?? ""}`;
}

/** Latest change below a path, in ms since 1970. A folder changes when a file leaves it. */
function newest(path: string): number {
  if (!existsSync(path)) return 0;
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  const below = readdirSync(path, { recursive: true, encoding: "utf8" });
  return below.reduce(
    (latest, name) => Math.max(latest, statSync(join(path, name)).mtimeMs),
    status.mtimeMs,
  );
}
