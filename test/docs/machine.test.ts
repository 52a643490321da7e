/**
 * The machine of docs/writing-a-machine.md as a user would have it: its files in a folder outside
 * the repository, with timesim installed there or not, compiled, run and replayed as processes.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, inject, it } from "vitest";
import { blocksOf, fileName } from "./page.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readPage("docs/writing-a-machine.md");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
const STRICT = {
  strict: true,
  noEmit: true,
  module: "NodeNext",
  target: "ES2023",
  types: ["node"],
  skipLibCheck: false,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
};
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function readPage(name: string): string {
  return readFileSync(join(ROOT, name), "utf8");
}

/** The page's files; `installed`: below node_modules, as npm would link them. */
function folderWith(...installed: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "timesim-machine-"));
  folders.push(folder);
  for (const block of blocksOf(PAGE)) {
    const name = fileName(block);
    if (name !== null) writeFileSync(join(folder, name), `${block.lines.join("\n")}\n`);
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  for (const name of installed) {
    const own = name === "timesim" ? ROOT : join(ROOT, "node_modules", name);
    const target = join(folder, "node_modules", name);
    mkdirSync(join(target, ".."), { recursive: true });
    symlinkSync(own, target);
  }
  return folder;
}

function ran(folder: string, command: string, ...words: readonly string[]): string {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...env } = process.env;
  const run = spawnSync(command, words, { cwd: folder, encoding: "utf8", env });
  const { status, stdout, stderr, error } = run;
  return `${stdout}${stderr}${error?.message ?? ""}\nexit ${status}`;
}

const MAIN = join(ROOT, "dist/bin/timesim.js");
const MACHINE = ["--machine", "./gossip.ts"];
const RUN = ["run", "gossip.yaml", "--no-report", ...MACHINE];

