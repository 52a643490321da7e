/** What a scenario says of a mutant depends on both alone; what fails without a defect is refused. */
import { describe, expect, it } from "vitest";
import { Lost } from "../../src/campaign/pool.ts";
import {
  brokenBy,
  type Play,
  type Played,
  played,
  rehearsed,
} from "../../src/campaign/rehearse.ts";
import { mutated } from "../../src/fuzz/mutant.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import type { Kit } from "../../src/kit/kit.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/model.ts";

const healthy = masternodeKit(nodeCrypto);

type Machine = Kit<Masternode>["profiles"][number]["machine"];

function withStep(step: (machine: Machine) => Machine["step"]): Kit<Masternode> {
  const apply = (profile: Kit<Masternode>["profiles"][number]): typeof profile => {
    return { ...profile, machine: { ...profile.machine, step: step(profile.machine) } };
  };
  return mutated(healthy, { id: "mine", apply });
}

const deaf = withStep((machine) => (state, input, ctx) => {
  return input.kind === "message" ? state : machine.step(state, input, ctx);
});
const mute = withStep((machine) => (state, input, ctx) => {
  const asked = input.kind === "message" && input.message.type === "Ping";
  return asked ? state : machine.step(state, input, ctx);
});
const crashing = withStep(() => () => {
  throw new Error("no more");
});

function scenario(rest: string, nodes = "until: 40s"): Scenario {
  const two = "{ A: { address: 10.0.0.1 }, B: { address: 10.0.0.2, dials: [A] } }";
  return loadScenario(healthy, `${nodes}\nnodes: ${two}\n${rest}`, "two.yaml");
}

const MEET = scenario(`expect:
  - { row: A is up, on: A, that: { active: { count: 1 } }, by: 9s }
  - { row: they meet, on: all, that: { active: { count: 2 } }, by: 9s }
`);
const PROMISED = scenario("invariants: all");

describe("one scenario", () => {
  it("is passed without a defect, or by one that it does not ask for", () => {
    for (const asked of [MEET, PROMISED]) {
      const { events, broken } = played(healthy, asked);
      expect(broken).toBeNull();
      expect(events).toBeGreaterThan(20);
    }
    const shy = scenario("expect: [{ on: A, that: { active: { count: 1 } }, by: 9s }]");
    expect(played(deaf, shy).broken).toBeNull();
  });

  it("is failed by its first row that does not come true", () => {
    const { broken } = played(deaf, MEET);
    const text = "A counts 1 active (A)";
    expect(broken).toEqual({ file: "two.yaml", row: "they meet", text });
  });

  it("is failed by a promise", () => {
    expect(played(mute, PROMISED).broken).toMatchObject({ row: "pong (P2)" });
  });

  it("is failed by a step that throws, and by what throws around it", () => {
    const { broken } = played(crashing, MEET);
    expect(broken).toMatchObject({ row: "A crashes" });
    expect(broken?.text).toContain("no more");
    const { broken: thrown } = played(healthy, { ...MEET, profile: "none" });
    expect(thrown).toMatchObject({ file: "two.yaml", row: "throws" });
  });

  it("has no part in another profile's nodes", () => {
    const others = scenario("", "until: 9s\nprofile: as-found");
    expect(played(deaf, others)).toEqual(played(healthy, others));
  });
});

const FILES = ["a.yaml", "b.yaml", "c.yaml"];
const SCENARIOS = FILES.map((file) => ({ ...MEET, file }));

/** Each scenario comes to so many events, or is not passed; a worker may be lost on the way. */
function playing(answers: readonly (readonly (number | Played | Error)[])[]): Play {
  const turns = new Map<number, number>();
  return async (index) => {
    const turn = turns.get(index) ?? 0;
    turns.set(index, turn + 1);
    // Whoever comes first may be answered last.
    for (let n = index; n < FILES.length * 3; n++) await Promise.resolve();
    const answer = answers[index]?.[turn] ?? answers[index]?.at(-1) ?? 0;
    if (answer instanceof Error) throw answer;
    return typeof answer === "number" ? { events: answer, broken: null } : answer;
  };
}

function failing(file: string): Played {
  return { events: 7, broken: { file, row: "they meet", text: "no" } };
}

const HUNG = new Lost("hung", "no sign of life for 30 ms");

describe("several scenarios", () => {
  it("are played by their number of events, in the order given where it is the same", async () => {
    const order = await rehearsed(SCENARIOS, playing([[900], [30], [30]]));
    expect(order).toEqual([
      { index: 1, file: "b.yaml", events: 30 },
      { index: 2, file: "c.yaml", events: 30 },
      { index: 0, file: "a.yaml", events: 900 },
    ]);
  });

  it("are refused, each with its row, when they fail without a defect", async () => {
    const all = rehearsed(SCENARIOS, playing([[failing("a.yaml")], [3], [HUNG]]));
    await expect(all).rejects.toMatchObject({
      problems: [
        "a.yaml — it fails without any defect: they meet — no",
        "c.yaml — it fails without any defect: hung — no sign of life for 30 ms",
      ],
    });
  });

  it("stop with the first that a mutant fails", async () => {
    const order = await rehearsed(SCENARIOS, playing([[900], [40], [30]]));
    const asked: number[] = [];
    const play = playing([[failing("a.yaml")], [failing("b.yaml")], [3]]);
    const broken = await brokenBy(order, (index) => {
      asked.push(index);
      return play(index);
    });
    expect(broken).toEqual({ file: "b.yaml", row: "they meet", text: "no" });
    expect(asked).toEqual([2, 1]);
    expect(await brokenBy(order, playing([[1], [1], [1]]))).toBeNull();
  });

  it("are played once more when their worker was lost", async () => {
    const order = await rehearsed(SCENARIOS, playing([[1], [2], [3]]));
    expect(await brokenBy(order, playing([[HUNG, 1], [2], [3]]))).toBeNull();
    const crashed = new Lost("crashed", "out of memory");
    const broken = await brokenBy(order, playing([[1], [HUNG, crashed], [3]]));
    expect(broken).toEqual({ file: "b.yaml", row: "worker crashed", text: "out of memory" });
  });
});
