/**
 * What the zoo's workers do: scenarios and a campaign's jobs, each for the protocol with one
 * mutant's defect.
 * What the protocol shows without it in the same world is nothing of the mutant's, and passed over.
 */
import { type Monitor, signatureOf } from "../check/invariant.ts";
import { must } from "../core/assert.ts";
import type { Protocol } from "../core/machine.ts";
import { judge } from "../fuzz/judge.ts";
import { type Mutant, mutated } from "../fuzz/mutant.ts";
import type { Kit } from "../kit/kit.ts";
import type { Scenario } from "../scenario/model.ts";
import type { Trace } from "../trace/trace.ts";
import type { Asked } from "./asked.ts";
import { type Done, drawn, type Job, type Protocols, worker } from "./job.ts";
import type { Beat } from "./pool.ts";
import type { Seed } from "./range.ts";
import { EMPTY, plus, type Tally } from "./tally.ts";
import { played } from "./rehearse.ts";
import type { ZooDone, ZooJob } from "./zoo.ts";

type Packed = (trace: Trace) => Uint8Array;

export function zooWorker<P extends Protocol>(
  kit: Kit<P>,
  mutants: readonly Mutant<P>[],
  /** The campaign of a mutant; null: of the protocol itself. */
  askedOf: (mutant: string | null) => Asked,
  packed: Packed,
  scenarios: readonly Scenario[],
): (job: ZooJob, beat: Beat) => ZooDone {
  const healthy = worker({ kit, healthy: null }, askedOf(null), packed);
  const shown = shownBy(kit, askedOf(null));
  const defective = new Map(
    mutants.map((mutant) => {
      const both = { kit: mutated(kit, mutant), healthy: kit };
      return [mutant.id, new Defective(both, askedOf(mutant.id), packed, shown)] as const;
    }),
  );
  return ({ mutant, job }, beat) => {
    const one = mutant === null ? undefined : defective.get(mutant);
    if (job.do === "play")
      return played(one?.kit ?? kit, must(scenarios[job.scenario], "scenario"));
    return one === undefined ? healthy(job, beat) : one.do(job, beat);
  };
}

/** What is broken in a seed's world without any defect: most mutants end with the same seeds. */
type Shown = (seed: Seed) => readonly string[];

function shownBy<P extends Protocol>(kit: Kit<P>, asked: Asked): Shown {
  const known = new Map<Seed, readonly string[]>();
  const draw = drawn(kit, asked);
  return (seed) => {
    const found = known.get(seed) ?? judge(kit, draw(seed).scenario).complaints.map(signatureOf);
    known.set(seed, found);
    return found;
  };
}

class Defective<P extends Protocol> {
  readonly #both: Protocols<P>;
  readonly #asked: Asked;
  readonly #packed: Packed;
  readonly #shown: Shown;
  readonly #work: (job: Job, beat: Beat) => Done;

  constructor(both: Protocols<P>, asked: Asked, packed: Packed, shown: Shown) {
    this.#both = both;
    this.#asked = asked;
    this.#packed = packed;
    this.#shown = shown;
    this.#work = worker(both, asked, packed);
  }

  get kit(): Kit<P> {
    return this.#both.kit;
  }

  do(job: Job, beat: Beat): Done {
    if (job.do === "examine") return this.#workAt(job.examination.found.seed)(job, beat);
    let tally = EMPTY;
    for (let seed = job.range.from; seed <= job.range.to; seed++) {
      tally = plus(tally, this.#look(seed, beat));
    }
    return tally;
  }

  #look(seed: Seed, beat: Beat): Tally {
    const job: Job = { do: "look", range: { from: seed, to: seed } };
    const tally = this.#work(job, beat) as Tally;
    if (Object.keys(tally.failures).length === 0) return tally;
    const deaf = this.#workAt(seed);
    return deaf === this.#work ? tally : (deaf(job, beat) as Tally);
  }

  /** Deaf to what the world of a seed shows anyway. */
  #workAt(seed: Seed): (job: Job, beat: Beat) => Done {
    const shown = this.#shown(seed);
    if (shown.length === 0) return this.#work;
    const deaf = { ...this.#both, kit: deafTo(this.#both.kit, shown) };
    return worker(deaf, this.#asked, this.#packed);
  }
}

function deafTo<P extends Protocol>(kit: Kit<P>, shown: readonly string[]): Kit<P> {
  const { invariants } = kit;
  if (invariants === undefined) return kit;
  const heeding = (monitor: Monitor): Monitor => ({
    mask: monitor.mask,
    see: (event) => {
      monitor.see(event);
    },
    finish: (end) =>
      monitor.finish(end).filter((complaint) => !shown.includes(signatureOf(complaint))),
  });
  return {
    ...kit,
    invariants: { ...invariants, watch: (names, plan) => heeding(invariants.watch(names, plan)) },
  };
}
