/** For each mutant the smallest world in which it behaves unlike the repaired node. */

/** What a world leaves out is of `USUAL`. */
export const USUAL: Readonly<Record<string, string>> = {
  chain: "{ height: 10, expected: 10 }",
  link: "50ms",
  until: "3s",
};

const A = "A: { address: 203.0.113.1 }";
const B = "B: { address: 203.0.113.2, dials: [A] }";
const C = "C: { address: 203.0.113.3, dials: [A] }";
const D = "D: { address: 203.0.113.4, dials: [A] }";
const E = "E: { address: 203.0.113.5, dials: [A] }";
const AHEAD = "A: { address: 203.0.113.1, height: 12 }";

type World = Readonly<Record<string, string>>;

const TWO: World = { nodes: `{ ${A}, ${B} }` };
const THREE: World = { nodes: `{ ${A}, ${B}, ${C} }` };
const FOUR: World = { nodes: `{ ${A}, ${B}, ${C}, ${D} }` };
/** Heartbeats, pings and announcements each second. */
const BUSY = "{ heartbeatPeriod: 1s, pingPeriod: 1s, announcePeriod: 1s }";
const CHATTING: World = { ...TWO, config: BUSY, until: "5s" };
const BOTH_DIAL: World = {
  nodes: `{ A: { address: 203.0.113.1, dials: [B] }, ${B} }`,
  config: BUSY,
};
const CATCHING_UP: World = { nodes: `{ ${AHEAD}, ${B} }`, chain: "{ height: 10, expected: 12 }" };
/** One alone is enough to make blocks. */
const ALONE = "{ minimumMasternodes: 1 }";
/** B has made other blocks than A, and fewer, when they meet. */
const FORKED: World = {
  nodes: `{ ${A}, B: { address: 203.0.113.2, start: 25s } }`,
  chain: "{ height: 10, expected: 20 }",
  config: ALONE,
  events: "[{ at: 45s, node: B, addnode: A }]",
  until: "50s",
};

