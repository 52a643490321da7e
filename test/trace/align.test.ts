/** Runs laid side by side by cause. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Address, withPort as port } from "../../src/core/address.ts";
import { millis } from "../../src/core/units.ts";
import { align, type Alignment, type Run } from "../../src/trace/align.ts";
import { B, counts, HEADER, type Step, traceOf, vocabulary, words } from "./story.ts";
import { chaos, runs, staged, STORM } from "../engine/chaos.ts";
import { type Stage, toyWorld } from "../engine/world.ts";
import { placeOf } from "../engine/toy.ts";
import { wordsFor } from "../../src/trace/text.ts";

const FAULT = { do: "heal", name: "nothing" } as const;

function runOf(stage: Stage): Run {
  const events = stage.events();
  const nodes = stage.names.map((name) => ({ name, address: placeOf(name) }));
  const header = { ...HEADER, nodes };
  const footer = { digest: "-", events: events.length, virtual: 0 as never, outcomes: [] };
  const trace = { header, footer, event: (id: number) => events[id] ?? null, events: () => events };
  return { trace, words: wordsFor(header, { ...vocabulary, fact: sentence, gist: note }) };
}

/** Without the clock readings that toys put into every fact. */
function sentence(body: unknown): string {
  return (body as { readonly text: string }).text;
}

function note(body: unknown): string {
  return JSON.stringify(body);
}

const close = (one: Run, other: Run): Alignment => align(one, other, { exact: false });

function stories(...steps: readonly (readonly Step[])[]): Alignment {
  const [one, other] = steps.map((own) => ({ trace: traceOf(own), words })) as [Run, Run];
  return close(one, other);
}

const boot: Step = [0, 0, "boot", { a: 1 }];
const hears: Step = [1, 0, "fact", { ...counts(1), cause: 0 }];

describe("two stories", () => {
  it("that are one have no difference", () => {
    expect(stories([boot, hears], [boot, hears])).toEqual({
      ...{ matched: 2, one: null, other: null, shift: null, shifted: 0 },
    });
  });

  it("of which one is slower are the same, shifted", () => {
    const late: Step = [3, 0, "fact", { ...counts(1), cause: 0 }];
    const { one, other, shift, shifted } = stories([boot, hears], [boot, late]);
    expect([one, other, shifted]).toEqual([null, null, 1]);
    expect(shift).toMatchObject({ one: { at: 1_000_000 }, other: { at: 3_000_000 } });
  });

  it("say what never happens in the other", () => {
    const { one, other } = stories([boot, hears], [boot]);
    expect(one).toMatchObject({ event: { id: 1 }, elsewhere: null, count: 1 });
    expect(other).toBeNull();
  });

  it("and what does, but from another cause", () => {
    const asked: Step = [1, 0, "command", { body: { type: "ask" } }];
    const told: Step = [2, 0, "fact", { ...counts(1), cause: 1 }];
    const { one, other } = stories([boot, hears, asked], [boot, asked, told]);
    expect(one).toMatchObject({ event: { at: 1_000_000 }, elsewhere: { at: 2_000_000 } });
    expect(other?.event).toMatchObject({ kind: "fact", at: 2_000_000 });
  });

  it("what happens once more below the same cause is one too many", () => {
    const { one, other } = stories([boot, hears], [boot, hears, hears]);
    expect(one).toBeNull();
    expect(other).toMatchObject({ event: { id: 2 }, count: 1 });
  });

  it("by which ports real nodes reached each other is no difference", () => {
    const bound = (at: number): Step => [1, 0, "bound", { a: 1, b: port(B, at), cause: 0 }];
    const stranger = (B + 65_536) as Address;
    const [X, Y] = [port(stranger, 33_000), port(stranger, 60_999)];
    const opened = (b: number): Step => [1, 0, "opened", { a: 2, b, body: "accepted" }];
    const found = stories([boot, bound(32_768), opened(X)], [boot, bound(47_111), opened(Y)]);
    expect(found).toMatchObject({ matched: 3, one: null, other: null });
  });

  it("whatever comes between, what did not change matches", () => {
    const noise: Step = [0.5, 1, "boot", { a: 1 }];
    const moved: Step = [1, 0, "fact", { ...counts(1), cause: 1 }];
    expect(stories([boot, hears], [noise, boot, moved]).one).toBeNull();
  });
});

describe("worlds", () => {
  it("a longer link shifts and changes nothing", () => {
    const world = (latency: number): Run =>
      runOf(
        toyWorld({ link: { latency: { shape: "constant", at: millis(latency) } } })
          .tell(1, "A", "dial B")
          .tell(5, "A", "send 1 note B")
          .run(9),
      );
    const found = close(world(50), world(70));
    expect([found.one, found.other]).toEqual([null, null]);
    expect(found.shift?.other.at).toBeGreaterThan(found.shift?.one.at ?? 0);
    expect(align(world(50), world(50), { exact: true })).toMatchObject({ one: null, shift: null });
  });

  it("one with itself is the same; one fault more is found as that", () => {
    fc.assert(
      fc.property(chaos({ duplicates: true }), (plan) => {
        const run = runOf(staged(plan).run(STORM + 10));
        expect(close(run, run)).toMatchObject({ one: null, other: null, shift: null });
        const more = runOf(
          staged(plan)
            .faultAt(STORM + 5, FAULT)
            .run(STORM + 10),
        );
        const { one, other } = close(run, more);
        expect(one).toBeNull();
        expect(other).toMatchObject({ event: { at: 125_000_000, body: FAULT }, count: 1 });
      }),
      runs(40),
    );
  });
});
