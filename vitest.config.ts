/** Tests import sources (`../src/x.ts`) directly; only tests of the built program need dist. */
import { configDefaults, defineConfig } from "vitest/config";
import { LongestFirst } from "./test/order.ts";
import { Summary } from "./test/summary.ts";

/** Tests of these folders touch nothing but what they import. */
const PURE = [
  ...["check", "core", "engine", "fuzz", "masternode"],
  ...["report", "runtime", "scenario", "trace", "wire", "zoo"],
].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    reporters: ["default", new Summary()],
    pool: "forks",
    maxWorkers: 2,
    // What hangs is to end some day; how fast a machine is, is not for a test to say.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    sequence: { sequencer: LongestFirst },
    coverage: { include: ["src/**"], reporter: ["text-summary", "html"] },
    projects: [
      // Two processes for all: to start one and to read the sources costs half a second.
      { extends: true, test: { name: "pure", include: PURE, isolate: false } },
      {
        extends: true,
        test: {
          name: "real",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...PURE],
          globalSetup: ["test/global-setup.ts"],
        },
      },
    ],
  },
});
