/** What claims may know of a run: its nodes, by name, index and address. */
import { must } from "../core/assert.ts";
import { type Address, formatAddress } from "../core/address.ts";
import type { ClaimContext } from "../check/claim.ts";
import { WORLD } from "../trace/event.ts";
import type { NodePlan } from "./model.ts";

export interface NodeContext extends ClaimContext {
  readonly addressOf: (node: string) => Address;
}

/** Indices are those of the list, which is the order of the file and of the trace's header. */
export function claimContext(nodes: readonly Pick<NodePlan, "name" | "address">[]): NodeContext {
  const names = nodes.map((node) => node.name);
  const indices = new Map(names.map((name, index) => [name, index]));
  const owners = new Map<Address, string>(nodes.map((node) => [node.address, node.name]));
  return {
    nodes: names,
    index: (name) => must(indices.get(name), "node", name),
    addressOf: (name) => must(nodes[indices.get(name) ?? -1], "node", name).address,
    node: (index) => (index === WORLD ? "-" : (names[index] ?? `#${index}`)),
    address: (value) => owners.get(value) ?? formatAddress(value),
  };
}
