/**
 * Constants that contradict each other fail in ways of their own, and a smaller scenario that fails
 * so leads away from the defect. What was drawn keeps the kit's relations, and so does what is made
 * of it; who brings a scenario that does not, may mean just that.
 */
import { defaultsOf } from "../../kit/field.ts";
import type { Dialect } from "../../scenario/dialect.ts";
import type { Scenario } from "../../scenario/model.ts";
import { isKept, numbersOf } from "../constants.ts";

/** Whether `next` contradicts itself in a way in which `scenario` does not. */
export function contradicts(kit: Dialect, scenario: Scenario, next: Scenario): boolean {
  if (next.config === scenario.config && next.nodes === scenario.nodes) return false;
  const before = contradictions(kit, scenario);
  return [...contradictions(kit, next)].some((relation) => !before.has(relation));
}

/** Relations among constants that some node does not keep. */
function contradictions(kit: Dialect, { config, nodes }: Scenario): ReadonlySet<object> {
  const usual = defaultsOf(kit.config);
  const all = [{}, ...nodes.map((node) => node.config)].map((own) => {
    return numbersOf({ ...usual, ...config, ...own });
  });
  const relations = kit.fuzz?.relations ?? [];
  return new Set(relations.filter((relation) => !all.every((each) => isKept(relation, each))));
}
