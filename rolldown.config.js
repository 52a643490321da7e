/**
 * The commands as bundles. Loading some 250 small modules costs more than playing three nodes for
 * ten minutes does; the library stays as tsc wrote it (docs/decisions/0010-the-command-is-bundled.md).
 */
import { chmodSync } from "node:fs";

/** npm makes a package's commands executable when it installs; a build after that has to. */
const executable = {
  name: "executable",
  writeBundle() {
    for (const name of ["timesim", "timed"]) chmodSync(`dist/bin/${name}.js`, 0o755);
  },
};

export default {
  input: {
    timesim: "dist/cli/main.js",
    timed: "dist/cli/timed/main.js",
    player: "dist/cli/player.js",
    fuzzer: "dist/cli/fuzzer.js",
    zookeeper: "dist/cli/zookeeper.js",
  },
  platform: "node",
  // Jiti brings files of its own that it looks for beside itself; loaded only with --machine.
  // The others are the user's, or absent.
  external: ["jiti", "bullmq", "ioredis"],
  plugins: [executable],
  output: { dir: "dist/bin", format: "esm", chunkFileNames: "[name].js", cleanDir: true },
};
