/** Two runs beside each other: who dialed, and how addresses are spelled, decides nothing. */
import { describe, expect, it } from "vitest";
import { signatureOf } from "../../src/check/invariant.ts";
import { portOf } from "../../src/core/address.ts";
import { get, put, remove, values } from "../../src/core/table.ts";
import { SECOND, type Time } from "../../src/core/units.ts";
import { judge } from "../../src/fuzz/judge.ts";
import { type Mutant, mutated } from "../../src/fuzz/mutant.ts";
import { minimalOf } from "../../src/fuzz/shrink/minimal.ts";
import { beginning, shrink } from "../../src/fuzz/shrink/shrink.ts";
import { between, type Target, trialOf } from "../../src/fuzz/shrink/trial.ts";
import { masternode } from "../../src/index.ts";
import type { Kit } from "../../src/kit/kit.ts";
import { type Masternode, withRegistry } from "../../src/masternode/state.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/model.ts";
import { ofRealNodes, promises } from "../../src/scenario/promises.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { writeScenario } from "../../src/scenario/write.ts";
import { afterwards, mutant, row, rows, tables } from "../zoo/made.ts";

const kit = masternode();
const announcement = row("MasternodeAnnouncement");

/** Whoever is called takes the caller for one of the lowest tier, whatever it says, `until` then. */
function snobbish(until = Number.POSITIVE_INFINITY): Mutant<Masternode> {
  return mutant(
    "snob",
    "An accepted session's masternode is kept with the tier Free.",
    tables(
      rows(
        {
          MasternodeAnnouncement: (state, session, message, ctx) => {
            const next = announcement(state, session, message, ctx);
            const entry = get(next.registry.entries, session.peer ?? 0);
            if (entry === undefined || entry.tier === "Free" || ctx.uptime > until) return next;
            const entries = put(next.registry.entries, entry.address, {
              ...entry,
              tier: "Free" as const,
            });
            return withRegistry(next, { entries });
          },
        },
        ["accepted"],
      ),
    ),
  );
}

const snob = snobbish();

/** What is not at the usual port is nobody. */
const homely = mutant(
  "homely",
  "A masternode at another port than the network's own does not stay in the registry.",
  tables(
    afterwards((_, after) => {
      const { registry } = after;
      const strange = values(registry.entries).filter(({ address }) => {
        return portOf(address) !== kit.defaultPort;
      });
      if (strange.length === 0) return after;
      const gone = strange.filter(({ status }) => status === "active").length;
      const entries = strange.reduce((all, { address }) => remove(all, address), registry.entries);
      return withRegistry(after, { entries, active: registry.active - gone });
    }),
  ),
);

function with_(defect: Mutant<Masternode>): Kit<Masternode> {
  return mutated(kit, defect);
}

function scenario(more = ""): Scenario {
  const text = `
name: tiers
until: 3m
nodes:
  A: { address: 203.0.113.1 }
  B: { address: 203.0.113.2, dials: A, tier: Gold }
  C: { address: 203.0.113.3, dials: [A, B], tier: Silver }
${more}`;
  return loadScenario(kit, text, "tiers.yaml");
}

/** So many, all but the first of whom know the first alone. */
function among(count: number, more = ""): Scenario {
  const others = "BCDEFGHIJ"
    .split("")
    .slice(0, count - 1)
    .map((name, index) => {
      return `  ${name}: { address: 203.0.113.${index + 2}, dials: A, tier: Gold }`;
    });
  const text = `
name: star
until: 3m
nodes:
  A: { address: 203.0.113.1 }
${others.join("\n")}
${more}`;
  return loadScenario(kit, text, "star.yaml");
}

function signatures(of: Kit<Masternode>, world: Scenario): readonly string[] {
  return judge(of, world).complaints.map(signatureOf);
}

describe("the protocol", () => {
  it("ends alike, and keeps all else", () => {
    expect(signatures(kit, scenario())).toEqual([]);
  });

  it("ends alike where one alone has to find all others, slowly and over bad links", () => {
    const slow = `
link: { latency: 1ms..400ms, loss: 0.2, bandwidth: 60000 }
config: { sessionsWanted: 2, dialedWanted: 1, feelerPeriod: 2m, exchangePeriod: 5m }
`;
    expect(signatures(kit, among(8, slow))).toEqual([]);
  });
});

describe("a role that decides something", () => {
  it("is seen where nothing else is", () => {
    expect(signatures(with_(snob), scenario())).toEqual(["role-symmetry: entries"]);
    const [{ text } = { text: "" }] = judge(with_(snob), scenario()).complaints;
    expect(text).toMatchInlineSnapshot(
      `"A has entries B (Free, key c5508c02), C (Free, key 305abdc6); in the other world B (Gold, key c5508c02), C (Silver, key 305abdc6)"`,
    );
  });

  it("is not looked for where something goes wrong, or nobody asks", () => {
    const hurt = scenario("events:\n  - { at: 30s, reset: [A, B] }\n");
    expect(signatures(with_(snob), hurt)).toEqual([]);
    expect(signatures(with_(snob), { ...scenario(), until: (149 * SECOND) as Time })).toEqual([]);
    const { complaints } = judge(with_(snob), scenario(), { invariants: promises(kit) });
    expect(complaints).toEqual([]);
  });

  it("is none where it only takes longer", () => {
    const slow = scenario("config: { announcePeriod: 5m }\n");
    expect(signatures(with_(snobbish(100 * SECOND)), slow)).toEqual([]);
    expect(signatures(with_(snob), slow)).toEqual(["role-symmetry: entries"]);
  });

  it("is not looked for among more than eight, who may take long to find each other", () => {
    expect(signatures(with_(snob), among(8))).toEqual(["role-symmetry: entries"]);
    expect(signatures(with_(snob), among(9))).toEqual([]);
  });

  it("fails a scenario that promises it, and no real node is asked", () => {
    const asking = scenario("invariants: [role-symmetry]\n");
    expect(runScenario(kit, asking).summary.passed).toBe(true);
    const { summary } = runScenario(with_(snob), asking);
    expect(summary.outcomes.map(({ row: name, passed }) => [name, passed])).toEqual([
      ["role-symmetry", false],
    ]);
    expect(ofRealNodes(kit, ["role-symmetry"]).asked).toEqual([]);
    const again = loadScenario(kit, writeScenario(kit, asking), "tiers.yaml");
    expect({ ...again, promisedAt: "" }).toEqual({ ...asking, promisedAt: "" });
  });

  it("shrinks to two nodes, and the file fails", () => {
    const target: Target = { kind: "promise", invariant: "role-symmetry", witness: "entries" };
    const healthy = { name: "kit", trial: trialOf(kit, target) };
    const trials = { defective: trialOf(with_(snob), target), healthy };
    const trial = between(trials);
    const start = beginning(scenario(), target, trial);
    if (start === null) throw new Error("it does not fail");
    const small = minimalOf(with_(snob), shrink(kit, trial, start, 60), trials, {
      name: "snob",
      found: "by hand",
    });
    expect(small.scenario.nodes).toHaveLength(2);
    const again = loadScenario(kit, small.text, "snob.yaml");
    expect(runScenario(with_(snob), again).summary.passed).toBe(false);
    expect(runScenario(kit, again).summary.passed).toBe(true);
  });
});

describe("a spelling that decides something", () => {
  it("is seen where nothing else is", () => {
    const found = signatures(with_(homely), scenario());
    expect(found).toEqual(["spelling-invariance: active"]);
  });
});
