/** Every kind of mistake in a file, as its author sees it. The texts are part of the interface. */
import { describe, expect, it } from "vitest";
import { after, nodes, problems } from "./problems.ts";

describe("the four of the issue", () => {
  it("an unknown key", () => {
    expect(problems(`${nodes}  C: { adress: 10.0.0.4 }`)).toMatchInlineSnapshot(
      `"s.yaml:6:8 nodes.C.adress — unknown key "adress" (did you mean "address"?)"`,
    );
    expect(after("linkk: 5ms")).toMatchInlineSnapshot(
      `"s.yaml:6:1 linkk — unknown key "linkk" (did you mean "link"?)"`,
    );
    expect(after("zebra: 5ms")).toMatchInlineSnapshot(
      `"s.yaml:6:1 zebra — unknown key "zebra"; known: name, about, seed, profile, until, config, link, sweep, network, links, nodes, events, expect, invariants, chain, slot"`,
    );
  });

  it("a bad duration", () => {
    expect(problems("until: 60\nnodes: { A: { address: 10.0.0.1 } }")).toMatchInlineSnapshot(
      `"s.yaml:1:8 until — a duration needs a unit: 5s, 250ms, 1m30s; found 60"`,
    );
    expect(problems(`until: "60"\nnodes: { A: { address: 10.0.0.1 } }`)).toMatchInlineSnapshot(
      `"s.yaml:1:8 until — a duration needs a unit: 5s, 250ms, 1m30s; found "60""`,
    );
    expect(problems("until: 5 sec\nnodes: { A: { address: 10.0.0.1 } }")).toMatchInlineSnapshot(
      `"s.yaml:1:8 until — "5 sec" is not a duration; write it like 5s, 250ms, 1m30s"`,
    );
    expect(after("slot: -5s")).toMatchInlineSnapshot(
      `"s.yaml:6:7 slot — "-5s" is negative; write a length such as 5s"`,
    );
    expect(after("slot: [5s]")).toMatchInlineSnapshot(
      `"s.yaml:6:7 slot — a duration needs a unit: 5s, 250ms, 1m30s; found a list"`,
    );
  });

  it("a dial to an unknown node", () => {
    expect(
      problems(`${nodes}  C: { address: 10.0.0.4, dials: [A, gatway] }`),
    ).toMatchInlineSnapshot(
      `"s.yaml:6:38 nodes.C.dials[1] — unknown node "gatway" (did you mean "gateway"?)"`,
    );
    expect(problems(`${nodes}  C: { address: 10.0.0.4, dials: D }`)).toMatchInlineSnapshot(
      `"s.yaml:6:34 nodes.C.dials — unknown node "D"; known: A, B, gateway, C"`,
    );
  });

  it("a YAML syntax error", () => {
    expect(problems("nodes:\n  A: [1, 2\n  B: 3\n")).toMatchInlineSnapshot(
      `"s.yaml:3:3 yaml — the [ opened above must be closed with ] before this, its lines indented"`,
    );
    expect(problems("until: 5s\nnodes:\n\tA: {}\n")).toMatchInlineSnapshot(
      `"s.yaml:3:1 yaml — indent with spaces, not tabs"`,
    );
    expect(problems("until: 5s: 6s\n")).toMatchInlineSnapshot(
      `"s.yaml:1:8 yaml — nested mappings are not allowed in compact mappings; check the indentation, or quote a text that holds ": ""`,
    );
    expect(problems("nodes:\n  A: { address: 10.0.0.{1..20} }\n")).toMatchInlineSnapshot(
      `"s.yaml:2:24 yaml — unexpected flow-map-start at node end; quote a text that holds a bracket: "10.0.0.{1..20}""`,
    );
  });
});

describe("YAML that no scenario needs", () => {
  it.each([
    ["a key twice", "until: 5s\nuntil: 6s\n"],
    ["two documents", "until: 5s\n---\nuntil: 6s\n"],
    ["a tag", "until: !secret 5s\n"],
    ["an unknown anchor", "until: *x\n"],
    ["an anchor within itself", "until: &a [*a]\n"],
    ["a key that is a list", "? [a, b]\n: c\n"],
    ["no key", ": c\n"],
    ["YAML 1.1", "%YAML 1.1\n---\nuntil: 5s\n"],
    ["a reserved sign", "until: @5\nname: `x`\n"],
    ["an open quote", "until: '5s\n"],
    ["nothing", "# only a comment\n"],
    ["a list", "- a\n"],
    ["a merge key", "until: 5s\n<<: { name: x }\nnodes: { A: { address: 10.0.0.1 } }\n"],
    ["depth", "[".repeat(5_000)],
  ])("%s", (_, text) => {
    expect(problems(text)).toMatchSnapshot();
  });
});