export const provoked: Readonly<Record<string, World>> = {
  "ann-unhandled-on-dialed-links": TWO,
  "heartbeat-unhandled-on-accepted-links": CHATTING,
  "pex-never-asked-on-dial": TWO,
  "status-gossip-unhandled": CHATTING,
  "ann-not-sent-on-dialed-links": TWO,
  "response-type-unhandled-by-role": CATCHING_UP,
  "version-mix-announcement-dropped": TWO,

  "pong-reply-lookup-by-ephemeral-port": CHATTING,
  "fork-query-without-port": {
    nodes: `{ ${A}, B: { address: "203.0.113.2:24102", dials: [A] }, ${C} }`,
  },
  "self-registration-and-self-dial": TWO,

  "handshake-dup-reject-before-ack": BOTH_DIAL,
  "pong-lost-between-sockets": BOTH_DIAL,
  "handshake-early-messages-race": TWO,
  "dial-rule-string-compare": {
    nodes: "{ A: { address: 165.84.215.117 }, B: { address: 50.28.104.50, dials: [A] } }",
  },
  "unspecified-local-ip-ranks-lowest": {
    nodes: `{ ${A}, B: { address: 203.0.113.2, dials: [A], knowsAddress: false } }`,
    events: "[{ at: 1s, kill: A }]",
    until: "9s",
  },
  "late-close-wipes-new-session": {
    nodes: `{ ${A}, B: { address: 203.0.113.2 } }`,
    events: "[{ at: 20s, node: A, addnode: B }, { at: 20s, node: B, addnode: A }]",
    until: "23s",
  },
  "stale-entry-blocks-reconnect": {
    ...TWO,
    events: "[{ at: 2s, reset: [A, B] }]",
    until: "12s",
  },

  "heartbeat-from-unknown-ignored": {
    ...CHATTING,
    events: `[
      { at: 0s, drop: { from: A, to: B, message: MasternodeAnnouncement } },
      { at: 0s, drop: { from: A, to: B, message: MasternodesResponse } }
    ]`,
  },
  "min-reports-above-degree": {
    ...THREE,
    chain: "{ height: 10, expected: 40 }",
    until: "150s",
  },
  "restart-rejects-all-announcements": {
    ...THREE,
    chain: "{ height: 10, expected: 11 }",
    events: "[{ at: 40s, restart: B }]",
    until: "45s",
  },
  "inbound-sessions-not-counted": {
    ...THREE,
    chain: "{ height: 10, expected: 11 }",
    until: "20s",
  },
  "dial-loop-sees-only-active": {
    ...THREE,
    events: `[
      { at: 11s, power-loss: { node: A, disk: kept } },
      { at: 12s, kill: C },
      { at: 13s, restart: C }
    ]`,
    until: "16s",
  },
  "disconnect-not-reflected": { ...TWO, events: "[{ at: 5s, kill: A }]", until: "230s" },
  "own-sightings-not-counted": CHATTING,
  "unanimous-drop-cascade": { ...TWO, events: "[{ at: 2s, reset: [A, B] }]" },

  "clock-height-deadlock": { ...TWO, chain: "{ height: 10, expected: 13 }" },
  "tip-cache-older-than-truth": { ...TWO, until: "16s" },
  "sync-single-silent-peer": {
    nodes: `{
      A: { address: 203.0.113.1, height: 12, profile: silent },
      B: { address: 203.0.113.2, dials: [A, C] },
      C: { address: 203.0.113.3, height: 12, start: 1s }
    }`,
    chain: "{ height: 10, expected: 12 }",
    until: "12s",
  },
  "sync-loop-wrong-range": FORKED,
  "competing-sync-tasks": CATCHING_UP,
  "announce-deferred-by-sync": { nodes: `{ ${A} }`, chain: "{ height: 10, expected: 13 }" },
  "catch-up-check-too-rare": { ...TWO, until: "31s" },
  "ahead-of-schedule": {
    nodes: `{ ${A} }`,
    chain: "{ height: 10, expected: 13 }",
    config: ALONE,
    until: "60s",
  },
  "clock-skew-slot-edge": {
    nodes: `{ ${A}, B: {
      address: 203.0.113.2, dials: [A], masternode: false, clock: { offset: -12s }
    } }`,
    config: "{ minimumMasternodes: 1, slot: 30s }",
    until: "40s",
  },
  "elapsed-time-differs-by-role": {
    nodes: `{ ${A}, B: { address: 203.0.113.2, dials: [A], start: 11s } }`,
    chain: "{ height: 10, expected: 13 }",
    config: ALONE,
    until: "26s",
  },
  "expected-height-wrong-genesis": {
    nodes: `{ ${A} }`,
    chain: "{ height: 10, expected: 10, network: mainnet }",
    config: ALONE,
    until: "30s",
  },

  "reply-over-frame-limit": {
    nodes: `{ A: { address: 203.0.113.1, height: 60 }, ${B} }`,
    chain: "{ height: 0, expected: 60 }",
  },
  "ann-dropped-by-stability-gate": TWO,
  "announce-period-vs-limit-mutual-ban": CHATTING,
  "pong-timeout-under-load": {
    ...CHATTING,
    events: "[{ at: 2s, pause: { node: A, for: 6s } }]",
    until: "9s",
  },
  "ping-pong-share-bucket": CHATTING,
  "subnet-heuristic-bans-honest-cluster": {
    nodes: `{ A: { address: 203.0.113.1, dials: [B, C, D, E, F] },
      B: { address: 203.0.113.2, start: never },
      C: { address: 203.0.113.3, start: never },
      D: { address: 203.0.113.4, start: never },
      E: { address: 203.0.113.5, start: never },
      F: { address: 203.0.113.6, start: never } }`,
    until: "30s",
  },
  "slow-work-under-lock": {
    nodes: `{ ${A}, B: { address: 203.0.113.2, dials: [A], disk: { delay: 1s } } }`,
    config: BUSY,
  },

  "pre-handshake-failure-evicts-node": {
    ...TWO,
    events: "[{ at: 2s, kill: A }]",
    until: "12s",
  },
  "backoff-grows-without-end": { ...TWO, events: "[{ at: 2s, kill: A }]", until: "80s" },
  "periodic-loop-skips-masternodes": THREE,
  "never-seen-never-pruned": {
    nodes: `{ ${A},
      B: { address: 203.0.113.2, dials: [A], start: 2s },
      C: { address: 203.0.113.3, dials: [A], masternode: false } }`,
    config: "{ pruneDelay: 1s, sweepPeriod: 1s, dialFailuresMax: 1 }",
    events: "[{ at: 2010ms, kill: C }]",
    until: "5s",
  },
  "pruned-node-resurrected": {
    nodes: `{ ${A}, ${C}, B: { address: 203.0.113.2, dials: [A], config: {
      removeAfter: 3s, activeWindow: 2s, evidenceWindow: 1s, sweepPeriod: 1s, exchangePeriod: 1s
    } } }`,
    events: "[{ at: 2s, kill: C }]",
    until: "9s",
  },
  "watchdog-restarts-defeat-timers": FORKED,

  "min3-gates-download": CATCHING_UP,
  "uniform-tier-caps-links": { nodes: `{ ${A}, ${B}, ${C}, ${D}, ${E} }`, until: "40s" },
  "min3-participation-collapse": {
    nodes: `{ ${A}, ${B}, ${C}, D: { address: 203.0.113.4, dials: [B], start: 28s } }`,
    chain: "{ height: 10, expected: 11 }",
    config: "{ activeWindow: 5s, heartbeatPeriod: 1s, sweepPeriod: 1s }",
    events: "[{ at: 29s, kill: A }]",
    until: "40s",
  },
  "min3-solo-production": {
    nodes: `{ ${A} }`,
    chain: "{ height: 10, expected: 12 }",
    until: "12s",
  },
  "rollback-at-ancestor": CATCHING_UP,
  "zero-answers-counted-as-consent": {
    nodes: `{ A: { address: 203.0.113.1, height: 11 }, ${B} }`,
    chain: "{ height: 10, expected: 12 }",
    config: "{ minimumMasternodes: 1, tipFailuresMax: 9 }",
    events: "[{ at: 0s, drop: { from: A, to: B, message: BlocksResponse } }]",
    until: "45s",
  },
  "catch-up-herd-makes-forks": {
    ...THREE,
    chain: "{ height: 10, expected: 13 }",
    until: "25s",
  },
  "leader-depends-on-local-tip": {
    ...FOUR,
    chain: "{ height: 10, expected: 16 }",
    events: `[
      { at: 0s, cut: { from: [B, C, D], to: [B, C, D] } }
    ]`,
    until: "60s",
  },
  "two-leaders-one-height": {
    ...THREE,
    chain: "{ height: 10, expected: 11 }",
    events: "[{ at: 0s, delay: { from: all, to: all, message: BlockAnnouncement, by: 9s } }]",
    until: "45s",
  },
  "own-cached-proposal-blocks": {
    ...CATCHING_UP,
    config: ALONE,
    events: `[
      { at: 0s, drop: { from: A, to: B, message: BlocksResponse } },
      { at: 1s, kill: A }
    ]`,
    until: "12s",
  },

  "ann-broadcast-before-peers": TWO,
  "registry-send-is-noop": TWO,
  "half-open-after-kick": BOTH_DIAL,
  "two-candidate-stores": THREE,
};
