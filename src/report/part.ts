/** What was found at one node, with the node's name unless the words hold it already. */
import { FOREVER, type Time } from "../core/units.ts";
import type { OutcomePart } from "../trace/outcome.ts";

export function partText({ node, found }: Pick<OutcomePart, "node" | "found">): string {
  const named = [`${node} `, `${node}:`, `${node}'s `].some((start) => {
    return found.startsWith(start) || found.includes(`: ${start}`);
  });
  return node === "-" || named ? found : `${node}: ${found}`;
}

/**
 * What did not hold, the earliest first: what came after it may have come of it. `deadline`: when
 * time was up for what never came true, or came too late; null: when the run was over.
 */
export function wrongParts(
  parts: readonly OutcomePart[],
  deadline: Time | null,
): readonly OutcomePart[] {
  const wrong = parts.filter((part) => !part.passed);
  return wrong.toSorted((one, other) => failedAt(one, deadline) - failedAt(other, deadline));
}

/** When it failed: what came true too late failed before. */
export function failedAt({ at }: Pick<OutcomePart, "at">, deadline: Time | null): Time {
  return Math.min(at ?? FOREVER, deadline ?? FOREVER) as Time;
}
