/** Real nodes, recorded while they run: each record replays alone to the state its node ended in. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Address, formatAddress, parseAddress } from "../../src/core/address.ts";
import { holding, recalling } from "../../src/core/key.ts";
import type { Duration } from "../../src/core/units.ts";
import { veiled } from "../../src/core/veil.ts";
import { keyIn, recordFlight } from "../../src/cli/flight.ts";
import { HostClock } from "../../src/host/clock.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { type HostNode, startNode } from "../../src/host/node.ts";
import type { Recording } from "../../src/host/record.ts";
import { defaultsOf, type Settings } from "../../src/kit/field.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { typeOf } from "../../src/trace/event.ts";
import { type ReadTrace, readTrace } from "../../src/trace/stored.ts";
import { Recorder } from "../../src/trace/recorder.ts";
import { Place } from "../cli/host.ts";
import { folder, loopback, until } from "../host/block.ts";

const SPEED = 20;
const WORLD: Settings = { chain: { height: 9, expected: 11, network: "testnet" } };

const place = new Place();
const running = new Set<Running>();

interface Running {
  readonly node: HostNode<Masternode>;
  stop(): Promise<void>;
}

afterAll(async () => {
  for (const each of running) await each.stop();
});

/** As timed does it. */
async function start(
  name: string,
  listen: Address,
  dials: readonly Address[],
  { dir, target, incarnation = 1 }: { dir: string; target: string; incarnation?: number },
): Promise<Running> {
  const secret = secretOf(name);
  const publicKey = nodeCrypto.publicKey(secret);
  let recording: Recording | null = null;
  const crypto = holding(nodeCrypto, secret, (...both) => recording?.signed(...both));
  const kit = masternodeKit(crypto);
  const node: Settings = { masternode: true, dials: dials.map(formatAddress) };
  const settings = { config: defaultsOf(kit.config), world: WORLD, node };
  const config = kit.configure({
    ...{ name, address: listen, ...settings, key: publicKey },
    addressOf: (text) => parseAddress(text, 0) as Address,
  });
  const epoch = kit.epoch(WORLD, settings.config);
  const clock = new HostClock({
    origin: null,
    epoch,
    offset: 0 as Duration,
    drift: 0,
    speed: SPEED,
  });
  const recorder = new Recorder({ level: "none" });
  let hosted: HostNode<Masternode> | null = null;
  recording = recordFlight(
    kit,
    {
      name,
      address: listen,
      profile: "repaired",
      seed: name,
      epoch,
      speed: SPEED,
      publicKey,
      ...settings,
    },
    {
      ...{ recorder, target },
      state: () => hosted?.state,
      ended: (why) => {
        throw new Error(why);
      },
    },
  );
  const [{ machine } = { machine: null as never }] = kit.profiles;
  hosted = await startNode<Masternode>({
    ...{ machine, config, codec: kit.codec, files: kit.files, stop: kit.stop },
    ...{ name, seed: name, incarnation, listen, dir, clock, recorder, guard: true },
  });
  const all = { node: hosted, recording };
  const self: Running = {
    node: hosted,
    stop: async () => {
      running.delete(self);
      await all.node.stop();
      await all.recording.close();
    },
  };
  running.add(self);
  return self;
}

const names = ["A", "B", "C"];
const at = (name: string): string => join(place.path, `${name}.ndjson.gz`);
const secretOf = (name: string): string => nodeCrypto.sha256(Buffer.from(name));

beforeAll(async () => {
  const [a, b, c] = [2, 3, 4].map((nth) => loopback(13, nth)) as [Address, Address, Address];
  const dir = folder();
  const first = await start("A", a, [], { dir: folder(), target: at("A") });
  const second = await start("B", b, [a], { dir, target: at("B0") });
  await until("B's cache is on disk", () => second.node.state.registry.entries.size > 0, 30);
  await until("B has written it", () => !second.node.state.memory.unsaved, 30);
  await second.stop();
  const again = await start("B", b, [a], { dir, target: at("B"), incarnation: 2 });
  const third = await start("C", c, [a], { dir: folder(), target: at("C") });
  const three = [first, again, third];
  await until(
    "all three have block 11",
    () => three.every((one) => one.node.state.chain.height >= 11),
    60,
  );
  again.node.setClock({ jump: 2_000_000 as Duration });
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const one of three) await one.stop();
});

