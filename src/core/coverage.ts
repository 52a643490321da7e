/** Which directed links a link fault is about, by the indices of its nodes. */
import { BadInput, unreachable } from "./assert.ts";
import type { Ends, LinkFault } from "./fault.ts";

export type Covers = (from: number, to: number) => boolean;

/** No link fault reaches a node's way to itself. Throws BadInput for a node that is not there. */
export function coverage(fault: LinkFault, names: readonly string[]): Covers {
  const between = coveredBy(fault, names);
  return (from, to) => from !== to && between(from, to);
}

/** While it is in force and, if it flaps, down, nothing gets through where it covers. */
export function isClosing({ do: kind }: LinkFault): boolean {
  return kind === "partition" || kind === "cut" || kind === "flap";
}

function coveredBy(fault: LinkFault, names: readonly string[]): Covers {
  switch (fault.do) {
    case "partition": {
      members(fault.groups.flat(), names);
      const groups = names.map((name) => fault.groups.findIndex((group) => group.includes(name)));
      return (from, to) => groups[from] !== groups[to];
    }
    case "flap": {
      const left = members(fault.between[0], names);
      const right = members(fault.between[1], names);
      return (from, to) =>
        (left[from] === true && right[to] === true) || (right[from] === true && left[to] === true);
    }
    case "cut":
    case "hold":
    case "shape":
    case "drop":
    case "duplicate":
    case "corrupt":
    case "delay": {
      const sources = members(fault.from, names);
      const targets = members(fault.to, names);
      return (from, to) => sources[from] === true && targets[to] === true;
    }
    default:
      return unreachable(fault);
  }
}

function members(ends: Ends, names: readonly string[]): readonly boolean[] {
  if (ends === "*") return names.map(() => true);
  const strangers = ends.filter((name) => !names.includes(name));
  if (strangers.length > 0) throw new BadInput([`no node is named ${strangers.join(", ")}`]);
  return names.map((name) => ends.includes(name));
}
