/** timeline, trace and log: of a scenario, and of the trace it leaves. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { former, Place } from "./host.ts";

const SCENARIO = "scenarios/discovery-timeline.yaml";
const place = new Place();

beforeAll(async () => {
  for (const file of ["run.ndjson", "run.ndjson.gz"]) {
    await place.timesim(["run", SCENARIO, "--no-report", "--trace", file]);
  }
});

describe.each(["timeline", "trace", "log"])("%s", (command) => {
  it("says the same of the scenario, its trace, and its packed trace", async () => {
    const { exit, out } = await place.timesim([command, SCENARIO]);
    expect(exit).toBe(0);
    expect(out.split("\n").length).toBeGreaterThan(50);
    expect(await place.timesim([command, "run.ndjson"])).toMatchObject({ exit: 0, out, err: "" });
    expect(await place.timesim([command, "run.ndjson.gz"])).toMatchObject({
      exit: 0,
      out,
      err: "",
    });
  });

  it("--node leaves one", async () => {
    const { out } = await place.timesim([command, SCENARIO, "--node", "B"]);
    const all = (await place.timesim([command, SCENARIO])).out.split("\n");
    const lines = out
      .trimEnd()
      .split("\n")
      .slice(command === "timeline" ? 1 : 0);
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(all).toContain(line);
    for (const line of lines) expect(line).toMatch(/^ *[\d.]+ {2}B {2}|\[B\]/);
  });

  it("takes another seed, and refuses one for a trace", async () => {
    const { out } = await place.timesim([command, SCENARIO, "--seed", "8", "--until", "30s"]);
    expect(out).not.toBe((await place.timesim([command, SCENARIO, "--until", "30s"])).out);
    const { exit, err } = await place.timesim([command, "run.ndjson", "--seed", "8"]);
    expect(exit).toBe(2);
    expect(err).toContain("--seed — run.ndjson is a trace");
  });

  it("reads a torn trace, with a note", async () => {
    const text = place.read("run.ndjson");
    place.write("torn.ndjson", text.slice(0, text.length / 2));
    const { exit, out, err } = await place.timesim([command, "torn.ndjson"]);
    expect(exit).toBe(0);
    expect(out).not.toBe("");
    expect(err).toMatch(/^torn\.ndjson:\d+:1 trace — .*; read \d+ events before it\n$/);
  });

  it("refuses another protocol's trace", async () => {
    const text = former(place.read("run.ndjson"));
    place.write("toy.ndjson", text.replace('"kit":"masternode"', '"kit":"toy"'));
    const { exit, err } = await place.timesim([command, "toy.ndjson"]);
    expect(exit).toBe(2);
    expect(err).toBe(
      'toy.ndjson:1:1 trace — it is of protocol "toy", not masternode; --machine names another\n',
    );
  });

  it("refuses what is no trace", async () => {
    place.write("other.ndjson", '{"a":1}\n');
    const { exit, err } = await place.timesim([command, "other.ndjson"]);
    expect(exit).toBe(2);
    expect(err).toContain("other.ndjson:1:1 trace — a trace begins with");
  });
});

describe("a trace is known by what it holds", () => {
  it.each(["run.ndjson", "run.ndjson.gz"])("%s under another name", async (file) => {
    copyFileSync(join(place.path, file), join(place.path, "other.yaml"));
    const { exit, out } = await place.timesim(["trace", "other.yaml"]);
    expect(exit).toBe(0);
    expect(out).toBe((await place.timesim(["trace", file])).out);
  });

  it.each(["run.ndjson", "run.ndjson.gz"])("and not run: %s", async (file) => {
    const { exit, out, err } = await place.timesim(["run", file]);
    expect(exit).toBe(2);
    expect(out).toBe("");
    expect(err).toBe(`${file} — this is a trace: use timeline, trace or log\n`);
  });
});

describe("timeline", () => {
  it("is a table: time, node, what happened", async () => {
    const { out } = await place.timesim(["timeline", SCENARIO]);
    expect(out).toMatch(/^ +time {2}node {2}what happened\n/);
    expect(out).toMatch(/\n +5\.\d{6} {2}B {5}session 1 with A is ready \(dialed\)\n/);
  });

  it("--json is one document", async () => {
    const { out } = await place.timesim(["timeline", SCENARIO, "--json", "--node", "A"]);
    const document = JSON.parse(out) as { format: number; rows: { node: string }[] };
    expect(document.format).toBe(1);
    expect(new Set(document.rows.map(({ node }) => node))).toEqual(new Set(["A"]));
  });
});

describe("trace", () => {
  it("--type, --kind, --from and --to", async () => {
    const words = ["trace", SCENARIO, "--node", "B", "--type", "MasternodeAnnouncement"];
    const { out } = await place.timesim([...words, "--from", "5s", "--to", "9s"]);
    expect(out).toMatch(
      /^ {3}5\.\d{6} {2}B {2}deliver {2}MasternodeAnnouncement 203\.0\.113\.10 seq \d+ \(session 1\) {2}#\d+ ← #\d+\n$/,
    );
    const gates = await place.timesim(["trace", SCENARIO, "--kind", "gate", "--type", "minimum"]);
    for (const line of gates.out.trimEnd().split("\n")) expect(line).toContain("gate minimum");
  });

  it("--type takes a message that never came, a fact, a command's name", async () => {
    for (const type of ["BlockResponse", "ready", "minimum"]) {
      const { exit, err } = await place.timesim(["trace", SCENARIO, "--type", type]);
      expect(exit, err).toBe(0);
    }
  });

  it("--cone keeps what led to an event and what followed", async () => {
    const { out } = await place.timesim(["trace", SCENARIO, "--kind", "deliver", "--from", "10s"]);
    const id = /#(\d+) ←/.exec(out)?.[1] ?? "";
    const cone = await place.timesim(["trace", SCENARIO, "--cone", id]);
    expect(cone.out).toContain(`#${id} ←`);
    expect(cone.out).toMatch(/^ *[\d.]+ {2}[ABC] {2}boot/);
  });
});

describe("log", () => {
  it("has the lines that operators look for", async () => {
    const { out } = await place.timesim(["log", SCENARIO], { env: { LANG: "C" } });
    for (const pattern of [
      /Active Masternodes=3/,
      /Registering.*PeerConnectionRegistry/,
      /Broadcast masternode announcement/,
      /Received masternode announcement/,
    ]) {
      expect(out).toMatch(pattern);
    }
    expect(out).toMatch(/^2025-12-21 21:50:00\.000 \[A\] {2}INFO 🚀/);
  });
});
