/** Which files cite a rule of the protocol: `rule H2`, `(S3, A4)`, `P1 to P4`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** All there are, in the order of the protocol's chapters. */
export const RULES: readonly string[] = Object.entries({
  S: [1, 8],
  P: [1, 4],
  A: [1, 5],
  R: [1, 5],
  X: [1, 5],
  H: [1, 4],
  C: [1, 2],
  Y: [1, 3],
  B: [0, 5],
  Q: [1, 4],
}).flatMap(([letter, [first = 0, last = 0]]) => {
  return Array.from({ length: last - first + 1 }, (_, step) => `${letter}${first + step}`);
});

export interface Cited {
  /** Short, for a link. */
  readonly name: string;
  /** Below the root. */
  readonly path: string;
}

const PLACES = {
  source: ["src"],
  check: ["scenarios", "test/masternode", "test/engine", "test/wire"],
} as const;

const KINDS = { source: /\.ts$/, check: /\.(?:script|yaml|test\.ts)$/ } as const;

interface Text extends Cited {
  readonly rules: ReadonlySet<string>;
}

/** In the order of their paths. */
export function citing(kind: keyof typeof PLACES, rule: string): readonly Cited[] {
  return TEXTS[kind].filter(({ rules }) => rules.has(rule));
}

const TEXTS = { source: textsOf("source"), check: textsOf("check") };

function textsOf(kind: keyof typeof PLACES): readonly Text[] {
  const paths = PLACES[kind].flatMap((folder) => {
    const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
    return names.filter((name) => KINDS[kind].test(name)).map((name) => `${folder}/${name}`);
  });
  return paths.sort().map((path): Text => {
    const text = readFileSync(join(ROOT, path), "utf8");
    return { name: nameOf(path), path, rules: new Set(rulesIn(prose(path, text))) };
  });
}

function nameOf(path: string): string {
  return path
    .replace(/^(?:src\/masternode|src|scenarios|test\/masternode|test)\//, "")
    .replace(/\.(?:ts|yaml)$/, "");
}

/** Comments of sources and scripts, and the rows of a scenario; of a test everything. */
function prose(path: string, text: string): string {
  if (path.startsWith("test/") && path.endsWith(".ts")) return text;
  return text
    .split("\n")
    .filter((line) => /^\s*(?:\/\*\*|\*|#|\/\/|- row:)|"[^"]*\([A-Z]\d/.test(line))
    .join("\n");
}

/** `P1 to P4`, `P1-P4` and `P1–P4` are all four. */
function rulesIn(text: string): readonly string[] {
  const found = text.matchAll(/\b([A-Z])(\d)\b(?:(?: to |–|-)\1(\d)\b)?/g);
  const rules = [...found].flatMap(([, letter = "", first = "", last = first]) => {
    const count = Number(last) - Number(first) + 1;
    return Array.from({ length: count }, (_, step) => `${letter}${Number(first) + step}`);
  });
  return rules.filter((rule) => RULES.includes(rule));
}
