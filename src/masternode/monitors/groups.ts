/**
 * To whom liveness is promised, and since when: groups of honest nodes that run undisturbed, each
 * reaching each, joined by somebody in them knowing somebody. Everything that has to happen "within
 * a time once nothing hinders it" is due to a group from then on.
 */
import type { Calm, Component } from "../../check/calm.ts";
import type { NodeFacts, RunPlan } from "../../check/invariant.ts";
import { partsOf } from "../../check/parts.ts";
import { type Address, ipOf } from "../../core/address.ts";
import { longest } from "../../core/fault.ts";
import { SECOND } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import type { Picture } from "./picture.ts";

export interface Group {
  /** Indices, rising. */
  readonly nodes: readonly number[];
  /** Since when it is what it is, and nothing hinders it. */
  readonly since: number;
  /** Nobody else that runs reaches it. */
  readonly alone: boolean;
  /** The longest way there and back, with what lossy links add. */
  readonly rtt: number;
}

interface Ban {
  readonly node: number;
  readonly ip: number;
  readonly until: number;
}

/** A link that loses segments takes this much longer, now and then: TCP sends again. */
const LOSSY = 30 * SECOND;

export class Groups {
  static readonly mask: number = kindMask("fact", "boot", "down", "stall", "fault", "command");
  /** Changes with the groups. */
  version = 0;
  /** Nothing that hinders anybody has happened in this world so far. */
  clean = true;
  #groups: readonly Group[] = [];
  readonly #plan: RunPlan;
  readonly #picture: Picture;
  readonly #calm: Calm;
  readonly #size: number;
  /** Nodes that can be held to liveness at all. */
  readonly #able: readonly boolean[];
  /** By from × size + to: has its address, in this life. */
  readonly #knows: Uint8Array;
  readonly #configured: Uint8Array;
  /** Who wants nothing of whom, for how long: bytes that a fault garbled ban honest nodes (S8). */
  #bans: readonly Ban[] = [];
  #components: readonly Component[] | null = null;
  #isStale = true;

  constructor(plan: RunPlan, picture: Picture, calm: Calm) {
    this.#plan = plan;
    this.#picture = picture;
    this.#calm = calm;
    this.#size = plan.plans.length;
    this.#able = ableOf(plan);
    this.#knows = new Uint8Array(this.#size ** 2);
    this.#configured = new Uint8Array(this.#size ** 2);
    for (const [node, { settings }] of plan.plans.entries()) {
      for (const name of (settings["dials"] ?? []) as readonly string[]) {
        this.#configured[node * this.#size + plan.index(name)] = 1;
      }
    }
  }

  get all(): readonly Group[] {
    return this.#groups;
  }

  of(node: number): Group | null {
    return this.#groups.find(({ nodes }) => nodes.includes(node)) ?? null;
  }

