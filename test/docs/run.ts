/**
 * Runs what a page shows, in a folder of its own where `scenarios` is the repository's: reports
 * and traces that the commands write do not end up in the repository.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Block, matches, type Step, wordsOf } from "./page.ts";

const ROOT = join(import.meta.dirname, "../..");
const MAIN = join(ROOT, "dist/bin/timesim.js");
const COMMAND_MS_MAX = 200_000;

/** A folder for one page; gone after `use`. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "timesim-docs-"));
  try {
    symlinkSync(join(ROOT, "scenarios"), join(folder, "scenarios"));
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The program with colours off. */
export function timesim(
  folder: string,
  words: readonly string[],
): { status: number; out: string[]; err: string } {
  const run = spawnSync(process.execPath, [MAIN, ...words], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", COLUMNS: "100" },
    timeout: COMMAND_MS_MAX,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out = run.stdout.replace(/\n$/, "");
  const err = run.error === undefined ? run.stderr : `${run.error.message}\n${run.stderr}`;
  return { status: run.status ?? -1, out: out === "" ? [] : out.split("\n"), err };
}

/** Runs `npx timesim …`; null if its output is as shown, else what to tell. Leaves others alone. */
export function runStep(folder: string, step: Step): string | null {
  const [npx, name, ...words] = wordsOf(step.command);
  if (npx !== "npx" || name !== "timesim") return null;
  const { out, err } = timesim(folder, words);
  const shown = step.output.join("\n").trimEnd();
  if (matches(shown === "" ? [] : shown.split("\n"), out)) return null;
  return `line ${step.line}: $ ${step.command}\nshown:\n${shown}\nprinted:\n${out.join("\n")}\n${err}`;
}

/** Name of the scenario in a block that opens with `# scenario` or `# scenario NAME.yaml`. */
export function scenarioName(block: Block): string | null {
  const first = /^# scenario(?:\s+([\w./-]+))?\s*$/.exec(block.lines[0] ?? "");
  return first === null ? null : (first[1] ?? "scenario.yaml");
}

/** Writes the block where later commands of the page find it. */
export function writeBlock(folder: string, name: string, block: Block): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${block.lines.join("\n")}\n`);
}

/** Runs a `ts` block against the built package; it throws where the block throws. */
export async function runCode(folder: string, block: Block): Promise<void> {
  const file = join(folder, `line-${block.line}.ts`);
  const index = (face: string | undefined): string =>
    pathToFileURL(join(ROOT, "dist", `${face ?? "index"}.js`)).href;
  const text = block.lines
    .join("\n")
    .replaceAll(
      /(["'])timesim(?:\/(\w+))?\1/g,
      (_, quote: string, face?: string) => quote + index(face) + quote,
    )
    .replaceAll('"fast-check"', JSON.stringify(import.meta.resolve("fast-check")));
  writeFileSync(file, `${text}\n`);
  await import(/* @vite-ignore */ file);
}
