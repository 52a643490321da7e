/** What monitors of rules have in common: the picture, and what they complain of, once a kind. */
import { Breaches, type Sight } from "../../check/breaches.ts";
import type { Calm } from "../../check/calm.ts";
import type {
  Complaint,
  InvariantSpec,
  Monitor,
  NodeFacts,
  RunPlan,
} from "../../check/invariant.ts";
import { ipOf } from "../../core/address.ts";
import type { Crypto } from "../../core/capabilities.ts";
import type { Time } from "../../core/units.ts";
import type { TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import type { PublicKey } from "../messages.ts";
import type { Even } from "./even.ts";
import type { Groups } from "./groups.ts";
import type { Ledger } from "./ledger.ts";
import type { Picture } from "./picture.ts";

/** What a monitor is made of. */
export interface Scene {
  readonly plan: RunPlan;
  /** Up to date whenever a monitor sees an event. */
  readonly picture: Picture;
  /** Likewise. */
  readonly ledger: Ledger;
  /** Likewise. */
  readonly even: Even;
  readonly calm: Calm;
  readonly groups: Groups;
  readonly crypto: Crypto;
  /** Of nodes that have only a name; of those on their own another, and nobody's. */
  readonly keys: readonly PublicKey[];
}

/** Promises that one monitor watches. */
export interface Rules {
  readonly specs: Readonly<Record<string, InvariantSpec>>;
  /** Facts that mean something to it; left out: all. Others it need not be shown. */
  readonly facts?: readonly Fact["type"][];
  make(scene: Scene): Monitor;
}

export abstract class RuleMonitor implements Monitor {
  abstract readonly mask: number;
  protected readonly plan: RunPlan;
  protected readonly picture: Picture;
  protected readonly calm: Calm;
  protected readonly even: Even;
  protected readonly ledger: Ledger;
  protected readonly crypto: Crypto;
  protected readonly keys: readonly PublicKey[];
  /** The plan's, in µs. */
  protected readonly slack: number;
  protected readonly nobodyLies: boolean;
  readonly #breaches = new Breaches();

  constructor({ plan, picture, calm, even, ledger, crypto, keys }: Scene) {
    this.plan = plan;
    this.picture = picture;
    this.calm = calm;
    this.even = even;
    this.ledger = ledger;
    this.crypto = crypto;
    this.keys = keys;
    this.slack = plan.slack;
    this.nobodyLies = plan.plans.every(({ standing }) => standing !== "adversary");
  }

  abstract see(event: TraceEvent): void;

  finish(_end: Time): readonly Complaint[] {
    return this.#breaches.all();
  }

  /** Everything is promised to it, and it is held to everything. */
  protected isKept(node: number): boolean {
    return this.plan.plans[node]?.standing === "kept";
  }

  protected isAdversary(node: number): boolean {
    return this.plan.plans[node]?.standing === "adversary";
  }

  protected isMasternode(node: number): boolean {
    return this.plan.plans[node]?.settings["masternode"] !== false;
  }

  /** It dials from where it listens, and nobody else from there: others can tell who it is. */
  protected hasOwnIp(node: number): boolean {
    const { plans } = this.plan;
    const own = plans[node];
    if (own?.dialsFrom !== null) return false;
    const ip = ipOf(own.address);
    return plans.every((other, index) => {
      return index === node || (ipOf(other.address) !== ip && other.dialsFrom !== ip);
    });
  }

  /** Of each node one, as it is at the start. */
  protected perNode<T>(make: (facts: NodeFacts, node: number) => T): T[] {
    return this.plan.plans.map(make);
  }

  /** A constant as the node should have it. */
  protected constant(node: number, name: string): number {
    return Number(this.plan.plans[node]?.config[name]);
  }

  /** From when on by its wall clock a node takes a block of that height (rule Y2). */
  protected takenFrom(node: number, height: number): number {
    const slot = this.picture.genesis + height * this.constant(node, "slot");
    return slot - this.constant(node, "earlyBlock");
  }

  /** Only the first of a kind is told. */
  protected breach(invariant: string, witness: string, seen: Sight, text: () => string): void {
    this.#breaches.add(invariant, witness, seen, text);
  }
}
