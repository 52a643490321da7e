/**
 * How disturbed a world is, folded from what its trace tells: who runs, which ways are open, and
 * since when nothing has changed about that. What has to happen "once nothing hinders it" is due
 * from then on, whenever that is and whatever came before.
 */
import { coverage, isClosing } from "../core/coverage.ts";
import type { Fault, LinkFault } from "../core/fault.ts";
import { SECOND, type Time } from "../core/units.ts";
import { kindMask, type TraceEvent } from "../trace/event.ts";
import type { NodeFacts, RunPlan } from "./invariant.ts";
import { partsOf } from "./parts.ts";

/** Running nodes that reach each other, directly or through others among them. */
export interface Component {
  /** Indices, rising. */
  readonly nodes: readonly number[];
  /** Every way between two of them is open and as good as before any fault. */
  readonly whole: boolean;
  /** Others that run reach them, or are reached by them, however badly. */
  readonly alone: boolean;
  /** Since when nothing changed about them, their ways, or whoever they can hear. */
  readonly since: Time;
}

/** A way from one node to another: as before any fault, worse, or closed. */
const OPEN = 0;
const WORSE = 1;
const CLOSED = 2;

interface Part {
  up: boolean;
  stalled: boolean;
  /** What has to be on its disk first, it says late. */
  slow: boolean;
  /** Its host has another address than people know it by. */
  moved: boolean;
  bootAt: Time;
  /** The last change of its own: booted, went on, clock set, disk changed. */
  since: Time;
  /** Its wall clock minus true time, µs, at `wallAt`; and its drift in ppm. */
  ahead: number;
  wallAt: Time;
  drift: number;
}

interface Rule {
  readonly text: string;
  readonly fault: LinkFault;
}

const MILLION = 1_000_000;
/** A disk that takes longer is a hindrance: a node sends nothing until its numbers are durable. */
const SLOW = SECOND;

export class Calm {
  static readonly mask: number = kindMask(
    ...(["boot", "down", "stall", "clock", "fault", "lift"] as const),
  );
  readonly #plan: RunPlan;
  readonly #parts: readonly Part[];
  readonly #size: number;
  #rules: readonly Rule[] = [];
  /** By from × size + to. */
  #ways: Uint8Array;
  /** By pair, both ways round: when something about it changed last. */
  readonly #since: Float64Array;
  #components: readonly Component[] | null = null;

  constructor(plan: RunPlan) {
    this.#plan = plan;
    this.#size = plan.plans.length;
    this.#parts = plan.plans.map((node) => firstPart(node));
    this.#ways = new Uint8Array(this.#size * this.#size);
    this.#since = new Float64Array(this.#size * this.#size);
  }

  see(event: TraceEvent): void {
    const part = this.#parts[event.node];
    switch (event.kind) {
      case "boot":
        if (part === undefined) return;
        part.up = true;
        part.stalled = false;
        part.moved = false;
        part.bootAt = event.at;
        return this.#stirred(event.node, part, event.at);
      case "down":
        if (part === undefined) return;
        part.up = false;
        part.stalled = false;
        return this.#stirred(event.node, part, event.at);
      case "stall":
        if (part === undefined) return;
        part.stalled = event.a === 1;
        return this.#stirred(event.node, part, event.at);
      case "clock":
        if (part !== undefined) this.#clock(event, part);
        return;
      case "fault":
        return this.#fault(event, part);
      case "lift":
        return this.#lift(event.body as LinkFault, event.at);
      default:
    }
  }

  /** Its process runs and does not stand still. */
  isUp(node: number): boolean {
    const part = this.#parts[node];
    return part?.up === true && !part.stalled;
  }

  /** When it booted last. */
  bootAt(node: number): Time {
    return this.#part(node).bootAt;
  }

  /** How far its wall clock is ahead of true time at a moment, µs; negative: behind. */
  clockAhead(node: number, at: Time): number {
    const { ahead, wallAt, drift } = this.#part(node);
    return ahead + ((at - wallAt) * drift) / MILLION;
  }

  hasMoved(node: number): boolean {
    return this.#part(node).moved;
  }

  /** Nothing gets from one to the other while it lasts. */
  isClosed(from: number, to: number): boolean {
    return this.#ways[from * this.#size + to] === CLOSED;
  }

  /** No fault is on the way from one to the other. */
  isOpen(from: number, to: number): boolean {
    return this.#ways[from * this.#size + to] === OPEN;
  }

  /**
   * Since when bytes between two hosts get through as before any fault, both ways; null while they
   * do not. Hosts count whose process has ended: their kernels answer.
   */
  freeSince(one: number, other: number): Time | null {
    if (!this.isOpen(one, other) || !this.isOpen(other, one)) return null;
    const [left, right] = [this.#part(one), this.#part(other)];
    if (left.stalled || right.stalled || left.moved || right.moved) return null;
    const pair = this.#since[one * this.#size + other] as number;
    return Math.max(pair, left.since, right.since) as Time;
  }

  /** Of a node; null of one that does not run, whose host has moved, or whose disk is slow. */
  of(node: number): Component | null {
    return this.components().find(({ nodes }) => nodes.includes(node)) ?? null;
  }

  /** By their first node. The same reference while nothing changes. */
  components(): readonly Component[] {
    this.#components ??= this.#found();
    return this.#components;
  }

  #part(node: number): Part {
    return this.#parts[node] as Part;
  }

