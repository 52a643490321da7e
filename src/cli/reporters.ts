/**
 * `--reporter`: `default` for people, `github` for annotations, `json` and `junit` for programs.
 * The last two take the place of the rest on stdout, or go to a file, `junit=reports/junit.xml`.
 */
import { writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { BadInput } from "../core/assert.ts";
import { githubLines } from "../report/github.ts";
import { documentOf } from "../report/json.ts";
import { junit } from "../report/junit.ts";
import type { Result } from "../report/result.ts";
import { EXIT } from "./exit.ts";
import { type Io, say } from "./output.ts";
import { makeFolders, Troubles } from "./system.ts";
import { version } from "./version.ts";

export interface Reporters {
  /** What stdout is for. */
  readonly stdout: "people" | "json" | "junit";
  readonly github: boolean;
  readonly files: readonly { readonly kind: "json" | "junit"; readonly path: string }[];
}

export function parseReporters(words: readonly string[], json: boolean): Reporters {
  const stdout = new Set<"json" | "junit">(json ? ["json"] : []);
  const files: { kind: "json" | "junit"; path: string }[] = [];
  let github = false;
  for (const word of words) {
    const [, kind = "", path] = /^([^=]*)(?:=(.+))?$/.exec(word) ?? [];
    if (kind === "json" || kind === "junit") {
      if (path === undefined) stdout.add(kind);
      else files.push({ kind, path });
    } else if (kind === "github" && path === undefined) {
      github = true;
    } else if (kind !== "default" || path !== undefined) {
      const known = "default, json, json=FILE, junit, junit=FILE or github";
      throw new BadInput([`--reporter ${JSON.stringify(word)} — expected ${known}`]);
    }
  }
  if (stdout.size > 1) {
    throw new BadInput(["--reporter — json and junit cannot both have stdout; write junit=FILE"]);
  }
  const [owner = "people"] = stdout;
  return { stdout: owner, github, files };
}

/**
 * When all is known. `people` was served while the runs went on. Gives the exit code, which a file
 * that cannot be written may change.
 */
export function report(
  io: Io,
  reporters: Reporters,
  results: readonly Result[],
  outcome: { readonly exit: number; readonly problems: readonly string[] },
): number {
  const troubles = new Troubles(io, outcome.problems);
  const render = (kind: "json" | "junit"): string => {
    const { problems } = troubles;
    if (kind === "junit") return junit(results, problems);
    const exit = exitWith(outcome.exit, problems);
    const document = documentOf(results, { timesim: version(), exit, problems });
    return `${JSON.stringify(document, null, 2)}\n`;
  };
  for (const { kind, path } of reporters.files) {
    troubles.attempt(path, () => {
      const file = resolve(io.cwd, path);
      makeFolders(dirname(file));
      writeFileSync(file, render(kind));
    });
  }
  if (reporters.stdout !== "people") io.stdout.write(render(reporters.stdout));
  else if (reporters.github) {
    for (const line of githubLines(results, troubles.problems)) say(io, line);
  }
  return exitWith(outcome.exit, troubles.problems);
}

/** What a run found out counts more than where it could not be written. */
function exitWith(exit: number, problems: readonly string[]): number {
  const weak = exit === EXIT.ok || exit === EXIT.nothing;
  return weak && problems.length > 0 ? EXIT.usage : exit;
}
