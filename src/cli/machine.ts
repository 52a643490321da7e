/**
 * `--machine`: a protocol of the user's own, from a module that exports its kit. TypeScript is
 * loaded natively where Node strips types, through jiti elsewhere. Wherever the module lies, its
 * `timesim` is the one that runs: a kit must fit the engine that plays it.
 */
import { existsSync } from "node:fs";
import * as modules from "node:module";
import { extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { BadInput } from "../core/assert.ts";
import type { Field } from "../kit/field.ts";
import { unknownWord } from "../scenario/reasons.ts";
import type { Protocol } from "./protocol.ts";

const TYPESCRIPT = new Set([".ts", ".mts"]);
const JAVASCRIPT = new Set([".js", ".mjs"]);

/** `export const kit`, or a function of no arguments that makes it. */
export async function loadKit(file: string, cwd: string): Promise<Protocol> {
  const found = await loadModule("--machine", file, cwd);
  const exported = found["kit"];
  if (exported === undefined) {
    const names = Object.keys(found);
    const instead = names.length === 0 ? "nothing" : names.join(", ");
    throw new BadInput([`${file}:1:1 — expected an export named kit; it exports ${instead}`]);
  }
  const kit = typeof exported === "function" ? made(exported as () => unknown, file) : exported;
  const problems = problemsOf(kit).map((problem) => `${file}:1:1 kit — ${problem}`);
  if (problems.length > 0) throw new BadInput(problems);
  return kit as Protocol;
}

export type Exports = Readonly<Record<string, unknown>>;

/** A module that the user names with `flag`. */
export async function loadModule(flag: string, file: string, cwd: string): Promise<Exports> {
  const path = resolve(cwd, file);
  if (!existsSync(path)) throw new BadInput([`${flag} ${file} — there is no such file`]);
  const kind = extname(path);
  if (!TYPESCRIPT.has(kind) && !JAVASCRIPT.has(kind)) {
    throw new BadInput([`${flag} ${file} — expected a module: .ts, .mts, .js or .mjs`]);
  }
  return load(path, file, TYPESCRIPT.has(kind));
}

async function load(path: string, file: string, isTypeScript: boolean): Promise<Exports> {
  try {
    return isTypeScript && !stripsTypes() ? await throughJiti(path) : await natively(path);
  } catch (error) {
    throw new BadInput([`${file}:1:1 — cannot be loaded: ${told(error)}`]);
  }
}

function stripsTypes(): boolean {
  const features = process.features as { readonly typescript?: unknown };
  return features.typescript !== undefined && features.typescript !== false;
}

async function natively(path: string): Promise<Exports> {
  answerForTimesim();
  return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Exports;
}

async function throughJiti(path: string): Promise<Exports> {
  const { createJiti } = await import("jiti");
  const timesim: unknown = await import(/* @vite-ignore */ FACE);
  const options = { virtualModules: { timesim }, fsCache: false, interopDefault: false };
  return createJiti(import.meta.url, options).import<Exports>(path);
}

/** The library beside this program: `dist/index.js`, or the sources. */
const FACE = ["../index.js", "../index.ts"]
  .map((name) => new URL(name, import.meta.url))
  .reduce((built, source) => (existsSync(fileURLToPath(built)) ? built : source)).href;

let answers = false;

/** From here on `import … from "timesim"` means FACE, in whatever folder it stands. */
function answerForTimesim(): void {
  if (answers) return;
  answers = true;
  const { registerHooks } = modules as { readonly registerHooks?: (hooks: object) => unknown };
  if (registerHooks !== undefined) {
    registerHooks({
      resolve: (
        name: string,
        context: unknown,
        next: (name: string, context: unknown) => unknown,
      ) => (name === "timesim" ? { url: FACE, shortCircuit: true } : next(name, context)),
    });
    return;
  }
  // Older Nodes take hooks as a module of their own.
  const source = `export const resolve = (name, context, next) => name === "timesim"
    ? { url: ${JSON.stringify(FACE)}, shortCircuit: true } : next(name, context);`;
  modules.register(`data:text/javascript,${encodeURIComponent(source)}`);
}

function made(make: () => unknown, file: string): unknown {
  try {
    return make();
  } catch (error) {
    throw new BadInput([`${file}:1:1 kit() — it throws: ${told(error)}`]);
  }
}

/** The first line of the stack that is the user's says where. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = (error.stack ?? "").split("\n").find((line) => /^\s+at .*\.m?[jt]s:\d/.test(line));
  const where = own === undefined || own.includes("node_modules") ? "" : ` (${own.trim()})`;
  return `${error.name}: ${error.message}${where}`;
}

type Shape = "text" | "number" | "function" | "record" | "list";

const KIT: Readonly<Record<string, Shape>> = {
  name: "text",
  codec: "record",
  vocabulary: "record",
  profiles: "list",
  config: "record",
  world: "record",
  node: "record",
  claims: "record",
  commands: "record",
  defaultPort: "number",
  files: "record",
  epoch: "function",
  configure: "function",
};
const CODEC: Readonly<Record<string, Shape>> = { encode: "function", decode: "function" };
const VOCABULARY: Readonly<Record<string, Shape>> = {
  gist: "function",
  fact: "function",
  gate: "function",
  notable: "function",
  log: "function",
  logFormat: "function",
};
const PROFILE: Readonly<Record<string, Shape>> = {
  name: "text",
  machine: "record",
  config: "record",
};
const MACHINE: Readonly<Record<string, Shape>> = {
  name: "text",
  kinds: "list",
  init: "function",
  step: "function",
};

const FIELDS: Readonly<Record<string, Shape>> = { fields: "record" };
const CLAIM: Readonly<Record<string, Shape>> = { ...FIELDS, watch: "function" };
const COMMAND: Readonly<Record<string, Shape>> = { ...FIELDS, make: "function" };
const KINDS: Readonly<Record<Field["kind"], true>> = {
  ...{ duration: true, number: true, flag: true, text: true, pattern: true },
  ...{ choice: true, node: true, nodes: true, group: true },
};
const KIND_NAMES = Object.keys(KINDS);
const PORT_MAX = 65_535;

/** All that is missing or of another kind, so that one look mends it. */
function problemsOf(kit: unknown): readonly string[] {
  if (!isRecord(kit)) return [`expected a Kit or a function that makes one, found ${said(kit)}`];
  const profiles = Array.isArray(kit["profiles"]) ? (kit["profiles"] as unknown[]) : [];
  const none = Array.isArray(kit["profiles"]) && profiles.length === 0;
  return [
    ...wrong("", kit, KIT),
    ...wrong("codec.", kit["codec"], CODEC),
    ...wrong("vocabulary.", kit["vocabulary"], VOCABULARY),
    ...(none ? ["profiles: expected at least one"] : []),
    ...profiles.flatMap((profile, index) => [
      ...wrong(`profiles[${index}].`, profile, PROFILE),
      ...wrong(`profiles[${index}].machine.`, isRecord(profile) && profile["machine"], MACHINE),
    ]),
    ...each(kit["claims"], "claims", (path, claim) => [
      ...wrong(`${path}.`, claim, CLAIM),
      ...wrongFields(`${path}.fields`, isRecord(claim) && claim["fields"]),
    ]),
    ...each(kit["commands"], "commands", (path, command) => [
      ...wrong(`${path}.`, command, COMMAND),
      ...wrongFields(`${path}.fields`, isRecord(command) && command["fields"]),
    ]),
    ...["config", "world", "node"].flatMap((key) => wrongFields(key, kit[key])),
    ...wrongPort(kit["defaultPort"]),
  ];
}

function each(
  record: unknown,
  name: string,
  look: (path: string, value: unknown) => readonly string[],
): readonly string[] {
  if (!isRecord(record)) return [];
  return Object.entries(record).flatMap(([key, value]) => look(`${name}.${key}`, value));
}

function wrongFields(name: string, fields: unknown): readonly string[] {
  return each(fields, name, (path, field) => {
    const kind = isRecord(field) ? String(field["kind"]) : "";
    if (!Object.hasOwn(KINDS, kind)) return [`${path}: ${unknownWord("kind", kind, KIND_NAMES)}`];
    return kind === "group" ? wrongFields(`${path}.fields`, (field as Exports)["fields"]) : [];
  });
}

function wrongPort(port: unknown): readonly string[] {
  if (typeof port !== "number") return [];
  const fits = Number.isInteger(port) && port >= 1 && port <= PORT_MAX;
  return fits ? [] : [`defaultPort: expected a port from 1 to ${PORT_MAX}, found ${port}`];
}

/** Nothing, where the whole is missing: that is said already. */
function wrong(
  path: string,
  value: unknown,
  shapes: Readonly<Record<string, Shape>>,
): readonly string[] {
  if (!isRecord(value)) return [];
  return Object.entries(shapes)
    .filter(([key, shape]) => said(value[key]) !== shape)
    .map(([key, shape]) => `${path}${key}: expected a ${shape}, found ${said(value[key])}`);
}

function said(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "list";
  if (typeof value === "string") return "text";
  return typeof value === "object" ? "record" : typeof value;
}

function isRecord(value: unknown): value is Exports {
  return said(value) === "record";
}
