/**
 * The command line as commander sees it: names, options, help. Each command lives in a file of its
 * own that is loaded when it is asked for, takes plain values and returns an exit code.
 */
import { type Command, Option } from "commander";
import type { CheckArgs } from "./commands/check.ts";
import type { ClusterArgs } from "./commands/cluster.ts";
import type { ConformArgs } from "./commands/conform.ts";
import type { DiffArgs } from "./commands/diff.ts";
import type { ListArgs } from "./commands/list.ts";
import type { ReplayArgs } from "./commands/replay.ts";
import type { RunArgs } from "./commands/run.ts";
import type { TraceArgs } from "./commands/trace.ts";
import type { ValidateArgs } from "./commands/validate.ts";
import { addCampaigns } from "./campaigns.ts";
import { EXIT } from "./exit.ts";
import { examples as examplesOf, explain, JSON_ABOUT, newProgram as house } from "./house.ts";
import { type Host, type Io, ioFor, type ProgramOptions, watched, withKit } from "./output.ts";
import { ABOUT, EXAMPLE } from "./protocol.ts";
import { addShrinks } from "./shrinks.ts";

/** Runs the words of `host.argv`. Never rejects: what goes wrong is printed, and the exit code. */
export async function timesim(given: Host): Promise<number> {
  const { host, isSilent } = watched(given);
  let exit: number = EXIT.ok;
  const io = async (): Promise<Io> => ioFor(host, program.opts<ProgramOptions>());
  const program = newProgram(host, async (work) => {
    exit = await work(await withKit(await io()));
  });
  try {
    await program.parseAsync([...host.argv], { from: "user" });
    return exit;
  } catch (error) {
    return explain("timesim", error, await io(), isSilent());
  }
}

/** What to do once the options are known. */
export type Act = (work: (io: Io) => number | Promise<number>) => Promise<void>;

function newProgram(host: Host, act: Act): Command {
  const program = house("timesim", ABOUT, host)
    .option("--machine <module>", "a protocol of your own: a .ts or .js file that exports kit")
    .addHelpText("after", EXITS);
  addRun(program, act);
  addCluster(program, act);
  addConform(program, act);
  addLooks(program, act);
  addReplay(program, act);
  addCheck(program, act);
  addDiff(program, act);
  addCampaigns(program, act);
  addShrinks(program, act, wireOption());
  addFiles(program, act);
  return program;
}

const EXITS = `
Exit codes: 0 passed, 1 failed, 2 usage or bad file, 3 bug in timesim, 4 nothing selected
or nothing asked, 5 nondeterminism.

Examples:
  $ timesim run scenarios                          every scenario of a folder
  $ timesim run scenarios/discovery-timeline.yaml --seed 1..1000
  $ timesim timeline scenarios/stuck-at-3009.yaml`;

/** The one command that judges; its options all have to do with how and how often. */
function addRun(program: Command, act: Act): void {
  const command = program
    .command("run")
    .description("play scenarios and say which of their expectations came true")
    .argument("<paths...>", "files, folders, patterns such as 'scenarios/**/stuck-*.yaml'")
    .option("--seed <seeds>", "S, A..B, or several: 1..1000,7 (default: the scenario's own)");
  playOptions(command)
    .addOption(wireOption())
    .option("--mutant <module#id>", "put a defect in: which expectations see it?")
    .option("--guard", "freeze every state, so that a handler that changes one is caught")
    .option("--trace <file>", "write every event as NDJSON, packed if it ends in .gz")
    .option("--check-determinism", "play each seed three ways; exit 5 if two runs differ")
    .option(
      "--reporter <name>",
      "default, github, json, json=FILE, junit, junit=FILE; repeatable",
      (word: string, before?: readonly string[]) => [...(before ?? []), word],
    )
    .option("--json", JSON_ABOUT)
    .option("-u, --update", "write the golden timeline beside the scenario (not if CI is set)")
    .option("--reports <folder>", "where run folders go", "reports")
    .option("--no-report", "write no run folder")
    .addHelpText(
      "after",
      examples(
        "run scenarios/discovery-timeline.yaml",
        "run scenarios --reporter junit=reports/junit.xml",
        "run scenarios/discovery-timeline.yaml --seed 1..1000",
        "run scenarios/stuck-at-3009.yaml --profile repaired --trace stuck.ndjson.gz",
        "run gossip.yaml --machine ./gossip.ts",
      ),
    )
    .action((paths: readonly string[], options: Omit<RunArgs, "paths">) =>
      act(async (io) => (await import("./commands/run.ts")).run({ ...options, paths }, io)),
    );
}

