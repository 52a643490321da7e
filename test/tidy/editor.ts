/**
 * The same rules in the editor: `overrides` of .oxlintrc.json, written from the tables so that the
 * two never disagree. The test compares; `npx vitest run test/tidy.test.ts -u` rewrites.
 */
import type { Ban } from "./layers.ts";
import {
  allowedFor,
  BANNED_GLOBALS,
  BANNED_MATHS,
  FACES,
  folderOf,
  LAYERS,
  layerMessage,
  PACKAGES,
  PLATFORM,
  SPEAKERS,
  VARYING,
} from "./layers.ts";

interface Override {
  readonly files: readonly string[];
  readonly excludeFiles?: readonly string[];
  readonly rules: Readonly<Record<string, unknown>>;
}

interface Pattern {
  readonly regex: string;
  readonly message: string;
}

/** Benchmarks are JavaScript over dist, where everything is `any`. */
const UNTYPED = [
  ...["argument", "assignment", "call", "member-access", "return"].map(
    (part) => `typescript/no-unsafe-${part}`,
  ),
  "typescript/require-await",
];
const COLUMNS = 92;
const PURE = Object.keys(LAYERS).filter((folder) => !PLATFORM.includes(folder));

/** Where two overrides set the same rule for a file, the later one stands alone. */
export function overrides(): readonly Override[] {
  const speakers = [...SPEAKERS.map((name) => `masternode/${name}.ts`), "masternode/monitors/**"];
  const packageFiles = Object.values(PACKAGES)
    .flat()
    .filter((place) => place.endsWith(".ts") && !FACES.includes(place));
  return [
    ...Object.keys(LAYERS).map((folder) => imports([`${folder}/**`], `${folder}/any.ts`)),
    imports(speakers, "masternode/kit.ts"),
    ...[...new Set(packageFiles), ...FACES].map((file) => imports([file], file)),
    {
      files: PURE.map((folder) => `src/${folder}/**`),
      rules: {
        "no-restricted-globals": ["error", ...BANNED_GLOBALS.map(globalOf)],
        "no-restricted-properties": ["error", ...BANNED_MATHS.map(propertyOf)],
      },
    },
    {
      files: ["src/engine/**", "src/masternode/**"],
      excludeFiles: ["src/engine/latency.ts"],
      rules: {
        "no-restricted-properties": ["error", ...[...BANNED_MATHS, ...VARYING].map(propertyOf)],
      },
    },
    {
      files: ["src/**"],
      rules: {
        "import/no-default-export": "error",
        "max-lines": ["error", { max: 400 }],
        "max-lines-per-function": ["error", { max: 60 }],
      },
    },
    { files: ["bench/**"], rules: Object.fromEntries(UNTYPED.map((rule) => [rule, "off"])) },
  ];
}

/** JSON with every list and object on one line where it fits, and always if nothing is in it. */
export function layOut(value: unknown, indent = 0): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const keyOf = (key: string): string => (isList ? "" : `"${key}": `);
  const flat = Object.entries(value).map(([key, part]) => keyOf(key) + layOut(part));
  const line = isList ? `[${flat.join(", ")}]` : `{ ${flat.join(", ")} }`;
  const isLeaf = !isList && Object.values(value).every((part) => typeof part === "string");
  if (isLeaf || (indent + line.length < COLUMNS && !line.includes("\n"))) return line;
  const pad = "\n" + " ".repeat(indent + 2);
  const parts = Object.entries(value).map(
    ([key, part]) => pad + keyOf(key) + layOut(part, indent + 2),
  );
  const end = "\n" + " ".repeat(indent);
  return isList ? `[${parts.join(",")}${end}]` : `{${parts.join(",")}${end}}`;
}

function imports(files: readonly string[], path: string): Override {
  const allowed = allowedFor(path) ?? [];
  const folders = Object.keys(LAYERS).filter(
    (name) => name !== folderOf(path) && !allowed.includes(name),
  );
  const barred = Object.keys(PACKAGES).filter(
    (name) => PACKAGES[name]?.some((place) => path.startsWith(place)) !== true,
  );
  const places = [...new Set(barred.map((name) => PACKAGES[name]?.join(" or ") ?? ""))];
  const patterns: Pattern[] = [
    { regex: `^\\.{1,2}/(.*/)?(${folders.join("|")})/`, message: `${layerMessage(path)}.` },
    { regex: "^(\\.\\./)+(index|vitest)\\.ts$", message: "Use the file that it re-exports." },
    ...places.map((place) => {
      const names = barred.filter((name) => PACKAGES[name]?.join(" or ") === place);
      return { regex: `^(${names.join("|")})(/|$)`, message: `Use ${place}.` };
    }),
  ];
  if (!PLATFORM.includes(folderOf(path))) {
    patterns.push({ regex: "^node:", message: "Use a capability passed in." });
  }
  return {
    files: files.map((file) => `src/${file}`),
    rules: { "no-restricted-imports": ["error", { patterns }] },
  };
}

function globalOf(ban: Ban): { readonly name: string; readonly message: string } {
  return { name: ban.name, message: `Use ${ban.instead}.` };
}

function propertyOf(ban: Ban): Readonly<Record<string, string>> {
  const [object = "", property = ""] = ban.name.split(".");
  return { object, property, message: `Use ${ban.instead}.` };
}
