/**
 * What strangers make a node remember is bounded (rules S7, S8, H3, Q2). Hundreds of them call,
 * each from an ip of its own, say too much too early, introduce themselves or not, tell of things
 * that are not there, and go. After the first hundreds the node weighs what it will weigh.
 */
import { expect, test } from "vitest";
import { type Address, address, formatIp } from "../../src/core/address.ts";
import { must } from "../../src/core/assert.ts";
import type { SessionId, TimerKey } from "../../src/core/machine.ts";
import { type Random, randomFrom } from "../../src/core/random.ts";
import type { Duration, Time, UnixMicros } from "../../src/core/units.ts";
import { SECOND } from "../../src/core/units.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import type { Config } from "../../src/masternode/config.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { createMachine, repaired } from "../../src/masternode/machine.ts";
import type { Message } from "../../src/masternode/messages.ts";
import type { Masternode, State, TimerName } from "../../src/masternode/state.ts";
import { NodeRuntime } from "../../src/runtime/node.ts";
import type { Port } from "../../src/runtime/port.ts";
import { compile } from "../../src/scenario/compile.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { Recorder } from "../../src/trace/recorder.ts";

const SELF = address(0xcb_00_71_0a, 24_100);

test("after five hundred strangers a node weighs what it weighs after three times as many", () => {
  const lone = new Lone(configOf());
  const random = randomFrom("strangers");
  const weights = [500, 1_500].map((until) => {
    while (lone.called < until) call(lone, random);
    return weightOf(lone.state);
  });
  const [first = 0, last = 0] = weights;
  expect(first).toBeGreaterThan(1_000);
  expect(last).toBeLessThan(first * 1.05);
  expect(lone.state.sessions.size).toBeLessThanOrEqual(lone.state.config.dialsMax);
  expect(lone.timers.size).toBeLessThan(2 * lone.state.config.candidatesMax);
});

/** Small bounds, so that they are reached. */
function configOf(): Config {
  const kit = masternodeKit(nodeCrypto);
  const text = `
    until: 1s
    config:
      candidatesMax: 100
      violatorsMax: 30
      heldMax: 30
      prunedMax: 30
      pruneDelay: 1m
      neverSeenMax: 2m
      removeAfter: 2m
    nodes: { A: { address: 203.0.113.10 } }
  `;
  const scenario = loadScenario(kit, text, "bounded");
  const recorder = new Recorder({ level: "none" });
  const { seed } = scenario;
  const options = { seed, profile: "repaired", recorder, guard: false, wire: "objects" } as const;
  return must(compile(kit, scenario, options).options.nodes[0], "A").config;
}

/** One stranger. */
function call(lone: Lone, random: Random): void {
  const remote = stranger(random);
  const { node } = lone;
  const session = lone.accept(remote);
  const say = (message: Message): boolean => node.deliver(session, message, -1);
  for (let n = 0; n < 20; n++) say({ type: "GetBlockHash", height: n });
  if (random.below(4) > 0) say(handshake(random));
  const addresses = Array.from({ length: 64 }, () => formatIp(stranger(random)));
  say({ type: "PeersResponse", addresses });
  say({ type: "Tip", height: random.below(1_000_000), hash: hex(random, 32) });
  say({ type: "HeartbeatBroadcast", heartbeat: heartbeat(random) });
  const line = { rewardAddress: "TIME0", tier: "Free", publicKey: hex(random, 32) } as const;
  const entries = addresses.map((told) => ({ address: told, ...line }));
  say({ type: "MasternodesResponse", entries });
  for (let n = random.below(12); n > 0; n--) node.garbled(session, "garbage", "shape", -1);
  node.closed(session, "fin", -1);
  lone.pass();
}

/** From 1.0.0.0 to 9.255.255.255. */
function stranger(random: Random): Address {
  return address(0x01_00_00_00 + random.below(0x09_00_00_00), 1_024 + random.below(60_000));
}

function handshake(random: Random): Message {
  return {
    type: "Handshake",
    magic: "54494d45",
    protocolVersion: 1,
    network: "testnet",
    listenPort: random.below(65_536),
    capabilities: ["tip", "pages", "announcements"],
    node: hex(random, 16),
    you: formatIp(stranger(random)),
    held: false,
  };
}

function heartbeat(random: Random) {
  return {
    masternodeAddress: formatIp(stranger(random)),
    sequenceNumber: random.below(1_000_000),
    timestamp: random.below(2_000_000_000),
    masternodePubkey: hex(random, 32),
    signature: hex(random, 64),
  };
}

function hex(random: Random, bytes: number): string {
  const each = Array.from({ length: bytes }, () => random.below(256));
  return each.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Values in a state, but for its constants and its chain. */
function weightOf({ config: _config, chain: _chain, ...slices }: State): number {
  const weigh = (value: unknown): number => {
    if (typeof value !== "object" || value === null) return 1;
    return Object.values(value).reduce((sum: number, part) => sum + weigh(part), 1);
  };
  return weigh(slices);
}

/** A node whose calls nobody answers, and whose clock goes on by a second when it is told to. */
class Lone {
  readonly timers = new Map<string, { at: number; timer: TimerName; key: TimerKey }>();
  readonly node: NodeRuntime<Masternode>;
  called = 0;
  #now = 0;
  readonly #dialed: [SessionId, Address][] = [];
  readonly #saves: [number, string][] = [];

  constructor(config: Config) {
    const recorder = new Recorder({ level: "none" });
    const machine = createMachine(repaired);
    const options = { machine, config, self: SELF, index: 0, recorder, guard: false };
    this.node = new NodeRuntime<Masternode>({ ...options, port: this.#port() });
    this.node.boot({}, -1);
  }

  get state(): State {
    return this.node.state;
  }

  accept(remote: Address): SessionId {
    this.called++;
    const session = this.node.accept();
    this.node.opened(session, "accepted", remote, -1);
    return session;
  }

  pass(): void {
    this.#now += SECOND;
    for (const [token, file] of this.#saves.splice(0)) this.node.saved(token, file, true, -1);
    for (const [session, remote] of this.#dialed.splice(0))
      this.node.refused(session, remote, "refused", -1);
    const due = [...this.timers.values()].filter(({ at }) => at <= this.#now);
    due.sort((left, right) => left.at - right.at);
    for (const armed of due) {
      const id = `${armed.timer}/${armed.key}`;
      if (this.timers.get(id) !== armed) continue;
      this.timers.delete(id);
      this.node.fire(armed.timer, armed.key, -1);
    }
  }

  #port(): Port<Masternode> {
    return {
      now: () => this.#now as Time,
      uptime: () => this.#now as Time,
      wall: () => (1_766_352_600 * SECOND + this.#now) as UnixMicros,
      random: (label) => randomFrom(`${label} ${this.#now}`),
      dial: (session, remote) => this.#dialed.push([session, remote]),
      transmit: () => undefined,
      close: () => undefined,
      arm: (timer, key, after: Duration) => {
        this.timers.set(`${timer}/${key}`, { at: this.#now + after, timer, key });
        return 0;
      },
      disarm: (_handle, timer, key) => this.timers.delete(`${timer}/${key}`),
      persist: (file, _value, token) => this.#saves.push([token, file]),
    };
  }
}
