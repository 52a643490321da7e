/**
 * The order of files: the long ones first, so that at the end no core waits for one of them.
 * vitest itself knows lengths only where it has run before, which CI has not.
 */
import { BaseSequencer, type TestSpecification } from "vitest/node";

const LONG: readonly string[] = [
  "determinism",
  "masternode/mutants",
  "toolchain",
  "replay/scenarios",
  "docs/machine",
  "masternode/fork",
  "robust/hostile",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