describe("three real nodes", () => {
  it.each([...names, "B0"])("the record of %s replays to the same last state", async (name) => {
    const { exit, out, err } = await place.timesim(["replay", `${name}.ndjson.gz`]);
    expect(out + err).toMatch(/✓ \d+ events again, the same last state [0-9a-f]{16}\n$/);
    expect(exit).toBe(0);
  });

  it("one that starts again tells what it found, and that its clock was set", () => {
    const events = [...recorded("B").trace.events()];
    const found = events.filter(({ kind }) => kind === "read");
    expect(found.map(({ body }) => body)).toContainEqual({
      ...{ file: "sequences", text: expect.stringContaining("announcement") as string },
    });
    expect(events.filter(({ kind }) => kind === "clock")).toHaveLength(2);
    expect(events.find(({ kind }) => kind === "boot")?.a).toBe(2);
  });

  it("none of them holds a private key", () => {
    for (const name of names) {
      const text = gunzipSync(readFileSync(at(name))).toString();
      expect(text).toContain(nodeCrypto.publicKey(secretOf(name)));
      expect(text).not.toContain(secretOf(name));
    }
  });

  it("two records are joined: what one end is bound to, the other has accepted", () => {
    const bound = [...recorded("C").trace.events()].filter(({ kind }) => kind === "bound");
    const accepted = [...recorded("A").trace.events()].filter(({ body }) => body === "accepted");
    expect(bound.length).toBeGreaterThan(0);
    expect(accepted.map(({ b }) => b)).toEqual(expect.arrayContaining([bound[0]?.b]));
  });

  it.each([
    ["log", /Active Masternodes=3/],
    ["timeline", /counts 3 active/],
    ["trace", /bound +session \d+ from 127\.13\./],
  ])("%s reads them", async (command, text) => {
    const { exit, out, err } = await place.timesim([command, "C.ndjson.gz"]);
    expect(exit, err).toBe(0);
    expect(out).toMatch(text);
  });

  it("diff says where two nodes part", async () => {
    const same = await place.timesim(["diff", "C.ndjson.gz", "C.ndjson.gz"]);
    expect(same.exit, same.out).toBe(0);
    const { exit, out } = await place.timesim(["diff", "B.ndjson.gz", "C.ndjson.gz"]);
    expect(exit).toBe(1);
    expect(out).toContain("only in a");
  });

  it("a version that behaves otherwise is caught where it does, from one file", async () => {
    const { trace, signed } = recorded("C");
    const kit = masternodeKit(recalling(nodeCrypto, keyIn(trace.header) ?? "", signed));
    const profiles = kit.profiles.map((profile) => ({
      ...profile,
      machine: veiled(profile.machine, (ctx) => ({
        send: (session, message) => {
          if (message.type !== "MasternodeAnnouncement") ctx.send(session, message);
        },
      })),
    }));
    const first = [...trace.events()].find((event) => {
      return event.kind === "send" && typeOf(event.body) === "MasternodeAnnouncement";
    });
    expect(first).toBeDefined();
    const given = { kit: { ...kit, profiles } };
    const { exit, out } = await place.timesim(["replay", "C.ndjson.gz"], given);
    expect(exit).toBe(1);
    expect(out).toContain(`DIFFERS  C.ndjson.gz › event #${first?.id ?? ""}\n`);
  });
});

function recorded(name: string): ReadTrace {
  return readTrace(
    gunzipSync(readFileSync(at(name)))
      .toString()
      .split("\n"),
    name,
  );
}
