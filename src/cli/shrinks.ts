/** The commands that make a failure small and keep it. */
import type { Command, Option } from "commander";
import type { PromoteArgs } from "./commands/promote.ts";
import type { ShrinkArgs } from "./commands/shrink.ts";
import { examples, JSON_ABOUT } from "./house.ts";
import type { Act } from "./program.ts";

export function addShrinks(program: Command, act: Act, wire: Option): void {
  addShrink(program, act, wire);
  addPromote(program, act);
}

function addShrink(program: Command, act: Act, wire: Option): void {
  program
    .command("shrink")
    .description("make of a scenario that fails a smallest one that fails in the same way")
    .argument("<scenario>", "one that breaks a promise, or a row of its own")
    .option("--seed <seed>", "default: the scenario's own")
    .option("--profile <name>", "which machine the nodes run (default: the scenario's)")
    .option("--mutant <module#id>", "with a defect put in, ./mine.ts#no-redial")
    .option("--against <name>", "a profile that passes, and has to pass what is left")
    .option("--row <words>", "which of its rows that fail (default: the first to fail)")
    .addOption(wire)
    .option("--max-shrink-time <time>", "stop after that long with the best so far", "60s")
    .option("--state <file>", "where a search stands: written at the end, gone on from if there")
    .option("--out <file>", "where to write it (default: stdout)")
    .option("--json", JSON_ABOUT)
    .addHelpText(
      "after",
      examples(
        "timesim",
        "shrink reports/fuzz/one-session-two-3/found.yaml --out small.yaml",
        "shrink scenarios/stuck-at-3009-repaired.yaml --profile as-found",
        "shrink big.yaml --max-shrink-time 10s --state big.json     and again, to go on",
      ) + "\n\nExit codes: 0 shrunk, 2 usage or bad file, 4 it does not fail.",
    )
    .action((path: string, options: Omit<ShrinkArgs, "path">) =>
      act(async (io) => (await import("./commands/shrink.ts")).shrink({ ...options, path }, io)),
    );
}

function addPromote(program: Command, act: Act): void {
  program
    .command("promote")
    .description("keep the minimal scenario of a failure that is mended as a regression test")
    .argument("<failure>", "a failure's folder in a report, or a scenario file")
    .option("--as <name>", "what to call it (default: the scenario's name)")
    .option("--profile <name>", "the machine that has to pass it, where it names another")
    .option("--known", "even if it still fails")
    .option("--to <folder>", "where regressions are", "scenarios/regressions")
    .option("--json", JSON_ABOUT)
    .addHelpText(
      "after",
      examples(
        "timesim",
        "promote reports/fuzz/one-session-two-3",
        "promote small.yaml --as late-joiner-behind-a-cut",
      ) + "\n\nExit codes: 0 kept, 2 it still fails, is there already, or cannot be read.",
    )
    .action((failure: string, options: Omit<PromoteArgs, "failure">) =>
      act(async (io) =>
        (await import("./commands/promote.ts")).promote({ ...options, failure }, io),
      ),
    );
}