describe("the machine of the page", () => {
  it("was built for", () => {
    expect(inject("build")).toBe("");
  });

  it("compiles, strictly, against the package's types", () => {
    const folder = folderWith("timesim", "fast-check", "@types/node", "undici-types");
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: STRICT }));
    expect(ran(folder, process.execPath, TSC, "-p", ".")).toBe("\nexit 0");
  });

  it("and so does all other code of the pages", () => {
    const needed = ["timesim", "fast-check", "vitest", "@types/node", "undici-types"];
    const folder = folderWith(...needed);
    for (const page of ["README", "docs/fuzzing", "docs/invariants", "docs/mutants"]) {
      for (const { language, line, lines } of blocksOf(readPage(`${page}.md`))) {
        const name = `${page.replace("/", "-")}-${line}.ts`;
        if (language === "ts") writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
      }
    }
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...STRICT, skipLibCheck: true } }),
    );
    expect(ran(folder, process.execPath, TSC, "-p", ".")).toBe("\nexit 0");
  });

  it("is held to what is promised of any protocol", () => {
    const folder = folderWith();
    for (const block of blocksOf(readPage("docs/invariants.md"))) {
      if (fileName(block) !== "promises.ts") continue;
      writeFileSync(join(folder, "promises.ts"), `${block.lines.join("\n")}\n`);
    }
    const own = `import { kit as plain } from "./gossip.ts";\nimport { invariants } from "./promises.ts";
      export const kit = { ...plain, invariants };`;
    writeFileSync(join(folder, "own.ts"), own);
    const text = readFileSync(join(folder, "gossip.yaml"), "utf8");
    writeFileSync(join(folder, "promised.yaml"), `${text}\ninvariants: all\n`);
    const out = ran(folder, process.execPath, MAIN, "run", "promised.yaml", "--machine", "own.ts");
    expect(out).toContain("✓ 6 rows passed");
  });

  it("runs with npx where timesim is installed", () => {
    const folder = folderWith("timesim");
    mkdirSync(join(folder, "node_modules/.bin"));
    symlinkSync(MAIN, join(folder, "node_modules/.bin/timesim"));
    const out = ran(folder, "npx", "timesim", ...RUN);
    expect(out).toContain("✓ 2 rows passed");
    expect(out).toContain("exit 0");
  });

  it("and where nothing is installed, with every command", () => {
    const folder = folderWith();
    const timesim = (...words: readonly string[]): string =>
      ran(folder, process.execPath, MAIN, ...words, ...MACHINE);
    expect(timesim("run", "gossip.yaml", "--trace", "g.ndjson")).toContain("✓ 2 rows passed");
    expect(timesim("timeline", "g.ndjson")).toMatch(/n4 +hears "fire"/);
    expect(timesim("trace", "gossip.yaml", "--type", "Thanks")).toContain("deliver  Thanks");
    expect(timesim("replay", "g.ndjson", "--inputs")).toMatch(/✓ \d+ events again, digest/);
    expect(timesim("diff", "g.ndjson", "gossip.yaml")).toContain("✓ the same");
    expect(timesim("validate", "gossip.yaml")).toContain("✓ gossip.yaml");
    expect(timesim("list", "gossip.yaml")).toContain("gossip.yaml");
    expect(timesim("schema")).toContain('"dials"');
    expect(ran(folder, process.execPath, MAIN, "replay", "g.ndjson")).toContain("--machine names");
  });

  it("is named in every command that goes on from one", () => {
    const folder = folderWith();
    const timesim = (...words: readonly string[]): string =>
      ran(folder, process.execPath, MAIN, ...words, ...MACHINE);
    const text = readFileSync(join(folder, "gossip.yaml"), "utf8");
    writeFileSync(join(folder, "other.yaml"), text.replace("tell: fire", "tell: ice"));
    expect(timesim("diff", "gossip.yaml", "other.yaml")).toMatch(
      /look further {2}npx timesim trace gossip\.yaml --cone \d+ --machine \.\/gossip\.ts\n/,
    );
    timesim("run", "gossip.yaml", "--trace", "g.ndjson");
    const gossip = readFileSync(join(folder, "gossip.ts"), "utf8");
    expect(timesim("replay", "gossip.yaml")).toContain(
      "--trace run.ndjson.gz --machine ./gossip.ts",
    );
    const tells = "if (state.heard.includes(text)) return state; // contract 3";
    writeFileSync(
      join(folder, "gossip.ts"),
      gossip.replace(tells, `${tells}\n  throw Error("no");`),
    );
    expect(timesim("replay", "g.ndjson")).toMatch(
      /trace g\.ndjson --cone \d+ --machine \.\/gossip\.ts/,
    );
    const report = ["fuzz", "--runs", "20", "--bail", "1", "--workers", "1", "--out", "found"];
    const fails = "init({ dials }, _files, ctx) {";
    writeFileSync(join(folder, "gossip.ts"), gossip.replace(fails, `${fails} throw Error("no");`));
    const found = timesim(...report);
    expect(found).toMatch(/keep {5}npx timesim promote found\/\S+ --machine \.\/gossip\.ts\n/);
  });

  it("is searched, and it is said that it promises nothing", () => {
    const few = ["--workers", "1", ...MACHINE];
    const folder = folderWith();
    const out = ran(folder, process.execPath, MAIN, "fuzz", "--runs", "2", ...few);
    expect(out).toContain(
      "— gossip promises nothing of every run (kit.invariants): only what throws",
    );
    const same = "export const same = { id: 'same', apply: (profile) => profile };";
    writeFileSync(join(folder, "same.mjs"), same);
    const zoo = ["zoo", "--mutants", "same.mjs", "--budget", "1", ...few];
    expect(ran(folder, process.execPath, MAIN, ...zoo)).toContain(
      "gossip promises nothing of every",
    );
  });

  it.for(["22", "24"])("on Node %s, which strips types itself", (major, { skip }) => {
    const check = `process.version.startsWith("v${major}.") && console.log("node ${major}")`;
    const import_ = `--import=data:text/javascript,${encodeURIComponent(check)}`;
    const out = ran(folderWith(), "npx", "-y", `node@${major}`, import_, MAIN, ...RUN);
    const found = out.includes(`node ${major}\n`);
    skip(!found && process.env["CI"] === undefined, `npx -y node@${major} does not start here`);
    expect(found, out).toBe(true);
    expect(out).toContain("✓ 2 rows passed");
  });

  it("has a property that holds, and that a broken machine fails", () => {
    const folder = folderWith("timesim", "fast-check", "pure-rand");
    const jiti = join(ROOT, "node_modules/jiti/lib/jiti-cli.mjs");
    expect(ran(folder, process.execPath, jiti, "gossip.property.ts")).toBe("\nexit 0");
    const text = readFileSync(join(folder, "gossip.ts"), "utf8");
    const broken = text.replace('ctx.send(id, { type: "Rumour", text });', "void id;");
    expect(broken).not.toBe(text);
    writeFileSync(join(folder, "gossip.ts"), broken);
    const out = ran(folder, process.execPath, jiti, "gossip.property.ts");
    expect(out).toContain("Property failed after");
    expect(out).toContain("exit 1");
  });
});

