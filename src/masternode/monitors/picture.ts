/**
 * What all monitors want to know of a run at this moment, folded once for all of them: which nodes
 * run, who has a ready session with whom, whom each counts as active, its tip, gates and clock.
 * Made of trace events alone, so it is the same for real nodes.
 */
import { type Address, portOf, withPort } from "../../core/address.ts";
import type { RunPlan } from "../../check/invariant.ts";
import { SECOND } from "../../core/units.ts";
import { type GateBody, kindMask, type TraceEvent, typeOf } from "../../trace/event.ts";
import { GENESIS_TIME, type Network } from "../block.ts";
import type { Fact, FactOf } from "../facts.ts";
import { DEFAULT_PORT } from "../messages.ts";

/** One end of a connection; `peer` is the index of the node at the other, −1 if nobody knows. */
export interface End {
  peer: number;
  readonly role: "dialed" | "accepted";
  /** By whichever end, if it is known when. */
  readonly dialedAt: number;
}

export interface Gate {
  readonly open: boolean;
  readonly since: number;
  readonly values: GateBody["values"];
}

/** What one node stands at. */
export interface Standpoint {
  /** Where it listens, or as its peers agree (rule S5). */
  address: Address;
  /** Of this boot. */
  bootAt: number;
  /** Open sessions by number. */
  readonly ends: Map<number, End>;
  /** Ready sessions by number, and the index of the peer. */
  readonly ready: Map<number, number>;
  /** The same sessions, and the address that the peer has here. */
  readonly peers: Map<number, Address>;
  active: readonly Address[];
  /** Its registry: of whom it holds an entry. */
  readonly known: Set<Address>;
  /** Since when at least as many as production asks for are active; null: they are not. */
  enoughSince: number | null;
  tip: FactOf<"tip"> | null;
  /** Since when it has the height that it has. */
  heightAt: number;
  readonly gates: Map<string, Gate>;
  /** The last announcement and heartbeat it sent in any of its lives; null: never. */
  voiceAt: number | null;
  /** The message that it was given last, and the event. */
  given: unknown;
  givenAt: number;
  givenIn: number;
  /** When; the beginning of the run before any. */
  givenWhen: number;
  /** Its clock: wall time `wall` at moment `wallAt`, and how fast it runs. */
  wall: number;
  wallAt: number;
  rate: number;
}

const FACTS = [
  ...["ready", "lost", "active", "known", "removed", "tip", "broadcast", "heartbeat", "addressed"],
];
const MILLION = 1_000_000;
const NOBODY: readonly Address[] = [];

export class Picture {
  static readonly mask: number = kindMask(
    ...(["boot", "down", "clock", "dial", "opened", "closed", "close"] as const),
    ...(["refused", "deliver", "fact", "gate"] as const),
  );
  readonly nodes: readonly Standpoint[];
  /** Of the chain, Unix µs. */
  readonly genesis: number;
  /** Private addresses are no places for nodes there (rule S5). */
  readonly isMainnet: boolean;
  readonly #plan: RunPlan;
  /** Every address that a node had or seemed to have. */
  readonly #owners = new Map<Address, number>();
  /** Those that may be of several: they share a translator. */
  readonly #shared = new Set<Address>();
  /** Who dialed, by the event, until the other end is open. */
  readonly #dials = new Map<number, { readonly node: number; readonly end: End }>();
  readonly #needed: readonly number[];