  /** Whoever can hear it is disturbed as well. */
  #stirred(node: number, part: Part, at: Time): void {
    part.since = at;
    this.#components = null;
    const size = this.#size;
    for (let other = 0; other < size; other++) {
      const [there, back] = [node * size + other, other * size + node];
      if (this.#ways[there] === CLOSED && this.#ways[back] === CLOSED) continue;
      this.#since[there] = at;
      this.#since[back] = at;
    }
  }

  #clock(event: TraceEvent, part: Part): void {
    const ahead = event.a - event.at - this.#plan.epoch;
    const changed = Math.abs(ahead - this.clockAhead(event.node, event.at)) > 1;
    const drifts = event.b !== part.drift;
    part.ahead = ahead;
    part.wallAt = event.at;
    part.drift = event.b;
    if (changed || drifts) this.#stirred(event.node, part, event.at);
  }

  #fault(event: TraceEvent, part: Part | undefined): void {
    const fault = event.body as Fault;
    switch (fault.do) {
      case "disk":
        if (part === undefined) return;
        if (fault.delay !== undefined) part.slow = fault.delay > SLOW;
        return this.#stirred(event.node, part, event.at);
      case "move":
        if (part === undefined) return;
        part.moved = true;
        return this.#stirred(event.node, part, event.at);
      case "reset":
        for (const name of fault.between) this.#stirNamed(name, event.at);
        return;
      case "stop":
      case "kill":
      case "power-loss":
      case "restart":
      case "hang":
      case "pause":
      case "clock":
      case "heal":
        // What they do has events of its own.
        return;
      default:
        // A flapping link says so each time it goes down.
        this.#rules = [...this.#rules, { text: JSON.stringify(fault), fault }];
        return this.#rewayed(event.at);
    }
  }

  #lift(fault: LinkFault, at: Time): void {
    const text = JSON.stringify(fault);
    const last = this.#rules.findLastIndex((rule) => rule.text === text);
    if (last < 0) return;
    this.#rules = this.#rules.toSpliced(last, 1);
    this.#rewayed(at);
  }

  #stirNamed(name: string, at: Time): void {
    const node = this.#plan.index(name);
    this.#stirred(node, this.#part(node), at);
  }

  /** All ways anew; those that are not as they were have changed now. */
  #rewayed(at: Time): void {
    const size = this.#size;
    const ways = new Uint8Array(size * size);
    for (const { fault } of this.#rules) this.#apply(fault, ways);
    for (let from = 0; from < size; from++) {
      for (let to = 0; to < size; to++) {
        if (ways[from * size + to] === this.#ways[from * size + to]) continue;
        this.#since[from * size + to] = at;
        this.#since[to * size + from] = at;
      }
    }
    this.#ways = ways;
    this.#components = null;
  }

  #apply(fault: LinkFault, ways: Uint8Array): void {
    const size = this.#size;
    const covers = coverage(fault, this.#plan.nodes);
    const level = isClosing(fault) ? CLOSED : WORSE;
    for (let from = 0; from < size; from++) {
      for (let to = 0; to < size; to++) {
        if (!covers(from, to)) continue;
        ways[from * size + to] = Math.max(ways[from * size + to] as number, level);
      }
    }
  }

  #found(): readonly Component[] {
    const able = [...this.#parts.keys()].filter((node) => {
      return this.isUp(node) && !this.hasMoved(node) && !this.#part(node).slow;
    });
    const parts = partsOf(able, (one, other) => {
      return this.isOpen(one, other) && this.isOpen(other, one);
    });
    return parts.map((nodes) => this.#component(nodes));
  }

  #component(nodes: readonly number[]): Component {
    let since = 0;
    let whole = true;
    let alone = true;
    for (const node of nodes) {
      since = Math.max(since, this.#part(node).since);
      for (let other = 0; other < this.#size; other++) {
        if (other === node) continue;
        since = Math.max(since, this.#since[node * this.#size + other] as number);
        if (nodes.includes(other)) whole &&= this.isOpen(node, other);
        else if (this.#parts[other]?.up === true) alone &&= this.#isApart(node, other);
      }
    }
    return { nodes, whole, alone, since: since as Time };
  }

  #isApart(one: number, other: number): boolean {
    return this.isClosed(one, other) && this.isClosed(other, one);
  }
}

function firstPart({ clock, disk }: NodeFacts): Part {
  return {
    up: false,
    stalled: false,
    slow: disk.delay > SLOW,
    moved: false,
    bootAt: 0 as Time,
    since: 0 as Time,
    ahead: clock.offset,
    wallAt: 0 as Time,
    drift: clock.drift,
  };
}
