/** The record of one node replays alone, to the same last state, or stops where it differs. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { recalling } from "../../src/core/key.ts";
import { veiled } from "../../src/core/veil.ts";
import type { Protocol } from "../../src/cli/protocol.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { readTrace } from "../../src/trace/stored.ts";
import { Place, ROOT } from "../cli/host.ts";
import { type Taken, takenOut, write } from "./taken.ts";

const place = new Place();
const at = (name: string): string => join(place.path, name);
let taken: Taken;

beforeAll(async () => {
  const text = readFileSync(join(ROOT, "scenarios/discovery-timeline.yaml"), "utf8");
  taken = takenOut(text, "B");
  await write(taken, at("b.ndjson"));
  await write(taken, at("b.ndjson.gz"));
});

describe("a record", () => {
  it.each(["b.ndjson", "b.ndjson.gz"])("%s replays to the same last state", async (file) => {
    const { exit, out, err } = await place.timesim(["replay", file]);
    expect(out + err).toMatch(
      /^B · seed 3009 · profile repaired · until 1m · its inputs fed again\n\n✓ \d+ events again, the same last state [0-9a-f]{16}\n$/,
    );
    expect(exit).toBe(0);
  });

  it("is smaller when it is packed", () => {
    expect(statSync(at("b.ndjson.gz")).size).toBeLessThan(statSync(at("b.ndjson")).size / 3);
  });

  it("holds no private key", () => {
    expect(readFileSync(at("b.ndjson"), "utf8")).not.toContain(taken.secret);
  });

  it.each([["log"], ["timeline"], ["trace"]])("%s reads it", async (command) => {
    const { exit, out } = await place.timesim([command, "b.ndjson.gz"]);
    expect(exit).toBe(0);
    expect(out).toMatch(command === "log" ? /Active Masternodes=3/ : /3011/);
  });

  it("diff lays it beside another", async () => {
    const { exit, out } = await place.timesim(["diff", "b.ndjson", "b.ndjson.gz", "--exact"]);
    expect(exit, out).toBe(0);
  });
});

it("one byte that was changed is reported, wherever it is, in its line and with its event", () => {
  const bytes = readFileSync(at("b.ndjson"));
  const where = fc.integer({ min: 0, max: bytes.length - 2 });
  fc.assert(
    fc.property(where, fc.integer({ min: 1, max: 255 }), (position, by) => {
      const bent = Buffer.from(bytes);
      bent[position] = (bent[position] ?? 0) ^ by;
      const line = bytes.subarray(0, position).toString("latin1").split("\n").length;
      const what = "(?:event \\d+|the header|the footer|a signature before event \\d+)";
      // Torn off at its first byte, a line is the next one.
      const place = bent[position] === 10 ? `(?:${line}|${line + 1})` : line;
      const told = `^b:${place}:1 trace — (?:${what} .*|a trace begins with.*)$`;
      expect(() => readTrace(bent.toString().split("\n"), "b")).toThrow(new RegExp(told));
    }),
    { numRuns: 300 },
  );
});

/** This version with something changed, as the command would be given it. */
function changed(veil: Parameters<typeof veiled>[1]): Protocol {
  const { signed, facts } = taken;
  const kit = masternodeKit(recalling(nodeCrypto, facts.publicKey, new Map(signed)));
  const profiles = kit.profiles.map((profile) => {
    return { ...profile, machine: veiled(profile.machine, veil) };
  });
  return { ...kit, profiles };
}

describe("another version", () => {
  it("stops at the first event that differs", async () => {
    const kit = changed((ctx) => ({
      send: (session, message) => {
        if (message.type !== "Pong") ctx.send(session, message);
      },
    }));
    const { exit, out } = await place.timesim(["replay", "b.ndjson"], { kit });
    expect(exit).toBe(1);
    expect(out).toMatch(/\nDIFFERS {2}b\.ndjson › event #\d+\n/);
    expect(out).toMatch(/recorded +\d+\.\d+ {2}B {2}send +Pong/);
  });

  it("that arms its timers sooner is not held to be late", async () => {
    const kit = changed((ctx) => ({
      setTimer: (timer, after, key) => {
        ctx.setTimer(timer, (after - 1) as typeof after, key);
      },
    }));
    const { exit, out } = await place.timesim(["replay", "b.ndjson", "--json"], { kit });
    // A real timer may be late by any time: what differs is what comes of it.
    expect([exit, (JSON.parse(out) as { verdict: string }).verdict]).toMatchObject([1, /differ/]);
  });
});
