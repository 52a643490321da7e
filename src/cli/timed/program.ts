/**
 * `timed` as commander sees it: alone it runs a node; its subcommands, which come from the kit's
 * views and commands, ask a node that runs.
 */
import type { Command } from "commander";
import { BadInput } from "../../core/assert.ts";
import type { Fields, Settings } from "../../kit/field.ts";
import { didYouMean } from "../../scenario/suggest.ts";
import { EXIT } from "../exit.ts";
import { examples, explain, newProgram } from "../house.ts";
import { type Host, type Io, ioFor, type ProgramOptions, watched } from "../output.ts";
import { NODE_ABOUT, NODE_EXAMPLES, protocolOf } from "../protocol.ts";
import { addFlags, flagsOf } from "./flags.ts";
import type { AskArgs } from "./client.ts";

/** Runs the words of `host.argv`; resolves to the exit code when the node has ended. */
export async function timed(given: Host): Promise<number> {
  const { host, isSilent } = watched(given);
  let exit: number = EXIT.ok;
  const io = async (): Promise<Io> => ioFor(host, program.opts<ProgramOptions>());
  const program = programFor(host, async (work) => {
    exit = await work(await io());
  });
  try {
    await program.parseAsync([...host.argv], { from: "user" });
    return exit;
  } catch (error) {
    return explain("timed", error, await io(), isSilent());
  }
}

type Act = (work: (io: Io) => Promise<number>) => Promise<void>;

function programFor(host: Host, act: Act): Command {
  const program = newProgram("timed", NODE_ABOUT, host)
    .usage("[options] [command]")
    .enablePositionalOptions()
    // They are a node's, and stand before a command: who asks one has no use for them.
    .configureHelp({ showGlobalOptions: false })
    .allowExcessArguments()
    .option("--config <file>", "settings as YAML; flags win over it (docs/real-nodes.md)")
    .option("--await", "says ready, then boots at its starter's word on stdin, and ends with it")
    .addHelpText("after", EXITS);
  addFlags(program);
  program.action((options: Readonly<Record<string, unknown>>) =>
    act(async (io) => {
      const [word] = program.args;
      if (word !== undefined) throw unknownCommand(program, word);
      const { config } = options;
      const file = typeof config === "string" ? config : null;
      const awaits = options["await"] === true;
      return (await import("./run.ts")).run({ file, flags: flagsOf(options), awaits }, io);
    }),
  );
  addViews(program, act, host);
  addCommands(program, act, host);
  return program;
}

const EXITS = `
Exit codes: 0 stopped as it was told, 1 cannot start or cannot go on, or no node answers,
2 usage or bad config, 3 bug in timed; 130 and 143 after a second signal.

Examples:
${NODE_EXAMPLES.map((words) => `  $ timed ${words}`).join("\n")}`;

function unknownCommand(program: Command, word: string): BadInput {
  const names = program.commands.map((command) => command.name());
  const hint = didYouMean(word, names) || `; there are ${names.join(", ")}`;
  return new BadInput([`${word} — no command of that name${hint}`]);
}

/** Every subcommand asks the node of one data folder. */
function asking(program: Command, name: string, about: string): Command {
  return program
    .command(name)
    .description(about)
    .option("--data <folder>", "the data folder of the node that is asked")
    .option("--json", "the answer as one JSON document on stdout, and nothing else");
}

function addViews(program: Command, act: Act, host: Host): void {
  const kit = protocolOf(host);
  for (const [name, view] of Object.entries(kit.views ?? {})) {
    asking(program, name, view.about)
      .addHelpText(
        "after",
        examples("timed", `${name} --data ./one`, `${name} --data ./one --json`),
      )
      .action((args: AskArgs) =>
        act(async (io) => {
          const { statusColumns } = await import("./methods.ts");
          const shown = name === "status" ? statusColumns(kit) : view.columns;
          return (await import("./client.ts")).look(name, view.shape, shown, args, io);
        }),
      );
  }
}

function addCommands(program: Command, act: Act, host: Host): void {
  for (const [name, { about, fields }] of Object.entries(protocolOf(host).commands)) {
    const command = asking(program, name, about).addHelpText(
      "after",
      examples("timed", `${name} 203.0.113.9 --data ./one`),
    );
    for (const [field, { about: meaning }] of Object.entries(fields)) {
      command.argument(`<${field}>`, meaning);
    }
    command.action((...words: readonly unknown[]) =>
      act(async (io) => {
        const args = words[Object.keys(fields).length] as AskArgs;
        return (await import("./client.ts")).tell(name, given(fields, words), args, io);
      }),
    );
  }
  asking(program, "stop", "end the node cleanly, and wait until it has gone")
    .addHelpText("after", examples("timed", "stop --data ./one"))
    .action((args: AskArgs) => act(async (io) => (await import("./client.ts")).stop(args, io)));
}

/** Words in the order of the fields. */
function given(fields: Fields, words: readonly unknown[]): Settings {
  return Object.fromEntries(Object.keys(fields).map((field, at) => [field, String(words[at])]));
}