  constructor(plan: RunPlan) {
    this.#plan = plan;
    const network = networkOf(plan.world);
    this.genesis = GENESIS_TIME[network] * SECOND;
    this.isMainnet = network === "mainnet";
    this.nodes = plan.plans.map(({ address, clock }) => ({
      ...{
        address,
        bootAt: 0,
        ends: new Map(),
        ready: new Map(),
        peers: new Map(),
        known: new Set(),
      },
      ...{ active: NOBODY, enoughSince: null, tip: null, heightAt: 0, gates: new Map() },
      ...{ voiceAt: null, given: null, givenAt: 0, givenIn: -1, givenWhen: 0 },
      ...{ wall: plan.epoch + clock.offset, wallAt: 0, rate: 1 + clock.drift / MILLION },
    }));
    this.#needed = plan.plans.map(({ config }) => Number(config["minimumMasternodes"]));
    for (const [index, { address }] of plan.plans.entries()) this.#owners.set(address, index);
    for (const [index, { address, dialsFrom, standing }] of plan.plans.entries()) {
      // Old nodes leave their port out.
      const written = withPort(address, DEFAULT_PORT);
      if (standing === "old" && this.#isOther(written, index)) this.#shared.add(written);
      if (dialsFrom === null) continue;
      const seen = withPort((dialsFrom * 65_536) as Address, portOf(address));
      if (this.#isOther(seen, index)) this.#shared.add(seen);
      this.#owners.set(seen, index);
    }
  }

  #isOther(address: Address, index: number): boolean {
    return (this.#owners.get(address) ?? index) !== index;
  }

  /** Index of the node at an address, −1 for a stranger's, or if it may be one of several. */
  owner(address: Address): number {
    return this.#shared.has(address) ? -1 : (this.#owners.get(address) ?? -1);
  }

  /** A node has, had or seems to have it. */
  isSomebody(address: Address): boolean {
    return this.#owners.has(address);
  }

  /** A node's wall clock, µs. */
  wallOf(node: number, at: number): number {
    const { wall, wallAt, rate } = this.at(node);
    return wall + (at - wallAt) * rate;
  }

  at(node: number): Standpoint {
    return this.nodes[node] as Standpoint;
  }

  name(node: number): string {
    return this.#plan.node(node);
  }

  see(event: TraceEvent): void {
    const one = this.nodes[event.node];
    if (one === undefined) return;
    switch (event.kind) {
      case "deliver":
        one.given = event.body;
        one.givenAt = event.id;
        one.givenIn = event.a;
        one.givenWhen = event.at;
        return;
      case "fact":
        if (FACTS.includes(typeOf(event.body))) this.#learn(one, event);
        return;
      case "gate": {
        const { gate, values } = event.body as GateBody;
        one.gates.set(gate, { open: event.a === 1, since: event.at, values });
        return;
      }
      case "boot":
        this.#own(one, event.node, event.b as Address);
        restart(one, event.at);
        return;
      case "down":
        forget(one);
        return;
      case "clock":
        one.wall = event.a;
        one.wallAt = event.at;
        one.rate = 1 + event.b / MILLION;
        return;
      default:
        this.#connect(one, event);
    }
  }

  #own(one: Standpoint, node: number, address: Address): void {
    const before = this.#owners.get(address);
    if (before !== undefined && before !== node) this.#shared.add(address);
    this.#owners.set(address, node);
    one.address = address;
  }

  #connect(one: Standpoint, { id, kind, at, node, cause, a, b, body }: TraceEvent): void {
    if (kind === "dial") {
      const end: End = { peer: this.owner(b as Address), role: "dialed", dialedAt: at };
      this.#dials.set(id, { node, end });
      one.ends.set(a, end);
    } else if (kind === "opened" && body === "accepted") {
      const dialer = this.#dials.get(cause);
      const dialedAt = dialer?.end.dialedAt ?? at;
      one.ends.set(a, { peer: dialer?.node ?? -1, role: "accepted", dialedAt });
      // Its dialer may have a session of that number from another boot by now.
      if (dialer !== undefined) dialer.end.peer = node;
      this.#dials.delete(cause);
    } else if (kind === "refused") {
      this.#dials.delete(cause);
      one.ends.delete(a);
    } else if (kind === "closed" || kind === "close") {
      one.ends.delete(a);
    }
  }

  #learn(one: Standpoint, { node, at, body }: TraceEvent): void {
    const fact = body as Fact;
    switch (fact.type) {
      case "ready": {
        const known = one.ends.get(fact.session)?.peer ?? -1;
        one.ready.set(fact.session, known < 0 ? this.owner(fact.peer) : known);
        one.peers.set(fact.session, fact.peer);
        return;
      }
      case "lost":
        one.ready.delete(fact.session);
        one.peers.delete(fact.session);
        return;
      case "active": {
        one.active = fact.set;
        const enough = fact.count >= (this.#needed[node] ?? 0);
        if (enough !== (one.enoughSince !== null)) one.enoughSince = enough ? at : null;
        return;
      }
      case "known":
        one.known.add(fact.address);
        return;
      case "removed":
        one.known.delete(fact.address);
        return;
      case "tip":
        if (fact.height !== one.tip?.height) one.heightAt = at;
        one.tip = fact;
        return;
      case "addressed":
        this.#own(one, node, fact.address);
        return;
      default:
        one.voiceAt = at;
    }
  }
}

function networkOf(world: Readonly<Record<string, unknown>>): Network {
  const { network = "testnet" } = (world["chain"] ?? {}) as { readonly network?: Network };
  return network;
}

function restart(one: Standpoint, at: number): void {
  forget(one);
  one.bootAt = at;
}

function forget(one: Standpoint): void {
  one.ends.clear();
  one.ready.clear();
  one.peers.clear();
  one.active = NOBODY;
  one.known.clear();
  one.enoughSince = null;
  one.tip = null;
  one.gates.clear();
  one.given = null;
  one.givenAt = -1;
}
