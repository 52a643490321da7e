/**
 * `timesim conform` without sockets: what was recorded is compared, and what cannot be played is
 * listed. Here simulated runs stand for recorded ones, which the command cannot tell.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { Place } from "../cli/host.ts";

const MEETING = (link: string, more = ""): string => `
name: meeting
seed: 5
until: 40s
link: ${link}
nodes:
  A: { address: 10.0.0.1 }
  B: { start: 1s, address: 10.0.0.2, dials: A }
  C: { start: 2s, address: 10.0.0.3, dials: [A, B] }
${more}
expect:
  - { row: they meet, on: [B, C], that: { ready: A }, by: 5s }
`;
const place = new Place();

beforeAll(async () => {
  place.write("meeting.yaml", MEETING("50ms"));
  place.write("slow.yaml", MEETING("80ms"));
  place.write(
    "moves.yaml",
    MEETING("50ms", "events: [{ at: 20s, move: { node: C, address: 10.0.0.9 } }]"),
  );
  for (const name of ["meeting", "slow"]) {
    const words = ["run", `${name}.yaml`, "--trace", `${name}.ndjson.gz`, "--no-report"];
    await place.timesim(words);
  }
});

describe("recorded runs", () => {
  test("that agree", async () => {
    const recorded = ["--recorded", "meeting.ndjson.gz", "--recorded", "meeting.ndjson.gz"];
    const { exit, out } = await place.timesim(["conform", "meeting.yaml", ...recorded]);
    expect(exit).toBe(0);
    expect(out).toMatch(
      /^meeting · seed 5 · profile repaired · recorded\n {2}20 simulated runs agree on \d+ promises; real 0s late at p50, 0s at p95\n {2}run 1 {2}agrees\n {2}run 2 {2}agrees\n/,
    );
    expect(out).toMatch(/they meet +4 +\+0s +\+0s\n/);
    expect(out).toMatch(/✓ 2 of 2 real runs agree with the model\n$/);
  });

  test("that were later", async () => {
    const words = [
      "conform",
      "meeting.yaml",
      "--recorded",
      "slow.ndjson.gz",
      "--json",
      "--sims",
      "8",
    ];
    const { exit, out } = await place.timesim(words);
    const [scenario] = (JSON.parse(out) as { scenarios: Record<string, unknown>[] }).scenarios;
    expect(exit).toBe(0);
    expect(scenario).toMatchObject({ agrees: true, simulated: 8, speed: null });
  });

  test("against a model that is wrong", async () => {
    const words = ["conform", "meeting.yaml", "--recorded", "meeting.ndjson.gz", "--wrong-model"];
    const { exit, out } = await place.timesim(words);
    expect(exit).toBe(1);
    expect(out).toContain("DIFFERS  meeting.yaml › run 1   seed 5\n  difference    ");
    expect(out).toMatch(/ {2}simulated {5}.*\n {2}real {10}.*\n/);
    expect(out).toContain(
      "repeat        npx timesim conform meeting.yaml --recorded meeting.ndjson.gz --wrong-model\n",
    );
    expect(out).toMatch(/✗ 0 of 1 real run agrees with the model\n$/);
  });
});

test("what real nodes cannot play is listed with the reason, and is nothing if it is all", async () => {
  const { exit, out } = await place.timesim(["conform", "moves.yaml"]);
  expect(exit).toBe(4);
  expect(out).toBe(
    "real nodes cannot play:\n" +
      "  moves.yaml: move: a process cannot be given another ip while it runs\n",
  );
  const { out: json } = await place.timesim(["conform", "moves.yaml", "--json"]);
  expect(JSON.parse(json)).toMatchObject({
    agrees: false,
    exit: 4,
    scenarios: [],
    notPlayed: [{ file: "moves.yaml" }],
  });
});

test.each([
  [["meeting.yaml", "--runs", "0"], '--runs "0" — expected a whole number, at least 1'],
  [["meeting.yaml", "--sims", "1"], '--sims "1" — expected a whole number, at least 2'],
  [["meeting.yaml", "--speed", "fast"], '--speed "fast" — expected a number above 0'],
  [["meeting.yaml", "slow.yaml", "--recorded", "meeting.ndjson.gz"], "name just that one"],
  [
    ["meeting.yaml", "--recorded", "meeting.ndjson.gz", "--runs", "2"],
    "--runs — recorded runs were",
  ],
  [
    ["meeting.yaml", "--recorded", "meeting.ndjson.gz", "--keep", "kept"],
    "--keep — recorded runs were",
  ],
  [["meeting.yaml", "--keep", "meeting.yaml"], "meeting.yaml — cannot be written"],
  [["scenarios/nat.yaml", "--recorded", "meeting.ndjson.gz"], "it is of meeting, not nat"],
])("%j is refused", async (words, said) => {
  const { exit, err } = await place.timesim(["conform", ...words]);
  expect(exit).toBe(2);
  expect(err).toContain(said);
});
