/** The library for who writes properties: worlds drawn by fast-check, held to what is promised. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BadInput,
  type Complaint,
  holds,
  kindMask,
  loadScenario,
  masternode,
  mutated,
  type OwnInvariant,
  type Scenario,
  scenarios,
  type ScenariosOf,
  typeOf,
} from "../../src/index.ts";
import { mutants } from "../zoo/index.ts";

/** Others may need this machine, too. */
const defect = mutants.find(({ id }) => id === "response-type-unhandled-by-role");
const deaf = mutated(masternode(), defect as NonNullable<typeof defect>);

/** What somebody may promise who wants no masternode ever to make a block. */
const idle: OwnInvariant = {
  name: "nobody-works",
  about: "no block is ever made",
  watch: () => {
    const found: Complaint[] = [];
    return {
      mask: kindMask("fact"),
      see({ id, node, at, body }) {
        if (typeOf(body) !== "produced") return;
        found.push({ invariant: "", witness: "", node, at, event: id, text: "a block" });
      },
      finish: () => found.slice(0, 1),
    };
  },
};

describe("a protocol with a defect", () => {
  const found = fc.check(
    fc.property(scenarios({ kit: deaf }), (world) => holds(world, "all", { kit: deaf })),
    { seed: 1, numRuns: 50 },
  );
  const [world] = found.counterexample ?? [];
  const error = found.errorInstance as Error;

  it("is found, and shrunk to few nodes and no trouble", () => {
    expect(found.failed).toBe(true);
    expect([world?.events, world?.config]).toEqual([[], {}]);
    expect(world?.nodes.length).toBeLessThanOrEqual(4);
  });

  it("is told with its promise, its moment, its seed, its file and its command", () => {
    // Worlds may be drawn otherwise one day: what is told stays.
    const { message } = error;
    const file = `${world?.name}.yaml`;
    expect(message).toMatch(/^handled: BlocksResponse on dialed links, at \d+\.\d{6}\n/);
    expect(message).toContain(`\nFAIL  ${file} › handled (S2)   seed ${world?.seed}\n`);
    expect(message).toMatch(/ {2}expected {6}in every run: what one of our nodes says is handled/);
    expect(message).toMatch(
      / {2}found +[\d.]+ {2}[A-Z] has no use for a BlocksResponse on dialed links\n/,
    );
    const again = `  repeat        npx timesim run ${file} --seed ${world?.seed}`;
    expect(message).toContain(`${again}  # with --machine or --mutant for the test's kit\n`);
    const text = message.slice(message.indexOf(`\n# ${file}\n`));
    const read = loadScenario(deaf, text, file);
    expect(read.invariants).toEqual(["handled"]);
    expect(() => holds(read, ["handled"], { kit: deaf })).toThrow("handled: BlocksResponse");
  });

  it("is shown by fast-check in one line, for the error has the file", () => {
    const size = `${world?.nodes.length} nodes, 0 events, ${(world?.until ?? 0) / 1e6} s`;
    expect(fc.stringify(world)).toBe(`${world?.name}: ${size}`);
  });
});

describe("the protocol", () => {
  it("keeps what it promises", () => {
    fc.assert(
      fc.property(scenarios({ nodes: [2, 4], until: "60s" }), (world) => holds(world)),
      { seed: 2, numRuns: 10 },
    );
  });
});

describe("a promise of one's own", () => {
  const worlds = scenarios({ nodes: 3, until: "90s", faults: [] });

  it("is asked beside the protocol's, or alone", () => {
    const run = fc.check(
      fc.property(worlds, (world) => holds(world, ["all", idle])),
      {
        seed: 1,
        numRuns: 50,
      },
    );
    const { message } = run.errorInstance as Error;
    expect(message).toMatch(/^nobody-works, at /);
    expect(message).toMatch(/no block is ever made/);
    expect(message).not.toMatch(/invariants:/);
    expect(message).toMatch(
      /npx timesim run \S+ --seed \d+ {2}# the run; the promise is the test's\n/,
    );
    const [world] = run.counterexample as [Scenario];
    expect(() => holds(world)).not.toThrow();
    expect(() => holds(world, [idle])).toThrow(/nobody-works/);
  });

  it("may be plain code, and its world is shown as a file", () => {
    const property = fc.property(worlds, (world) => world.nodes.length === 2);
    expect(() => fc.assert(property, { numRuns: 1, seed: 1 })).toThrow(/\n {2}A: { address: /);
  });
});

describe("worlds as they were asked for", () => {
  const drawn = (options: ScenariosOf): readonly Scenario[] => {
    return fc.sample(scenarios(options), { seed: 5, numRuns: 30 });
  };

  it("have so many nodes, last so long, and are hurt in no other way", () => {
    for (const { nodes, until, events } of drawn({ nodes: 4, until: "1m30s", faults: ["kill"] })) {
      expect([nodes.length, until]).toEqual([4, 90_000_000]);
      const kinds = events.flatMap((event) => ("fault" in event ? [event.fault.do] : []));
      expect(kinds.filter((kind) => !["kill", "restart", "clock", "disk"].includes(kind))).toEqual(
        [],
      );
    }
    const sizes = drawn({ nodes: [2, 3] }).map(({ nodes }) => nodes.length);
    expect(new Set(sizes)).toEqual(new Set([2, 3]));
    expect(drawn({ profile: "as-found" }).every(({ profile }) => profile === "as-found")).toBe(
      true,
    );
  });

  it.each<[ScenariosOf, string]>([
    [{ node: 3 } as never, 'unknown option "node" (did you mean "nodes"?)'],
    [
      { nodes: 1 },
      "nodes — expected a whole number from 2 to 100, or two of them, rising; found 1",
    ],
    [{ nodes: [4, 3] }, "found [4,3]"],
    [{ until: "soon" }, 'until — expected a second or more, such as 90s or 5m; found "soon"'],
    [{ faults: ["kil"] }, 'faults — unknown kind "kil" (did you mean "kill"?)'],
    [{ shape: "calm", faults: ["kill"] }, "faults — nothing goes wrong in calm worlds"],
    [{ profile: "found" }, 'profile — unknown profile "found"'],
    [{ shape: "vast" }, "no shape of worlds is named vast; there are swarm, quick"],
  ])("%j", (options, problem) => {
    expect(() => scenarios(options)).toThrow(BadInput);
    expect(() => scenarios(options)).toThrow(problem);
  });

  it("or promises that there are not", () => {
    const [world] = drawn({}) as [Scenario];
    const hint = 'unknown invariant "acounted" (did you mean "accounted"?)';
    expect(() => holds(world, ["acounted"])).toThrow(hint);
    expect(() => holds(world, [])).toThrow("nothing is asked");
    expect(() => holds(world, [idle, idle])).toThrow("there is one of that name already");
    expect(() => holds(world, ["all", { ...idle, name: "accounted" }])).toThrow("already");
  });
});
