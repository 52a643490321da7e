/**
 * The command as one bundle. Loading some 250 small modules costs more than playing three nodes for
 * ten minutes does; the library stays as tsc wrote it (docs/decisions/0010-the-command-is-bundled.md).
 */
export default {
  input: { timesim: "dist/cli/main.js" },
  platform: "node",
  output: { dir: "dist/bin", format: "esm", chunkFileNames: "[name].js", cleanDir: true },
};
