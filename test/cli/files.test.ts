/** list, validate, schema and help. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PASSES, Place, ROOT, toy } from "./host.ts";

const place = new Place();
place.write("good.yaml", `# What it is for. And more.\n${toy(PASSES)}`);
place.write("broken.yaml", "until: 5\nnodes: { A: { address: 10.0.0.1 } }\n");

describe("list", () => {
  it("says what there is", async () => {
    const { exit, out } = await place.timesim(["list"]);
    expect(exit).toBe(0);
    expect(out).toContain("scenarios/discovery-timeline.yaml ");
    expect(out).toContain("3 nodes, 1m, repaired");
    const own = await place.timesim(["list", "good.yaml"]);
    expect(own.out).toBe("good.yaml  2 nodes, 10s, repaired  What it is for.\n");
  });

  it("lists what it can and tells what it cannot", async () => {
    const { exit, out, err } = await place.timesim(["list", "good.yaml", "broken.yaml"]);
    expect(exit).toBe(2);
    expect(out).toContain("good.yaml");
    expect(err).toContain("broken.yaml:1:8");
  });

  it("--json is one document", async () => {
    const { out } = await place.timesim(["list", "good.yaml", "broken.yaml", "--json"]);
    const document = JSON.parse(out) as { scenarios: unknown[]; problems: unknown[] };
    expect(document.scenarios).toMatchObject([
      { name: "good", nodes: 2, rows: 1, untilMicros: 1e7 },
    ]);
    expect(document.problems).toHaveLength(1);
  });
});

describe("validate", () => {
  it("says what is well", async () => {
    const { exit, out, err } = await place.timesim(["validate"]);
    expect(err).toBe("");
    expect(exit).toBe(0);
    expect(out).toMatch(/✓ scenarios\/discovery-timeline\.yaml {2}3 nodes, 2 events, \d+ rows\n/);
  });

  it("and what is not", async () => {
    const words = ["validate", "good.yaml", "broken.yaml", "--json"];
    const { exit, out } = await place.timesim(words);
    expect(exit).toBe(2);
    const document = JSON.parse(out) as { problems: readonly string[] };
    expect(document).toMatchObject({ format: 1, passed: false, exit: 2 });
    expect(document.problems).toEqual([expect.stringContaining("broken.yaml:1:8")]);
  });
});

describe("schema", () => {
  it("is the one that editors are told of", async () => {
    const { exit, out } = await place.timesim(["schema"]);
    expect(exit).toBe(0);
    const file = join(ROOT, "schema/scenario.schema.json");
    const hint = "npx timesim schema > schema/scenario.schema.json";
    expect(out === readFileSync(file, "utf8"), `stale: ${hint}`).toBe(true);
    const scenario = readFileSync(join(ROOT, "scenarios/discovery-timeline.yaml"), "utf8");
    expect(scenario).toContain("$schema=../schema/scenario.schema.json");
  });
});

describe("help", () => {
  it("lists the commands, the exit codes and examples", async () => {
    const { exit, out } = await place.timesim(["--help"]);
    expect(exit).toBe(0);
    for (const word of ["run", "timeline", "trace", "log", "list", "validate", "schema"]) {
      expect(out).toMatch(new RegExp(`^  ${word} `, "m"));
    }
    expect(out).toContain("Exit codes: 0 passed");
    expect(out).toContain("Examples:");
  });

  it.each(["run", "timeline", "trace", "log", "list", "validate", "schema"])(
    "of %s has examples",
    async (command) => {
      const { exit, out, err } = await place.timesim([command, "--help"]);
      expect(exit).toBe(0);
      expect(err).toBe("");
      expect(out).toContain(`Examples:\n  $ timesim ${command}`);
      expect(out).toContain("--no-color");
    },
  );

  it("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      version: string;
    };
    expect(await place.timesim(["--version"])).toMatchObject({ exit: 0, out: `${version}\n` });
  });
});
