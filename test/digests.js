/**
 * Prints `{ "node": version, "digests": { file: digest } }` for the scenarios named on the command
 * line, from the built package: run by determinism.test.ts in fresh processes on several Nodes.
 */
import { simulate } from "../dist/index.js";

const digests = {};
for (const file of process.argv.slice(2)) {
  digests[file] = simulate(file, { level: "digest" }).summary.digest;
}
process.stdout.write(JSON.stringify({ node: process.version, digests }));
