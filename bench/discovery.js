/**
 * Discovery and its price, beside what section 10 of the protocol page expects: how long a newcomer
 * that knows one member takes to count everybody (rule X4: 60 s), and how many messages a node
 * receives in a minute meanwhile, by type. `node bench/discovery.js [sizes]` after a build.
 */
import { pathToFileURL } from "node:url";
import { kindMask, loadScenario, masternode, Recorder } from "../dist/index.js";
import { compile } from "../dist/scenario/compile.js";

const SECOND = 1_000_000;
/** The network grows for ten seconds, is left alone, is measured for a minute, and is joined. */
const [QUIET, JOINED, END] = [120 * SECOND, 180 * SECOND, 240 * SECOND];
const EXPECTED = { 5: 87, 20: 452, 64: 1_159, 200: 3_065, 500: 7_590 };
const GROUPS = {
  heartbeats: ["HeartbeatBroadcast"],
  attestations: ["HeartbeatAttestation"],
  announcements: ["MasternodeAnnouncement"],
  lists: ["GetMasternodes", "MasternodesResponse", "GetAnnouncements", "Announcements"],
  pings: ["Ping", "Pong"],
  tips: ["Tip"],
};

/** One row for each size. */
export function discovery(sizes = [5, 20, 64, 200, 500]) {
  return sizes.map(measure);
}

function measure(size) {
  const kit = masternode();
  const scenario = loadScenario(kit, network(size), "discovery.yaml");
  const recorder = new Recorder({ level: "none" });
  const counts = new Map();
  let counted = null;
  recorder.listen({
    mask: kindMask("deliver", "fact"),
    see({ at, node, kind, body }) {
      if (kind === "deliver") {
        if (at >= QUIET && at < JOINED) counts.set(body.type, (counts.get(body.type) ?? 0) + 1);
      } else if (node === size && body.type === "active" && body.count === size + 1) {
        counted ??= at - JOINED;
      }
    },
  });
  const options = { seed: "discovery", profile: "repaired", recorder };
  const world = compile(kit, scenario, { ...options, wire: "objects", guard: false });
  world.run(JOINED);
  const degrees = scenario.nodes.slice(0, size).map(({ name }) => degreeOf(world.state(name)));
  const whole = scenario.nodes.slice(0, size).filter(({ name }) => {
    return world.state(name).registry.active === size - 1;
  });
  for (let at = JOINED; at < END && counted === null; at += SECOND) world.run(at + SECOND);
  const perNode = (types) => types.reduce((sum, type) => sum + (counts.get(type) ?? 0), 0) / size;
  const total = perNode([...counts.keys()]);
  return {
    nodes: size,
    whole: whole.length,
    joined: counted === null ? "no" : `${(counted / SECOND).toFixed(1)} s`,
    received: Math.round(total),
    expected: EXPECTED[size] ?? "",
    ...Object.fromEntries(
      Object.entries(GROUPS).map(([name, types]) => [name, Math.round(perNode(types))]),
    ),
    degree: (degrees.reduce((sum, degree) => sum + degree, 0) / size).toFixed(1),
    hub: Math.max(...degrees),
  };
}

function degreeOf(state) {
  const sessions = state.sessions.chunks.flatMap((chunk) => chunk.values);
  return sessions.filter((session) => session.phase === "ready").length;
}

/** Each knows one that came before it; the newcomer knows one from the middle. */
function network(size) {
  const nodes = Array.from({ length: size }, (_, index) => {
    const dials = index === 0 ? "" : `, dials: [n${index >> 1}]`;
    return line(`n${index}`, index, `${Math.floor((10_000 * index) / size)}ms`, dials);
  });
  const late = line("late", size, `${JOINED / SECOND}s`, `, dials: [n${size >> 1}]`);
  return `
until: ${END / SECOND}s
chain: { height: 100, expected: 100 }
link: { latency: 20ms..200ms, drawn: per-link }
nodes:
${[...nodes, late].join("\n")}
`;
}

function line(name, index, start, dials) {
  const ip = `198.18.${index >> 7}.${(index & 127) + 1}`;
  return `  ${name}: { start: ${start}, address: ${ip}${dials} }`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const sizes = process.argv.slice(2).map(Number);
  console.table(discovery(sizes.length === 0 ? undefined : sizes));
}
