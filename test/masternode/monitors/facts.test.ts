/**
 * A monitor is shown the types of facts that its rules name (`facts`): one that it asks for and does
 * not name would never come, and its promise would hold without a word.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Rules } from "../../../src/masternode/monitors/rule.ts";
import { KINDS } from "../../../src/trace/event.ts";

const FOLDER = new URL("../../../src/masternode/monitors/", import.meta.url);
const FACTS = typesIn(readFileSync(new URL("../facts.ts", FOLDER), "utf8"));

interface Module {
  readonly file: string;
  readonly source: string;
  readonly rules: readonly Rules[];
}

const modules = await Promise.all(
  readdirSync(FOLDER).map(async (file): Promise<Module> => {
    const exported = Object.values((await import(new URL(file, FOLDER).href)) as object);
    const source = readFileSync(new URL(file, FOLDER), "utf8");
    return { file, source, rules: exported.filter(isRules) };
  }),
);
const choosy = modules.filter(({ rules }) => rules.some(({ facts }) => facts !== undefined));

function isRules(value: unknown): value is Rules {
  return typeof value === "object" && value !== null && "specs" in value && "make" in value;
}

function typesIn(source: string): readonly string[] {
  return [...source.matchAll(/readonly type: "([a-z-]+)"/g)].map(([, type = ""]) => type);
}

/** What is compared with a type of fact; `refused` may be a kind of event as well. */
function askedIn(source: string): readonly string[] {
  const compared = [...source.matchAll(/(\w+) [!=]== "([a-z-]+)"|case "([a-z-]+)":/g)];
  return compared
    .filter(([, left = ""]) => !["kind", "phase"].includes(left))
    .map(([, , one, other]) => one ?? other ?? "")
    .filter((type) => FACTS.includes(type))
    .filter((type) => !(KINDS as readonly string[]).includes(type));
}

test("knows what to look for", () => {
  expect(FACTS.length).toBeGreaterThan(30);
  expect(choosy.length).toBeGreaterThan(30);
  expect(askedIn('if (fact.type === "tip") x(); case "lost":; kind !== "ready"')).toEqual([
    "tip",
    "lost",
  ]);
});

/** The rule's class, and those that it is made of in the same file. */
function classOf(rule: Rules, source: string): string {
  const parts = new Map(
    source.split(/^(?=(?:export )?(?:abstract )?class )/m).map((part) => {
      return [/class (\w+)/.exec(part)?.[1] ?? "", part];
    }),
  );
  let name = /new (\w+)\(/.exec(String(Reflect.get(rule, "make")))?.[1];
  let found = "";
  while (name !== undefined && parts.has(name)) {
    const part: string = parts.get(name) ?? "";
    found += part;
    name = /class \w+ extends (\w+)/.exec(part)?.[1];
  }
  return found;
}

const rules = choosy.flatMap(({ file, source, rules: all }) => {
  return all.map((rule): [string, Rules, string] => [
    `${file}: ${Object.keys(rule.specs)[0]}`,
    rule,
    classOf(rule, source),
  ]);
});

describe("names every type of fact that it asks for", () => {
  test.each(rules)("%s", (_, { facts: shown = FACTS }, source) => {
    expect(source).not.toBe("");
    expect(askedIn(source).filter((type) => !shown.includes(type))).toEqual([]);
  });
});
