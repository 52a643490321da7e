/** The tools of `npm run check`, so that `npm test` alone, which is what CI runs, covers them. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const TOOL_MS_MAX = 200_000;

/** The output of a tool that fails, or "". */
function complaint(tool: string, args: readonly string[]): Promise<string> {
  const program = join(ROOT, "node_modules/.bin", tool);
  const env = { ...process.env, NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile(program, args, { cwd: ROOT, env, timeout: TOOL_MS_MAX }, (error, out, err) => {
      resolve(error === null ? "" : `${error.message}\n${out}${err}`);
    });
  });
}

describe("the tools find nothing", () => {
  it.each([
    ["oxlint", ["--type-aware"]],
    ["oxfmt", ["--check"]],
    ["tsc", ["-p", "tsconfig.check.json"]],
    ["knip", []],
  ])("%s", async (tool, args) => {
    const text = await complaint(tool, args);
    expect(text.length, text).toBe(0);
  });
});
