/** The commands that search many worlds. */
import { type Command, Option } from "commander";
import type { FuzzArgs } from "./commands/fuzz.ts";
import type { MergeArgs } from "./commands/merge.ts";
import type { ZooArgs } from "./commands/zoo.ts";
import type { WorkerArgs } from "./commands/worker.ts";
import { EXIT } from "./exit.ts";
import { examples, JSON_ABOUT } from "./house.ts";
import { type Io, say } from "./output.ts";
import type { Act } from "./program.ts";

export function addCampaigns(program: Command, act: Act): void {
  addFuzz(program, act);
  addMerge(program, act);
  addZoo(program, act);
  addWorker(program, act);
}

function addFuzz(program: Command, act: Act): void {
  const command = program
    .command("fuzz")
    .description("search drawn worlds for a broken promise, and keep what is found")
    .option("--runs <count>", "how many worlds (default: 1000, with --max-time no end)")
    .option("--max-time <time>", "begin no world after that long, 5m")
    .option("--forever", "until Ctrl-C, which writes the report")
    .option("--seed-start <seed>", "the first seed (default: 1)")
    .option("--shard <part>", "of --runs only that part, 1/4; timesim merge joins them")
    .option("--workers <count>", "threads (default: one a core)")
    .option("--worlds <shape>", "their size, length and troubles (timesim fuzz --worlds help)")
    .option("--profile <name>", "which machine the nodes run; also a shape of worlds")
    .option("--swarm", "each world has other kinds of trouble switched off (the default)")
    .option("--faults <kinds>", "these kinds of trouble in every world: partition,kill");
  command
    .addOption(new Option("--mutant <module#id>", "put a defect in, which is to be found"))
    .option("--bail <count>", "end with the world that shows so many different failures")
    .option(
      "--hung-after <time>",
      "a world that takes longer is a failure (more where others have the machine)",
      "30s",
    )
    .option("--max-shrink-time <time>", "for each failure; 0s: as found", "60s")
    .option("--out <folder>", "the report; a former one there is replaced", "reports/fuzz")
    .option("--queue <redis>", "let timesim worker processes do it, redis://host:6379")
    .option("--json", JSON_ABOUT)
    .addHelpText(
      "after",
      examples(
        "timesim",
        "fuzz --runs 10000",
        "fuzz --max-time 5m --worlds quick --bail 1",
        "fuzz --runs 100000 --shard 1/4 --out reports/shard-1",
        "fuzz --seed-start 4711 --runs 1 --out again    one world again",
        "fuzz --runs 1000000 --queue redis://10.0.0.9:6379",
      ) + "\n\nExit codes: 0 nothing found, 1 failures found, 2 usage or bad file.",
    )
    .action((options: FuzzArgs) =>
      act(async (io) => {
        if (options.worlds === HELP) return tellShapes(io);
        return (await import("./commands/fuzz.ts")).fuzz(options, io);
      }),
    );
}

function addMerge(program: Command, act: Act): void {
  program
    .command("merge")
    .description("join the shards of a campaign to the report of the whole")
    .argument("<reports...>", "the shards' report folders, all of them")
    .option("--out <folder>", "the report; a former one there is replaced", "reports/fuzz")
    .option("--json", JSON_ABOUT)
    .addHelpText("after", examples("timesim", "merge reports/shard-1 reports/shard-2"))
    .action((reports: readonly string[], options: Omit<MergeArgs, "reports">) =>
      act(async (io) => {
        return (await import("./commands/merge.ts")).merge({ ...options, reports }, io);
      }),
    );
}

function addWorker(program: Command, act: Act): void {
  program
    .command("worker")
    .description("look at the worlds of campaigns that others hand out through redis")
    .requiredOption("--queue <redis>", "where they are handed out, redis://host:6379")
    .option("--workers <count>", "threads (default: one a core)")
    .option("--mutant <module#id>", "the defect of the campaign, if it has one")
    .addHelpText(
      "after",
      examples("timesim", "worker --queue redis://10.0.0.9:6379") +
        "\n\nCtrl-C ends it, after what is under way.",
    )
    .action((options: WorkerArgs) =>
      act(async (io) => (await import("./commands/worker.ts")).worker(options, io)),
    );
}

/** Does the search find what is known to be wrong? */
function addZoo(program: Command, act: Act): void {
  program
    .command("zoo")
    .description("put defects into the protocol and see that a campaign finds each")
    .option("--mutants <module>", "who exports them (default: test/zoo/index.ts)")
    .option("--scenarios <paths...>", "each plays these files or folders before, and must fail one")
    .option("--budget <count>", "worlds for each, at most; 0: scenarios alone (default: 2000)")
    .option("--only <ids>", "these mutants alone: one-id,another-id")
    .option("--least <percent>", "pass when so many are caught", "95")
    .option("--workers <count>", "threads (default: one a core)")
    .option("--worlds <shape>", "as for timesim fuzz")
    .option("--seed-start <seed>", "the first seed (default: 1)")
    .option(
      "--hung-after <time>",
      "a world that takes longer is a failure (more where others have the machine)",
      "30s",
    )
    .option("--max-shrink-time <time>", "for each that is caught; 0s: as found", "20s")
    .option("--out <folder>", "the report; a former one there is replaced", "reports/zoo")
    .option("--json", JSON_ABOUT)
    .addHelpText(
      "after",
      examples(
        "timesim",
        "zoo",
        "zoo --mutants ./mine.ts --budget 500",
        "zoo --only ann-not-sent-on-dialed-links --json",
        "zoo --scenarios scenarios --budget 0           mutation testing of your scenarios",
      ) + "\n\nExit codes: 0 enough are caught and the protocol itself passes, 1 not so, 2 usage.",
    )
    .action((options: ZooArgs) =>
      act(async (io) => {
        if (options.worlds === HELP) return tellShapes(io);
        return (await import("./commands/zoo.ts")).zoo(options, io);
      }),
    );
}

/** Of `--worlds`, which no shape is named. */
const HELP = "help";

async function tellShapes(io: Io): Promise<number> {
  const { SHAPES } = await import("../fuzz/shapes.ts");
  const { columns } = await import("./table.ts");
  say(io, columns(SHAPES.map(({ name, about }) => [name, about])));
  return EXIT.ok;
}
