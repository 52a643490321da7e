/** What packaging/ says of the program is true: its flags, its settings, a unit that systemd reads. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { loadDaemon } from "../../src/scenario/daemon.ts";
import { ROOT } from "../cli/host.ts";
import { freshFolder, timed } from "./daemon.ts";

function packaged(name: string): string {
  return readFileSync(join(ROOT, "packaging", name), "utf8");
}

describe("packaging", () => {
  it("knows only flags that there are", async () => {
    const { out } = await timed(["--help"]);
    for (const name of ["timed.service", "Dockerfile"]) {
      const lines = packaged(name).split("\n");
      const calls = lines.filter((line) => /^(ExecStart|ENTRYPOINT|CMD)/.test(line));
      const flags = calls.flatMap((line) => line.match(/--[a-z-]+/g) ?? []);
      expect(flags.length).toBeGreaterThan(1);
      for (const flag of flags) expect(out).toContain(`  ${flag} `);
    }
  });

  it("has example settings that lack only a folder, which the unit gives", () => {
    const file = { name: "timed.yaml", text: packaged("timed.yaml") };
    const flag = { name: "--data", path: ["data"], value: "/var/lib/timed" };
    const plan = loadDaemon(masternodeKit(nodeCrypto), file, [flag], {});
    expect(plan).toMatchObject({ data: "/var/lib/timed", peers: [], metrics: null });
  });

  const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;
  it.skipIf(!hasSystemd)("has a unit that systemd reads without complaint", () => {
    const unit = join(freshFolder(), "timed.service");
    // It wants programs that are there.
    writeFileSync(unit, packaged("timed.service").replace("/usr/bin/timed", process.execPath));
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", unit], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });
});
