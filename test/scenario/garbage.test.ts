/** Whatever a file holds, its author gets places and reasons, never a stack. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Document } from "yaml";
import { BadInput } from "../../src/core/assert.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { example, kit } from "./kit.ts";

const LINE = /^s\.yaml:[1-9]\d*:[1-9]\d* \S.* — \S/;
const ZOD = /Invalid input|Expected .*, received|Unrecognized key|\[object|undefined/;

function isFit(text: string): void {
  try {
    loadScenario(kit, text, "s.yaml");
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const problem of error.problems) {
      expect(problem).toMatch(LINE);
      expect(problem).not.toMatch(ZOD);
      expect(problem).not.toContain("\n");
    }
  }
}

const KEYS = [
  ..."seed profile until config link links sweep network nodes events expect chain slot".split(" "),
  ..."A B n{1..3} address start dials clock disk at node for name partition cut kill heal".split(
    " ",
  ),
  ..."row on that chain by never always eventually pinned from to within count met is".split(" "),
  ..."addnode say __proto__ constructor toString hasOwnProperty << * all".split(" "),
];
const LEAVES = [
  ..."5s 1ms..5ms -2s 10.0.0.1 10.0.0.{1..3} A all never true said tips-equal split".split(" "),
  ...[0, 1, -1, 1.5, 1e300, true, false, null, "", "__proto__", "constructor"],
];

const key = fc.constantFrom(...KEYS);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, depthSize: "medium" },
    fc.constantFrom<unknown>(...LEAVES),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 5 }),
  ),
}));

/** Right keys at the top, anything below: gets further in than garbage does. */
const near = fc.record({
  until: fc.constant("60s"),
  nodes: fc.constant({ A: { address: "10.0.0.1" }, B: { address: "10.0.0.2" } }),
  events: fc.array(fc.dictionary(key, tree, { maxKeys: 4 }), { maxLength: 3 }),
  expect: fc.array(fc.dictionary(key, tree, { maxKeys: 4 }), { maxLength: 3 }),
  links: tree,
});

describe("garbage", () => {
  it("as text", () => {
    const sign = fc.constantFrom(..."{}[]:,-?&*!|>'\"%@`# \n\tab0.<=~".split(""));
    const text = fc.oneof(
      fc.string({ unit: sign, maxLength: 60 }),
      fc.string({ unit: "binary", maxLength: 40 }),
    );
    fc.assert(fc.property(text, isFit), { numRuns: 500, examples: [['"":'], ['" ":']] });
  });

  it("as data", () => {
    const write = (data: unknown): string => String(new Document(data));
    fc.assert(
      fc.property(fc.oneof(tree, near), (data) => isFit(write(data))),
      { numRuns: 250 },
    );
  });

  it("as a good file with a hole or a stain", () => {
    const place = fc.nat(example.length);
    const stain = fc.constantFrom(
      "",
      " ",
      "\n",
      "x",
      "[",
      "}",
      ":",
      "- ",
      "'",
      "#",
      "5",
      "\t",
      "*",
    );
    const changed = fc
      .tuple(place, fc.nat(30), stain)
      .map(([at, cut, put]) => example.slice(0, at) + put + example.slice(at + cut));
    fc.assert(fc.property(changed, isFit), { numRuns: 120 });
  });
});