/** The page's kit, but for what is given. */
function kitWith(changed: string): string {
  return `import { kit as plain } from "./gossip.ts";\nexport const kit = { ...plain, ${changed} };`;
}

describe("what is no kit", () => {
  const folder = folderWith();
  it.each<readonly [string, string, string]>([
    ["none.ts", "", "none.ts — there is no such file"],
    ["data.json", "{}", "data.json — expected a module: .ts, .mts, .js or .mjs"],
    [
      "empty.ts",
      "export const a = 1, b = 2;",
      "empty.ts:1:1 — expected an export named kit; it exports a, b",
    ],
    [
      "number.js",
      "export const kit = 3;",
      "kit — expected a Kit or a function that makes one, found number",
    ],
    [
      "half.ts",
      'export const kit = { name: "x", profiles: [] };',
      "kit — codec: expected a record, found nothing",
    ],
    [
      "half.ts",
      'export const kit = { name: "x", profiles: [] };',
      "kit — profiles: expected at least one",
    ],
    ["claim.ts", kitWith("claims: { heard: {} }"), "kit — claims.heard.watch: expected a function"],
    [
      "told.ts",
      kitWith("commands: { tell: { fields: {} } }"),
      "kit — commands.tell.make: expected",
    ],
    [
      "field.ts",
      kitWith('node: { dials: { kind: "note", about: "", default: [] } }'),
      'kit — node.dials: unknown kind "note" (did you mean "node"?)',
    ],
    ["port.ts", kitWith("defaultPort: 70_000"), "expected a port from 1 to 65535, found 70000"],
    [
      "taken.ts",
      kitWith('node: { ...plain.node, start: { kind: "flag", about: "", default: true } }'),
      "kit gossip — a node field cannot be named start: it is taken",
    ],
    [
      "throws.js",
      'export const kit = () => { throw new RangeError("no"); };',
      "kit() — it throws: RangeError: no",
    ],
    ["bad.js", "export const kit = ;", "bad.js:1:1 — cannot be loaded: SyntaxError"],
    ["lost.ts", 'import "./gone.ts";', "lost.ts:1:1 — cannot be loaded: Error: Cannot find module"],
  ])("%s", (name, text, problem) => {
    if (text !== "") writeFileSync(join(folder, name), text);
    const out = ran(folder, process.execPath, MAIN, "run", "gossip.yaml", "--machine", name);
    expect(out).toContain(problem);
    expect(out).toContain("exit 2");
  });

  it("is not called a bug in timesim where it throws", () => {
    const text = kitWith('configure() { throw new Error("no"); }');
    writeFileSync(join(folder, "thrown.ts"), text);
    const out = ran(folder, process.execPath, MAIN, "run", "gossip.yaml", "--machine", "thrown.ts");
    expect(out).toContain("this is a bug in timesim, unless thrown.ts threw it, which the stack");
    expect(out).toMatch(/Error: no\n +at .*thrown\.ts:/);
  });

  it("a function that makes one is one, and what it throws as BadInput is the user's", () => {
    const made = `import { BadInput } from "timesim";
      import { kit as plain } from "./gossip.ts";
      export const kit = () => ({ ...plain, configure() { throw new BadInput(["no dials"]); } });`;
    writeFileSync(join(folder, "made.ts"), made);
    const out = ran(folder, process.execPath, MAIN, "run", "gossip.yaml", "--machine", "made.ts");
    expect(out).toContain("gossip.yaml:1:1 no dials");
    expect(out).toContain("exit 2");
  });
});
