/**
 * The house rules as a test, after TigerBeetle's tidy.zig: the rules stand in tidy/rules.ts, the
 * layer table in tidy/layers.ts. The second half proves that the checker sees what it should.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { layOut, overrides } from "./tidy/editor.ts";
import { functions } from "./tidy/functions.ts";
import { ENTRIES } from "./tidy/layers.ts";
import { check, type SourceFile } from "./tidy/rules.ts";
import { blank } from "./tidy/source.ts";

const ROOT = join(import.meta.dirname, "..");

function sources(): readonly SourceFile[] {
  const names = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.split(sep).join("/"))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((path) => ({ path, text: readFileSync(join(ROOT, "src", path), "utf8") }));
}

describe("src", () => {
  const files = sources();

  it("was read", () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it("keeps the house rules", () => {
    const faults = check(files);
    expect(faults.length, `\n${faults.join("\n")}\n`).toBe(0);
  });
});

describe("the editor", () => {
  it("has the same layers, packages and banned names", async () => {
    const file = join(ROOT, ".oxlintrc.json");
    const config: unknown = JSON.parse(readFileSync(file, "utf8"));
    const text = layOut({ ...Object(config), overrides: overrides() });
    await expect(`${text}\n`).toMatchFileSnapshot(file);
  });
});

const OPENS = "/** Opens. */";

/** Faults of one file in an otherwise sound src. */
function faultsOf(path: string, text: string): string {
  const file = { path, text: `${OPENS} ${text}\n` };
  const main = { path: "cli/main.ts", text: `${OPENS} import "../${path}";` };
  return check(ENTRIES.includes(path) ? [file] : [main, file]).join("\n");
}

/** A function of so many lines. */
function tall(count: number, head = "function f(): void {", end = "}"): string {
  return `${head}${"\n  f();".repeat(count - 2)}\n${end}`;
}

/** Path, a text that breaks a rule, the fault, a near miss that keeps it. */
type Case = readonly [path: string, bad: string, fault: string, good: string];

const IMPORTS: readonly Case[] = [
  ["core/a.ts", 'import "../trace/b.ts";', "core/ may import only itself", 'import "./b.ts";'],
  ["wire/a.ts", 'import type {\n  B,\n} from "../trace/b.ts";', "src/wire/a.ts:1: wire/ may", ""],
  ["core/a.ts", 'export const b = import("../wire/b.ts");', "core/ may import", ""],
  ["core/a.ts", 'f(); type B = import("../wire/b.ts").B;', "core/ may import", ""],
  ["check/a.ts", 'f(); export { b } from "../wire/b.ts";', "check/ may", 'f("../wire/b.ts");'],
  ["engine/a.ts", 'import "../host/b.ts";', "engine/ may", 'import "../runtime/b.ts";'],
  ["report/a.ts", 'import "../engine/b.ts";', "report/ may", 'import "../trace/b.ts";'],
  ["masternode/state.ts", 'import "../trace/b.ts";', "masternode/ may", 'import "../kit/b.ts";'],
  ["masternode/log.ts", 'import "../engine/b.ts";', "not engine", 'import "../trace/b.ts";'],
  ["masternode/handlers/a.ts", 'import "../../host/b.ts";', "not host", 'import "../b.ts";'],
  ["kit/a.ts", 'import "../runtime/b.ts";', "kit/ may", 'import "../wire/b.ts";'],
  ["fuzz/a.ts", 'import "../masternode/b.ts";', "not masternode", 'import "../scenario/b.ts";'],
  ["index.ts", 'f(); import "./cli/b.ts";', "src/index.ts may", 'f(); import "./masternode/b.ts";'],
  ["cli/a.ts", 'import "../index.ts";', "index.ts is a public face", 'import "../host/b.ts";'],
  ["cli/a.ts", 'import "../../package.json";', "leaves src", 'import "../core/b.ts";'],
  ["core/a.ts", 'import "./b.js";', "import of ./b.js, use its .ts file", 'import "./b.ts";'],
  ["core/a.ts", 'import s from "seedrandom";', "use core/random.ts", 'f("seedrandom");'],
  ["report/a.ts", 'import chalk from "chalk";', "package chalk has no place", ""],
  ["cli/a.ts", 'import x from "lodash";', "package lodash", 'import chalk from "chalk";'],
  ["cli/a.ts", 'import fs from "fs";', "package fs", 'import { readFileSync } from "node:fs";'],
  ["engine/a.ts", 'import "node:fs";', "node:fs outside host", '// import "node:fs";'],
];