/** The same with real processes. */
function addCluster(program: Command, act: Act): void {
  const command = program
    .command("cluster")
    .description("play a scenario with real nodes: processes that talk over TCP on this machine")
    .argument("<scenario>", "a scenario that real nodes can play")
    .option("--speed <factor>", "so many times faster than real time", "1")
    .option("--net <block>", "loopback addresses to use, 127.42.7 (default: free ones)")
    .option("--keep <folder>", "leave the nodes' folders there: keys, configs, files, logs")
    .option("--seed <seed>", "default: the scenario's own");
  playOptions(command)
    .option("--json", JSON_ABOUT)
    .option("--reports <folder>", "where run folders go", "reports")
    .option("--no-report", "write no run folder")
    .addHelpText(
      "after",
      examples(
        "cluster scenarios/discovery-timeline.yaml",
        "cluster scenarios/discovery-timeline.yaml --speed 10",
        "cluster scenarios/restart-from-cache.yaml --speed 10 --keep ./nodes",
      ) + "\n\nExit codes are those of run; 130 after Ctrl-C.",
    )
    .action((path: string, options: Omit<ClusterArgs, "path">) =>
      act(async (io) => (await import("./commands/cluster.ts")).cluster({ ...options, path }, io)),
    );
}

/** Both worlds. */
function addConform(program: Command, act: Act): void {
  const command = program
    .command("conform")
    .description("play scenarios in the simulator and with real nodes, and say where they differ")
    .argument("<paths...>", "files, folders, patterns; what real nodes cannot play is listed")
    .option("--runs <count>", "real runs of each scenario (default: 5)")
    .option("--speed <factor>", "so many times faster than real time (default: 1)")
    .option("--sims <count>", "simulated runs that make the promises (default: 20)")
    .option("--net <block>", "loopback addresses to use, 127.42.7 (default: free ones)")
    .option("--keep <folder>", "leave the trace of each real run there, for --recorded")
    .option(
      "--recorded <trace>",
      "a real run that was kept or clustered, instead of playing some; repeatable",
      (word: string, before?: readonly string[]) => [...(before ?? []), word],
    )
    .option("--wrong-model", "simulate a network that loses every tenth message: must differ");
  playOptions(command)
    .option("--json", JSON_ABOUT)
    .addHelpText(
      "after",
      examples(
        "conform scenarios/discovery-timeline.yaml --speed 10",
        "conform scenarios --runs 1 --speed 100",
        "conform scenarios/discovery-timeline.yaml --recorded reports/latest/trace.ndjson.gz",
      ),
    )
    .action((paths: readonly string[], options: Omit<ConformArgs, "paths">) =>
      act(async (io) => {
        return (await import("./commands/conform.ts")).conform({ ...options, paths }, io);
      }),
    );
}

type LookOptions = Omit<TraceArgs, "path">;

/** Commands that take a scenario, which they play, or a trace. */
function addLooks(program: Command, act: Act): void {
  look(program, "timeline", "tell a run as its story: one line for each change of state")
    .option("--json", JSON_ABOUT)
    .addHelpText(
      "after",
      examples(
        "timeline scenarios/discovery-timeline.yaml",
        "timeline reports/latest/trace.ndjson.gz --node C",
      ),
    )
    .action((path: string, options: LookOptions) =>
      act(async (io) => {
        return (await import("./commands/timeline.ts")).timeline({ ...options, path }, io);
      }),
    );
  look(program, "trace", "list every event of a run, one line each")
    .option("--kind <kind>", "only this kind of event: send, deliver, timer, fact, gate, …")
    .option("--type <type>", "only this message, fact, command, gate or timer")
    .option("--from <time>", "not before, 5s")
    .option("--to <time>", "not after, 9s")
    .option("--cone <event>", "only what led to an event, and what it led to")
    .addHelpText(
      "after",
      examples(
        "trace scenarios/discovery-timeline.yaml --node B --from 5s --to 9s",
        `trace run.ndjson.gz --type ${EXAMPLE.message}`,
        "trace run.ndjson.gz --cone 120",
      ),
    )
    .action((path: string, options: LookOptions) =>
      act(async (io) => (await import("./commands/trace.ts")).trace({ ...options, path }, io)),
    );
  look(program, "log", "print what the nodes would have written to their timed.log")
    .addHelpText(
      "after",
      examples(
        "log scenarios/discovery-timeline.yaml --node A",
        `log scenarios/stuck-at-3009.yaml | grep '${EXAMPLE.log}'`,
      ),
    )
    .action((path: string, options: LookOptions) =>
      act(async (io) => (await import("./commands/log.ts")).log({ ...options, path }, io)),
    );
}

/** What the three have in common. */
function look(program: Command, name: string, about: string): Command {
  const command = program
    .command(name)
    .description(about)
    .argument("<scenario|trace>", "a scenario, or a trace (.ndjson, .ndjson.gz)")
    .option("--node <name>", "only this node")
    .option("--seed <seed>", "default: the scenario's own");
  return playOptions(command);
}

