/** Every shipped scenario's trace replays, both ways; and a changed event is found where it is. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Again, type Outcome, refeed, rerun } from "../../src/cli/again.ts";
import { masternode, simulate } from "../../src/index.ts";
import { readTrace, traceLines } from "../../src/trace/stored.ts";
import type { TraceEvent } from "../../src/trace/event.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { shipped } from "../shipped.ts";

const kit = masternode();

function recordedOf(file: string, until?: number): Trace {
  const options = until === undefined ? {} : { until: until as never };
  const run = simulate(file, options);
  // However short it is cut, what is promised of every run holds.
  const { outcomes } = run.summary;
  const broken = outcomes.filter(({ invariant, passed }) => invariant !== undefined && !passed);
  expect(broken.map(({ row, parts }) => `${row}: ${parts[0]?.found}`)).toEqual([]);
  return readTrace([...traceLines(run.trace)], file).trace;
}

function again(trace: Trace, ways: (typeof rerun)[] = [rerun, refeed]): Outcome[] {
  const what: Again = { trace, file: "x.ndjson", cut: false, node: null, tick: () => {} };
  return ways.map((way) => way(kit, what));
}

/** Those of single rules hold no event that these do not. */
const several = shipped.filter(({ file }) => !file.startsWith("scenarios/rules/"));

describe("a shipped scenario's trace", () => {
  it("is there", () => {
    expect(several.length).toBeGreaterThanOrEqual(3);
  });

  it.each(several)("$file: replays, played again and fed again", ({ file, cut }) => {
    const trace = recordedOf(file, cut.until);
    const { digest, events } = trace.footer;
    const [played, fed] = again(trace);
    expect(played).toMatchObject({ difference: null, digest, equal: events });
    expect(fed).toMatchObject({ difference: null, digest, equal: events });
  });
});

describe("a changed event", () => {
  const trace = recordedOf("scenarios/discovery-timeline.yaml", 30_000_000);
  const events = [...trace.events()];
  const field = fc.constantFrom("at", "node", "kind", "cause", "a", "b", "body");

  it("is where the replay stops, whatever is changed", () => {
    fc.assert(
      fc.property(fc.nat(events.length - 1), field, (id, name) => {
        const changed = events.with(id, otherwise(events[id] as TraceEvent, name));
        const other = {
          ...trace,
          event: (at: number) => changed[at] ?? null,
          events: () => changed,
        };
        const [played] = again(other, [rerun]);
        expect(played?.difference).toMatchObject({ index: id, one: { id }, other: { id } });
        const [fed] = again(other, [refeed]);
        expect(fed?.difference !== null || fed.digest !== trace.footer.digest).toBe(true);
        expect(fed?.difference?.index ?? id).toBeGreaterThanOrEqual(id);
      }),
      { numRuns: 60 },
    );
  });

  it("and a missing end, and one too many", () => {
    const short = { ...trace, events: () => events.slice(0, -1) };
    expect(again(short, [rerun])[0]?.difference).toMatchObject({
      index: events.length - 1,
      one: null,
    });
    const last = events.at(-1) as TraceEvent;
    const long = { ...trace, events: () => [...events, { ...last, id: events.length }] };
    expect(again(long, [rerun])[0]?.difference).toMatchObject({
      index: events.length,
      other: null,
    });
  });
});

describe("another version", () => {
  it("is told apart at the same event, whether played or fed", () => {
    const file = "scenarios/stuck-at-3009.yaml";
    const recorded = readTrace([...traceLines(simulate(file).trace)], file).trace;
    const header = { ...recorded.header, profile: "repaired" };
    const [played, fed] = again({ ...recorded, header });
    expect(played?.difference).not.toBeNull();
    expect(fed?.difference?.one).toEqual(played?.difference?.one);
    expect(readFileSync(file, "utf8")).toContain("as-found");
  });
});

function otherwise(event: TraceEvent, field: string): TraceEvent {
  if (field === "kind") return { ...event, kind: event.kind === "fact" ? "gate" : "fact" };
  if (field === "body") return { ...event, body: { type: "x", was: event.body } };
  const number = event[field as "at" | "node" | "cause" | "a" | "b"];
  return { ...event, [field]: number + 1 };
}
