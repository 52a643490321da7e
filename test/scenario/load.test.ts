/** A complete file loads into the model, with every default filled in. */
import { describe, expect, it } from "vitest";
import type { Protocol } from "../../src/core/machine.ts";
import type { Kit } from "../../src/kit/kit.ts";
import type { Dialect } from "../../src/scenario/dialect.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/model.ts";
import { example, kit } from "./kit.ts";

function load(text: string): Scenario {
  return loadScenario(kit, text, "scenarios/small.yaml");
}

/** Compiles: any kit is a dialect. */
const dialectOf = <P extends Protocol>(whole: Kit<P>): Dialect => whole;

const small = "until: 60s\nnodes:\n  A: { address: 10.0.0.1 }\n  B: { address: 10.0.0.2 }\n";

describe("the whole file", () => {
  const scenario = load(example);

  it("names itself", () => {
    expect(scenario.name).toBe("small");
    expect(scenario.about).toBe("The seed's timeline: three nodes find each other.");
    expect(scenario.seed).toBe("3009");
    expect(scenario.until).toBe(60_000_000);
  });

  it("has constants in microseconds, and only those that were written", () => {
    expect(scenario.config).toEqual({ minimumMasternodes: 2, relay: { every: 2_000_000 } });
    expect(scenario.world).toEqual({ chain: { height: 3009, expected: 3011 }, slot: 600_000_000 });
  });

  it("has nodes in the order of the file, repeated ones in step", () => {
    expect(scenario.nodes.map(({ name }) => name)).toEqual(["A", "B", "C", "n1", "n2", "n3"]);
    const starts = scenario.nodes.map(({ start }) => start);
    expect(starts).toEqual([0, 5_000_000, null, 10_000_000, 15_000_000, 20_000_000]);
    expect(scenario.nodes[1]).toMatchObject({
      profile: "as-found",
      config: { announceDelay: 5_000_000 },
      settings: { masternode: true, dials: ["A"] },
      clock: { offset: -2_000_000, drift: 50 },
      disk: { delay: 2_000, full: false },
    });
    expect(new Set(scenario.nodes.map(({ address }) => address)).size).toBe(6);
  });

  it("has links", () => {
    const uniform = { shape: "uniform", min: 40_000, max: 80_000 };
    expect(scenario.link).toEqual({
      latency: uniform,
      drawn: "per-link",
      loss: 0,
      bandwidth: null,
    });
    const wide = { shape: "uniform", min: 1_000, max: 400_000 };
    expect(scenario.sweepLink).toEqual({ ...scenario.link, latency: wide });
    expect(scenario.links.map(({ from, to }) => [from, to])).toEqual([
      [["A"], ["B", "C"]],
      [["A"], ["B"]],
      [["B"], ["A"]],
    ]);
    expect(scenario.network).toMatchObject({ userTimeout: 20_000_000, rtoMax: 20_000_000 });
  });

  it("has events, one a node", () => {
    const told = scenario.events.filter((event) => "command" in event);
    expect(told.map(({ node, command, args }) => [node, command, args])).toEqual([
      ["A", "addnode", { node: "C" }],
      ["B", "addnode", { node: "C" }],
      ["A", "say", { text: "hello", times: 2 }],
      ["A", "stop", {}],
    ]);
    const faults = scenario.events.flatMap((event) => ("fault" in event ? [event.fault] : []));
    expect(faults).toMatchSnapshot();
  });

  it("has expectations with their place", () => {
    expect(scenario.expect).toMatchSnapshot();
  });
});

describe("defaults", () => {
  it("needs of a kit only its words", () => {
    expect(dialectOf).toBeTypeOf("function");
  });

  it("of a small file", () => {
    const scenario = load(small);
    expect(scenario).toMatchObject({ seed: "1", profile: "repaired", about: "", sweepLink: null });
    expect(scenario.world).toEqual({ chain: { height: 0 }, slot: 600_000_000 });
    expect(scenario.link.latency).toEqual({ shape: "constant", at: 50_000 });
  });

  it("the opening comment is about, an editor's line and what stands below are not", () => {
    const modeline = "# yaml-language-server: $schema=x\n\n";
    expect(load(`${modeline}# One.\n#\n# Two.\n\n# Three.\n${small}`).about).toBe("One. Two.");
    expect(load(`# One.\nabout: Mine\n${small}`).about).toBe("Mine");
    expect(load(`${small}# Late.\n`).about).toBe("");
  });

  it("a seed is a text", () => {
    expect(load(`seed: 0x10\n${small}`).seed).toBe("16");
    expect(load(`seed: "0x10"\n${small}`).seed).toBe("0x10");
    expect(load(`seed: blue\n${small}`).seed).toBe("blue");
  });

  it("JSON is YAML", () => {
    const text = '{ "until": "5s", "nodes": { "A": { "address": "10.0.0.1" } } }';
    expect(load(text).nodes).toHaveLength(1);
  });

  it("anchors may be used", () => {
    const text = "until: &t 5s\nslot: *t\nnodes: { A: { address: 10.0.0.1, start: *t } }\n";
    expect(load(text)).toMatchObject({ until: 5_000_000, world: { slot: 5_000_000 } });
  });

  it("a chain of repeated nodes dials in step", () => {
    const text = `until: 5s
nodes:
  n1: { address: 10.0.0.1 }
  n{2..4}: { address: "10.0.0.{2..4}", dials: "n{1..3}" }
  z: { address: 10.1.0.1, dials: ["n{1..4}"] }
`;
    const dials = load(text).nodes.map(({ settings }) => settings["dials"]);
    expect(dials).toEqual([[], ["n1"], ["n2"], ["n3"], ["n1", "n2", "n3", "n4"]]);
  });
});
