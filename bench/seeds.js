/**
 * Every shipped scenario with many seeds, one after the other, as a user would: `npm run test:seeds`.
 * Ends with 1 if any run of any failed. `node bench/seeds.js 1..40 scenarios/nat.yaml` for less.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

const [seeds = "1..200", ...named] = process.argv.slice(2);
const shipped = readdirSync("scenarios", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => `scenarios/${name}`)
  .sort();

const failed = (named.length > 0 ? named : shipped).filter((file) => {
  const words = ["dist/bin/timesim.js", "run", file, "--seed", seeds, "--no-report"];
  const { status } = spawnSync(process.execPath, words, { stdio: "inherit" });
  return status !== 0;
});

process.stdout.write(`\n${failed.length === 0 ? "all passed" : `failed: ${failed.join(" ")}`}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
