/**
 * Whether the model can do what a real run did. Its promises are what a number of shaken runs agree
 * on; a real run that departs from one is not wrong yet: further runs are played, and only what
 * none of them does either is a disagreement.
 */
import type { Time } from "../../core/units.ts";
import type { Scenario } from "../../scenario/model.ts";
import type { Words } from "../../trace/text.ts";
import type { Trace } from "../../trace/trace.ts";
import { type Departure, Envelope } from "./envelope.ts";
import type { Model } from "./model.ts";
import { storiesOf, type Story } from "./story.ts";
import { type Frame, taleOf } from "./tale.ts";

export interface CompareOptions {
  /** Simulated runs that make the promises. */
  readonly runs: number;
  /** How many more may be asked whether they do likewise, for all real runs together. */
  readonly more: number;
  /** µs by which two things must be apart in all runs for their order to be promised. */
  readonly clear: number;
  /** Hears after each simulated run how many there are. */
  readonly simulated?: (runs: number) => void;
}

export interface Verdict {
  readonly agrees: boolean;
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
    return traces.map((trace, run) => {
      const [all = [], still = []] = [found[run], left[run]];
      const stories = storiesOf(still, this.exact, trace, this.#frame, this.simulated);
      return { agrees: still.length === 0, stories, explained: all.length - still.length };
    });
  }

  #another(): void {
    this.#envelope.add(taleOf(this.#model(this.#envelope.runs), this.#frame));
    this.#options.simulated?.(this.#envelope.runs);
  }
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
