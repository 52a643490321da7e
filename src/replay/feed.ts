/**
 * Feeds the recorded inputs of each node through its machine, without any world, and compares what
 * the machine asks for with what it asked for then. So the record of one node, simulated or real,
 * replays alone. Its one rule: it writes the whole trace again through the runtime's own recorder,
 * event by event; what the world did is copied, what a node did must come from its machine.
 */
import type { Address } from "../core/address.ts";
import { must, StepFailed } from "../core/assert.ts";
import type { Machine, Protocol } from "../core/machine.ts";
import type { Duration, Time, UnixMicros } from "../core/units.ts";
import { startClock, uptimeAt } from "../runtime/clock.ts";
import { nodeStreams } from "../runtime/streams.ts";
import { type Difference, sameEvent } from "../trace/diff.ts";
import {
  EVERY_KIND,
  type EventId,
  type FileBody,
  KIND,
  type KindName,
  NO_CAUSE,
  type TraceEvent,
} from "../trace/event.ts";
import { Recorder } from "../trace/recorder.ts";
import type { Trace } from "../trace/trace.ts";
import { Actor } from "./actor.ts";
import { type Armed, Dues } from "../runtime/due.ts";
import { type Ground, ReplayPort, type Saving } from "./port.ts";

export interface FeedOptions<P extends Protocol> {
  /** From its first event on. */
  readonly trace: Trace;
  readonly cut: boolean;
  /** What each node of the header runs. */
  readonly machines: readonly { readonly machine: Machine<P>; readonly config: P["config"] }[];
  /** Only this one is fed, the others are the world; null: all are fed. */
  readonly node: number | null;
  /** A file that a real node found when it booted, from what its record says of it. */
  readonly found?: (body: unknown) => FileBody;
}

/** A difference, and in words what this version had instead where it is no event. */
export interface Fed {
  readonly difference: Difference | null;
  readonly why: string;
  readonly equal: number;
  /** Over all that was written again. */
  readonly digest: string;
  /** Of a fed node, the last state of its machine; of others undefined. */
  readonly state: (node: number) => unknown;
}

const INPUTS: ReadonlySet<KindName> = new Set([
  ...["opened", "refused", "deliver", "garbled", "closed", "timer", "command", "saved"],
] as KindName[]);
const WISHES: ReadonlySet<KindName> = new Set([
  ...["dial", "send", "close", "save", "fact", "gate", "crash"],
] as KindName[]);
/** What a boot is followed by before the machine runs. */
const BOOTING: ReadonlySet<KindName> = new Set(["clock", "aside", "read"] as KindName[]);

/** `tick` hears of each recorded event that is taken. */
export function feed<P extends Protocol>(
  options: FeedOptions<P>,
  tick: (event: TraceEvent) => void = () => {},
): Fed {
  const feeding = new Feeding(options);
  for (const event of options.trace.events()) {
    tick(event);
    if (!feeding.take(event)) break;
  }
  return feeding.end();
}

class Feeding<P extends Protocol> {
  readonly #options: FeedOptions<P>;
  readonly #recorder = new Recorder({ level: "digest" });
  readonly #actors = new Map<number, Actor<P>>();
  readonly #ground: Ground;
  readonly #dues = new Dues();
  /** Sends of fed nodes that a save holds back. */
  readonly #held = new Set<EventId>();
  /** Of incarnations that have ended. */
  readonly #last = new Map<number, unknown>();
  /** Values of saves by their event, for later boots. */
  readonly #saved = new Map<EventId, Saving>();
  #booting: { readonly boot: TraceEvent; readonly actor: Actor<P> } | null = null;
  #copying = false;
  #difference: Difference | null = null;
  #equal = 0;
  #why = "";