describe("all at once", () => {
  it("in the order of the file", () => {
    const text = `
seed: 99007199254740993
profile: repared
until: 60s
until: 1m
chain: { heigth: 3, expected: 1.5 }
config: { minimumMasternodes: 0, ratio: 2, greet: "yes", relay: { mode: floot } }
link: { latency: 80ms..40ms, drawn: per-linc, loss: 2, bandwidth: 0 }
nodes:
  all: { address: 10.0.0.1 }
  A: { address: 10.0.0.256 }
  B: { start: 2m, dials: [A, X], config: { anounceDelay: 5s } }
  C: { address: 10.0.0.2, start: 0s..5s, disk: { delay: 3 }, note: 7 }
  D: { address: 10.0.0.2, clock: { offset: -2, drift: fast }, dialsFrom: "10.0.0.9:80" }
expect:
  - { on: [], that: redy, by: 5s }
`;
    expect(problems(text)).toMatchInlineSnapshot(`
      "s.yaml:2:7 seed — a seed this large must be quoted; found 99007199254741000
      s.yaml:3:10 profile — unknown profile "repared" (did you mean "repaired"?)
      s.yaml:5:1 yaml — the key until is given twice; keep one
      s.yaml:6:10 chain.heigth — unknown key "heigth" (did you mean "height"?)
      s.yaml:6:31 chain.expected — must be a whole number; found 1.5
      s.yaml:7:31 config.minimumMasternodes — must be at least 1; found 0
      s.yaml:7:41 config.ratio — must be at most 1; found 2
      s.yaml:7:51 config.greet — expected true or false; found "yes"
      s.yaml:7:73 config.relay.mode — unknown choice "floot" (did you mean "flood"?)
      s.yaml:8:18 link.latency — "80ms..40ms" runs backwards; write 40ms..80ms
      s.yaml:8:37 link.drawn — unknown choice "per-linc" (did you mean "per-link"?)
      s.yaml:8:53 link.loss — must be at most 1; found 2
      s.yaml:8:67 link.bandwidth — bytes per second: a number above 0, or unlimited; found 0
      s.yaml:10:3 nodes.all — "all" cannot name a node; a name is a letter, then letters, digits, - _ or dots, at most 40 in all, and not all
      s.yaml:11:17 nodes.A.address — an address is written 203.0.113.10 or 203.0.113.10:24100; found "10.0.0.256"
      s.yaml:12:3 nodes.B.address — is missing: where it listens; without a port, the network's
      s.yaml:12:15 nodes.B.start — 2m is beyond the end: until is 1m
      s.yaml:12:30 nodes.B.dials[1] — unknown node "X"; known: all, A, B, C, D
      s.yaml:12:44 nodes.B.config.anounceDelay — unknown key "anounceDelay" (did you mean "announceDelay"?)
      s.yaml:13:34 nodes.C.start — "0s..5s" spreads repeated nodes; one node starts at one moment
      s.yaml:13:57 nodes.C.disk.delay — a duration needs a unit: 5s, 250ms, 1m30s; found 3
      s.yaml:13:68 nodes.C.note — expected a text; found 7, so quote it: "7"
      s.yaml:14:44 nodes.D.clock.offset — a duration needs a unit: 5s, 250ms, 1m30s; found -2
      s.yaml:14:55 nodes.D.clock.drift — expected a number; found "fast"
      s.yaml:14:74 nodes.D.dialsFrom — an ip is written 198.51.100.7, without a port; found "10.0.0.9:80"
      s.yaml:16:11 expect[0].on — an empty list names no node; write all, or a node
      s.yaml:16:21 expect[0].that — unknown claim "redy"; known: count, met, said, heard, tips-equal"
    `);
  });
});

