/** The words of `timesim fuzz` as what is asked of a campaign, and the protocol it is about. */
import { availableParallelism } from "node:os";
import type { Asked } from "../campaign/asked.ts";
import type { Protocols } from "../campaign/job.ts";
import { type Range, shardOf } from "../campaign/range.ts";
import { BadInput } from "../core/assert.ts";
import type * as core from "../core/machine.ts";
import { TROUBLES } from "../fuzz/draw.ts";
import { SHAPES } from "../fuzz/shapes.ts";
import { didYouMean } from "../scenario/suggest.ts";
import { withDefect } from "./defect.ts";
import { countOf, secondsOf } from "./numbers.ts";
import { profileNamed, type Protocol, protocolOf } from "./protocol.ts";

export interface FuzzWords {
  readonly runs?: string;
  readonly maxTime?: string;
  readonly workers?: string;
  readonly seedStart?: string;
  readonly shard?: string;
  readonly profile?: string;
  readonly worlds?: string;
  readonly swarm?: boolean;
  readonly faults?: string;
  readonly bail?: string;
  readonly forever?: boolean;
  readonly hungAfter?: string;
  readonly maxShrinkTime?: string;
  readonly mutant?: string;
}

/** Where the program is built, its worker lies beside it. */
export const FUZZER: URL = new URL("./fuzzer.js", import.meta.url);

/** A part of a campaign without end is none. */
export interface Span {
  readonly from: number;
  readonly to: number | null;
}

const RUNS = 1_000;
const HUNG_AFTER = 30;
const SHRINK_TIME = 60;

export function askedOf(words: FuzzWords, kit: Protocol, machine: string | null): Asked {
  const { runs, maxTime, forever, shard, swarm, faults } = words;
  if (forever === true && (runs ?? maxTime) !== undefined) {
    throw new BadInput(["--forever — it ends with Ctrl-C: leave out --runs and --max-time"]);
  }
  if (swarm === true && faults !== undefined) {
    throw new BadInput(["--swarm — it draws which faults there are: leave out --faults"]);
  }
  if (shard !== undefined && runs === undefined) {
    throw new BadInput(["--shard — a part of a number of worlds: say how many with --runs"]);
  }
  const endless = forever === true || (runs === undefined && maxTime !== undefined);
  const { profile, worlds } = shapeAndProfile(words, kit);
  return {
    ...{ kit: kit.name, machine, mutant: words.mutant ?? null, profile, worlds },
    faults: faults === undefined ? null : faultsOf(faults),
    seedStart: countOf("--seed-start", words.seedStart, 1, 0),
    runs: endless ? null : countOf("--runs", runs, RUNS, 1),
    shard: shard ?? null,
    bail: words.bail === undefined ? null : countOf("--bail", words.bail, 0, 1),
    hungAfter: secondsOf("--hung-after", words.hungAfter) ?? HUNG_AFTER,
    maxShrinkTime: secondsOf("--max-shrink-time", words.maxShrinkTime, true) ?? SHRINK_TIME,
  };
}

/** The seeds that are this campaign's, or this shard's of it. */
export function spanOf({ seedStart, runs, shard }: Asked): Span {
  if (runs === null) return { from: seedStart, to: null };
  const whole: Range = { from: seedStart, to: seedStart + runs - 1 };
  if (shard === null) return whole;
  const [, index, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(shard)?.map(Number) ?? [];
  if (index === undefined || of === undefined || index < 1 || index > of) {
    throw new BadInput([`--shard ${shard} — expected a part and how many there are: 1/4`]);
  }
  const part = shardOf(whole, index, of);
  if (part !== null) return part;
  throw new BadInput([`--shard ${shard} — ${runs} worlds do not make ${of} parts`]);
}

/** Which protocol, with its defect if one was asked for. */
export async function kitFor(asked: Asked, cwd: string): Promise<Protocol> {
  return (await protocolsFor(asked, cwd)).kit;
}

/** Both. */
export async function protocolsFor(
  { machine, mutant }: Asked,
  cwd: string,
): Promise<Protocols<core.Protocol>> {
  const kit =
    machine === null
      ? protocolOf({ kit: null })
      : await (await import("./machine.ts")).loadKit(machine, cwd);
  return { kit: await withDefect(kit, mutant, cwd), healthy: mutant === null ? null : kit };
}

/** `--profile large` means worlds of that shape, where no machine has the name. */
function shapeAndProfile(
  { profile, worlds }: FuzzWords,
  kit: Protocol,
): Pick<Asked, "profile" | "worlds"> {
  const standard = SHAPES[0]?.name ?? "";
  const isShape = profile !== undefined && SHAPES.some(({ name }) => name === profile);
  if (isShape && !kit.profiles.some(({ name }) => name === profile)) {
    if (worlds !== undefined && worlds !== profile) {
      throw new BadInput([`--profile ${profile} — a shape of worlds, as is --worlds ${worlds}`]);
    }
    return { profile: null, worlds: profile };
  }
  const machine = profile === undefined ? null : profileNamed(kit, profile);
  return { profile: machine, worlds: nameOf("--worlds", worlds ?? standard, SHAPE_NAMES) };
}

const SHAPE_NAMES = SHAPES.map(({ name }) => name);

function faultsOf(text: string): readonly string[] {
  const names = text.split(",").map((word) => nameOf("--faults", word.trim(), TROUBLES));
  // The order of the words is nothing to the worlds.
  return TROUBLES.filter((name) => names.includes(name));
}

function nameOf(flag: string, word: string, names: readonly string[]): string {
  if (names.includes(word)) return word;
  const hint = didYouMean(word, names) || `; there are ${names.join(", ")}`;
  throw new BadInput([`${flag} ${JSON.stringify(word)} — no such name${hint}`]);
}

/** `--workers`, by default one a core. */
export function threadsOf(text: string | undefined): number {
  return Math.min(countOf("--workers", text, availableParallelism(), 1), THREADS_MAX);
}

const THREADS_MAX = 256;