  constructor(options: FeedOptions<P>) {
    this.#options = options;
    this.#recorder.listen({ mask: EVERY_KIND, see: (event) => this.#see(event) });
    this.#ground = {
      streams: nodeStreams(options.trace.header.seed),
      dues: this.#dues,
      left: (send) => this.#left(send),
      saved: (saving) => this.#saved.set(saving.cause, saving),
      outdated: (save) => this.#saved.delete(save),
    };
  }

  /** False once a difference is found. */
  take(event: TraceEvent): boolean {
    const { boot, actor } = this.#booting ?? {};
    if (boot !== undefined && !(BOOTING.has(event.kind) && event.cause === boot.id)) {
      this.#booting = null;
      this.#step(() => actor?.start(boot.id));
    }
    if (event.id < this.#recorder.count || this.#difference !== null) return this.#goesOn();
    this.#checkDue(event.at, event);
    if (this.#difference === null) this.#handle(event);
    return this.#goesOn();
  }

  end(): Fed {
    const { boot, actor } = this.#booting ?? {};
    if (boot !== undefined) this.#step(() => actor?.start(boot.id));
    this.#checkDue(this.#options.trace.footer.virtual, null);
    const equal = this.#equal;
    const { digest } = this.#recorder;
    const state = (node: number): unknown => {
      return this.#actors.get(node)?.state ?? this.#last.get(node);
    };
    return { difference: this.#difference, why: this.#why, equal, digest, state };
  }

  #goesOn(): boolean {
    return this.#difference === null;
  }

  #isFed(node: number): boolean {
    const { node: only, machines } = this.#options;
    return node >= 0 && node < machines.length && (only === null || only === node);
  }

  #handle(event: TraceEvent): void {
    const { kind, node } = event;
    if (!this.#isFed(node)) return this.#copy(event);
    if (WISHES.has(kind)) return this.#differs(event, null, "its step asks for nothing more");
    const untaken = kind === "command" && event.a === 1;
    if (INPUTS.has(kind) && !untaken) return this.#feed(event);
    // A session that ends gives up what was held for it, before the machine is told.
    const own = kind === "drop" && this.#actors.has(node) && this.#held.has(event.cause);
    if (own) return this.#feed(this.#after(event));
    this.#copy(event);
    this.#apply(event, this.#actors.get(node));
  }

  /** What the world does to a node. */
  #apply(event: TraceEvent, actor: Actor<P> | undefined): void {
    const { kind, at, a, b, body } = event;
    if (kind === "boot") this.#boot(event);
    else if (actor === undefined) return;
    else if (kind === "clock") {
      const isBoot = event.cause === this.#booting?.boot.id;
      const uptime = isBoot ? (0 as Time) : uptimeAt(actor.port.clock, at);
      actor.port.clock = { at, wall: a as UnixMicros, uptime, drift: b };
    } else if (kind === "read") {
      const { found: read = (told: unknown) => told as FileBody } = this.#options;
      const found = a === NO_CAUSE ? read(body) : this.#saved.get(a);
      if (found === undefined) this.#differs(event, null, "it saved nothing there");
      else if (actor.files !== null) actor.files[found.file] = found.value;
    } else if (kind === "stall") {
      actor.stalled = a === 1;
      if (!actor.stalled) actor.port.resume(at);
    } else if (kind === "down") {
      actor.port.end();
      this.#last.set(event.node, actor.state);
      this.#actors.delete(event.node);
    }
  }

  #boot(event: TraceEvent): void {
    const { node: index, a: incarnation, b, at } = event;
    const { header } = this.#options.trace;
    this.#actors.get(index)?.port.end();
    const { machine, config } = must(this.#options.machines[index], `machine of node ${index}`);
    const clock = { ...startClock(header.epoch, 0 as Duration, 0), at };
    const name = header.nodes[index]?.name ?? "";
    const port = new ReplayPort<P>(this.#ground, index, name, incarnation, clock);
    const place = { self: b as Address, index, port, recorder: this.#recorder };
    const actor = new Actor<P>({ machine, config, ...place, guard: false });
    this.#actors.set(index, actor);
    this.#booting = { boot: event, actor };
  }

  #feed(event: TraceEvent): void {
    const actor = this.#actors.get(event.node);
    if (actor === undefined) return this.#differs(event, null, "no process runs that could");
    const wanted = actor.expects(event, this.#options.trace);
    if (wanted === null) return this.#differs(event, null, "it waits for no such thing");
    if (!sameEvent(event, wanted)) return this.#differs(event, wanted, "");
    this.#step(() => actor.feed(event));
    if (this.#difference !== null || this.#recorder.count > event.id) return;
    this.#differs(event, null, "it has closed that session");
  }

  #step(work: () => void): void {
    try {
      work();
    } catch (error) {
      // The crash was recorded, and compared, like everything else.
      if (!(error instanceof StepFailed)) throw error;
    }
  }

  /** Whatever a machine makes happen comes by here as it happens. */
  #see(event: TraceEvent): void {
    const { node } = this.#options;
    if (this.#difference === null && (node === null || event.node === node)) this.#equal++;
    if (this.#copying || this.#difference !== null) return;
    const recorded = this.#options.trace.event(event.id);
    if (recorded === null && this.#options.cut) return;
    if (recorded === null || !sameEvent(recorded, event)) this.#differs(recorded, event, "");
    if (event.kind === "send") this.#held.add(event.id);
    if (event.kind === "drop") this.#held.delete(event.cause);
  }

  /** The world may drop a message at once, within the step that sent it; and its double as well. */
  #left(send: EventId): void {
    this.#held.delete(send);
    for (;;) {
      const next = this.#options.trace.event(this.#recorder.count);
      if (next?.kind !== "drop" || next.cause !== send) return;
      this.#copy(next);
    }
  }

  #copy({ at, node, kind, cause, a, b, body }: TraceEvent): void {
    this.#copying = true;
    this.#recorder.record(at, node, KIND[kind], cause, a, b, body);
    this.#copying = false;
  }

  /** The input that the drops before it belong to. */
  #after(drop: TraceEvent): TraceEvent {
    let next: TraceEvent | null = drop;
    while (next?.kind === "drop") next = this.#options.trace.event(next.id + 1);
    return next ?? drop;
  }

  /** A simulated timer that did not fire when it should have. A real one may be late. */
  #checkDue(at: number, event: TraceEvent | null): void {
    if (this.#difference !== null || this.#options.trace.header.origin !== "sim") return;
    for (let armed = this.#dues.before(at); armed !== null; armed = this.#dues.before(at)) {
      // It waits until its process moves again.
      if (this.#actors.get(armed.node)?.stalled === true) this.#dues.remove(armed);
      else return this.#differs(event, missing(armed, this.#recorder.count), "");
    }
  }

  #differs(one: TraceEvent | null, other: TraceEvent | null, why: string): void {
    const index = one?.id ?? other?.id ?? this.#recorder.count;
    if (this.#difference === null && this.#recorder.count > index) this.#equal--;
    this.#difference ??= { index, one, other };
    this.#why ||= why;
  }
}

function missing({ node, timer, key, cause, due }: Armed, id: EventId): TraceEvent {
  const isNumber = typeof key === "number";
  const body = isNumber || key === "" ? timer : `${timer}/${key}`;
  const [a, b] = isNumber ? [1, key] : [0, 0];
  return { id, at: due as Time, node, kind: "timer", cause, a, b, body };
}
