/** A file's problems, for the tests that show them. */
import { BadInput } from "../../src/core/assert.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { kit } from "./kit.ts";

/** What the loader says of a file, line by line. */
export function problems(text: string): string {
  try {
    loadScenario(kit, text, "s.yaml");
    return "no problem";
  } catch (error) {
    if (error instanceof BadInput) return error.problems.join("\n");
    throw error;
  }
}

export const nodes = `until: 60s
nodes:
  A: { address: 10.0.0.1 }
  B: { address: 10.0.0.2 }
  gateway: { address: 10.0.0.3 }
`;

/** Line numbers count from the end of the nodes: these lines start at 6. */
export function after(lines: string): string {
  return problems(nodes + lines);
}
