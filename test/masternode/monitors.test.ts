/**
 * What is promised of every run: each promise is broken once, by a machine that does or says one
 * thing wrong, and the complaint is golden. The repaired machine keeps them all.
 */
import { expect, test } from "vitest";
import { GENERAL } from "../../src/check/general.ts";
import type { Complaint } from "../../src/check/invariant.ts";
import type { Address } from "../../src/core/address.ts";
import type { SessionId } from "../../src/core/machine.ts";
import { type Veil, veiled } from "../../src/core/veil.ts";
import { judge } from "../../src/fuzz/judge.ts";
import { mutated } from "../../src/fuzz/mutant.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import type { Profile } from "../../src/kit/kit.ts";
import type { Fact } from "../../src/masternode/facts.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import type { Message } from "../../src/masternode/messages.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { loadScenario } from "../../src/scenario/load.ts";

const kit = masternodeKit(nodeCrypto);

const world = (nodes: string, until = "60s"): string => `
  seed: 1
  until: ${until}
  chain: { height: 3009, expected: 3011 }
  link: { latency: 40ms..80ms, drawn: per-link }
  nodes:
${nodes}`;

const TWO = world(`
    A: { address: 203.0.113.10 }
    B: { address: 203.0.113.20, dials: A }`);
const THREE = world(
  `
    A: { address: 203.0.113.10 }
    B: { address: 203.0.113.20, dials: A }
    C: { address: 203.0.113.30, dials: [A, B] }`,
  "70s",
);

const LONG = world(
  `
    A: { address: 203.0.113.10 }
    B: { address: 203.0.113.20, dials: A }
    C: { address: 203.0.113.30, dials: [A, B], height: 3001 }`,
  "6m",
);
const BEHIND = world(
  `
    A: { address: 203.0.113.10 }
    B: { address: 203.0.113.20, dials: A, masternode: false, height: 3001 }`,
  "6m",
);
const KILLED = `${LONG}
  events:
    - { at: 30s, kill: B }`;

/** It is asked again each time that it is believed again. */
const LIAR = `
  config: { tipIgnored: 2m }
  ${world(
    `
    A: { address: 203.0.113.10 }
    B: { address: 203.0.113.20, profile: height-liar, dials: A }`,
    "8m",
  )}`;

/** C seems to be where D is, and D does not know yet that it is seen elsewhere. */
const NAMESAKES = `
  seed: 3
  until: 1m
  link: { loss: 0.2 }
  nodes:
    A: { address: 203.0.113.3 }
    B: { address: 100.9.10.10, dials: A }
    C:
      address: 203.0.113.2
      dialsFrom: 9.9.10.9
      dials: A
      knowsAddress: false
      clock: { offset: -2m30s, drift: 1 }
    D: { address: 9.9.10.9, dialsFrom: 2.9.10.2, dials: A, knowsAddress: false }`;

type Broken = (profile: Profile<Masternode>) => Partial<Profile<Masternode>>;

/** Its first complaint of each kind. */
function complaintsOf(text: string, broken: Broken): readonly Complaint[] {
  const apply = (profile: Profile<Masternode>) => ({ ...profile, ...broken(profile) });
  const scenario = loadScenario(kit, text, "world");
  return judge(mutated(kit, { id: "broken", apply }), scenario).complaints;
}

const behind =
  (veil: Veil<Masternode>): Broken =>
  ({ machine }) => ({ machine: veiled(machine, veil) });

/** Sends other messages than it meant to. */
const sending = (change: (message: Message) => readonly Message[]): Broken =>
  behind((ctx) => ({
    send: (session, message) => {
      for (const changed of change(message)) ctx.send(session, changed);
    },
  }));

/** Says something else of itself. */
const saying = (change: (fact: Fact, self: Address) => readonly Fact[]): Broken =>
  behind((ctx) => ({
    emit: (fact) => {
      for (const changed of change(fact, ctx.self)) ctx.emit(changed);
    },
  }));

const constants =
  (config: Profile<Masternode>["config"]): Broken =>
  () => ({ config });

