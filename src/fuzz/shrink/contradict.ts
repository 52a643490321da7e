/**
 * Constants that contradict each other fail in ways of their own, and a smaller scenario that fails
 * so leads away from the defect. What was drawn keeps the kit's relations, and so does what is made
 * of it; who brings a scenario that does not, may mean just that.
 */
import { defaultsOf } from "../../kit/field.ts";
import type { Relation } from "../../kit/fuzz.ts";
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
function contradictions(kit: Dialect, { config, nodes }: Scenario): ReadonlySet<Relation> {
  const ground = { defaults: numbersOf(defaultsOf(kit.config)) };
  const all = [{}, ...nodes.map((node) => node.config)].map((own) => {
    return numbersOf({ ...config, ...own });
  });
  const isBroken = (relation: Relation): boolean =>
    !all.every((constants) => isKept(ground, relation, constants));
  return new Set((kit.fuzz?.relations ?? []).filter(isBroken));
}
