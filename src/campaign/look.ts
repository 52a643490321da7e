/**
 * Worlds one after the other, each judged as it runs and kept as a digest only. It runs in a
 * worker; what kills or stops the worker is seen by who gave it the job (careful.ts).
 */
import { createHash } from "node:crypto";
import { type Complaint, signatureOf } from "../check/invariant.ts";
import type { Fault } from "../core/fault.ts";
import type { Protocol } from "../core/machine.ts";
import { judge, type Judgement } from "../fuzz/judge.ts";
import type { Kit } from "../kit/kit.ts";
import type { Scenario } from "../scenario/model.ts";
import { type GateBody, kindMask, type TraceEvent, WORLD } from "../trace/event.ts";
import type { Listener } from "../trace/recorder.ts";
import type { Beat } from "./pool.ts";
import type { Range, Seed } from "./range.ts";
import { type Counts, EMPTY, type Found, plus, type Tally } from "./tally.ts";

/** The world of a seed, and which options it was drawn with. */
export type Draw = (seed: Seed) => {
  readonly scenario: Scenario;
  readonly swarm: readonly string[];
};

export function look<P extends Protocol>(
  kit: Kit<P>,
  draw: Draw,
  { from, to }: Range,
  beat: Beat,
): Tally {
  let tally = EMPTY;
  for (let seed = from; seed <= to; seed++) {
    tally = plus(tally, lookAt(kit, draw, seed));
    beat();
  }
  return tally;
}

function lookAt<P extends Protocol>(kit: Kit<P>, draw: Draw, seed: Seed): Tally {
  const seen = new Seen();
  try {
    const { scenario, swarm } = draw(seed);
    const judged = judge(kit, scenario, { listener: seen });
    const found = foundIn(judged, scenario, seed);
    return {
      worlds: 1,
      events: judged.events,
      virtual: Math.floor(judged.virtual / 1_000),
      digest: digestAt(seed, judged.digest),
      coverage: { ...seen.coverage, options: once(swarm), marks: once(judged.marks) },
      failures: found === null ? {} : { [found.signature]: { worlds: 1, first: found } },
    };
  } catch (error) {
    return lostWorld(thrown(seed, error));
  }
}

/** A world of which nothing is known but how it failed. */
export function lostWorld(found: Found): Tally {
  const { seed, signature } = found;
  const failures = { [signature]: { worlds: 1, first: found } };
  return { ...EMPTY, worlds: 1, digest: digestAt(seed, signature), failures };
}

/** The earliest complaint stands for its world. */
function foundIn(judged: Judgement, scenario: Scenario, seed: Seed): Found | null {
  const [first] = judged.complaints.toSorted((a, b) => a.at - b.at);
  return first === undefined ? null : foundAs(first, scenario, seed);
}

function foundAs(complaint: Complaint, { nodes }: Scenario, seed: Seed): Found {
  const { invariant, witness, node, at, text } = complaint;
  const name = node === WORLD ? "-" : (nodes[node]?.name ?? "-");
  const signature = signatureOf(complaint);
  return { seed, signature, invariant, witness, node: name, at, text };
}

/** Not a machine's step, which is a complaint, but all around it: a monitor, a codec, ourselves. */
function thrown(seed: Seed, error: unknown): Found {
  const message = error instanceof Error ? error.message : String(error);
  const [line = ""] = message.split("\n");
  const signature = `world threw: ${line.replaceAll(/\d+/g, "N")}`;
  const place = { node: "-", at: 0 };
  return { seed, signature, invariant: "world threw", witness: line, ...place, text: message };
}

/** So that the sum says which seed had which digest. */
function digestAt(seed: Seed, digest: string): string {
  return createHash("sha256").update(`${seed} ${digest}`).digest("hex").slice(0, 16);
}

function once(names: Iterable<string>): Counts {
  return Object.fromEntries([...names].map((name) => [name, 1]));
}

/** What a run came past, by name. */
class Seen implements Listener {
  readonly mask = kindMask("fault", "gate");
  readonly #faults = new Set<string>();
  readonly #gates = new Set<string>();

  see({ kind, a, body }: TraceEvent): void {
    if (kind === "fault") this.#faults.add((body as Fault).do);
    else this.#gates.add(`${(body as GateBody).gate} ${a === 1 ? "open" : "shut"}`);
  }

  get coverage(): { readonly faults: Counts; readonly gates: Counts } {
    return { faults: once(this.#faults), gates: once(this.#gates) };
  }
}
