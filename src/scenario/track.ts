/**
 * One claim about one node under one `When`, followed event by event. A `Seek` waits for the first
 * moment it comes true, a `Guard` for the first moment it breaks.
 *
 * A state at moment t is what it is after all events of t. So a state that an event of `from` makes
 * true holds at `from`, and one that holds at `after` came true at `after`, whenever it began.
 */
import { assert } from "../core/assert.ts";
import { formatDuration, SECOND, type Time } from "../core/units.ts";
import type { Watch } from "../check/claim.ts";
import type { EventId, TraceEvent } from "../trace/event.ts";
import type { When } from "./model.ts";

/** The moment that decided, and the event that made it so (null: it was so from the start). */
export interface Decision {
  readonly at: Time;
  readonly event: EventId | null;
}

export interface Verdict {
  readonly passed: boolean;
  readonly decision: Decision | null;
  /** What was there instead; empty when passed. */
  readonly found: string;
}

export interface Track {
  readonly mask: number;
  readonly node: number;
  readonly sentence: string;
  /** True once no later event matters. */
  see(event: TraceEvent): boolean;
  /** `end`: how far the run went. */
  finish(end: Time): Verdict;
}

export function track(watch: Watch, when: When): Track {
  if (when.kind === "always" || when.kind === "never") return new Guard(watch, when);
  return new Seek(watch, when);
}

/** Folds a watch and remembers which event last made a state begin or end. */
class Fold {
  readonly watch: Watch;
  memory: unknown;
  /** State: holds now. Event: the last folded event matched. */
  holds: boolean;
  turned: EventId | null = null;

  constructor(watch: Watch) {
    this.watch = watch;
    this.memory = watch.init();
    this.holds = watch.mode === "state" && watch.holds(this.memory, null);
  }

  next(event: TraceEvent): void {
    const memory = this.watch.next(this.memory, event);
    if (this.watch.mode === "event") {
      this.memory = memory;
      this.holds = this.watch.holds(memory, event);
    } else if (memory !== this.memory) {
      this.memory = memory;
      const holds = this.watch.holds(memory, event);
      if (holds !== this.holds) this.turned = event.id;
      this.holds = holds;
    }
  }
}

type SeekWhen = Extract<When, { kind: "at" | "by" | "eventually" }>;

class Seek implements Track {
  readonly mask: number;
  readonly node: number;
  readonly sentence: string;
  readonly #fold: Fold;
  readonly #when: SeekWhen;
  #begun = false;
  #decision: Decision | null = null;
  /** What was there when time was up. */
  #missed: string | null = null;

  constructor(watch: Watch, when: SeekWhen) {
    this.mask = watch.mask;
    this.node = watch.node;
    this.sentence = watch.sentence;
    this.#fold = new Fold(watch);
    this.#when = when;
  }

  see(event: TraceEvent): boolean {
    const { after } = this.#when;
    if (event.at > after) this.#begin();
    if (this.#decision !== null) return true;
    if (this.#missed === null && event.at > windowOf(this.#when)[1]) {
      this.#missed = this.#fold.watch.say(this.#fold.memory);
    }
    this.#fold.next(event);
    if (event.at < after || !this.#fold.holds) return false;
    const cause = this.#fold.watch.mode === "event" ? event.id : this.#fold.turned;
    this.#decision = { at: event.at, event: cause };
    return true;
  }

  finish(end: Time): Verdict {
    if (end >= this.#when.after) this.#begin();
    const decision = this.#decision;
    const [from, to, open] = windowOf(this.#when);
    if (decision === null) {
      const cut = end < to ? `the run ended at ${formatDuration(end)}; ` : "";
      return { passed: false, decision, found: cut + this.#instead() };
    }
    const late = open ? decision.at >= to : decision.at > to;
    if (decision.at >= from && !late) return { passed: true, decision, found: "" };
    const miss = late ? decision.at - to : from - decision.at;
    const side = late ? "late" : "early";
    const moment = `came true at ${formatDuration(decision.at)}`;
    const by = miss === 0 ? "just" : formatDuration(miss);
    return { passed: false, decision, found: `${moment}, ${by} too ${side}` };
  }

  /** As it was when time was up, and as it was left. */
  #instead(): string {
    const last = this.#fold.watch.say(this.#fold.memory);
    if (this.#missed === null || this.#missed === last) return last;
    return `${this.#missed}; in the end ${last}`;
  }

  /** The clock has reached `after`: a state that holds now came true now. */
  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    if (this.#decision !== null || this.#fold.watch.mode === "event" || !this.#fold.holds) return;
    this.#decision = { at: this.#when.after, event: this.#fold.turned };
  }
}

/** [from, to], or [from, to) when open: a second ends before the next begins. */
function windowOf(when: SeekWhen): readonly [from: number, to: number, open: boolean] {
  if (when.kind === "at") return [when.second, when.second + SECOND, true];
  if (when.kind === "by") return [when.after, when.limit, false];
  return [when.after, when.after + when.within, false];
}

type GuardWhen = Extract<When, { kind: "always" | "never" }>;

class Guard implements Track {
  readonly mask: number;
  readonly node: number;
  readonly sentence: string;
  readonly #fold: Fold;
  readonly #when: GuardWhen;
  #begun = false;
  #broken: Decision | null = null;
  #found = "";

  constructor(watch: Watch, when: GuardWhen) {
    const forbidden = watch.mode === "event" && when.kind === "always";
    assert(!forbidden, `an event cannot hold always: ${watch.sentence}`);
    this.mask = watch.mask;
    this.node = watch.node;
    this.sentence = watch.sentence;
    this.#fold = new Fold(watch);
    this.#when = when;
  }

  see(event: TraceEvent): boolean {
    const { from, to } = this.#when;
    if (event.at > from) this.#begin();
    if (this.#broken !== null || event.at >= to) return true;
    this.#fold.next(event);
    const judged = this.#fold.watch.mode === "event" ? event.at >= from : this.#begun;
    if (!judged || !this.#wrong()) return false;
    this.#break(event.at, event.id);
    return true;
  }

  finish(end: Time): Verdict {
    if (end >= this.#when.from) this.#begin();
    if (this.#broken !== null) {
      return { passed: false, decision: this.#broken, found: this.#found };
    }
    // Nothing was seen of this window, so nothing speaks against it.
    const unseen = end < this.#when.from;
    const found = unseen ? `not judged: the run ended at ${formatDuration(end)}` : "";
    return { passed: true, decision: null, found };
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const state = this.#fold.watch.mode === "state";
    if (state && this.#wrong()) this.#break(this.#when.from, this.#fold.turned);
  }

  #wrong(): boolean {
    return this.#fold.holds !== (this.#when.kind === "always");
  }

  #break(at: Time, event: EventId | null): void {
    const what = this.#when.kind === "always" ? "broke" : "happened";
    const said = this.#fold.watch.say(this.#fold.memory);
    this.#broken = { at, event };
    this.#found = `${what} at ${formatDuration(at)}${said === "" ? "" : `: ${said}`}`;
  }
}
