/** The run that `reports/` keeps to be looked at is one of this version. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Place, ROOT } from "./host.ts";

const SAMPLE = join(ROOT, "reports/sample");
const RUN = ["run", "scenarios/stuck-at-3009.yaml", "--profile", "repaired", "--until", "2m"];
const HINT = `stale: npx timesim ${RUN.join(" ")}, and copy reports/latest/* to reports/sample`;

describe("reports/sample", () => {
  it("tells what the same command tells today", async () => {
    const place = new Place();
    await place.timesim(RUN);
    await expect(place.read("reports/latest/failure.txt"), HINT).toMatchFileSnapshot(
      join(SAMPLE, "failure.txt"),
    );
  });

  it("can be replayed", async () => {
    const { exit, out } = await new Place().timesim(["replay", join(SAMPLE, "trace.ndjson.gz")]);
    expect(exit, `${HINT}\n${out}`).toBe(0);
  });
});
