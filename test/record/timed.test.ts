/** `timed --record`, as a process: stopped, killed, and ended by a step that threw. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Host } from "../../src/cli/output.ts";
import { timed as program } from "../../src/cli/timed/program.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import type { Kit } from "../../src/kit/kit.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { Place } from "../cli/host.ts";
import { Daemon, freshIp, until } from "../timed/daemon.ts";

const place = new Place();
const at = (name: string): string => join(place.path, name);
const SPEED = ["--masternode", "--speed", "20"];

describe("two recorded nodes", () => {
  it("one is stopped, one is killed: each record replays as far as it goes", async () => {
    const one = await new Daemon([...SPEED, "--record", at("one.ndjson.gz")]).started();
    const words = ["--record", at("two.ndjson.gz"), "--peer", one.ip];
    const two = await new Daemon([...SPEED, ...words]).started();
    await until("they know each other", () => two.log.includes("Active Masternodes=2"));
    // What is more than a second old is on the disk.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await two.stop("SIGKILL");
    expect((await one.stop("SIGTERM")).code).toBe(0);
    const whole = await place.timesim(["replay", "one.ndjson.gz"]);
    expect(whole).toMatchObject({ exit: 0, err: "" });
    expect(whole.out).toMatch(/✓ \d+ events again, the same last state [0-9a-f]{16}\n/);
    const torn = await place.timesim(["replay", "two.ndjson.gz"]);
    expect(torn.exit, torn.out).toBe(0);
    expect(torn.err).toMatch(/two\.ndjson\.gz:\d+:1 trace — .*; read \d+ events before it/);
    expect(torn.out).toMatch(/✓ \d+ events again, as far as the recording goes/);
    const { out } = await place.timesim(["log", "two.ndjson.gz"]);
    expect(out).toContain("Active Masternodes=2");
  });
});

/** Throws when it is told to stop. */
function breaking(): Kit<Masternode> {
  const kit = masternodeKit(nodeCrypto);
  const profiles = kit.profiles.map((profile) => ({
    ...profile,
    machine: {
      ...profile.machine,
      step: (...[state, input, ctx]: Parameters<typeof profile.machine.step>) => {
        if (input.kind === "command" && input.command.type === "stop") throw new Error("boom");
        return profile.machine.step(state, input, ctx);
      },
    },
  }));
  return { ...kit, profiles };
}

it("a step that throws ends the record whole, and throws again in its replay", async () => {
  let err = "";
  const host: Host = {
    stdout: { write: () => true, isTTY: false },
    stderr: { write: (text) => (err += text), isTTY: false },
    ...{ env: {}, cwd: place.path, now: () => Date.now(), elapsed: () => performance.now() },
    argv: ["--listen", freshIp(), "--data", "d", "--record", "broken.ndjson", ...SPEED],
    kit: breaking(),
  };
  const exit = program(host);
  await until("it starts", () => err.includes("listens on"));
  process.kill(process.pid, "SIGTERM");
  expect(await exit).toBe(3);
  const [header = ""] = readFileSync(at("broken.ndjson"), "utf8").split("\n");
  expect(JSON.parse(header)).toMatchObject({ header: { origin: "host", speed: 20 } });
  // A kit that is handed in brings its own cryptography, then and now.
  const again = await place.timesim(["replay", "broken.ndjson"], { kit: breaking() });
  expect(again.out).toMatch(/✓ \d+ events again, the same last state/);
  const mended = await place.timesim(["replay", "broken.ndjson"], {
    kit: masternodeKit(nodeCrypto),
  });
  expect(mended.exit).toBe(1);
  expect(mended.out).toMatch(/recorded +\d+\.\d+ +\S+ +crash +boom/);
});
