/** diff: where two runs part. */
import { beforeAll, expect, it } from "vitest";
import { former, Place } from "./host.ts";

const place = new Place();
const SCENARIO = "scenarios/discovery-timeline.yaml";

beforeAll(async () => {
  const words = ["run", SCENARIO, "--no-report", "--until", "30s", "--trace"];
  await place.timesim([...words, "a.ndjson"]);
  await place.timesim([...words, "b.ndjson", "--seed", "7"]);
});

it("a run and itself are the same", async () => {
  const { exit, out } = await place.timesim(["diff", "a.ndjson", "a.ndjson", "--exact", "--times"]);
  expect(exit).toBe(0);
  expect(out).toMatch(/✓ the same \d+ events from the same causes\n$/);
});

it("another seed: the first that one of them lacks, what led to it, the first shift", async () => {
  const { exit, out } = await place.timesim(["diff", "a.ndjson", "b.ndjson"]);
  expect(exit).toBe(1);
  expect(out).toMatch(/^a {2}a\.ndjson: discovery-timeline · seed 3009 · .*\nb .* · seed 7 · /);
  expect(out).toMatch(/only in a +\d+\.\d+ {2}\w {2}\w+ .*\n +→ (never in b|in b .* from another)/);
  expect(out).toMatch(/only in b +\d+\.\d+ {2}\w {2}\w+ .*\n +→ (never in a|in a .* from another)/);
  expect(out).toMatch(/led to it +only in a:\n( .*\n)+ {2}led to it +only in b:\n/);
  expect(out).toMatch(/first shift .*\n +→ .* (later|earlier) in b \(\d+\.\d+, #\d+\)\n/);
  expect(out).toMatch(/look further {2}npx timesim trace a\.ndjson --cone \d+\n/);
  expect(out).toMatch(/✗ \d+ events in both, \d+ at other times; \d+ only in a, \d+ only in b\n$/);
});

it("times count when asked to, and only then", async () => {
  const delivered = /"at":(\d+)(?=,"node":\d,"kind":"deliver")/g;
  const later = (_: string, at: string): string => `"at":${Number(at) + 5}`;
  const other = former(place.read("a.ndjson")).replaceAll(delivered, later);
  place.write("slow.ndjson", other);
  const words = ["diff", "a.ndjson", "slow.ndjson"];
  const close = await place.timesim(words);
  expect(close.exit, close.out).toBe(0);
  expect(close.out).toContain(" at other times\n  first shift: ");
  const strict = await place.timesim([...words, "--times"]);
  expect(strict.exit).toBe(1);
  expect(strict.out).toContain("0 only in a, 0 only in b");
});

it("one fault more is the first that differs", async () => {
  const text = place.read(SCENARIO);
  const fault = "events:\n  - { at: 12s, partition: [[A], [B]], for: 3s }";
  place.write("more.yaml", text.replace(/^events:/m, fault));
  const { exit, out } = await place.timesim(["diff", SCENARIO, "more.yaml", "--json"]);
  expect(exit).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    ...{ format: 1, same: false, onlyInA: null },
    onlyInB: { event: { kind: "fault", at: 12_000_000 }, elsewhere: null },
  });
});

it("what is no trace and no scenario", async () => {
  expect(await place.timesim(["diff", "a.ndjson", "gone.ndjson"])).toMatchObject({ exit: 2 });
  place.write("toy.ndjson", former(place.read("a.ndjson")).replace('"masternode"', '"toy"'));
  const { exit, err } = await place.timesim(["diff", "a.ndjson", "toy.ndjson"]);
  expect(exit).toBe(2);
  expect(err).toContain('protocol "toy", not masternode');
});
