/**
 * Every handler is a pure function: each step of whole runs is taken twice, the second time on a
 * replay of what the first one read, and must answer and wish the same. States and inputs are
 * frozen all the way down, so that a handler that writes to them throws where it does.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { Bug } from "../../src/core/assert.ts";
import { type Machine, made } from "../../src/core/machine.ts";
import type { Random } from "../../src/core/random.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import type { Kit } from "../../src/kit/kit.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import type { Masternode, MasternodeCtx, State } from "../../src/masternode/state.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { runScenario } from "../../src/scenario/run.ts";

const kit = masternodeKit(nodeCrypto);
const SHIPPED = ["discovery-timeline", "stuck-at-3009", "stuck-at-3009-repaired"];

describe("every step twice", () => {
  test.each(SHIPPED)("%s", (name) => {
    const file = join(import.meta.dirname, `../../scenarios/${name}.yaml`);
    twice(readFileSync(file, "utf8"));
  });

  test("six nodes, some of them plain, one restarted, one unplugged, clocks wrong", () => {
    twice(`
      seed: 6
      until: 8m
      chain: { height: 3005, expected: 3011 }
      link: { latency: { exponential: 60ms, min: 5ms }, loss: 0.02 }
      nodes:
        A: { address: 203.0.113.10, dials: [B, C] }
        B: { address: 203.0.113.11, dials: [A], start: 1s, clock: { offset: 2s, drift: 80 } }
        C: { address: 203.0.113.12, dials: [B], start: 2s, height: 3002 }
        D: { address: 203.0.113.13, dials: [C], start: 3s, masternode: false }
        E: { address: 203.0.113.14, dials: [D], start: 9s, knowsAddress: false, disk: { delay: 8ms } }
        F: { address: 203.0.113.15, dials: [E, A], start: 20s, tier: Gold }
      events:
        - { at: 40s, kill: B }
        - { at: 55s, restart: B }
        - { at: 70s, power-loss: C }
        - { at: 200s, restart: C }
        - { at: 90s, disk: { node: A, full: true } }
        - { at: 95s, corrupt: { from: A, to: all, message: Ping, chance: 0.5 }, for: 1m }
        - { at: 4m, partition: [[A, B]], for: 70s }
    `);
  });
});

/** Also proves that the copied draws are those of the real streams: the digest is the same. */
function twice(text: string): void {
  const scenario = loadScenario(kit, text, "purity");
  const digest = (played: Kit<Masternode>): string => {
    const run = runScenario(played, scenario, { level: "digest", guard: true });
    expect(run.summary.crash).toBe(null);
    return run.summary.digest;
  };
  let steps = 0;
  const profiles = kit.profiles.map((profile) => {
    return { ...profile, machine: doubled(profile.machine, () => steps++) };
  });
  expect(digest({ ...kit, profiles })).toBe(digest(kit));
  expect(steps).toBeGreaterThan(150);
}

function doubled(machine: Machine<Masternode>, count: () => void): Machine<Masternode> {
  const both = (ctx: MasternodeCtx, step: (ctx: MasternodeCtx) => State): State => {
    count();
    const first = new Recording(ctx, null);
    const state = step(first);
    const second = new Recording(ctx, first);
    const again = step(second);
    if (!isDeepStrictEqual(again, state)) throw new Bug("another state the second time");
    if (!isDeepStrictEqual(second.wishes, first.wishes)) throw new Bug("other wishes");
    if (second.drawn !== first.numbers.length) throw new Bug("other draws");
    return state;
  };
  return {
    name: machine.name,
    kinds: machine.kinds,
    init: (config, files, ctx) => both(ctx, (seen) => machine.init(config, files, seen)),
    step: (state, input, ctx) => both(ctx, (seen) => machine.step(state, input, seen)),
  };
}

/** Passes everything on and writes it down; or, given such notes, passes nothing on. */
class Recording implements MasternodeCtx {
  readonly wishes: unknown[] = [];
  readonly numbers: number[] = [];
  readonly dials: number[] = [];
  drawn = 0;
  readonly #ctx: MasternodeCtx;
  readonly #notes: Recording | null;

  constructor(ctx: MasternodeCtx, notes: Recording | null) {
    this.#ctx = ctx;
    this.#notes = notes;
  }

  get self() {
    return this.#ctx.self;
  }

  get wall() {
    return this.#ctx.wall;
  }

  get uptime() {
    return this.#ctx.uptime;
  }

  random(label: string): Random {
    return drawing(() => {
      const number = this.#notes?.numbers[this.drawn] ?? this.#ctx.random(label).uint32();
      this.drawn++;
      this.numbers.push(number);
      return number;
    });
  }

  dial(...args: Parameters<MasternodeCtx["dial"]>) {
    const session = this.#notes?.dials[this.dials.length] ?? this.#ctx.dial(...args);
    this.dials.push(session);
    this.wishes.push(["dial", ...args]);
    return session as ReturnType<MasternodeCtx["dial"]>;
  }

  send(...args: Parameters<MasternodeCtx["send"]>): void {
    this.#wish("send", args, () => this.#ctx.send(...args));
  }

  close(...args: Parameters<MasternodeCtx["close"]>): void {
    this.#wish("close", args, () => this.#ctx.close(...args));
  }

  setTimer(...args: Parameters<MasternodeCtx["setTimer"]>): void {
    this.#wish("setTimer", args, () => this.#ctx.setTimer(...args));
  }

  cancelTimer(...args: Parameters<MasternodeCtx["cancelTimer"]>): void {
    this.#wish("cancelTimer", args, () => this.#ctx.cancelTimer(...args));
  }

  save(...args: Parameters<MasternodeCtx["save"]>): void {
    const [file, value, strength] = args;
    this.#wish("save", [file, made(value), strength], () => this.#ctx.save(...args));
  }

  emit(...args: Parameters<MasternodeCtx["emit"]>): void {
    this.#wish("emit", args, () => this.#ctx.emit(...args));
  }

  gate(...args: Parameters<MasternodeCtx["gate"]>): boolean {
    this.#wish("gate", args, () => this.#ctx.gate(...args));
    return args[1];
  }

  #wish(name: string, args: readonly unknown[], act: () => void): void {
    this.wishes.push([name, ...args]);
    if (this.#notes === null) act();
  }
}

/** The draws of core/random.ts over another source of numbers. */
function drawing(uint32: () => number): Random {
  const below = (bound: number): number => {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let number = uint32();
    while (number >= limit) number = uint32();
    return number % bound;
  };
  return {
    uint32,
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (probability) => uint32() < probability * 2 ** 32,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    shuffle: (items) => {
      const mixed = items.slice();
      for (let last = mixed.length - 1; last > 0; last--) {
        const other = below(last + 1);
        [mixed[last], mixed[other]] = [mixed[other] as never, mixed[last] as never];
      }
      return mixed;
    },
  };
}
