/**
 * Directed links between hosts: their profile, and the counters that give the n-th message of a
 * kind its luck. A counter belongs to the link and survives redials. Links appear when first used
 * and never change, so forks share them; all counters of a world are one array.
 */
import type { LinkProfile } from "../core/fault.ts";
import { BASE_LATENCY, LATENCY, LOSS, type Luck, nameHash, RULE } from "../core/luck.ts";
import { sample } from "./latency.ts";

export interface Link {
  readonly from: number;
  readonly to: number;
  /** Hash of `from>to` by names. */
  readonly hash: number;
  readonly profile: LinkProfile;
  /** The draw behind a `per-link` latency. */
  readonly fixedDraw: number;
  /** Where its counters stand, one a kind. */
  readonly counters: number;
}

const LINKS_FIRST = 64;

export class Links {
  readonly #luck: Luck;
  readonly #names: readonly string[];
  readonly #kinds: number;
  readonly #profile: (from: number, to: number) => LinkProfile;
  #links = new Map<number, Link>();
  #counters: Int32Array;

  constructor(
    luck: Luck,
    names: readonly string[],
    kinds: number,
    profile: (from: number, to: number) => LinkProfile,
  ) {
    this.#luck = luck;
    this.#names = names;
    this.#kinds = kinds;
    this.#profile = profile;
    this.#counters = new Int32Array(LINKS_FIRST * kinds);
  }

  get(from: number, to: number): Link {
    const key = from * this.#names.length + to;
    const known = this.#links.get(key);
    if (known !== undefined) return known;
    const hash = nameHash(`${this.#names[from]}>${this.#names[to]}`);
    const counters = this.#links.size * this.#kinds;
    if (counters === this.#counters.length) this.#grow();
    const link: Link = {
      from,
      to,
      hash,
      profile: this.#profile(from, to),
      fixedDraw: this.#luck.draw(BASE_LATENCY, hash, 0, 0),
      counters,
    };
    this.#links.set(key, link);
    return link;
  }

  fork(): Links {
    const twin = new Links(this.#luck, this.#names, this.#kinds, this.#profile);
    twin.#links = new Map(this.#links);
    twin.#counters = this.#counters.slice();
    return twin;
  }

  /** How many of this kind went before. */
  count(link: Link, kind: number): number {
    return this.#counters[link.counters + kind] as number;
  }

  /** The same, and one more from now on. */
  next(link: Link, kind: number): number {
    const n = this.count(link, kind);
    this.#counters[link.counters + kind] = n + 1;
    return n;
  }

  /** One-way delay of the n-th message of a kind. */
  latency(link: Link, profile: LinkProfile, kindHash: number, n: number): number {
    const fixed = profile.drawn === "per-link";
    const draw = fixed ? link.fixedDraw : this.#luck.draw(LATENCY, link.hash, kindHash, n);
    return sample(profile.latency, draw);
  }

  /** How many times in a row the n-th message of a kind is lost before it gets through. */
  losses(link: Link, chance: number, kindHash: number, n: number): number {
    let lost = 0;
    while (lost < LOSSES_MAX) {
      const draw = this.#luck.unit(LOSS, link.hash + Math.imul(lost, 0x9e3779b9), kindHash, n);
      if (draw >= chance) break;
      lost++;
    }
    return lost;
  }

  /** Whether the n-th message of a kind meets a rule of that chance. */
  meets(link: Link, rule: number, chance: number, kindHash: number, n: number): boolean {
    return this.#luck.unit(RULE, link.hash + Math.imul(rule + 1, 0x85ebca6b), kindHash, n) < chance;
  }

  #grow(): void {
    const longer = new Int32Array(2 * this.#counters.length);
    longer.set(this.#counters);
    this.#counters = longer;
  }
}

/** Linux gives up a segment after 15 retransmissions. */
const LOSSES_MAX = 15;
