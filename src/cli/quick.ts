/**
 * The first look at many scenarios: each run keeps only its digest and its verdict. What failed is
 * played again in full by whoever has to tell why. On several cores, several at a time.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { inThreads } from "../campaign/pool.ts";
import { BadInput } from "../core/assert.ts";
import type { Scenario } from "../scenario/model.ts";
import type { RunSummary } from "../trace/outcome.ts";
import type { Io } from "./output.ts";
import { type Ask, play } from "./play.ts";
import type { Protocol } from "./protocol.ts";

export interface QuickJob {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly ask: Ask;
}

/** `problems`: the scenario cannot be, and why. */
export type Quick =
  | { readonly summary: RunSummary; readonly wall: number }
  | { readonly problems: readonly string[] };

export interface PlayerSetup {
  readonly machine: string | null;
  readonly mutant: string | null;
  readonly cwd: string;
}

/** Starting threads costs as much as a few small scenarios. */
const THREADED_FROM = 4;

/** Where the program is built, its worker lies beside it. */
const PLAYER = new URL("./player.js", import.meta.url);

/** One after another, or in threads: the answers and their order are the same. */
export async function* quickly(
  io: Io,
  kit: Protocol,
  jobs: readonly QuickJob[],
  mutant: string | null,
): AsyncGenerator<Quick, void> {
  const threads = availableParallelism();
  // A kit that was handed over as a value cannot be handed to a thread.
  const known = io.kit === null || io.machine !== null;
  const pays = jobs.length >= THREADED_FROM && threads > 1;
  if (known && pays && existsSync(fileURLToPath(PLAYER))) {
    const setup: PlayerSetup = { machine: io.machine, mutant, cwd: io.cwd };
    yield* inThreads<QuickJob, Quick>({ worker: PLAYER, setup, threads }, jobs);
  } else {
    for (const job of jobs) yield playQuickly(kit, job, () => io.elapsed());
  }
}

export function playQuickly(
  kit: Protocol,
  { scenario, seed, ask }: QuickJob,
  elapsed: () => number,
): Quick {
  const start = elapsed();
  try {
    const { summary } = play(kit, scenario, seed, ask, "digest");
    return { summary, wall: elapsed() - start };
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    return { problems: error.problems };
  }
}
