/** What the programs of this package have in common: looks of help, and whose fault an error is. */
import { Command, CommanderError } from "commander";
import { BadInput } from "../core/assert.ts";
import { EXIT } from "./exit.ts";
import { type Host, type Io, note } from "./output.ts";
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

/** Whose fault it was, in as many lines as its owner needs. */
export function explain(program: string, error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof BadInput) {
    for (const problem of error.problems) note(io, io.paint.bad(problem));
    return EXIT.usage;
  }
  if (isSystemError(error)) {
    note(io, io.paint.bad(`${error.path ?? program} — ${reasonOf(error, error.message)}`));
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
