/** Mistakes in what is expected, as their author sees them. */
import { describe, expect, it } from "vitest";
import { after } from "./problems.ts";

describe("expectations", () => {
  it("claim something", () => {
    const lines = `expect:
  - { on: A, that: cuont, by: 5s }
  - { on: A, that: { cuont: 3 }, by: 5s }
  - { on: A, that: { count: 3, said: {} }, by: 5s }
  - { on: A, that: count, by: 5s }
  - { on: A, that: { count: { is: -1 } }, by: 5s }
  - { on: A, that: { count: { iz: 1 } }, by: 5s }
  - { on: A, that: { met: C }, by: 5s }
  - { on: A, that: { said: "(" }, by: 5s }
  - { on: A, that: [], by: 5s }
  - { on: A, by: 5s }
  - { on: A, that: said, chain: [said, said], by: 5s }
  - { on: A, chain: [said], by: 5s }
  - { on: A, that: 5, by: 5s }
  - 5
`;
    expect(after(lines)).toMatchInlineSnapshot(`
      "s.yaml:7:20 expect[0].that — unknown claim "cuont" (did you mean "count"?)
      s.yaml:8:22 expect[1].that.cuont — unknown claim "cuont" (did you mean "count"?)
      s.yaml:9:32 expect[2].that.said — one claim a mapping; for both write [{ count: … }, { said: … }]
      s.yaml:10:20 expect[3].that.count.is — is missing: equal to
      s.yaml:11:35 expect[4].that.count.is — must be at least 0; found -1
      s.yaml:12:22 expect[5].that.count.is — is missing: equal to
      s.yaml:12:31 expect[5].that.count.iz — unknown key "iz"; known: is
      s.yaml:13:27 expect[6].that.met — unknown node "C"; known: A, B, gateway
      s.yaml:14:28 expect[7].that.said — is no regular expression: /(/: Unterminated group
      s.yaml:15:20 expect[8].that — an empty list claims nothing; add a claim
      s.yaml:16:5 expect[9] — claims nothing; add that or chain
      s.yaml:17:33 expect[10].chain — leave out that, or chain
      s.yaml:18:21 expect[11].chain — must have at least 2 items
      s.yaml:19:20 expect[12].that — expected a claim: one of count, met, said, heard, tips-equal; found 5
      s.yaml:20:5 expect[13] — expected a mapping; found 5"
    `);
  });

  it("have a subject", () => {
    const lines = `expect:
  - { that: said, by: 5s }
  - { on: A, that: tips-equal, by: 5s }
  - { on: A, that: [said, tips-equal], by: 5s }
  - { on: gatewya, that: said, by: 5s }
  - { on: 5, that: said, by: 5s }
`;
    expect(after(lines)).toMatchInlineSnapshot(`
      "s.yaml:7:5 expect[0] — said is about a node; add on: with a node, a list, or all
      s.yaml:8:11 expect[1].on — tips-equal is about the world, not a node; leave out on
      s.yaml:9:5 expect[2] — said is about a node, tips-equal about the world; write two rows
      s.yaml:10:11 expect[3].on — unknown node "gatewya" (did you mean "gateway"?)
      s.yaml:11:11 expect[4].on — expected a node or a list of nodes such as [A]; found 5"
    `);
  });

  it("say when, once", () => {
    const lines = `expect:
  - { on: A, that: said }
  - { on: A, that: said, at: 5s, by: 6s }
  - { on: A, that: said, at: 60s }
  - { on: A, that: said, by: 61s }
  - { on: A, that: said, by: 5s, after: 5s }
  - { on: A, that: said, never: true, after: 5s }
  - { on: A, that: said, never: { from: 5s, to: 5s } }
  - { on: A, that: said, never: { to: 0s } }
  - { on: A, that: said, never: false }
  - { on: A, that: said, always: true }
  - { on: A, that: said, eventually: { within: 50s, after: 30s } }
  - { on: A, that: said, eventually: 5s }
  - { on: A, that: said, pinned: {} }
  - { on: A, that: said, sweep: { by: 5 } }
  - { on: A, that: said, pinned: { by: 5s }, by: 5s }
  - { on: A, that: said, pinned: { always: true } }
`;
    expect(after(lines)).toMatchInlineSnapshot(`
      "s.yaml:7:5 expect[0] — says no time; add one of at, by, always, never, eventually
      s.yaml:8:38 expect[1].by — at and by exclude each other; write a row for each
      s.yaml:9:30 expect[2].at — the run ends at 1m, so this second never comes
      s.yaml:10:30 expect[3].by — 61s is beyond the end: until is 1m
      s.yaml:11:41 expect[4].after — must be before 5s
      s.yaml:12:46 expect[5].after — goes with at or by only
      s.yaml:13:41 expect[6].never.from — the span is empty; from must be before to and before the end
      s.yaml:14:39 expect[7].never.to — the span is empty; from must be before to and before the end
      s.yaml:15:33 expect[8].never — expected true, or a span { from: 0s, to: 40s }; found false
      s.yaml:17:38 expect[10].eventually — 30s + 50s is beyond the end: until is 1m
      s.yaml:18:38 expect[11].eventually — expected a mapping; found "5s"
      s.yaml:19:34 expect[12].pinned — says no time; add one of at, by, always, never, eventually
      s.yaml:20:39 expect[13].sweep.by — a duration needs a unit: 5s, 250ms, 1m30s; found 5
      s.yaml:21:50 expect[14].by — move it into pinned or sweep"
    `);
  });
});