const NAMES: readonly Case[] = [
  ["engine/a.ts", "f(Date.now());", "Date, use ctx.wall", "f(x.Date, `Date`, 'Date', /Date/);"],
  ["core/a.ts", "f(performance.now());", "performance, use", "/* performance */"],
  ["core/a.ts", "setTimeout(f, 1);", "setTimeout, use ctx.setTimer", "port.setTimeout(f, 1);"],
  ["core/a.ts", "setInterval(f, 1);", "setInterval, use", "// setInterval"],
  ["core/a.ts", "queueMicrotask(f);", "queueMicrotask, use", "f(`queueMicrotask`);"],
  ["core/a.ts", "f(Math.random());", "Math.random, use ctx.random", "f(other.Math.random);"],
  ["core/a.ts", "f(`${process.pid}`);", "process, use", "f(`process ${host.process}`);"],
  ["core/a.ts", "f({ ...process });", "process, use", "f({ process: 1 }, a?.process);"],
  ["core/a.ts", "console.log(1);", "console, use", "host.console.log(1);"],
  ["core/a.ts", "const f = async () => 1;", "async, use", 'f("async");'],
  ["core/a.ts", "await f();", "await, use", "interface A { await?: 1 }"],
  ["core/a.ts", "type A = Promise<void>;", "Promise, use", "type A = PromiseLike<void>;"],
  ["wire/a.ts", "Buffer.from(a);", "Buffer, use Uint8Array", "f(a.buffer, ArrayBuffer);"],
  ["wire/a.ts", "f(globalThis);", "globalThis, use", "f(a.globalThis);"],
  ["engine/a.ts", "f(Math.log2(x));", "Math.log2, use whole numbers", "f(Math.sqrt(x));"],
  ["masternode/a.ts", "f(Math.pow(x, 2));", "Math.pow, use", "f(Math.max(x, 2));"],
  ["core/a.ts", "f(n.toLocaleString());", "locale-dependent", "f(n.toString());"],
  ["cli/a.ts", "f(a.localeCompare(b));", "localeCompare, use", "f(a < b);"],
  ["cli/a.ts", "list.sort();", "bare sort()", "list.sort((a, b) => a - b);"],
  ["cli/a.ts", "list.toSorted( );", "bare sort()", "list.toSorted(byName);"],
  ["cli/a.ts", "export default 1;", "export default, use", "export const defaults = 1;"],
  [
    "cli/a.ts",
    "const a = 1; export { a as default };",
    "default, use",
    "const a = 1; export { a };",
  ],
  ["cli/a.ts", "export const enum A { B }", "enum, use", 'f("enum A {"); f(z.enum({ a: 1 }));'],
  ["report/a.ts", "// a Masternode", "Masternode outside", "// a node"],
  ["cli/protocol-too.ts", 'f("masternode");', "masternode outside", 'f("node");'],
  ["cli/a.ts", "namespace A { f(); }", "namespace, use", "f({ namespace: {} });"],
];

const SIZES: readonly Case[] = [
  ["cli/a.ts", "f();\n".repeat(400), "401 lines of at most 400", "f();\n".repeat(399)],
  ["cli/a.ts", `\n${"x".repeat(101)}`, "src/cli/a.ts:2: 101 columns", `\n${"é".repeat(100)}`],
  ["cli/a.ts", `\n${tall(61)}`, "src/cli/a.ts:2: function of 61 lines", `\n${tall(60)}`],
  ["cli/a.ts", `class A {\n${tall(61, "f<T>(): { a: T } {")}\n}`, "61 lines", `f();\n${tall(60)}`],
  ["cli/a.ts", tall(61, "const g = (a = {}): A<() => B> => {"), "of 61", tall(61, "if (a) {")],
  ["cli/a.ts", tall(61, "const g = a => {"), "of 61", tall(61, "for (const a of b()) {")],
  ["cli/a.ts", tall(61, "const g = <T>(\n) => ({", "})"), "of 62", tall(61, "class A {")],
];

