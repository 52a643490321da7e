/** `--seed`: one seed, a range of numbers, or several of both, `7`, `1..1000`, `1..9,42,x`. */
import { BadInput } from "../core/assert.ts";

export interface Seeds {
  /** As it was asked for. */
  readonly text: string;
  readonly count: number;
  /** In the order asked for; made while they are read. */
  [Symbol.iterator](): Iterator<string>;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

export function parseSeeds(text: string): Seeds {
  const parts = text.split(",").map((part): Range | string => parsePart(part.trim(), text));
  const count = parts.reduce<number>((sum, part) => {
    return sum + (typeof part === "string" ? 1 : part.to - part.from + 1);
  }, 0);
  return {
    text,
    count,
    *[Symbol.iterator]() {
      for (const part of parts) {
        if (typeof part === "string") yield part;
        else for (let seed = part.from; seed <= part.to; seed++) yield String(seed);
      }
    },
  };
}

/** A seed is any text but for two dots, which always mean a range. */
function parsePart(part: string, whole: string): Range | string {
  const shown = JSON.stringify(whole);
  if (part === "") throw new BadInput([`--seed ${shown} — a seed is missing`]);
  if (!part.includes("..")) return part;
  const range = /^(\d+)\.\.(\d+)$/.exec(part);
  const [from, to] = [Number(range?.[1]), Number(range?.[2])];
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) {
    throw new BadInput([`--seed ${shown} — a range is two whole numbers, such as 1..1000`]);
  }
  if (from > to) throw new BadInput([`--seed ${shown} — a range goes up: ${to}..${from}`]);
  return { from, to };
}
