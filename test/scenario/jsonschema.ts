/** As much of JSON Schema 2020-12 as our schemas use; an unknown keyword fails the test. */

type Schema = Readonly<Record<string, unknown>>;

/** Paths that the schema refuses, with the keyword that does. */
export function accepts(schema: Schema, value: unknown, path = "$"): string[] {
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    const check = CHECKS[keyword];
    if (check === undefined) throw new Error(`unknown keyword ${keyword} at ${path}`);
    return check(rule, value, path, schema);
  });
}

/** All keywords in use. */
export function keywords(schema: Schema): Set<string> {
  const found = new Set<string>();
  const walk = (node: Schema): void => {
    for (const [keyword, rule] of Object.entries(node)) {
      found.add(keyword);
      if (keyword === "properties")
        Object.values(rule as Schema).forEach((one) => walk(one as Schema));
      else if (Array.isArray(rule)) rule.filter(isRecord).forEach(walk);
      else if (isRecord(rule)) walk(rule);
    }
  };
  walk(schema);
  return found;
}

type Check = (rule: unknown, value: unknown, path: string, schema: Schema) => string[];

const fine: Check = () => [];
const when =
  (holds: (rule: never, value: never) => boolean, name: string): Check =>
  (rule, value, path) =>
    holds(rule as never, value as never) ? [] : [`${path} ${name}`];

const CHECKS: Readonly<Record<string, Check>> = {
  $schema: fine,
  title: fine,
  description: fine,
  examples: fine,
  type: when(
    (rule: string, value: unknown) =>
      rule === typeOf(value) || (rule === "number" && typeof value === "number"),
    "type",
  ),
  enum: when((rule: unknown[], value: unknown) => rule.includes(value), "enum"),
  const: when((rule: unknown, value: unknown) => rule === value, "const"),
  pattern: when(
    (rule: string, value: unknown) =>
      typeof value !== "string" || new RegExp(rule, "u").test(value),
    "pattern",
  ),
  minLength: when(
    (rule: number, value: unknown) => !(typeof value === "string") || value.length >= rule,
    "minLength",
  ),
  minimum: when((rule: number, value: unknown) => !(Number(value) < rule), "minimum"),
  maximum: when((rule: number, value: unknown) => !(Number(value) > rule), "maximum"),
  exclusiveMinimum: when((rule: number, value: unknown) => !(Number(value) <= rule), "above"),
  minItems: when(
    (rule: number, value: unknown) => !Array.isArray(value) || value.length >= rule,
    "minItems",
  ),
  maxItems: when(
    (rule: number, value: unknown) => !Array.isArray(value) || value.length <= rule,
    "maxItems",
  ),
  required: when(
    (rule: string[], value: unknown) => !isRecord(value) || rule.every((key) => key in value),
    "required",
  ),
  anyOf: (rule, value, path) => {
    const tries = (rule as Schema[]).map((one) => accepts(one, value, path));
    return tries.some((one) => one.length === 0) ? [] : [`${path} anyOf`];
  },
  items: (rule, value, path) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => accepts(rule as Schema, item, `${path}[${index}]`))
      : [],
  prefixItems: (rule, value, path) =>
    Array.isArray(value)
      ? (rule as Schema[]).flatMap((one, at) => accepts(one, value[at], `${path}[${at}]`))
      : [],
  properties: (rule, value, path) =>
    isRecord(value)
      ? Object.entries(rule as Schema).flatMap(([key, one]) =>
          key in value ? accepts(one as Schema, value[key], `${path}.${key}`) : [],
        )
      : [],
  propertyNames: fine,
  additionalProperties: (rule, value, path, schema) => {
    if (!isRecord(value)) return [];
    const known = Object.keys(schema["properties"] ?? {});
    const others = Object.keys(value).filter((key) => !known.includes(key));
    if (rule === false) return others.map((key) => `${path}.${key} unknown`);
    return others.flatMap((key) => accepts(rule as Schema, value[key], `${path}.${key}`));
  },
};

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function isRecord(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
