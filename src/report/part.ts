/** What was found at one node, with the node's name unless the words hold it already. */
import type { OutcomePart } from "../trace/outcome.ts";

export function partText({ node, found }: OutcomePart): string {
  const named = [`${node} `, `${node}:`, `${node}'s `].some((start) => {
    return found.startsWith(start) || found.includes(`: ${start}`);
  });
  return node === "-" || named ? found : `${node}: ${found}`;
}
