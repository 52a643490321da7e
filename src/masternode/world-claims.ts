/** Claims about all nodes together: one tip, and no two blocks of one height. */
import type { Watch } from "../check/claim.ts";
import type { Claim } from "../kit/kit.ts";
import { kindMask, type TraceEvent, typeOf, WORLD } from "../trace/event.ts";
import type { FactOf } from "./facts.ts";

function tipOf(event: TraceEvent): FactOf<"tip"> | null {
  const matches = event.kind === "fact" && typeOf(event.body) === "tip";
  return matches ? (event.body as FactOf<"tip">) : null;
}

function fold<S>(
  sentence: string,
  mask: number,
  first: S,
  next: (memory: S, event: TraceEvent) => S,
  holds: (memory: S) => boolean,
  say: (memory: S) => string,
): Watch<S> {
  return { mode: "state", mask, node: WORLD, sentence, init: () => first, next, holds, say };
}

/** All there, all on one. */
function agree(tips: readonly (FactOf<"tip"> | undefined)[]): boolean {
  const [first] = tips;
  return first !== undefined && tips.every((tip) => tip?.hash === first.hash);
}

/** Tips by node index; a node that is down has none. */
type Tips = ReadonlyMap<number, FactOf<"tip">>;

function learnTip(tips: Tips, event: TraceEvent): Tips {
  const tip = tipOf(event);
  if (tip === null && event.kind !== "down") return tips;
  const next = new Map(tips);
  if (tip === null) next.delete(event.node);
  else next.set(event.node, tip);
  return next;
}

export const sameTip: Claim = {
  about: "nodes stand on one tip: those named, all of them running, or else two or more that run",
  scope: "world",
  fields: { nodes: { kind: "nodes", about: "who must run and agree", optional: true } },
  watch(_node, args, context) {
    const { nodes } = args;
    const wanted = Array.isArray(nodes) ? nodes.map((name: string) => context.index(name)) : null;
    const say = (tips: Tips): string =>
      [...tips].map(([node, tip]) => `${context.node(node)} ${spell(tip)}`).join(", ");
    const holds = (tips: Tips): boolean =>
      wanted === null
        ? tips.size > 1 && agree([...tips.values()])
        : agree(wanted.map((node) => tips.get(node)));
    const whose = wanted === null ? "all running nodes" : `${wanted.length} nodes`;
    const sentence = `${whose} stand on one tip`;
    return fold(sentence, kindMask("fact", "down"), new Map(), learnTip, holds, say);
  },
};

/** First hash seen at each height, and the sentence about the first that differs. */
interface Heights {
  readonly seen: ReadonlyMap<number, string>;
  readonly conflict: string;
}

export const conflict: Claim = {
  about: "two nodes hold different blocks at one height",
  scope: "world",
  fields: {},
  watch(_node, _args, context) {
    const learn = (memory: Heights, event: TraceEvent): Heights => {
      const tip = tipOf(event);
      if (tip === null || memory.conflict !== "") return memory;
      const first = memory.seen.get(tip.height);
      if (first === tip.hash) return memory;
      if (first === undefined) {
        return { seen: new Map(memory.seen).set(tip.height, tip.hash), conflict: "" };
      }
      const found = `${context.node(event.node)} is at ${spell(tip)}, not ${first.slice(0, 8)}`;
      return { seen: memory.seen, conflict: found };
    };
    const say = ({ conflict: found }: Heights): string => found || "no two blocks at one height";
    const holds = (memory: Heights): boolean => memory.conflict !== "";
    const first: Heights = { seen: new Map(), conflict: "" };
    const sentence = "two blocks exist at one height";
    return fold(sentence, kindMask("fact"), first, learn, holds, say);
  },
};

function spell(tip: FactOf<"tip">): string {
  return `${tip.height}/${tip.hash.slice(0, 8)}`;
}