const FILES: readonly Case[] = [
  ["core/index.ts", 'export * from "./b.ts";', "only re-exports", "export const a = 1;"],
  ["core/a.ts", 'import { b } from "./b.ts";\nexport { b };', "only re-exports", ""],
];

describe("the checker", () => {
  const cases = [...IMPORTS, ...NAMES, ...SIZES, ...FILES];

  it.each(cases.map(([path, bad, fault, good]) => ({ path, bad, fault, good })))(
    "sees $path: $fault",
    ({ path, bad, fault, good }) => {
      expect(faultsOf(path, bad)).toContain(fault);
      expect(faultsOf(path, good)).toBe("");
    },
  );

  it("lets the platform folders be the platform", () => {
    const text =
      'import "node:net"; console.log(Date.now(), process.pid); const f = async () => 1;';
    for (const folder of ["host", "cluster", "campaign", "cli"]) {
      expect(faultsOf(`${folder}/a.ts`, text)).toBe("");
    }
    expect(faultsOf("vitest.ts", `import { it } from "vitest";\n${text}`)).toBe("");
    expect(faultsOf("core/random.ts", 'import seedrandom from "seedrandom";')).toBe("");
    expect(faultsOf("engine/latency.ts", "f(Math.exp(x));")).toBe("");
  });

  it("sees files that nobody imports, and not those that a worker runs", () => {
    const text = `${OPENS} new URL("./worker.js", import.meta.url); import "./c.ts";\n`;
    const files = ["cli/main.ts", "cli/worker.ts", "cli/b.ts", "cli/c.ts"];
    const faults = check(files.map((path) => ({ path, text: path === "cli/b.ts" ? OPENS : text })));
    expect(faults).toEqual(["src/cli/b.ts:1: imported by no file of src, use it or delete it"]);
  });

  it("sees names that say nothing", () => {
    for (const name of ["manager", "queue-helper", "utils", "storeImpl", "service"]) {
      expect(faultsOf(`cli/${name}.ts`, "")).toContain("says nothing");
    }
    for (const name of ["simple", "implicit", "futile"]) {
      expect(faultsOf(`cli/${name}.ts`, "")).toBe("");
    }
  });

  it("sees a folder that is not in the table", () => {
    expect(faultsOf("tools/a.ts", "")).toContain("tools is not in the layer table");
    expect(faultsOf("main.ts", "")).toContain("main.ts is not in the layer table");
  });

  it("sees a file without an opening comment", () => {
    const text = `${"f();\n".repeat(30)}${OPENS}\n`;
    expect(check([{ path: "index.ts", text }]).join()).toContain("no comment in the first 30");
    expect(check([{ path: "index.ts", text: text.slice(5) }])).toEqual([]);
  });

  it("tells code from prose and keeps every line where it was", () => {
    const text = 'a("x\\"{") / b; /* {\n */ `{${c({ d: `}` })}{` + /[/{"]/.test(e) // {\n}';
    const code = 'a("    ") / b;     \n    `  {c({ d: ` ` })} ` +        .test(e)     \n}';
    expect(blank(text)).toBe(code.padEnd(text.length));
  });

  it("counts a function from its header to its closing brace", () => {
    const spans = functions("a();\nfunction b<\n  T,\n>(c: T): asserts c is {} & T[] {\n}\nd;");
    expect(spans).toEqual([{ first: 2, last: 5 }]);
    expect(functions("if (a) {\n}\nx ? f(a) : { b };\ninterface A { f(): void }")).toEqual([]);
  });
});
