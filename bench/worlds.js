/**
 * Worlds of a campaign: drawn, compiled, played at trace level `digest` and judged by all monitors,
 * in one thread and in many, and where the time of one thread goes: `node bench/worlds.js`, or
 * `node bench/worlds.js --worlds 2000 --threads 1,2,4 --shape quick --warm 300`. Read worlds per
 * processor second on a machine that does other things as well, and the ratio to compare machines.
 * `coldMsPerWorld` is the first worlds of a thread, which compile this program; all else is without them.
 */
import { Session } from "node:inspector/promises";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { YOUNG_MB } from "../dist/campaign/pool.js";

/** Rounds of the loop that stands beside it. */
const ROUNDS = 50_000_000;

/** Judges the worlds of seeds `from` to below `to`; their events. */
async function player(shape) {
  const { masternode } = await import("../dist/index.js");
  const { drawWorld } = await import("../dist/fuzz/draw.js");
  const { judge } = await import("../dist/fuzz/judge.js");
  const kit = masternode();
  return (from, to) => {
    let events = 0;
    for (let seed = from; seed < to; seed++) {
      events += judge(kit, drawWorld(kit, shape, seed).scenario).events;
    }
    return events;
  };
}

/** One row per number of threads. Seeds are split evenly. */
async function worlds({ count, threads, shape, warm }) {
  const seconds = bare();
  const rows = [];
  for (const many of threads) {
    rows.push({ threads: many, ...(await inThreads({ many, count, shape, warm, seconds })) });
  }
  return rows;
}

async function inThreads({ many, count, shape, warm, seconds: bareSeconds }) {
  const each = Math.ceil(count / many);
  const workers = Array.from({ length: many }, (_, index) => {
    const first = 1_000_000 + index * each;
    return new Worker(new URL(import.meta.url), {
      workerData: { shape, first, each, warm },
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
  });
  await Promise.all(workers.map(heard));
  const opened = process.cpuUsage();
  for (const worker of workers) worker.postMessage("warm");
  await Promise.all(workers.map(heard));
  const cold = process.cpuUsage(opened);
  const began = process.cpuUsage();
  const start = performance.now();
  for (const worker of workers) worker.postMessage("go");
  const events = (await Promise.all(workers.map(heard))).reduce((sum, of) => sum + of, 0);
  const wall = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(began);
  await Promise.all(workers.map((worker) => worker.terminate()));
  const cpu = (user + system) / 1e6;
  const played = each * many;
  return {
    worldsPerSecond: Math.round(played / wall),
    worldsPerCpuSecond: Math.round(played / cpu),
    cpuMsPerWorld: Number(((cpu / played) * 1_000).toFixed(2)),
    coldMsPerWorld: Number(((cold.user + cold.system) / 1e3 / (warm * many)).toFixed(2)),
    eventsPerWorld: Math.round(events / played),
    // A world beside a million rounds of the bare loop.
    ofBare: Number((cpu / played / (bareSeconds / (ROUNDS / 1e6))).toFixed(2)),
  };
}

function heard(worker) {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

/** Processor seconds of a loop that depends on the processor and on nothing else. */
function bare() {
  const spin = (rounds) => {
    let word = 1;
    for (let at = 0; at < rounds; at++) {
      word ^= word << 13;
      word ^= word >>> 17;
      word ^= word << 5;
    }
    return word;
  };
  spin(1e6);
  const began = process.cpuUsage();
  if (spin(ROUNDS) === 0) throw new Error("xorshift never gets to 0");
  return process.cpuUsage(began).user / 1e6;
}

/** Part of a world by the innermost frame that says so; the first that fits. */
const PARTS = [
  ["crypto", /dist\/host\/crypto|^node:internal\/crypto/],
  ["monitors", /dist\/(?:check|masternode\/(?:monitors|watch))/],
  ["digest", /dist\/(?:core\/digest|trace)\b/],
  ["draw", /dist\/fuzz\/(?!judge)|fast-check|pure-rand/],
  ["compile", /dist\/(?:scenario|kit)\//],
  ["network", /dist\/(?:engine|wire)\//],
  ["runtime", /dist\/runtime\//],
  ["protocol", /dist\/masternode\//],
];

/** Shares of one thread's time by part, the largest first, and its costliest functions. */
async function breakdown(play, count) {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 500 });
  await session.post("Profiler.start");
  play(2_000_000, 2_000_000 + count);
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  return sharesOf(profile);
}

function sharesOf({ nodes, samples, timeDeltas }) {
  const parents = new Map();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id);
  const partOf = (id) => {
    const own = byId.get(id).callFrame;
    if (own.functionName === "(garbage collector)") return "garbage collection";
    let found = null;
    for (let at = id; at !== undefined; at = parents.get(at)) {
      const { url, functionName } = byId.get(at).callFrame;
      found ??= PARTS.find(([, place]) => place.test(url))?.[0] ?? null;
      // What a node does before its first event is `boot`, whatever handler does it.
      if (found === "protocol" && functionName === "init" && url.endsWith("machine.js")) {
        return "boot";
      }
    }
    return found ?? "other";
  };
  const parts = new Map();
  const functions = new Map();
  let total = 0;
  for (const [at, id] of samples.entries()) {
    const { functionName, url } = byId.get(id).callFrame;
    const name = `${functionName === "" ? "(anonymous)" : functionName} ${url.split("/dist/").at(-1)}`;
    parts.set(partOf(id), (parts.get(partOf(id)) ?? 0) + timeDeltas[at]);
    functions.set(name, (functions.get(name) ?? 0) + timeDeltas[at]);
    total += timeDeltas[at];
  }
  const shares = (map, most) =>
    [...map]
      .sort(([, left], [, right]) => right - left)
      .slice(0, most)
      .map(([what, time]) => ({ what, percent: Number(((100 * time) / total).toFixed(1)) }));
  return { parts: shares(parts, 20), functions: shares(functions, 15) };
}

if (!isMainThread) {
  const { shape, first, each, warm } = workerData;
  const play = await player(shape);
  parentPort.on("message", (what) => {
    const [from, many] = what === "warm" ? [first + 1e7, warm] : [first, each];
    parentPort.postMessage(play(from, from + many));
  });
  parentPort.postMessage(0);
} else {
  const { values } = parseArgs({
    options: {
      worlds: { type: "string", default: "1000" },
      threads: { type: "string", default: "1,2" },
      shape: { type: "string", default: "quick" },
      warm: { type: "string", default: "300" },
    },
  });
  const count = Number(values.worlds);
  const warm = Number(values.warm);
  const threads = values.threads.split(",").map(Number);
  console.table(await worlds({ count, threads, shape: values.shape, warm }));
  const play = await player(values.shape);
  play(0, warm);
  const { parts, functions } = await breakdown(play, Math.min(count, 500));
  console.table(parts);
  console.table(functions);
}
