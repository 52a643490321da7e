/**
 * What a flight recorder costs: real masternodes over loopback in one process, their clocks fast,
 * once without a record and once with each kind. The figure is processor time of the whole process,
 * packing threads included, so that it does not depend on what else the machine does; per event it
 * compares with what a node does anyway between two events: sockets, JSON, signatures, steps.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, openSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SELF = fileURLToPath(import.meta.url);
const KINDS = ["none", "packed", "plain", "fd"];

/** One row per kind. `ofNone`: processor time per event beside that without record. */
export function record({ nodes = 12, minutes = 10, speed = 60 } = {}) {
  const runs = KINDS.map((kind) => inProcess(nodes, minutes, speed, kind));
  const [none] = runs;
  return runs.map((run, index) => ({
    record: KINDS[index],
    events: run.events,
    microsPerEvent: (run.cpu / run.events).toFixed(1),
    ofNone: (run.cpu / run.events / (none.cpu / none.events)).toFixed(2),
    bytesPerEvent: run.bytes === 0 ? "-" : Math.round(run.bytes / run.events),
    rssMiB: run.rssMiB,
  }));
}

function inProcess(...words) {
  const run = spawnSync(process.execPath, [SELF, ...words.map(String)], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

async function measure(nodes, minutes, speed, kind) {
  const dir = mkdtempSync(join(tmpdir(), "timesim-bench-"));
  try {
    return await play(dir, nodes, minutes, speed, kind);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function play(dir, nodes, minutes, speed, kind) {
  const started = [];
  const before = process.cpuUsage();
  const recorders = [];
  for (let nth = 0; nth < nodes; nth++) {
    const target = kind === "fd" ? `fd:${openSync("/dev/null", "w")}` : join(dir, `${nth}.${kind}`);
    started.push(await start(dir, nth, speed, kind, target, recorders));
  }
  await new Promise((resolve) => setTimeout(resolve, (minutes * 60_000) / speed));
  const active = started[0].node.state.registry.entries.size + 1;
  for (const { node, recording } of started) {
    await node.stop();
    await recording?.close();
  }
  if (active !== nodes) throw new Error(`${active} of ${nodes} nodes found each other`);
  const { user, system } = process.cpuUsage(before);
  const files = readdirSync(dir).filter((name) => name.includes("."));
  const bytes = files.reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
  const events = recorders.reduce((sum, recorder) => sum + recorder.count, 0);
  const rssMiB = Math.round(process.resourceUsage().maxRSS / 1_024);
  return { events, cpu: user + system, bytes, rssMiB };
}

const WORLD = { chain: { height: 100, expected: 102, network: "testnet" } };

async function start(dir, nth, speed, kind, target, recorders) {
  const load = (path) => import(`../dist/${path}.js`);
  const { address, formatAddress, parseAddress } = await load("core/address");
  const { holding } = await load("core/key");
  const { Recorder } = await load("trace/recorder");
  const { masternodeKit } = await load("masternode/kit");
  const { nodeCrypto } = await load("host/crypto");
  const { HostClock } = await load("host/clock");
  const { startNode } = await load("host/node");
  const { recordFlight } = await load("cli/flight");
  const { defaultsOf } = await load("kit/field");
  const home = address(0x7f_0d_c8_00 + 2 + nth, 24_100);
  const secret = nodeCrypto.sha256(Buffer.from(`bench ${nth}`));
  let recording = null;
  const crypto = holding(nodeCrypto, secret, (...both) => recording?.signed(...both));
  const kit = masternodeKit(crypto);
  const name = `n${nth}`;
  const first = formatAddress(address(0x7f_0d_c8_02, 24_100));
  const settings = {
    config: defaultsOf(kit.config),
    world: WORLD,
    node: { masternode: true, dials: nth === 0 ? [] : [first] },
  };
  const publicKey = nodeCrypto.publicKey(secret);
  const setup = { name, address: home, ...settings, key: publicKey };
  const config = kit.configure({ ...setup, addressOf: (text) => parseAddress(text, 0) });
  const epoch = kit.epoch(WORLD, settings.config);
  const recorder = new Recorder({ level: "none" });
  recorders.push(recorder);
  let node = null;
  if (kind !== "none") {
    recording = recordFlight(
      kit,
      { name, address: home, profile: "repaired", seed: name, epoch, publicKey, ...settings },
      {
        recorder,
        target: kind === "packed" ? `${target}.gz` : target,
        state: () => node.state,
        ended: (why) => {
          throw new Error(why);
        },
      },
    );
  }
  node = await startNode({
    ...{ machine: kit.profiles[0].machine, config, codec: kit.codec, files: kit.files },
    ...{ stop: kit.stop, name, seed: name, incarnation: 1, listen: home },
    ...{ dir: mkdtempSync(join(dir, "data")), recorder },
    clock: new HostClock({ origin: null, epoch, offset: 0, drift: 0, speed }),
  });
  return { node, recording };
}

if (process.argv[1] === SELF) {
  const [, , nodes, minutes, speed, kind] = process.argv;
  const found = await measure(Number(nodes), Number(minutes), Number(speed), kind);
  process.stdout.write(JSON.stringify(found));
}
