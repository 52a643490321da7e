/** A trace to look at: read from a file, or made by playing a scenario. */
import { BadInput } from "../core/assert.ts";
import { quoted, withMachine } from "../scenario/repeat.ts";
import type { TraceEvent } from "../trace/event.ts";
import { nameOf } from "../trace/ndjson.ts";
import type { ReadTrace } from "../trace/stored.ts";
import type { Trace } from "../trace/trace.ts";
import { isNamedTrace, isTrace, readBytes, scenarioOf, traceOf } from "./files.ts";
import type { Io } from "./output.ts";
import { askOf, play, type PlayFlags } from "./play.ts";
import type { Protocol } from "./protocol.ts";
import { parseSeeds } from "./seeds.ts";
import { didYouMean } from "../scenario/suggest.ts";
import { version } from "./version.ts";

export interface OpenArgs extends PlayFlags {
  /** A scenario, or a trace (.ndjson, .ndjson.gz). */
  readonly path: string;
  readonly seed?: string;
}

/** The whole trace, at level full: these commands are for looking closely. */
export function openTrace(args: OpenArgs, kit: Protocol, io: Io): Trace {
  const { path, seed } = args;
  const bytes = readBytes(path, io.cwd);
  if (isTrace(bytes) || isNamedTrace(path)) {
    const flag = (["seed", "profile", "until"] as const).find((name) => args[name] !== undefined);
    if (flag === undefined) return understood(traceOf(bytes, path, io), kit, path).trace;
    throw new BadInput([`--${flag} — ${path} is a trace, which was played already`]);
  }
  const scenario = scenarioOf(kit, bytes, path);
  const seeds = seed === undefined ? null : parseSeeds(seed);
  if (seeds !== null && seeds.count > 1) {
    throw new BadInput([`--seed ${JSON.stringify(seed)} — one seed gives one trace`]);
  }
  const [only = scenario.seed] = seeds ?? [];
  return play(kit, scenario, only, askOf(args, kit, io), "full").trace;
}

/** A trace and nothing else: what it holds is to be compared with something. */
export function openRecorded(path: string, kit: Protocol, io: Io): ReadTrace {
  const bytes = readBytes(path, io.cwd);
  if (isTrace(bytes) || isNamedTrace(path)) return understood(traceOf(bytes, path, io), kit, path);
  const run = `npx timesim run ${quoted(path)} --trace run.ndjson.gz`;
  const make = withMachine(run, io.machine);
  throw new BadInput([`${path}:1:1 — this is no trace; to record one: ${make}`]);
}

/** Another protocol's words would be nonsense in this one's. */
function understood(read: ReadTrace, kit: Protocol, path: string): ReadTrace {
  const { header } = read.trace;
  if (header.kit === kit.name) return read;
  const theirs = JSON.stringify(header.kit);
  throw new BadInput([
    `${path}:1:1 trace — it is of protocol ${theirs}, not ${kit.name}; --machine names another`,
  ]);
}

/**
 * What is to be thrown where the protocol could not take an event of a trace. Lines that this
 * version wrote, with sums, are as it wrote them: then it is a bug. Others hold what they hold.
 */
export function misfit(
  { header }: Trace,
  path: string,
  event: TraceEvent,
  error: unknown,
): unknown {
  const isOwn = header.format === 2 && header.timesim === version();
  if (isOwn || error instanceof BadInput) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new BadInput([
    `${path}:1:1 trace — ${nameOf(event)} is not as this version writes it: ${reason}`,
  ]);
}

/** Index of a node, or −1 for `-`, the world. */
export function nodeIndex(trace: Trace, name: string): number {
  if (name === "-") return -1;
  const names = trace.header.nodes.map((node) => node.name);
  const index = names.indexOf(name);
  if (index >= 0) return index;
  const hint = didYouMean(name, names) || `; there are ${names.slice(0, 20).join(", ")}`;
  throw new BadInput([`--node ${JSON.stringify(name)} — no node of that name${hint}`]);
}
