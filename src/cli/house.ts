/** What the programs of this package have in common: looks of help, and whose fault an error is. */
import { Command, CommanderError } from "commander";
import { BadInput } from "../core/assert.ts";
import { EXIT } from "./exit.ts";
import { type Host, type Io, note, sayJson } from "./output.ts";
import { isSystemError, reasonOf } from "./system.ts";
import { version } from "./version.ts";

export const JSON_ABOUT = "one JSON document on stdout, and nothing else";

/** Never exits by itself and prints through the host. */
export function newProgram(name: string, about: string, host: Host): Command {
  return new Command(name)
    .description(about)
    .version(version(), "-V, --version")
    .option("--color", "colour even where no terminal is seen")
    .option("--no-color", "no colour (also: NO_COLOR=1)")
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
    })
    .showHelpAfterError("(--help tells more)");
}

/** Commander prints it below the options. */
export function examples(program: string, ...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${program} ${line}`).join("\n")}`;
}

/**
 * Whose fault it was, in as many lines as its owner needs. Whoever asked for a document, and has
 * none yet, learns it from one.
 */
export function explain(program: string, error: unknown, io: Io, isSilent: boolean): number {
  const isJson = isSilent && io.argv.includes("--json");
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    // Commander has told the reader.
    if (isJson) sayUnusable(io, [error.message.replace(/^error: /, "")]);
    return EXIT.usage;
  }
  const problems = problemsOf(program, error);
  if (problems !== null) {
    for (const problem of problems) note(io, io.paint.bad(problem));
    if (isJson) sayUnusable(io, problems);
    return EXIT.usage;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { machine } = io;
  const own = machine === null ? "" : `, unless ${machine} threw it, which the stack tells`;
  note(io, io.paint.bad(`this is a bug in ${program}${own}; please report it with what follows`));
  const words = [program, ...io.argv].join(" ");
  note(io, `timesim ${version()}, node ${process.version}: ${words}\n${stack}`);
  return EXIT.bug;
}

/** Of bad input and of what the system refuses; null for a bug of ours. */
export function problemsOf(program: string, error: unknown): readonly string[] | null {
  if (error instanceof BadInput) return error.problems;
  if (!isSystemError(error)) return null;
  return [`${error.path ?? program} — ${reasonOf(error, error.message)}`];
}

function sayUnusable(io: Io, problems: readonly string[]): void {
  sayJson(io, { format: 1, passed: false, exit: EXIT.usage, problems });
}
