/** timesim check: a recorded run is held to the promises, without being played. */
import { beforeAll, expect, it } from "vitest";
import { former, Place } from "./host.ts";

const place = new Place();

beforeAll(async () => {
  await place.timesim([
    ...["run", "scenarios/discovery-timeline.yaml", "--no-report"],
    ...["--trace", "run.ndjson", "--until", "30s"],
  ]);
  await place.timesim([
    ...["run", "scenarios/discovery-timeline.yaml", "--no-report"],
    ...["--trace", "run.ndjson.gz", "--until", "30s"],
  ]);
});

it("a good trace keeps them all, packed or not", async () => {
  const { exit, out } = await place.timesim(["check", "run.ndjson"]);
  expect(out).toContain("✓  accounted");
  expect(out).not.toContain("✗");
  expect(exit).toBe(0);
  expect((await place.timesim(["check", "run.ndjson.gz"])).exit).toBe(0);
});

it("a trace with one wrong event breaks one, which is told with the event", async () => {
  // Format 1 has no sums, so a line can be changed by hand.
  const text = former(place.read("run.ndjson"));
  const moved = text.replace(/("kind":"deliver","cause":\d+,"a":)(\d+)/, "$1999");
  expect(moved).not.toBe(text);
  place.write("moved.ndjson", moved);
  const words = ["check", "moved.ndjson", "--invariants", "accounted,in-order"];
  const { exit, out } = await place.timesim(words);
  expect(exit).toBe(1);
  expect(out).toContain("✗  accounted");
  expect(out).toContain("✓  in-order");
  expect(out).toContain("npx timesim check moved.ndjson");
  const { out: json } = await place.timesim([...words, "--json"]);
  expect(JSON.parse(json)).toMatchObject({ exit: 1 });
});

it("a trace that lacks its header is none, whatever sum its first line has", async () => {
  const [, ...events] = place.read("run.ndjson").split("\n");
  place.write("headless.ndjson", events.join("\n"));
  const { exit, err } = await place.timesim(["check", "headless.ndjson"]);
  expect(exit).toBe(2);
  expect(err).toMatch(/^headless\.ndjson:1:1 trace — a trace begins with \{"header":…\}; this is/);
});

it("where a trace ends, or a step threw, what was not done any more is no breach", async () => {
  const lines = place.read("run.ndjson").split("\n");
  const asked = lines.findIndex((line) => line.includes('"type":"GetMasternodes"'));
  place.write("cut.ndjson", `${lines.slice(0, asked).join("\n")}\n`);
  const { exit, out } = await place.timesim(["check", "cut.ndjson"]);
  expect(out).not.toContain("✗");
  expect(exit).toBe(0);
  place.write(
    "mine.mjs",
    `const send = (message) => {
      if (message.type === "GetPeers") throw new Error("no peers");
    };
    const get = (ctx, key) => (...given) => (key === "send" && send(given[1]), ctx[key](...given));
    const own = (ctx) => new Proxy(ctx, { get: (of, key) =>
      typeof of[key] === "function" ? get(of, key) : of[key] });
    const apply = (it) => ({ ...it, machine: { ...it.machine,
      step: (state, input, ctx) => it.machine.step(state, input, own(ctx)) } });
    export const boom = { id: "boom", apply };`,
  );
  const words = ["scenarios/discovery-timeline.yaml", "--mutant", "./mine.mjs#boom"];
  const thrown = await place.timesim(["run", ...words, "--no-report", "--trace", "boom.ndjson"]);
  expect(thrown.out).toContain("› A crashes");
  expect(thrown.out).not.toContain("✗  asks-around");
  expect((await place.timesim(["check", "boom.ndjson"])).out).not.toContain("✗  ");
});

it("an event that no monitor can take is named, where no sum says that it is as written", async () => {
  const text = former(place.read("run.ndjson"));
  const changed = text.replace(/("body":\{"type":"PeersResponse"),"addresses":\[[^\]]*\]/, "$1");
  expect(changed).not.toBe(text);
  place.write("changed.ndjson", changed);
  const { exit, err } = await place.timesim(["check", "changed.ndjson"]);
  expect(exit).toBe(2);
  expect(err).toMatch(/event \d+ \(send PeersResponse\) is not as this version writes it: /);
});

it("so is one that has no line in a log, and a story tells it as it stands", async () => {
  const text = former(place.read("run.ndjson"));
  const changed = text.replace(/("body":\{"type":"tip"),[^\n]*/, "$1}}");
  expect(changed).not.toBe(text);
  place.write("changed.ndjson", changed);
  const { exit, err } = await place.timesim(["log", "changed.ndjson"]);
  expect(exit).toBe(2);
  expect(err).toMatch(/event \d+ \(fact tip\) is not as this version writes it: /);
  const story = await place.timesim(["timeline", "changed.ndjson"]);
  expect(story).toMatchObject({ exit: 0 });
  expect(story.out).toContain('{"type":"tip"}');
});

it("says which names there are, and that a scenario is no trace", async () => {
  const strange = await place.timesim(["check", "run.ndjson", "--invariants", "acounted"]);
  expect(strange.exit).toBe(2);
  expect(strange.err).toContain(`no invariant of that name (did you mean "accounted"?)`);
  const scenario = await place.timesim(["check", "scenarios/discovery-timeline.yaml"]);
  expect(scenario.exit).toBe(2);
  expect(scenario.err).toContain("this is no trace");
});

it("promises of which no node is bound are not passed", async () => {
  const words = ["run", "scenarios/stuck-at-3009.yaml", "--no-report", "--until", "5m"];
  await place.timesim([...words, "--trace", "stuck.ndjson"]);
  const all = await place.timesim(["check", "stuck.ndjson"]);
  expect(all.exit).toBe(0);
  expect(all.out).toMatch(/\n— \d\d promises bind nobody here: 3 nodes of standing old\n/);
  expect(all.out).toContain("✓ 2 rows passed");
  const one = await place.timesim(["check", "stuck.ndjson", "--invariants", "pong"]);
  expect(one.exit).toBe(4);
  expect(one.out).toContain("— 1 promise binds nobody here: 3 nodes of standing old\n");
  const { out } = await place.timesim(["check", "stuck.ndjson", "--invariants", "pong", "--json"]);
  expect(JSON.parse(out)).toMatchObject({ exit: 4, passed: false, results: [{ rows: [] }] });
  expect(out).toContain('"because": "3 nodes of standing old"');
});
