/**
 * Memory over a long run: n masternodes for so many virtual hours, and what is left after each hour
 * once the garbage is out. A line that still climbs after the first hours is a leak, in the
 * protocol's state or in the engine. `node --expose-gc bench/day.js [nodes] [hours]`.
 */
import { network } from "./protocol.js";
import { loadScenario, masternode, runScenario } from "../dist/index.js";

const HOUR = 3_600_000_000;
const MIB = 1_048_576;

const [nodes = 100, hours = 24] = process.argv.slice(2).map(Number);
const gc = globalThis.gc ?? (() => {});
const print = (line) => process.stdout.write(`${line}\n`);

const kit = masternode();
const scenario = loadScenario(kit, network(nodes, `${hours}h`), "day.yaml");
const start = performance.now();
const { world } = runScenario(kit, scenario, { level: "digest", until: HOUR });
const held = [];
print("hour  height  heap MiB  rss MiB  events      wall s");
for (let hour = 1; hour <= hours; hour++) {
  world.run(hour * HOUR);
  gc();
  gc();
  const { heapUsed, rss } = process.memoryUsage();
  held.push({ hour, heap: heapUsed / MIB, rss: rss / MIB });
  const { height } = world.state("n1").chain;
  const wall = Math.round((performance.now() - start) / 1_000);
  const cells = [hour, height, Math.round(heapUsed / MIB), Math.round(rss / MIB)];
  print([...cells, world.recorder.count, wall].map((cell) => String(cell).padStart(8)).join(" "));
}
print(`slope after hour 1: heap ${slope("heap")} MiB/h, rss ${slope("rss")} MiB/h`);

/** Least squares over the hours after the first. */
function slope(what) {
  const points = held.slice(1);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map((point) => point.hour));
  const y = mean(points.map((point) => point[what]));
  const along = points.reduce((sum, p) => sum + (p.hour - x) * (p[what] - y), 0);
  const across = points.reduce((sum, p) => sum + (p.hour - x) ** 2, 0);
  return (along / across).toFixed(2);
}
