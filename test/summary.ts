/**
 * The closing line of a run, alone and last: `timesim: 12 passed, 0 failed, 1 skipped`. A file that
 * could not be read counts as a failure, and so does an error outside of any test.
 */
import type { Reporter, SerializedError, TestModule, TestRunEndReason, Vitest } from "vitest/node";

export class Summary implements Reporter {
  #line = "";
  #watch = false;

  onInit(vitest: Vitest): void {
    this.#watch = vitest.config.watch;
    // After coverage tables and warnings of other reporters: nothing can print later than this.
    if (!this.#watch) process.once("exit", () => this.#print());
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    _reason: TestRunEndReason,
  ): void {
    this.#line = summaryOf(modules, errors.length);
    if (this.#watch) this.#print();
  }

  #print(): void {
    if (this.#line !== "") process.stdout.write(`${this.#line}\n`);
  }
}

function summaryOf(modules: readonly TestModule[], errors: number): string {
  const count = { passed: 0, failed: errors, skipped: 0, pending: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) count[test.result().state] += 1;
    for (const broken of [module, ...module.children.allSuites()]) {
      if (broken.errors().length > 0) count.failed += 1;
    }
  }
  const skipped = count.skipped + count.pending;
  const end = skipped > 0 ? `, ${skipped} skipped` : "";
  return `timesim: ${count.passed} passed, ${count.failed} failed${end}`;
}
