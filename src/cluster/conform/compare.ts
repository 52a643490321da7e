/**
 * Whether the model can do what a real run did. Its promises are what a number of shaken runs agree
 * on; a real run that departs from one is not wrong yet. Further runs are played, for what they do
 * as well is a race; and each of them breaks promises itself when it comes, so that a real run that
 * breaks no more, and none that most real runs break, is one of their kind.
 */
import type { Time } from "../../core/units.ts";
import type { Scenario } from "../../scenario/model.ts";
import type { Words } from "../../trace/text.ts";
import type { Trace } from "../../trace/trace.ts";
import { type Departure, Envelope } from "./envelope.ts";
import type { Model } from "./model.ts";
import { storiesOf, type Story } from "./story.ts";
import { featureOf, type Frame, type Sort, taleOf } from "./tale.ts";

export interface CompareOptions {
  /** Simulated runs that make the promises, and that further ones come by. */
  readonly runs: number;
  /** How many more may be asked whether they do likewise, for all real runs together. */
  readonly more: number;
  /** µs by which two things must be apart in all runs for their order to be promised. */
  readonly clear: number;
  /** Hears after each simulated run how many there are. */
  readonly simulated?: (runs: number) => void;
}

export interface Verdict {
  /** It does nothing that no simulated run does, or no more of that than they do themselves. */
  readonly agrees: boolean;
  /** How many of the last simulated runs broke as many promises when they came; of how many. */
  readonly alike: number;
  readonly of: number;
  /** By time: the first is where the two worlds part, what follows may come of it. */
  readonly stories: readonly Story[];
  /** Departures that further simulated runs showed as well. */
  readonly explained: number;
}

export class Comparison {
  /** The exact run of the model. */
  readonly exact: Trace;
  readonly #model: Model;
  readonly #frame: Frame;
  readonly #options: CompareOptions;
  readonly #envelope: Envelope;
  /** Of each simulated run beyond the first: how many promises of those before it broke. */
  readonly #broken: number[] = [];

  constructor(model: Model, frame: Frame, options: CompareOptions) {
    this.#model = model;
    this.#frame = frame;
    this.#options = options;
    this.#envelope = new Envelope(options.clear);
    this.exact = model(0);
    this.#envelope.add(taleOf(this.exact, frame));
    while (this.#envelope.runs < options.runs) this.#another();
  }

  /** Simulated runs so far. */
  get simulated(): number {
    return this.#envelope.runs;
  }

  /** Things on which all of them agree. */
  get promises(): number {
    return this.#envelope.promises;
  }

  /** All at once: what further runs explain does not depend on whose turn it was. */
  judge(traces: readonly Trace[]): readonly Verdict[] {
    const found = traces.map((trace) => this.#envelope.departures(taleOf(trace, this.#frame)));
    let left: readonly (readonly Departure[])[] = found;
    for (let more = 0; more < this.#options.more && left.some((one) => one.length > 0); more++) {
      this.#another();
      left = left.map((departures) => this.#envelope.unexplained(departures));
    }
    const shared = timesOf(left.flatMap((departures) => departures.map(nameOf)));
    const isLuck = (one: Departure): boolean => {
      if (one.kind === "count" && NO_LUCK.has(featureOf(one.key).sort)) return false;
      const runs = shared.get(nameOf(one)) ?? 0;
      return runs === 1 || runs <= traces.length / 2;
    };
    const of = Math.min(this.#options.runs, this.#broken.length);
    return traces.map((trace, run) => {
      const [all = [], still = []] = [found[run], left[run]];
      const stories = storiesOf(still, this.exact, trace, this.#frame, this.simulated);
      const alike = this.#alike(still.length);
      const agrees = still.length === 0 || (alike > 0 && still.every(isLuck));
      return { agrees, stories, explained: all.length - still.length, alike, of };
    });
  }

  /** How many of the last simulated runs broke as many promises of those before. */
  #alike(departures: number): number {
    const last = this.#broken.slice(-this.#options.runs);
    return last.filter((broken) => broken >= departures).length;
  }

  #another(): void {
    const tale = taleOf(this.#model(this.#envelope.runs), this.#frame);
    if (this.#envelope.runs >= this.#options.runs) {
      this.#broken.push(this.#envelope.departures(tale).length);
    }
    this.#envelope.add(tale);
    this.#options.simulated?.(this.#envelope.runs);
  }
}

/** Luck is not the same in most real runs, and takes nothing out of streams or from rows. */
const NO_LUCK: ReadonlySet<Sort> = new Set(["lost", "twice", "row"]);

function timesOf(names: readonly string[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return times;
}

/** One and the same in whatever run. */
function nameOf(departure: Departure): string {
  if (departure.kind !== "order") return `${departure.kind} ${departure.key}`;
  return `${departure.node} ${departure.early} ${departure.late}`;
}

/** Two events nearer than this are of one part: a real world may be that late with the first. */
const PART_MIN = 1_000_000;

/** Parts of a run begin with its events and with their ends. */
export function frameOf(scenario: Pick<Scenario, "events">, until: Time, words: Words): Frame {
  const moments = scenario.events.flatMap((event): readonly number[] => {
    const lasts = "fault" in event && "for" in event.fault ? event.fault.for : undefined;
    return lasts === undefined ? [event.at] : [event.at, event.at + lasts];
  });
  const parts: number[] = [];
  for (const moment of moments.toSorted((a, b) => a - b)) {
    if (moment > 0 && moment - (parts.at(-1) ?? -PART_MIN) >= PART_MIN) parts.push(moment);
  }
  return { words, parts, end: until };
}
