/** The JSON Schema says what the loader accepts, as far as a schema can. */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { jsonSchema } from "../../src/scenario/schema.ts";
import { accepts, keywords } from "./jsonschema.ts";
import { example, kit } from "./kit.ts";

const schema = jsonSchema(kit);
const small = { until: "60s", nodes: { A: { address: "10.0.0.1" } } };

describe("the JSON Schema", () => {
  it("is draft 2020-12, of keywords an editor knows", () => {
    expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(schema["title"]).toBe("A timesim scenario for toy");
    expect([...keywords(schema)].toSorted((a, b) => (a < b ? -1 : 1))).toMatchInlineSnapshot(`
      [
        "$schema",
        "additionalProperties",
        "anyOf",
        "const",
        "description",
        "enum",
        "examples",
        "exclusiveMinimum",
        "items",
        "maxItems",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "not",
        "pattern",
        "prefixItems",
        "properties",
        "propertyNames",
        "required",
        "title",
        "type",
      ]
    `);
  });

  it("is plain JSON", () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  it("accepts the example", () => {
    expect(accepts(schema, parse(example))).toEqual([]);
    expect(accepts(schema, small)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ["an unknown key", { ...small, linkk: "5s" }],
    ["a missing key", { until: "60s" }],
    ["a bare number", { ...small, until: 60 }],
    ["a bad duration", { ...small, until: "60 sec" }],
    ["a bad range", { ...small, link: "1ms-5ms" }],
    ["an unknown profile", { ...small, profile: "x" }],
    ["an unknown constant", { ...small, config: { anounceDelay: "5s" } }],
    ["an unknown event", { ...small, events: [{ at: "5s", kil: "A" }] }],
    ["an event without time", { ...small, events: [{ kill: "A" }] }],
    ["an unknown claim", { ...small, expect: [{ on: "A", that: "redy", by: "5s" }] }],
    ["a claim's unknown field", { ...small, expect: [{ on: "A", that: { met: { wiht: "A" } } }] }],
    ["a node's unknown key", { ...small, nodes: { A: { address: "10.0.0.1", x: 1 } } }],
  ])("refuses %s", (_, value) => {
    expect(accepts(schema, value)).not.toEqual([]);
  });

  it("describes what it lists", () => {
    const properties = schema["properties"] as Record<string, { description?: string }>;
    const silent = Object.keys(properties).filter((name) => !properties[name]?.description);
    expect(silent).toEqual([]);
  });
});
