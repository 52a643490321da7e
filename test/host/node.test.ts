/** Real nodes in one process: the shipped machine over loopback TCP. */
import { afterEach, describe, expect, it } from "vitest";
import { type Address, address, ipOf, portOf } from "../../src/core/address.ts";
import type { Duration } from "../../src/core/units.ts";
import { HostClock } from "../../src/host/clock.ts";
import { type HostNode, startNode } from "../../src/host/node.ts";
import { defaultsOf } from "../../src/kit/field.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { masternode } from "../../src/simulate.ts";
import { Recorder } from "../../src/trace/recorder.ts";
import { folder, loopback, until } from "./block.ts";

const kit = masternode();
const running: HostNode<Masternode>[] = [];

afterEach(async () => {
  for (const node of running.splice(0)) await node.stop();
});

async function start(name: string, listen: Address, dials: readonly Address[], dir = folder()) {
  const [profile] = kit.profiles;
  if (profile === undefined) throw new Error("no profile");
  const names = new Map<string, Address>(dials.map((peer, at) => [`p${at}`, peer]));
  const config = kit.configure({
    name,
    address: listen,
    config: { ...defaultsOf(kit.config) },
    world: { chain: { height: 9, expected: 9, network: "testnet" } },
    node: { masternode: true, dials: [...names.keys()] },
    addressOf: (peer) => names.get(peer) as Address,
  });
  const recorder = new Recorder({ level: "full" });
  const epoch = kit.epoch(
    { chain: { height: 9, expected: 9, network: "testnet" } },
    {
      ...defaultsOf(kit.config),
    },
  );
  const clock = new HostClock({ origin: null, epoch, offset: 0 as Duration, drift: 0, speed: 20 });
  const node = await startNode<Masternode>({
    machine: profile.machine,
    config,
    codec: kit.codec,
    files: kit.files,
    stop: kit.stop,
    name,
    seed: "1",
    incarnation: 1,
    listen,
    dir,
    clock,
    recorder,
    guard: true,
  });
  running.push(node);
  return { node, recorder, dir };
}

const ready = (node: HostNode<Masternode>): number =>
  [...node.sessions].filter(({ socket }) => socket.received > 0).length;

describe("real nodes", () => {
  it("meet, and one that starts again finds its files and the other", async () => {
    const [a, b] = [loopback(11, 2), loopback(11, 3)];
    const first = await start("A", a, []);
    const second = await start("B", b, [a]);
    await until("both have a session", () => ready(first.node) > 0 && ready(second.node) > 0);
    const [bound] = [...second.recorder.events()].filter(({ kind }) => kind === "bound");
    const [opened] = [...first.recorder.events()].filter(({ kind }) => kind === "opened");
    expect(bound?.b).toBe(opened?.b);
    expect(ipOf(opened?.b as Address)).toBe(ipOf(b));
    await until("the cache is saved", () =>
      [...second.recorder.events()].some(({ kind, body }) => kind === "saved" && body === "cache"),
    );
    running.splice(running.indexOf(second.node), 1);
    await second.node.stop();
    await until("the end is noticed", () => first.node.sessions.length === 0);
    const again = await start("B", b, [], second.dir);
    const read = [...again.recorder.events()].filter(({ kind }) => kind === "read");
    expect(read.map(({ body }) => (body as { file: string }).file)).toContain("cache");
    await until("it came back without being told where", () => ready(again.node) > 0);
  });

  it("are refused where nobody listens", async () => {
    const { recorder } = await start("A", loopback(11, 4), [address(ipOf(loopback(11, 5)), 9)]);
    await until("refused", () => [...recorder.events()].some(({ kind }) => kind === "refused"));
    const refused = [...recorder.events()].find(({ kind }) => kind === "refused");
    expect(refused?.body).toBe("refused");
    expect(portOf(refused?.b as Address)).toBe(9);
  });
});
