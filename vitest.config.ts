/** Tests import sources (`../src/x.ts`) directly; only tests of the built program need dist. */
import { defineConfig } from "vitest/config";
import { Summary } from "./test/summary.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/global-setup.ts"],
    reporters: ["default", new Summary()],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    coverage: { include: ["src/**"], reporter: ["text-summary", "html"] },
  },
});
