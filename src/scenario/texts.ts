/**
 * The small texts inside a scenario: durations, ranges of them, repeated names. Each reader answers
 * the value or what is wrong with the text, in words that say what to write instead.
 */
import type { Latency } from "../core/fault.ts";
import { type Duration, formatDuration, parseDuration } from "../core/units.ts";

/** A text that cannot be used, and why. */
export interface Wrong {
  readonly wrong: string;
}

export function isWrong(value: unknown): value is Wrong {
  return typeof value === "object" && value !== null && "wrong" in value;
}

export const DURATION_HINT = "a duration needs a unit: 5s, 250ms, 1m30s";
export const RANGE_HINT = "a latency is written 50ms or 40ms..80ms";

const LENGTH = String.raw`(\d+(\.\d+)?(ms|us|µs|d|h|m|s))+`;
/** For editors; the readers below decide. */
export const DURATION_PATTERN: string = `^${LENGTH}$`;
export const SIGNED_PATTERN: string = `^-?${LENGTH}$`;
export const LATENCY_PATTERN: string = String.raw`^${LENGTH}(\.\.${LENGTH})?$`;
export const START_PATTERN: string = String.raw`^(never|${LENGTH}(\.\.${LENGTH})?)$`;

export function readDuration(text: string): Duration | Wrong {
  const length = parseDuration(text);
  if (length !== null) return length;
  if (/^[-+]?[\d.]+$/.test(text)) return { wrong: `${DURATION_HINT}; found "${text}"` };
  if (text.startsWith("-")) return { wrong: `"${text}" is negative; write a length such as 5s` };
  return { wrong: `"${text}" is not a duration; write it like 5s, 250ms, 1m30s` };
}

/** For what may point backwards, such as a clock's offset: `-2m`. */
export function readSigned(text: string): Duration | Wrong {
  if (!text.startsWith("-")) return readDuration(text);
  const length = parseDuration(text.slice(1));
  if (length === null) return { wrong: `"${text}" is not a duration; write it like 5s or -2m` };
  // Minus zero is another value to Object.is and to digests.
  return (length === 0 ? 0 : -length) as Duration;
}

export interface Span {
  readonly min: Duration;
  readonly max: Duration;
}

/** `1ms..400ms`; null when the text is no range at all. */
export function readSpan(text: string): Span | Wrong | null {
  const dots = text.indexOf("..");
  if (dots < 0) return null;
  const min = readDuration(text.slice(0, dots));
  const max = readDuration(text.slice(dots + 2));
  if (isWrong(min)) return min;
  if (isWrong(max)) return max;
  if (min > max) {
    const turned = `${formatDuration(max)}..${formatDuration(min)}`;
    return { wrong: `"${text}" runs backwards; write ${turned}` };
  }
  return { min, max };
}

export function readLatency(text: string): Latency | Wrong {
  const span = readSpan(text);
  if (span !== null) return isWrong(span) ? span : { shape: "uniform", ...span };
  const at = readDuration(text);
  return isWrong(at) ? at : { shape: "constant", at };
}

const STEPS = /\{(\d+)\.\.(\d+)\}/g;
/** More nodes than any run can hold are a typing mistake. */
const MOST = 10_000;

/**
 * `n{1..3}` → n1, n2, n3; several ranges in one text step together. A text without a range is
 * itself. Counts down when written so.
 */
export function expand(text: string): readonly string[] | Wrong {
  const ranges = [...text.matchAll(STEPS)].map((match) => [Number(match[1]), Number(match[2])]);
  const counts = ranges.map(([from = 0, to = 0]) => Math.abs(to - from) + 1);
  const count = counts[0] ?? 1;
  if (counts.some((other) => other !== count)) {
    return { wrong: `the ranges in "${text}" have ${counts.join(" and ")} steps; make them equal` };
  }
  if (count > MOST) return { wrong: `"${text}" names ${count} nodes; ${MOST} are the most` };
  return Array.from({ length: count }, (_, step) => stepOf(text, step));
}

function stepOf(text: string, step: number): string {
  return text.replace(STEPS, (_, from: string, to: string) => {
    const first = Number(from);
    return String(Number(to) < first ? first - step : first + step);
  });
}

/** How a value reads in an error: `5`, `"text"`, `a list`. */
export function tell(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value !== "string") return String(value);
  const line = value.replaceAll(/\s+/g, " ");
  return line.length > 40 ? `"${line.slice(0, 40)}…"` : `"${line}"`;
}
