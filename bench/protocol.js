/**
 * The protocol itself: n masternodes that all dial the first one, for ten virtual minutes, real
 * signatures, in a fresh process each. Rates of different machines do not compare; the columns that
 * do are the ratios: trace levels beside `none`, virtual beside wall time.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SELF = fileURLToPath(import.meta.url);
const LEVELS = ["none", "digest", "full"];

/** One row per size: events, events/s by trace level, virtual:wall at `digest`, peak RSS. */
export function protocol({ sizes = [3, 20, 100], until = "10m" } = {}) {
  return sizes.map((nodes) => {
    const runs = Object.fromEntries(LEVELS.map((level) => [level, inProcess(nodes, until, level)]));
    const { events, seconds, virtual } = runs.digest;
    return {
      nodes,
      events,
      perSecond: Math.round(events / seconds),
      virtualToWall: Math.round(virtual / seconds),
      digestToNone: runs.digest.seconds / runs.none.seconds,
      fullToNone: runs.full.seconds / runs.none.seconds,
      rssMiB: runs.digest.rssMiB,
      rssFullMiB: runs.full.rssMiB,
    };
  });
}

function inProcess(nodes, until, level) {
  const run = spawnSync(process.execPath, [SELF, String(nodes), until, level], {
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

async function measure(nodes, until, level) {
  const { loadScenario, masternode, runScenario } = await import("../dist/index.js");
  const kit = masternode();
  const scenario = loadScenario(kit, network(nodes, until), "bench.yaml");
  // A short run first, so that the figure is not about compiling this program.
  runScenario(kit, scenario, { level, until: 20_000_000 });
  const start = performance.now();
  const { summary } = runScenario(kit, scenario, { level });
  const seconds = (performance.now() - start) / 1_000;
  if (!summary.passed) throw new Error(`${nodes} nodes: ${JSON.stringify(summary.outcomes)}`);
  const rssMiB = Math.round(process.resourceUsage().maxRSS / 1_024);
  return { events: summary.events, seconds, virtual: summary.virtual / 1e6, rssMiB };
}

/** Everybody must have found everybody, or the figure means nothing. */
export function network(nodes, until) {
  const others = Array.from({ length: nodes - 1 }, (_, index) => {
    const host = index + 2;
    const address = `10.0.${Math.floor(host / 250)}.${(host % 250) + 1}`;
    return `  n${host}: { start: ${index % 20}s, address: ${address}, dials: [n1] }`;
  });
  return `
seed: 1
until: ${until}
chain: { height: 100, expected: 102 }
link: { latency: 20ms..200ms, drawn: per-link }
nodes:
  n1: { start: 0s, address: 10.0.0.2 }
${others.join("\n")}
expect:
  - { on: all, that: { active: { count: ${nodes} } }, by: 80s }
`;
}

if (process.argv[1] === SELF) {
  const [, , nodes, until, level] = process.argv;
  process.stdout.write(JSON.stringify(await measure(Number(nodes), until, level)));
}