/** A run against what was recorded of it. */
function addReplay(program: Command, act: Act): void {
  program
    .command("replay")
    .description("run a recorded trace again and stop at the first event that differs")
    .argument("<trace>", "a trace (.ndjson, .ndjson.gz), also of another version or a real node")
    .option("--inputs", "no world: feed each node what it was told then (real nodes: always)")
    .option("--node <name>", "compare only this node; with --inputs, feed only this node")
    .option("--json", JSON_ABOUT)
    .addHelpText(
      "after",
      examples(
        "run scenarios/discovery-timeline.yaml --trace before.ndjson.gz",
        "replay before.ndjson.gz                         after a change of the code",
        "replay reports/latest/trace.ndjson.gz --inputs --node B",
        "replay node.ndjson.gz                           what timed --record wrote",
      ),
    )
    .action((path: string, options: Omit<ReplayArgs, "path">) =>
      act(async (io) => (await import("./commands/replay.ts")).replay({ ...options, path }, io)),
    );
}

function addCheck(program: Command, act: Act): void {
  program
    .command("check")
    .description("hold a recorded run to what is promised of every run; nothing is played")
    .argument("<trace>", "a trace (.ndjson, .ndjson.gz), also of another version or a cluster")
    .option("--invariants <names>", "only these, with commas between (default: all)")
    .option("--json", JSON_ABOUT)
    .addHelpText(
      "after",
      examples(
        "run scenarios/discovery-timeline.yaml --trace run.ndjson.gz",
        "check run.ndjson.gz",
        "check reports/latest/trace.ndjson.gz --invariants accounted,in-order",
      ),
    )
    .action((path: string, options: Omit<CheckArgs, "path">) =>
      act(async (io) => (await import("./commands/check.ts")).check({ ...options, path }, io)),
    );
}

function addDiff(program: Command, act: Act): void {
  program
    .command("diff")
    .description("lay two runs side by side by cause, and show where they part")
    .argument("<a>", "a trace, or a scenario, which is played")
    .argument("<b>", "another")
    .option("--times", "an event that happens at another time is different, too")
    .option("--exact", "compare bodies to the letter, hashes and nonces as well")
    .option("--json", JSON_ABOUT)
    .addHelpText(
      "after",
      examples(
        "diff scenarios/stuck-at-3009.yaml scenarios/stuck-at-3009-repaired.yaml",
        "diff before.ndjson.gz after.ndjson.gz --times",
      ),
    )
    .action((a: string, b: string, options: Omit<DiffArgs, "paths">) =>
      act(async (io) =>
        (await import("./commands/diff.ts")).diff({ ...options, paths: [a, b] }, io),
      ),
    );
}

/** Commands that play nothing. */
function addFiles(program: Command, act: Act): void {
  const paths = "files, folders, patterns";
  program
    .command("list")
    .description("list scenarios and what each is about")
    .argument("[paths...]", paths, ["scenarios"])
    .option("--json", JSON_ABOUT)
    .addHelpText("after", examples("list", "list 'scenarios/stuck-*.yaml'"))
    .action((words: readonly string[], options: Omit<ListArgs, "paths">) =>
      act(async (io) => {
        return (await import("./commands/list.ts")).list({ ...options, paths: words }, io);
      }),
    );
  program
    .command("validate")
    .description("read scenarios and say what is wrong with them, with line and column")
    .argument("[paths...]", paths, ["scenarios"])
    .option("--json", JSON_ABOUT)
    .addHelpText("after", examples("validate", "validate my-scenario.yaml"))
    .action((words: readonly string[], options: Omit<ValidateArgs, "paths">) =>
      act(async (io) => {
        return (await import("./commands/validate.ts")).validate({ ...options, paths: words }, io);
      }),
    );
  program
    .command("schema")
    .description("print the JSON Schema of scenario files, for editors")
    .addHelpText("after", examples("schema > schema/scenario.schema.json"))
    .action(() => act(async (io) => (await import("./commands/schema.ts")).schema({}, io)));
}

/** What changes a run wherever it is played. */
function playOptions(command: Command): Command {
  return command
    .option("--profile <name>", "which machine the nodes run (default: the scenario's)")
    .option("--until <time>", "stop at another time than the scenario says, 90s or 1m30s");
}

/** Both forms give the same digest; bytes are slower and try the codec. */
function wireOption(): Option {
  return new Option("--wire <form>", "pass messages as objects, or encoded and decoded again")
    .choices(["objects", "bytes"])
    .default("objects");
}

function examples(...lines: readonly string[]): string {
  return examplesOf("timesim", ...lines);
}
