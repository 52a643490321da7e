/**
 * One node taken out of a simulated run, as its own host would have recorded it: its events alone,
 * its peers by address, and what it signed instead of its key.
 */
import { formatAddress } from "../../src/core/address.ts";
import type { Crypto } from "../../src/core/capabilities.ts";
import { type NodeFacts, recordFlight } from "../../src/cli/flight.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import type { State } from "../../src/masternode/state.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { KIND, NO_CAUSE, type TraceEvent } from "../../src/trace/event.ts";
import { Recorder } from "../../src/trace/recorder.ts";
import { encodeUtf8 } from "../../src/wire/utf8.ts";

export interface Taken {
  readonly facts: NodeFacts;
  readonly events: readonly TraceEvent[];
  /** Digest and signature. */
  readonly signed: readonly (readonly [string, string])[];
  /** With the config that a real node has. */
  readonly state: unknown;
  /** The private key. */
  readonly secret: string;
}

export function takenOut(text: string, name: string): Taken {
  const secret = secretOf(name);
  const signed: [string, string][] = [];
  const crypto: Crypto = {
    ...nodeCrypto,
    sign: (seed, digest) => {
      const signature = nodeCrypto.sign(seed, digest);
      if (seed === secret) signed.push([digest, signature]);
      return signature;
    },
  };
  const kit = masternodeKit(crypto);
  const scenario = loadScenario(kit, text, "taken.yaml");
  const { trace, world } = runScenario(kit, scenario, { level: "full" });
  const index = scenario.nodes.findIndex((node) => node.name === name);
  const plan = scenario.nodes[index];
  if (plan === undefined) throw new Error(`no node ${name}`);
  const by = new Map(scenario.nodes.map((node) => [node.name, formatAddress(node.address)]));
  const dials = ((plan.settings["dials"] ?? []) as readonly string[]).map((peer) => by.get(peer));
  const publicKey = nodeCrypto.publicKey(secret);
  const facts: NodeFacts = {
    ...{ name, address: plan.address, profile: trace.header.profile, seed: trace.header.seed },
    ...{ epoch: trace.header.epoch, speed: 1, publicKey },
    config: { ...scenario.config, ...plan.config },
    ...{ world: scenario.world, node: { ...plan.settings, dials: dials as string[] } },
  };
  const state = world.state(name) as State;
  const config = { ...state.config, keySeed: publicKey };
  const events = ownEvents([...trace.events()], index);
  return { facts, events, signed, state: { ...state, config }, secret };
}

/** As kit.configure makes it for simulated nodes. */
function secretOf(name: string): string {
  return nodeCrypto.sha256(encodeUtf8(`timesim/key/${name}`));
}

/** Numbered anew; what others or the world caused comes from outside. */
function ownEvents(events: readonly TraceEvent[], index: number): readonly TraceEvent[] {
  const ids = new Map<number, number>([[NO_CAUSE, NO_CAUSE]]);
  const own = events.filter((event) => event.node === index);
  for (const [id, event] of own.entries()) ids.set(event.id, id);
  return own.map((event, id) => {
    const cause = event.kind === "deliver" ? NO_CAUSE : (ids.get(event.cause) ?? NO_CAUSE);
    return { ...event, id, node: 0, cause };
  });
}

/** Written as it would have been while it happened. */
export async function write(taken: Taken, target: string): Promise<void> {
  const recorder = new Recorder({ level: "none" });
  const recording = recordFlight(masternodeKit(nodeCrypto), taken.facts, {
    ...{ recorder, target },
    state: () => taken.state,
    ended: (why) => {
      throw new Error(why);
    },
  });
  for (const [digest, signature] of taken.signed) recording.signed(digest, signature);
  for (const { at, kind, cause, a, b, body } of taken.events) {
    recorder.record(at, 0, KIND[kind], cause, a, b, body);
  }
  await recording.close();
}