describe("nodes", () => {
  it("need something", () => {
    expect(problems("until: 5s\nnodes: {}")).toMatchInlineSnapshot(
      `"s.yaml:2:8 nodes — expected nodes such as A: { address: 203.0.113.10 }; found none"`,
    );
    expect(problems("until: 5s\nnodes: [A]")).toMatchInlineSnapshot(
      `"s.yaml:2:8 nodes — expected nodes such as A: { address: 203.0.113.10 }; found a list"`,
    );
    expect(problems("until: 5s\n")).toMatchInlineSnapshot(
      `"s.yaml:1:1 nodes — is missing: the nodes by name; n{1..20} makes twenty"`,
    );
    expect(problems("nodes:\n  A:\n  B: {}\n")).toMatchInlineSnapshot(`
      "s.yaml:1:1 until — is missing: how long the run lasts: 60s
      s.yaml:2:5 nodes.A — expected a mapping; found nothing
      s.yaml:3:3 nodes.B.address — is missing: where it listens; without a port, the network's"
    `);
  });

  it("repeat in step", () => {
    const list = `until: 5s\nnodes:\n  "n{1..3}_{1..2}": { address: 10.0.0.1 }\n`;
    expect(problems(list)).toMatchInlineSnapshot(
      `"s.yaml:3:3 nodes.n{1..3}_{1..2} — the ranges in "n{1..3}_{1..2}" have 3 and 2 steps; make them equal"`,
    );
    const alike = `until: 5s\nnodes:\n  n{1..3}: { address: 10.0.0.1, dials: [x] }\n`;
    expect(problems(alike)).toMatchInlineSnapshot(
      `"s.yaml:3:41 nodes.n{1..3}.dials[0] — unknown node "x"; known: n1, n2, n3"`,
    );
    const same = `until: 5s\nnodes:\n  n{1..3}: { address: 10.0.0.1 }\n`;
    expect(problems(same)).toMatchInlineSnapshot(`
      "s.yaml:3:23 nodes.n{1..3}.address — 10.0.0.1:24100 is already the address of n1; give n2 its own
      s.yaml:3:23 nodes.n{1..3}.address — 10.0.0.1:24100 is already the address of n2; give n3 its own"
    `);
    const twice = `until: 5s\nnodes:\n  n{1..2}: { address: "10.0.0.{1..2}" }\n  n2: { address: 10.1.0.1 }\n`;
    expect(problems(twice)).toMatchInlineSnapshot(
      `"s.yaml:4:3 nodes.n2 — there are two nodes of the name "n2""`,
    );
    expect(problems("until: 5s\nnodes:\n  n{1..99999}: {}\n")).toMatchInlineSnapshot(
      `"s.yaml:3:3 nodes.n{1..99999} — "n{1..99999}" names 99999 nodes; 10000 are the most"`,
    );
  });
});

describe("links", () => {
  it("say which and what", () => {
    const lines = `links:
  - { from: A, latency: 5ms }
  - { between: [A], latency: 5ms }
  - { between: [A, B], from: A, latency: 5ms }
  - { from: A, to: X, latency: 5 }
  - { from: A, to: B }
  - { from: A, to: B, latency: { exponential: 5ms, min: 6ms, max: 1ms } }
  - { from: A, to: B, latency: { mean: 5ms } }
sweep: { link: 5 }
network: { rtoMin: 5, sendBuffer: 0 }
`;
    expect(after(lines)).toMatchInlineSnapshot(`
      "s.yaml:7:5 links[0] — say which links: from and to for one way, or between: [A, B] for both
      s.yaml:8:16 links[1].between — must have at least 2 items
      s.yaml:9:5 links[2] — say which links: from and to for one way, or between: [A, B] for both
      s.yaml:10:20 links[3].to — unknown node "X"; known: A, B, gateway
      s.yaml:10:32 links[3].latency — a latency is written 50ms or 40ms..80ms; found 5
      s.yaml:11:5 links[4] — changes nothing; add latency, drawn, loss or bandwidth
      s.yaml:12:57 links[5].latency.min — must not be above the mean
      s.yaml:12:67 links[5].latency.max — must not be below the mean
      s.yaml:13:23 links[6].latency.exponential — is missing: the mean
      s.yaml:13:34 links[6].latency.mean — unknown key "mean"; known: exponential, min, max
      s.yaml:14:16 sweep.link — a latency is written 50ms or 40ms..80ms; found 5
      s.yaml:15:20 network.rtoMin — a duration needs a unit: 5s, 250ms, 1m30s; found 5
      s.yaml:15:35 network.sendBuffer — must be at least 1; found 0"
    `);
  });
});