/** By invariant: the world, and what is wrong in it. */
const BREACHES: Readonly<Record<string, readonly [string, Broken]>> = {
  pong: [TWO, sending((message) => (message.type === "Pong" ? [] : [message]))],
  answers: [TWO, sending((message) => (message.type === "PeersResponse" ? [] : [message]))],
  "true-tip": [
    TWO,
    sending((message) =>
      message.type === "Tip" ? [{ ...message, height: message.height + 1 }] : [message],
    ),
  ],
  "no-ban": [
    TWO,
    saying((fact) =>
      fact.type === "ready"
        ? [fact, { type: "violation", peer: fact.peer, count: 1, why: "a dialect" }]
        : [fact],
    ),
  ],
  broadcast: [
    THREE,
    behind((ctx, input) => ({
      send: (session, message) => {
        const isLost = message.type === "MasternodeAnnouncement" && input?.kind === "timer";
        if (!isLost || session !== 1) ctx.send(session, message);
      },
    })),
  ],
  relay: [
    THREE,
    behind((ctx, input) => ({
      send: (session, message) => {
        ctx.send(session, message);
        const isRelay = message.type === "HeartbeatBroadcast" && input?.kind === "message";
        if (isRelay) for (let more = 0; more < 2; more++) ctx.send(session, message);
      },
    })),
  ],
  attestation: [
    THREE,
    behind((ctx) => ({
      send: (session, message) => {
        if (message.type !== "HeartbeatAttestation" || session !== 1) ctx.send(session, message);
      },
    })),
  ],
  "active-by-evidence": [
    TWO,
    behind((ctx) => ({
      emit: (fact) => {
        ctx.emit(fact);
        if (fact.type !== "standing") return;
        const address = (ctx.self + 65_536) as Address;
        ctx.emit({ type: "status", address, status: "active", total: 1, silent: 0 });
      },
    })),
  ],
  "nobody-invented": [
    TWO,
    saying((fact) => {
      if (fact.type !== "active" || fact.count !== 2) return [fact];
      const set = [1 as Address, ...fact.set];
      return [{ ...fact, count: 3, set }];
    }),
  ],
  "not-silent": [
    world(
      `
    A: { address: 203.0.113.10 }
    B: { address: 203.0.113.20, dials: A }`,
      "3m",
    ),
    constants({ activeWindow: 40_000_000 }),
  ],
  "sees-itself": [
    TWO,
    saying((fact) => (fact.type === "active" ? [{ ...fact, count: 0, set: [] }] : [fact])),
  ],
  "better-chain": [
    THREE,
    saying((fact) =>
      fact.type === "tip" && fact.via !== "start" ? [{ ...fact, height: 3008 }] : [fact],
    ),
  ],
  "clock-height": [
    THREE,
    saying((fact) =>
      fact.type === "tip" && fact.via === "production" ? [{ ...fact, height: 3012 }] : [fact],
    ),
  ],
  linked: [
    THREE,
    saying((fact) =>
      fact.type === "tip" && fact.via === "production" ? [{ ...fact, height: 3011 }] : [fact],
    ),
  ],
  minimum: [TWO, constants({ minimumMasternodes: 2 })],
  gates: [
    THREE,
    behind((ctx) => ({
      gate: (name, open, values) => ctx.gate(name, open, values) || name === "minimum",
    })),
  ],
  turn: [
    THREE,
    saying((fact) => (fact.type === "attempt" ? [{ ...fact, rank: fact.rank + 9 }] : [fact])),
  ],
  "kept-candidates": [
    TWO,
    saying((fact) =>
      fact.type === "ready" ? [fact, { type: "pruned", addresses: [fact.peer] }] : [fact],
    ),
  ],
  "bounded-registry": [
    TWO,
    saying((fact, address) => (fact.type === "known" ? [{ ...fact, address }] : [fact])),
  ],
  "no-self-session": [
    TWO,
    behind((ctx) => ({
      dial: (remote) => {
        ctx.emit({ type: "self", address: remote });
        return ctx.dial(remote);
      },
    })),
  ],
  "full-lists": [
    TWO,
    sending((message) =>
      message.type === "MasternodesResponse" ? [{ ...message, entries: [] }] : [message],
    ),
  ],
  "takes-names": [
    THREE,
    // Nobody announces itself: lists alone tell.
    saying((fact) => (fact.type === "known" ? [] : [fact])),
  ],
  "asks-around": [
    TWO,
    sending((message) => (message.type === "GetMasternodePage" ? [] : [message])),
  ],
  "asks-enough": [LONG, constants({ blocksMax: 3 })],
  greeting: [TWO, sending((message) => (message.type === "GetPeers" ? [] : [message]))],
  "hears-announcement": [TWO, saying((fact) => (fact.type === "processed" ? [] : [fact]))],
  "sessions-last": [LONG, sending((message) => (message.type === "Pong" ? [] : [message]))],
  "all-count-all": [
    LONG,
    saying((fact, self) =>
      fact.type === "active" ? [{ ...fact, count: 1, set: [self] }] : [fact],
    ),
  ],
  "dead-are-missed": [KILLED, constants({ activeWindow: 3_600_000_000 })],
  "one-session": [
    TWO,
    saying((fact) =>
      fact.type === "ready"
        ? [fact, { ...fact, session: (fact.session + 100) as SessionId }]
        : [fact],
    ),
  ],
  "enough-sessions": [LONG, saying((fact) => (fact.type === "ready" ? [] : [fact]))],
  "seeks-company": [
    TWO,
    saying((fact) =>
      fact.type === "ready"
        ? [fact, { type: "lost", peer: fact.peer, session: fact.session, reason: "feeler" }]
        : [fact],
    ),
  ],
  "stays-away": [
    `${TWO}
  events:
    - { at: 10s, kill: A }`,
    saying((fact) =>
      fact.type === "dial-failed" ? [fact, { type: "pruned", addresses: [fact.peer] }] : [fact],
    ),
  ],
  downloads: [BEHIND, sending((message) => (message.type === "GetBlocks" ? [] : [message]))],
  "one-chain": [
    LONG,
    saying((fact, self) =>
      fact.type === "tip" ? [{ ...fact, hash: self.toString(16).padStart(64, "0") }] : [fact],
    ),
  ],
  grows: [
    LONG,
    behind((ctx) => ({
      gate: (name, open, values) => ctx.gate(name, open && name !== "minimum", values),
    })),
  ],
  regular: [TWO, sending((message) => (message.type === "Ping" ? [] : [message]))],
};

