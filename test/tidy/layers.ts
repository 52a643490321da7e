/**
 * Who may import what: docs/architecture.md ("Folders of src/") as data. The tidy test reads it,
 * and the editor's rules in .oxlintrc.json are written from it.
 */

/** A folder may import itself and the folders named here. */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  trace: ["core"],
  wire: ["core"],
  runtime: ["core", "trace"],
  check: ["core", "trace"],
  kit: ["core", "trace", "wire", "check"],
  masternode: ["core", "wire", "kit"],
  engine: ["core", "trace", "runtime"],
  host: ["core", "wire", "trace", "runtime"],
  replay: ["core", "trace", "runtime"],
  report: ["core", "trace"],
  scenario: ["engine", "kit", "check", "trace", "core"],
  fuzz: ["scenario", "engine", "kit", "check", "runtime", "trace", "wire", "core"],
  diagnose: ["scenario", "replay", "engine", "kit", "check", "runtime", "trace", "wire", "core"],
  campaign: [
    ...["fuzz", "scenario", "report", "engine", "kit", "check", "runtime", "trace", "wire", "core"],
  ],
  cluster: [...["host", "scenario", "engine", "kit", "check", "runtime", "wire", "trace", "core"]],
  cli: [
    ...["cluster", "campaign", "diagnose", "fuzz", "scenario", "report", "replay", "host"],
    ...["engine", "masternode", "kit", "check", "runtime", "wire", "trace", "core"],
  ],
};

/** The protocol is known by name, in code or in prose, to nobody but itself and these. */
export const PROTOCOL_WORD: RegExp = /masternode/i;
export const PROTOCOL_FILES: readonly string[] = ["cli/protocol.ts"];

/** What both faces offer; only they may use it. */
export const SHARED_FACE = "simulate.ts";
/** Files of src/ itself: the public faces. They import anything but cli, and nothing imports them. */
export const FACES: readonly string[] = ["index.ts", "vitest.ts", SHARED_FACE];
export const ENTRIES: readonly string[] = [
  "index.ts",
  "vitest.ts",
  "cli/main.ts",
  "cli/timed/main.ts",
];

/** What a protocol says about its runs stands on the trace; the protocol itself does not. */
export const SPEAKERS: readonly string[] = [
  "log",
  "vocabulary",
  "claims",
  "world-claims",
  "monitors",
  "kit",
];
const SPEAKERS_TOO = ["trace", "check"];

/** May touch the platform: `node:` imports, clocks, promises, the process. */
export const PLATFORM: readonly string[] = ["host", "cluster", "campaign", "cli", ...FACES];

/** npm packages and the only places that know them. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  seedrandom: ["core/random.ts", "core/luck.ts"],
  zod: ["scenario/", "campaign/document.ts"],
  yaml: ["scenario/"],
  chalk: ["cli/"],
  "cli-table3": ["cli/"],
  commander: ["cli/"],
  jiti: ["cli/"],
  bullmq: ["campaign/queue.ts"],
  ioredis: ["campaign/queue.ts"],
  "prom-client": ["cli/"],
  "sonic-boom": ["cli/"],
  "fast-check": ["fuzz/", "vitest.ts"],
  vitest: ["vitest.ts"],
};

/** The folder of a path below src, or the file itself for a face. */
export function folderOf(path: string): string {
  return path.split("/")[0] ?? path;
}

/** Folders that the file at `path` may import, its own apart; undefined: not in the table. */
export function allowedFor(path: string): readonly string[] | undefined {
  const folder = folderOf(path);
  if (FACES.includes(path)) return Object.keys(LAYERS).filter((name) => name !== "cli");
  const second = path.split("/")[1]?.replace(/\.ts$/, "") ?? "";
  const speaks = folder === "masternode" && SPEAKERS.includes(second);
  const layer = Object.hasOwn(LAYERS, folder) ? LAYERS[folder] : undefined;
  return speaks && layer !== undefined ? [...layer, ...SPEAKERS_TOO] : layer;
}

/** One sentence for the test and the editor. */
export function layerMessage(path: string): string {
  const allowed = allowedFor(path) ?? [];
  const name = FACES.includes(path) ? `src/${path}` : `${folderOf(path)}/`;
  return `${name} may import only ${allowed.length === 0 ? "itself" : allowed.join(", ")}`;
}

export interface Ban {
  /** As found in code. */
  readonly name: string;
  readonly instead: string;
}

/** Names that only the platform folders may say. */
export const BANNED_GLOBALS: readonly Ban[] = [
  { name: "Date", instead: "ctx.wall or a UnixMicros passed in" },
  { name: "performance", instead: "ctx.uptime or the Port's clocks" },
  { name: "setTimeout", instead: "ctx.setTimer or Port.arm" },
  { name: "setInterval", instead: "ctx.setTimer, re-armed" },
  { name: "setImmediate", instead: "the engine's queue" },
  { name: "queueMicrotask", instead: "the engine's queue" },
  { name: "process", instead: "an argument" },
  { name: "console", instead: "ctx.emit, or return the text" },
  { name: "Promise", instead: "an Input that comes later" },
  { name: "Buffer", instead: "Uint8Array and wire/bytes.ts" },
  { name: "globalThis", instead: "an argument" },
];

export const BANNED_WORDS: readonly Ban[] = [
  { name: "async", instead: "a plain function: effects are wishes to ctx" },
  { name: "await", instead: "an Input that comes later" },
];

export const BANNED_MATHS: readonly Ban[] = [
  { name: "Math.random", instead: "ctx.random or core/random.ts" },
];

/** Results differ between engines and versions of V8; allowed in engine/latency.ts alone. */
export const VARYING = [
  ...["sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh"],
  ...["asinh", "acosh", "atanh", "pow", "exp", "expm1", "log", "log1p", "log2", "log10"],
  ...["cbrt", "hypot"],
].map((name): Ban => ({ name: `Math.${name}`, instead: "whole numbers, or engine/latency.ts" }));