describe("events", () => {
  it("do one thing that there is", () => {
    const lines = `events:
  - { at: 5s, patition: [[A], [B]] }
  - { at: 5s }
  - kill A
  - { at: 5s, kill: A, restart: A }
  - { at: 5s, kill: A, for: 5s }
  - { at: 5s, kill: C }
  - { at: 2m, kill: A }
  - { kill: A }
  - { at: 5s, kill: [] }
`;
    expect(after(lines)).toMatchInlineSnapshot(`
      "s.yaml:7:15 events[0].patition — unknown event "patition" (did you mean "partition"?)
      s.yaml:8:5 events[1] — says nothing to do; add one of partition, cut, hold, flap, shape, drop, duplicate, corrupt, delay, stop, kill, restart, hang, power-loss, pause, clock, disk, move, reset, heal, addnode, say
      s.yaml:9:5 events[2] — expected an event such as { at: 30s, kill: A }; found "kill A"
      s.yaml:10:24 events[3].restart — one event does one thing; kill is there already, so split it
      s.yaml:11:24 events[4].for — unknown key "for"; known: at, kill
      s.yaml:12:21 events[5].kill — unknown node "C"; known: A, B, gateway
      s.yaml:13:11 events[6].at — 2m is beyond the end: until is 1m
      s.yaml:14:5 events[7].at — is missing: when it happens
      s.yaml:15:21 events[8].kill — an empty list names no node; write all, or a node"
    `);
  });

  it("are told what they need", () => {
    const lines = `events:
  - { at: 5s, partition: [[A], [A, B]] }
  - { at: 5s, partition: [A, [gatewy]] }
  - { at: 5s, partition: A }
  - { at: 5s, cut: { from: A } }
  - { at: 5s, cut: A }
  - { at: 5s, cut: { from: A, to: B }, for: 0s }
  - { at: 5s, flap: { between: [A, B], down: 0s, up: 0s } }
  - { at: 5s, shape: { from: A, to: B } }
  - { at: 5s, drop: { from: A, to: B, message: Pin, chance: 1.5 } }
  - { at: 5s, delay: { from: A, to: B } }
  - { at: 5s, power-loss: { node: A, disk: thorn } }
  - { at: 5s, pause: A }
  - { at: 5s, clock: { node: A } }
  - { at: 5s, disk: { node: A, delay: -5s, damage: count } }
  - { at: 5s, move: { node: A, address: home } }
  - { at: 5s, reset: [A] }
  - { at: 5s, reset: [A, A, B] }
  - { at: 5s, heal: splt }
  - { at: 5s, heal: [split] }
  - { at: 5s, hold: { from: A, to: B }, name: split }
`;
    expect(after(lines)).toMatchInlineSnapshot(`
      "s.yaml:7:26 events[0].partition — A is in two groups; put it in one
      s.yaml:8:31 events[1].partition[1][0] — unknown node "gatewy" (did you mean "gateway"?)
      s.yaml:9:26 events[2].partition — expected a list; found "A"
      s.yaml:10:15 events[3].cut.to — is missing: a node, a list, or all
      s.yaml:11:20 events[4].cut — expected a mapping; found "A"
      s.yaml:12:45 events[5].for — 0s is no time at all; leave it out for no end
      s.yaml:13:46 events[6].flap.down — 0s down and 0s up never changes
      s.yaml:14:22 events[7].shape — changes nothing; add latency, drawn, loss or bandwidth
      s.yaml:15:48 events[8].drop.message — unknown message "Pin" (did you mean "Ping"?)
      s.yaml:15:61 events[8].drop.chance — must be at most 1; found 1.5
      s.yaml:16:15 events[9].delay.by — is missing: how much later
      s.yaml:17:44 events[10].power-loss.disk — unknown disk "thorn" (did you mean "torn"?)
      s.yaml:18:22 events[11].pause — expected a mapping; found "A"
      s.yaml:19:22 events[12].clock — changes nothing; add offset, jump or drift
      s.yaml:20:39 events[13].disk.delay — "-5s" is negative; write a length such as 5s
      s.yaml:20:52 events[13].disk.damage — unknown file "count" (did you mean "counts"?)
      s.yaml:21:41 events[14].move.address — an address is written 203.0.113.10 or 203.0.113.10:24100; found "home"
      s.yaml:22:22 events[15].reset — must have at least 2 items
      s.yaml:23:22 events[16].reset — must have at most 2 items
      s.yaml:24:21 events[17].heal — unknown fault name "splt" (did you mean "split"?)
      s.yaml:25:21 events[18].heal — true heals all, a name one fault; found a list"
    `);
  });

  it("tell nodes commands they know", () => {
    const lines = `events:
  - { at: 5s, node: A, adnode: B }
  - { at: 5s, addnode: B }
  - { at: 5s, node: A, addnode: C }
  - { at: 5s, node: X, addnode: B }
  - { at: 5s, node: A, addnode: { nod: B } }
  - { at: 5s, node: A, say: [a] }
  - { at: 5s, node: A, stop: now }
`;
    expect(after(lines)).toMatchInlineSnapshot(`
      "s.yaml:7:24 events[0].adnode — unknown event "adnode" (did you mean "addnode"?)
      s.yaml:8:5 events[1].node — is missing: who is told: a node, a list, or all
      s.yaml:9:33 events[2].addnode — unknown node "C"; known: A, B, gateway
      s.yaml:10:21 events[3].node — unknown node "X"; known: A, B, gateway
      s.yaml:11:35 events[4].addnode.nod — unknown key "nod" (did you mean "node"?)
      s.yaml:12:29 events[5].say — expected a text; found a list
      s.yaml:13:30 events[6].stop — takes nothing: write true; found "now""
    `);
  });
});