  /** After picture and calm have seen it. */
  see(event: TraceEvent): void {
    const { kind, node, body } = event;
    if (kind === "fact") this.#learn(event, body as Fact);
    else if (kind === "boot") {
      const from = node * this.#size;
      for (let to = 0; to < this.#size; to++) this.#knows[from + to] = 0;
      this.#forgive((ban) => ban.node === node);
    } else if (kind === "fault" || kind === "down" || kind === "stall") this.clean = false;
    else if (kind === "command") {
      const { address } = body as { readonly address?: Address };
      if (address !== undefined) this.#know(node, this.#listener(address));
    }
    this.#forgive(({ until }) => until < event.at);
    const components = this.#calm.components();
    if (components === this.#components && !this.#isStale) return;
    this.#components = components;
    this.#isStale = false;
    this.#regroup(event.at);
  }

  #learn({ node, at }: TraceEvent, fact: Fact): void {
    if (fact.type === "known") this.#know(node, this.#listener(fact.address));
    else if (fact.type === "ready") {
      this.#know(node, this.#picture.at(node).ready.get(fact.session) ?? -1);
    } else if (fact.type === "banned") {
      const until =
        fact.for === null ? Number.POSITIVE_INFINITY : at + fact.for / this.#picture.at(node).rate;
      this.#bans = [...this.#bans, { node, ip: ipOf(fact.peer), until }];
      this.#isStale = true;
    }
  }

  #forgive(isOver: (ban: Ban) => boolean): void {
    if (!this.#bans.some(isOver)) return;
    this.#bans = this.#bans.filter((ban) => !isOver(ban));
    this.#isStale = true;
  }

  #bannedBy(node: number, other: number): boolean {
    if (this.#bans.length === 0) return false;
    const { dialsFrom } = this.#plan.plans[other] as NodeFacts;
    const ips = [ipOf(this.#picture.at(other).address), dialsFrom];
    return this.#bans.some((ban) => ban.node === node && ips.includes(ban.ip));
  }

  #know(node: number, other: number): void {
    if (other < 0 || this.#isKnown(node, other)) return;
    this.#knows[node * this.#size + other] = 1;
    this.#isStale = true;
  }

  #isKnown(node: number, other: number): boolean {
    const at = node * this.#size + other;
    const isThere = this.#picture.at(other).address === this.#plan.plans[other]?.address;
    return this.#knows[at] === 1 || (this.#configured[at] === 1 && isThere);
  }

  /** Who can be found there: its host may have moved. */
  #listener(address: Address): number {
    const owner = this.#picture.owner(address);
    return owner >= 0 && this.#picture.at(owner).address === address ? owner : -1;
  }

  #regroup(at: number): void {
    const found = (this.#components ?? []).flatMap((component) => this.#split(component, at));
    const old = this.#groups;
    const next = found.map((group) => old.find((before) => same(before, group)) ?? group);
    if (next.length === old.length && next.every((group, index) => group === old[index])) return;
    this.#groups = next;
    this.version++;
  }

  /** By acquaintance, after taking out whom not everybody reaches. */
  #split(component: Component, at: number): readonly Group[] {
    const parts = partsOf(this.#clique(component), (one, other) => {
      return this.#isKnown(one, other) || this.#isKnown(other, one);
    });
    return parts.map((nodes): Group => {
      const known = this.#groups.find((group) => sameNodes(group.nodes, nodes));
      const since = Math.max(component.since, known?.since ?? at);
      const alone = component.alone && component.nodes.length === nodes.length;
      return { nodes, since, alone, rtt: known?.rtt ?? this.#rtt(nodes) };
    });
  }

  #clique({ nodes, whole }: Component): readonly number[] {
    const able = nodes.filter((node) => this.#able[node] === true && this.#keepsTime(node));
    if (whole && this.#bans.length === 0) return able;
    const open = (node: number): number =>
      able.filter((other) => other !== node && this.#isOpen(node, other)).length;
    const order = able.map((node) => [open(node), node] as const).sort(([a], [b]) => b - a);
    const clique: number[] = [];
    for (const [, node] of order) {
      if (clique.every((other) => this.#isOpen(node, other))) clique.push(node);
    }
    return clique;
  }

  #isOpen(one: number, other: number): boolean {
    if (this.#bannedBy(one, other) || this.#bannedBy(other, one)) return false;
    return this.#calm.isOpen(one, other) && this.#calm.isOpen(other, one);
  }

  /** Well enough that nobody minds (rules R2, R5, Y2). */
  #keepsTime(node: number): boolean {
    const { config } = this.#plan.plans[node] as { readonly config: Record<string, unknown> };
    const least = Math.min(
      ...["evidenceWindow", "clockTolerance", "earlyBlock", "activeWindow"].map((name) =>
        Number(config[name]),
      ),
    );
    const booted = this.#calm.bootAt(node);
    return Math.abs(this.#calm.clockAhead(node, booted)) <= least / 6;
  }

  #rtt(nodes: readonly number[]): number {
    let most = 0;
    for (const from of nodes) {
      for (const to of nodes) {
        if (from === to) continue;
        const { latency, loss } = this.#plan.link(from, to);
        most = Math.max(most, 2 * longest(latency) + (loss > 0 ? LOSSY : 0));
      }
    }
    return most + (this.#plan.exact ? 0 : this.#plan.slack);
  }
}

/** Honest, and not mistaken for others: two behind one address look alike (rule S1). */
function ableOf({ plans }: RunPlan): readonly boolean[] {
  return plans.map(({ standing, dialsFrom, address, settings }, index) => {
    if (standing !== "kept" || settings["knowsAddress"] === false) return false;
    const others = plans.filter((_, other) => other !== index);
    const ip = dialsFrom ?? ipOf(address);
    const isShared = others.some(({ dialsFrom: theirs, address: their, standing: its }) => {
      const isMasked = dialsFrom !== null || theirs !== null || its === "old";
      return isMasked && ip === (theirs ?? ipOf(their));
    });
    return !isShared;
  });
}

function sameNodes(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((node, index) => node === right[index]);
}

function same(left: Group, right: Group): boolean {
  return (
    left.since === right.since && left.alone === right.alone && sameNodes(left.nodes, right.nodes)
  );
}
