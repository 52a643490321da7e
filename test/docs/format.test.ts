/** docs/scenario-format.md names every word of the format, and its tables are the code's. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../src/cli/exit.ts";
import type { Address } from "../../src/core/address.ts";
import { formatDuration } from "../../src/core/units.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { type Fields, defaultsOf } from "../../src/kit/field.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { claimContext } from "../../src/scenario/context.ts";
import { FAULTS } from "../../src/scenario/faults.ts";
import { NETWORK_FIELDS } from "../../src/scenario/network.ts";
import { jsonSchema } from "../../src/scenario/schema.ts";
import { WHENS } from "../../src/scenario/when.ts";
import { WORLD } from "../../src/trace/event.ts";
import { pathOf, readPage, type Row, rowsUnder, withRows, wordsIn } from "./table.ts";

interface Schema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
  readonly additionalProperties: Schema;
  readonly items: Schema;
}

const PAGE = "scenario-format.md";
const page = readPage(PAGE);
const kit = masternodeKit(nodeCrypto);
const schema = jsonSchema(kit) as unknown as Schema;

/** First cells of the tables under a heading. */
function named(heading: string): readonly string[] {
  return rowsUnder(page, heading).map(([first = ""]) => wordsIn(first)[0] ?? first);
}

function sorted(words: Iterable<string>): readonly string[] {
  return [...words].toSorted((one, other) => (one < other ? -1 : 1));
}

function keys(part: Schema | undefined): readonly string[] {
  return sorted(Object.keys(part?.properties ?? {}));
}

/** Rows `name | default | about` as a settings table must have them. */
function settingsRows(fields: Fields): readonly Row[] {
  const defaults = defaultsOf(fields);
  return Object.entries(fields).map(([name, { kind, about }]) => {
    const value = defaults[name];
    const text = kind === "duration" ? formatDuration(Number(value)) : String(value);
    return [`\`${name}\``, text, about];
  });
}

describe("docs/scenario-format.md", () => {
  it("has every key of a file, a node, a link and a row", () => {
    expect(sorted(named("Top-level keys"))).toEqual(keys(schema));
    const required = /Only (.*) are required/.exec(page)?.[1] ?? "";
    expect(sorted(wordsIn(required))).toEqual(sorted(schema.required));
    expect(sorted(named("Chain"))).toEqual(keys(schema.properties["chain"]));
    expect(sorted(named("Nodes"))).toEqual(keys(schema.properties["nodes"]?.additionalProperties));
    const words = new Set(wordsIn(page).map((word) => word.split(":")[0]));
    const others = [schema.properties["links"]?.items, schema.properties["expect"]?.items];
    expect(others.flatMap(keys).filter((key) => !words.has(key))).toEqual([]);
  });

  it("has every fault, with an example", () => {
    expect(sorted(named("Faults"))).toEqual(sorted(Object.keys(FAULTS)));
    for (const [verb = "", example = ""] of rowsUnder(page, "Faults")) {
      expect(wordsIn(example)[0], verb).toMatch(`${wordsIn(verb)[0]}: `);
    }
  });

  it("has every command with its arguments", () => {
    const said = rowsUnder(page, "Commands").map(([name = "", fields = "", about]) => {
      return [wordsIn(name)[0], wordsIn(fields), about];
    });
    const known = Object.entries(kit.commands).map(([name, { fields, about }]) => {
      return [name, Object.keys(fields), about];
    });
    expect(said).toEqual(known);
  });

  it("has every claim with its scope, its fields and its kind", () => {
    const said = rowsUnder(page, "Claims").map(([name = "", scope, fields = "", mode]) => {
      return [wordsIn(name)[0], scope, wordsIn(fields), mode];
    });
    const context = claimContext([{ name: "A", address: 1 as Address }]);
    const known = Object.entries(kit.claims).map(([name, claim]) => {
      const args = { count: 1, is: 1 };
      const { mode } = claim.watch(claim.scope === "world" ? WORLD : 0, args, context);
      return [name, claim.scope, Object.keys(claim.fields), mode];
    });
    expect(said).toEqual(known);
  });

  it("has every gate", () => {
    const folder = join(import.meta.dirname, "../../src/masternode");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const texts = files
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(folder, name), "utf8"));
    const asked = texts.flatMap((text) => [...text.matchAll(/ctx\.gate\(\s*"([a-z-]+)"/g)]);
    const gates = new Set(asked.map((match) => match[1] ?? ""));
    const said = wordsIn(page);
    expect(gates.size).toBeGreaterThan(0);
    expect([...gates].filter((gate) => !said.includes(gate))).toEqual([]);
  });

  it("has every constant of the protocol and of TCP (-u rewrites the tables)", async () => {
    const network = withRows(page, "Network", settingsRows(NETWORK_FIELDS));
    const written = withRows(network, "Constants", settingsRows(kit.config));
    await expect(written).toMatchFileSnapshot(pathOf(PAGE));
  });

  it("has every when, profile and exit code", () => {
    const whens = rowsUnder(page, "When").map(([first = ""]) => first.slice(1).split(":")[0]);
    expect(whens).toEqual(WHENS);
    const profiles = /\| `profile` \| (.*?) \|/.exec(page)?.[1] ?? "";
    expect(wordsIn(profiles)).toEqual(kit.profiles.map((profile) => profile.name));
    const codes = rowsUnder(page, "Exit codes").map(([code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT));
  });
});