test.each(Object.entries(BREACHES))("%s is seen to be broken", (name, [text, broken]) => {
  const found = complaintsOf(text, broken).find(({ invariant }) => invariant === name);
  expect(found).toBeDefined();
  expect(`${found?.invariant}: ${found?.witness}\n${found?.text}`).toMatchSnapshot();
});

/** Broken in monitors/, in test/check/general.test.ts, and by mutants in test/zoo/promises.test.ts. */
const ELSEWHERE = [
  ...Object.keys(GENERAL),
  ...["reputation", "shuns", "counts-violations", "hears-early", "tells-unhandled", "obeys"],
  ...["clockwork", "limits", "handled", "asks-who", "takes-block", "asks-once"],
  ...["stops-waiting", "doubts", "asks-on"],
  ...["true-gates", "asks-ahead", "lasts", "pings-lost", "gone-is-gone", "spares-others"],
  ...["dials-somebody", "hears-out", "own-witness", "true-answers"],
  "prunes",
  ...["redials", "seeks-no-more", "hangs-up", "pauses"],
  ...["saves-cache", "says-disk", "gives-up", "closes", "announces-again"],
  ...["in-turn", "assembles", "doubted-clock", "prompt-gates", "own-part", "tries-again"],
];

test("each promise has been broken", () => {
  const promised = Object.entries(kit.invariants?.specs ?? {});
  const kept = promised.filter(([, { mode }]) => mode !== "sometimes").map(([name]) => name);
  expect([...Object.keys(BREACHES), ...ELSEWHERE].sort()).toEqual(kept.sort());
});

test.each([TWO, THREE, LONG, KILLED, NAMESAKES, LIAR])(
  "the repaired protocol keeps them",
  (text) => {
    expect(complaintsOf(text, () => ({}))).toEqual([]);
  },
);

test("a run tells what it came past", () => {
  const { marks } = judge(kit, loadScenario(kit, LONG, "world"));
  expect(marks).toMatchInlineSnapshot(`
    [
      "due-closes",
      "synced-closes",
      "synced-opens",
      "minimum-closes",
      "minimum-opens",
      "turn-closes",
      "turn-opens",
      "production",
      "download",
      "attested",
      "unwitnessed",
    ]
  `);
});
