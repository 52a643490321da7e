/* oxlint-disable typescript/no-unsafe-member-access, typescript/no-unsafe-argument -- the command line has no types */
/**
 * Prints `{ "node": version, "digests": { file: digest } }` for the scenarios on the command line, a
 * list of { file, cut } as JSON, from the built package: run by determinism.test.ts in fresh processes on several Nodes.
 */
import { simulate } from "../dist/index.js";

const digests = {};
for (const { file, cut } of JSON.parse(process.argv[2])) {
  digests[file] = simulate(file, { level: "digest", ...cut }).summary.digest;
}
process.stdout.write(JSON.stringify({ node: process.version, digests }));
