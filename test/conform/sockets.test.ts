/** Both worlds for once: three nodes that meet, in the simulator and over real sockets. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, inject, test } from "vitest";
import { Place } from "../cli/host.ts";

/** Eight seconds at speed 5: 1.6 real ones, and what it takes to start and end three processes. */
const MEETING = `
name: meeting
seed: 5
until: 8s
invariants: all
link: 50ms
nodes:
  A: { address: 10.0.0.1 }
  B: { start: 1s, address: 10.0.0.2, dials: A }
  C: { start: 2s, address: 10.0.0.3, dials: [A, B] }
expect:
  - { row: they meet, on: [B, C], that: { ready: A }, by: 7s }
`;
test("a scenario agrees in both worlds", async () => {
  expect(inject("build")).toBe("");
  const place = new Place();
  place.write("meeting.yaml", MEETING);
  const net = `127.15.${process.pid % 250}`;
  const words = ["--runs", "1", "--speed", "5", "--net", net, "--keep", "kept", "--json"];
  const { exit, out, err } = await place.timesim(["conform", "meeting.yaml", ...words]);
  const { scenarios } = JSON.parse(out) as { scenarios: { runs: unknown[] }[] };
  expect({ exit, err, runs: scenarios[0]?.runs }).toMatchObject({
    exit: 0,
    err: expect.stringContaining("trace kept/meeting-1.ndjson.gz\n") as string,
    runs: [{ agrees: true, differences: [] }],
  });
  expect(scenarios).toMatchObject([{ name: "meeting", speed: 5, agrees: true }]);

  // What was kept is judged again without sockets, and alike.
  const again = ["conform", "meeting.yaml", "--recorded", "kept/meeting-1.ndjson.gz", "--json"];
  const judged = await place.timesim(again);
  expect(JSON.parse(judged.out)).toMatchObject({
    agrees: true,
    scenarios: [{ ...(scenarios[0] as object), speed: null, repeat: expect.any(String) as string }],
  });
});

test("Ctrl-C ends with what was found until then", async () => {
  const place = new Place();
  const moves = "events: [{ at: 7s, move: { node: C, address: 10.0.0.9 } }]";
  place.write("a.yaml", `${MEETING}${moves}\n`);
  place.write("b.yaml", MEETING);
  const before = process.listenerCount("SIGINT");
  const done = place.timesim(["conform", "a.yaml", "b.yaml", "--json"]);
  while (process.listenerCount("SIGINT") === before) await sleep(5);
  process.emit("SIGINT");
  const { exit, out, err } = await done;
  expect([exit, err]).toEqual([130, "interrupted by SIGINT\n"]);
  expect(JSON.parse(out)).toMatchObject({
    ...{ agrees: false, exit: 130, scenarios: [], notPlayed: [{ file: "a.yaml" }] },
  });
});
