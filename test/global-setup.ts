/**
 * Builds dist once before the tests, if src is newer. A build that fails fails only the tests that
 * run what was built: they ask for `inject("build")`, which holds the compiler's words, or "".
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    build: string;
  }
}

const ROOT = join(import.meta.dirname, "..");

/** What the compiler complains of. It leaves dist alone then (`noEmitOnError`). */
export function setup(project: TestProject): void {
  const run = spawnSync(process.execPath, ["prepare.js"], { cwd: ROOT, encoding: "utf8" });
  const words = `npm run build failed\n${run.stdout}${run.stderr}${run.error?.message ?? ""}`;
  project.provide("build", run.status === 0 ? "" : words);
}
