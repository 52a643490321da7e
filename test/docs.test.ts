/**
 * What the pages say is true: links lead somewhere, folders are named, and blocks run. `yaml` that
 * opens with `# scenario` passes, `console` shows what `npx timesim …` prints (a line `…` stands
 * for any lines), `// file NAME` is a file that later commands find, and `ts` that opens with `// run` runs against the built package.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { anchorsOf, blocksOf, fileName, linksOf, matches, stepsOf, wordsOf } from "./docs/page.ts";
import { inFolder, runCode, runStep, scenarioName, timesim, writeBlock } from "./docs/run.ts";

const ROOT = join(import.meta.dirname, "..");
const PAGES = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "reports/README.md"],
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`)
    .toSorted((a, b) => (a < b ? -1 : 1)),
];

function read(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

function exists(page: string): boolean {
  return existsSync(join(ROOT, page));
}

describe("pages", () => {
  it.each([
    ...["README.md", "docs/architecture.md", "docs/determinism.md", "docs/network-model.md"],
    ...["docs/writing-a-machine.md", "docs/scenario-format.md"],
  ])("%s is written", (page) => {
    expect(exists(page), `${page} is not written yet`).toBe(true);
  });

  it("name every folder of src", () => {
    const folders = readdirSync(join(ROOT, "src"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${entry.name}/`);
    const text = exists("docs/architecture.md") ? read("docs/architecture.md") : "";
    expect(folders.filter((folder) => !text.includes(folder))).toEqual([]);
  });
});

it("the page about folders describes each once", () => {
  const described = [...read("docs/architecture.md").matchAll(/^\*\*`(\w+\/)`\*\*/gm)];
  const names = described.map(([, name]) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

it("the README's table names every scenario, and none that is not there", () => {
  const rows = read("README.md").matchAll(/^\| (`[^|]*) \|/gm);
  const named = [...rows].flatMap(([, cell = ""]) =>
    cell.split(", ").map((name) => name.slice(1, -1)),
  );
  const files = readdirSync(join(ROOT, "scenarios")).filter((name) => name.endsWith(".yaml"));
  expect(named.toSorted()).toEqual(files.map((name) => name.replace(".yaml", "")).toSorted());
});

/** Relative links of a page that lead nowhere, as `page:line: target`. */
function brokenLinks(page: string): string[] {
  const broken = linksOf(read(page)).filter(({ target }) => {
    const [path = "", anchor = ""] = target.split("#");
    const file = path === "" ? page : join(dirname(page), decodeURI(path));
    if (!exists(file)) return true;
    return anchor !== "" && file.endsWith(".md") && !anchorsOf(read(file)).has(anchor);
  });
  return broken.map(({ line, target }) => `${page}:${line}: ${target}`);
}

/** Runs every block of a page that says it runs, from top to bottom, in one folder. */
async function run(page: string): Promise<string[]> {
  const faults: string[] = [];
  await inFolder(async (folder) => {
    for (const block of blocksOf(read(page))) {
      const at = `${page}:${block.line}:`;
      const file = fileName(block);
      if (file !== null) writeBlock(folder, file, block);
      const scenario = block.language === "yaml" ? scenarioName(block) : null;
      if (scenario !== null) {
        writeBlock(folder, scenario, block);
        const { status, out, err } = timesim(folder, ["run", scenario]);
        if (status !== 0) faults.push(`${at} exit code ${status}\n${out.join("\n")}\n${err}`);
      }
      if (block.language === "ts" && block.lines[0]?.trim() === "// run") {
        const fault = await runCode(folder, block).catch(String);
        if (fault !== undefined) faults.push(`${at} ${fault}`);
      }
      const steps = block.language === "console" ? stepsOf(block) : [];
      faults.push(...steps.map((step) => runStep(folder, step)).filter((fault) => fault !== null));
    }
  });
  return faults;
}

describe.each(PAGES.filter(exists))("%s", (page) => {
  it("links to what exists", () => {
    expect(brokenLinks(page)).toEqual([]);
  });

  const runs = blocksOf(read(page)).some(
    (block) =>
      scenarioName(block) !== null ||
      block.lines[0]?.trim() === "// run" ||
      block.lines.some((line) => line.startsWith("$ npx timesim")),
  );
  if (!runs) return;
  it("shows what happens", async () => {
    expect(inject("build"), "dist could not be built").toBe("");
    const faults = await run(page);
    expect(faults.length, `\n${faults.join("\n\n")}\n`).toBe(0);
  });
});

describe("the reader of pages", () => {
  const page = [
    "# A `b` page, [c](d.md)!",
    "[x](./x.md#y 'title') and `[not](a.link)` ![z](z.png) [web](https://example.org)",
    "```yaml",
    "# scenario a.yaml",
    "[no](link.md)",
    "```",
    "## Twice\n## Twice",
    "````console",
    "$ npx timesim run \\",
    "    'a b.yaml'",
    "```",
    "…",
    "$ true",
    "````",
    "[ref]: ../r.md",
  ].join("\n");

  it("finds blocks, links and headings", () => {
    expect(blocksOf(page).map((block) => `${block.line} ${block.language}`)).toEqual([
      "3 yaml",
      "9 console",
    ]);
    expect(linksOf(page).map((link) => `${link.line} ${link.target}`)).toEqual([
      "1 d.md",
      "2 ./x.md#y",
      "2 z.png",
      "16 ../r.md",
    ]);
    expect([...anchorsOf(page)]).toEqual(["a-b-page-c", "twice", "twice-1"]);
    expect(() => blocksOf("```ts\n``")).toThrow("the block of line 1 is never closed");
  });

  it("finds commands and their output", () => {
    const steps = blocksOf(page).flatMap(stepsOf);
    expect(steps).toEqual([
      { line: 10, command: "npx timesim run 'a b.yaml'", output: ["```", "…"] },
      { line: 14, command: "true", output: [] },
    ]);
    expect(wordsOf(steps[0]?.command ?? "")).toEqual(["npx", "timesim", "run", "a b.yaml"]);
    expect(blocksOf(page).map(scenarioName)).toEqual(["a.yaml", null]);
  });

  it("compares output, with … for any lines", () => {
    expect(matches(["a", "…", "c"], ["a", "c"])).toBe(true);
    expect(matches(["a", "…", "c"], ["a", "b", "b", "c"])).toBe(true);
    expect(matches(["…"], [])).toBe(true);
    expect(matches(["a", "…", "c"], ["a", "b"])).toBe(false);
    expect(matches(["a"], ["a", "b"])).toBe(false);
    expect(matches(["a", "b"], ["a"])).toBe(false);
  });
});
