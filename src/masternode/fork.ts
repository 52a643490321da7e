/**
 * Chains beside each other: which one is better, where they part, and the bisection that finds out
 * by asking for single hashes (rule Y3). Pure; who is asked, and for how long, is for handlers.
 */
import { hashAt, withoutTip } from "./chain.ts";
import type { Search, Tip } from "./stage.ts";
import type { Chain } from "./state.ts";

/** The longer one; of two that are equally long, that with the lower hash (rule Y3). */
export function isBetter({ height, hash }: Tip, than: Chain): boolean {
  if (height !== than.height) return height > than.height;
  return hash !== null && hash < than.tip;
}

export function tipOf({ height, tip }: Chain): Tip {
  return { height, hash: tip };
}

export function isSameTip(left: Tip, right: Tip): boolean {
  return left.height === right.height && left.hash === right.hash;
}

/** The highest block that both hold; −1 when not even genesis is. */
export function forkPoint(left: Chain, right: Chain): number {
  let height = Math.min(left.height, right.height);
  while (height >= 0 && hashAt(left, height) !== hashAt(right, height)) height--;
  return height;
}

/** The chain without what stands above `height`. */
export function cutAt(chain: Chain, height: number): Chain {
  let shorter = chain;
  while (shorter.height > height) shorter = withoutTip(shorter);
  return shorter;
}

/** The range of a search, before anything was asked: the tips differ, the rest is open. */
export function searchRange(
  base: Chain,
  depth: number,
): Pick<Search, "base" | "floor" | "low" | "high" | "step"> {
  const floor = Math.max(0, base.height - depth);
  return { base, floor, low: floor - 1, high: base.height, step: 1 };
}

/**
 * The height to ask for next; null when the search is over. While nothing agrees it goes down from
 * the tip in steps that double, since most forks are short; then it halves what is between.
 */
export function question({ floor, low, high, step }: Search): number | null {
  if (high - low === 1) return null;
  return low < floor ? Math.max(floor, high - step) : low + Math.floor((high - low) / 2);
}

export function narrow(search: Search, height: number, agrees: boolean): Search {
  return agrees ? { ...search, low: height } : { ...search, high: height, step: search.step * 2 };
}
