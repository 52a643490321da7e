/**
 * A gossip flood: every node has about 15 sessions and sends a piece of news a minute, which all
 * relay once. Nearly every delivery is a duplicate whose step returns the same state, as in a
 * network of masternodes with heartbeats. The machine is as small as can be, so that the figure is
 * about the engine: send, link, queue, deliver, step, trace. Beside it the same flood as a bare loop
 * over the queue, with arrays for nodes and no sessions, machine or trace.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SELF = fileURLToPath(import.meta.url);
const LEVELS = ["none", "digest", "full"];
const MINUTE = 60_000_000;
const PORT = 24_100;
const LATENCY = { shape: "uniform", min: 20_000, max: 200_000 };

/** Steps to the nodes that a node dials: about 15 sessions a node, no two between the same pair. */
const STEPS = [1, 2, 5, 11, 17, 23, 31, 43];

function dialedBy(node, nodes) {
  const steps = node % 2 === 0 ? STEPS : STEPS.slice(1);
  return steps.map((step) => (node + step) % nodes);
}

/** Spread over the minute, as nodes that were started by people are. */
function firstNews(node, nodes) {
  return 1_000_000 + Math.floor((node * MINUTE) / nodes);
}

/** One row per size: events/s by trace level, and how far from the bare loop that is. */
export function flood({ sizes = [100, 200], minutes = 10 } = {}) {
  return sizes.map((nodes) => {
    const runs = Object.fromEntries(
      ["bare", ...LEVELS].map((level) => [level, inProcess(nodes, minutes, level)]),
    );
    const rate = (run) => Math.round(run.events / run.seconds);
    return {
      nodes,
      events: runs.digest.events,
      none: rate(runs.none),
      digest: rate(runs.digest),
      full: rate(runs.full),
      bare: rate(runs.bare),
      ofBare: rate(runs.digest) / rate(runs.bare),
      rssMiB: runs.digest.rssMiB,
      rssFullMiB: runs.full.rssMiB,
    };
  });
}

function inProcess(nodes, minutes, level) {
  const args = [SELF, String(nodes), String(minutes), level];
  const run = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

async function measure(nodes, minutes, level) {
  const play = level === "bare" ? await bareLoop(nodes) : await world(nodes, level);
  // A minute first, so that the figure is not about compiling this program.
  const before = play(MINUTE);
  const start = process.cpuUsage();
  const { events, digest } = play((minutes + 1) * MINUTE);
  const { user, system } = process.cpuUsage(start);
  const seconds = (user + system) / 1e6; // of this process: others may be busy meanwhile
  const rssMiB = Math.round(process.resourceUsage().maxRSS / 1_024);
  return { events: events - before.events, seconds, rssMiB, digest };
}

async function world(nodes, level) {
  const { World } = await import("../dist/engine/world.js");
  const { Recorder } = await import("../dist/trace/recorder.js");
  const { address } = await import("../dist/core/address.js");
  const { NETWORK } = await import("../dist/scenario/network.js");
  const machine = await gossip();
  const addressOf = (node) => address(0x0a_00_00_01 + node, PORT);
  const recorder = new Recorder({ level });
  const flooded = new World({
    seed: "flood",
    epoch: 1_766_000_000_000_000,
    nodes: Array.from({ length: nodes }, (_, node) => ({
      name: `n${node}`,
      address: addressOf(node),
      machine,
      config: { node, nodes, dials: dialedBy(node, nodes).map(addressOf) },
      start: 0,
      clock: { offset: 0, drift: 0 },
      disk: { delay: 0, full: false },
    })),
    types: machine.kinds,
    codec: null, // no bandwidth and no bytes: nobody encodes
    wire: "objects",
    network: NETWORK,
    link: () => ({ latency: LATENCY, drawn: "per-message", loss: 0, bandwidth: null }),
    recorder,
    guard: false,
    stop: null,
  });
  return (until) => {
    flooded.run(until);
    return { events: recorder.count, digest: recorder.digest };
  };
}

/** News is { from, n }; a node remembers the highest n of each and relays what is higher. */
async function gossip() {
  const { emptyTable, get, put } = await import("../dist/core/table.js");
  const told = (state, news, ctx, except) => {
    const { from, n } = news;
    for (const session of state.sessions) if (session !== except) ctx.send(session, news);
    return { ...state, seen: put(state.seen, from, n) };
  };
  return {
    name: "gossip",
    kinds: ["News"],
    init(config, _files, ctx) {
      for (const peer of config.dials) ctx.dial(peer);
      ctx.setTimer("news", firstNews(config.node, config.nodes));
      return { node: config.node, sessions: [], seen: emptyTable(), n: 0 };
    },
    step(state, input, ctx) {
      switch (input.kind) {
        case "opened":
          return { ...state, sessions: [...state.sessions, input.session] };
        case "message": {
          const { from, n } = input.message;
          if ((get(state.seen, from) ?? 0) >= n) return state;
          return told(state, input.message, ctx, input.session);
        }
        case "timer": {
          const news = { type: "News", from: state.node, n: state.n + 1 };
          ctx.setTimer("news", MINUTE);
          return { ...told(state, news, ctx, 0), n: news.n };
        }
        default:
          return state;
      }
    },
  };
}

/** Events are counted as the world does: a send and a delivery for each message. */
async function bareLoop(nodes) {
  const { Queue } = await import("../dist/engine/queue.js");
  const { randomFrom } = await import("../dist/core/random.js");
  const queue = new Queue();
  const random = randomFrom("flood");
  const delays = Int32Array.from({ length: 4_096 }, () => random.between(LATENCY.min, LATENCY.max));
  const peers = Array.from({ length: nodes }, () => []);
  for (let node = 0; node < nodes; node++) {
    for (const other of dialedBy(node, nodes)) {
      peers[node].push(other);
      peers[other].push(node);
    }
    queue.schedule(firstNews(node, nodes), 0, node, 1, 0);
  }
  const seen = new Int32Array(nodes * nodes);
  let events = 0;
  const tell = (node, from, n, except) => {
    seen[node * nodes + from] = n;
    for (const peer of peers[node]) {
      if (peer === except) continue;
      events++;
      queue.schedule(queue.now + delays[events & 4_095], 1 + node, peer, from, n);
    }
  };
  return (until) => {
    while (queue.pop(until)) {
      if (queue.op === 0) {
        queue.schedule(queue.at + MINUTE, 0, queue.a, queue.b + 1, 0);
        tell(queue.a, queue.a, queue.b, -1);
      } else {
        events++;
        const { a, b, c } = queue;
        if (seen[a * nodes + b] < c) tell(a, b, c, queue.op - 1);
      }
    }
    queue.advance(until);
    return { events };
  };
}

if (process.argv[1] === SELF) {
  const [, , nodes, minutes, level] = process.argv;
  if (nodes === undefined) console.table(flood());
  else process.stdout.write(JSON.stringify(await measure(Number(nodes), Number(minutes), level)));
}
