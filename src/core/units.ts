/**
 * Time as whole microseconds. Three kinds that must not be mixed up: moments of the run (`Time`),
 * lengths (`Duration`) and a node's own wall clock (`UnixMicros`). All are safe float64 integers
 * for 285 years. Texts such as `1m30s` exist only at the edges and are parsed here.
 */
declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Whole microseconds since the run began (simulator) or since the process booted (uptime). */
export type Time = Brand<number, "Time">;
/** Whole microseconds. */
export type Duration = Brand<number, "Duration">;
/** Whole microseconds since 1970 on some node's own, possibly wrong, clock. */
export type UnixMicros = Brand<number, "UnixMicros">;

const MICROSECOND: Duration = 1 as Duration;
export const MILLISECOND: Duration = 1_000 as Duration;
export const SECOND: Duration = 1_000_000 as Duration;
export const MINUTE: Duration = 60_000_000 as Duration;
export const HOUR: Duration = 3_600_000_000 as Duration;
const DAY: Duration = 86_400_000_000 as Duration;

/** A moment no run reaches (2^53 − 1 µs, about 285 years). */
export const FOREVER: Time = Number.MAX_SAFE_INTEGER as Time;

/** Rounds to whole microseconds: `seconds(0.25)` is 250,000 µs. */
export function seconds(count: number): Duration {
  return Math.round(count * 1_000_000) as Duration;
}

export function millis(count: number): Duration {
  return Math.round(count * 1_000) as Duration;
}

export function after(time: Time, length: number): Time {
  return (time + length) as Time;
}

export function wallAfter(time: UnixMicros, length: number): UnixMicros {
  return (time + length) as UnixMicros;
}

const UNITS: readonly (readonly [string, number])[] = [
  ["d", DAY],
  ["h", HOUR],
  ["m", MINUTE],
  ["s", SECOND],
  ["ms", MILLISECOND],
  ["us", MICROSECOND],
];
const PART = /(\d+(?:\.\d+)?)(ms|us|µs|d|h|m|s)/y;

/**
 * `5s`, `250ms`, `1m30s`, `1.5h`, `0s`. Null for anything else: a bare number has no unit and is
 * refused, so are signs, spaces, unknown units and lengths that are not whole microseconds.
 */
export function parseDuration(text: string): Duration | null {
  if (text === "") return null;
  let total = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const part = PART.exec(text);
    if (part === null) return null;
    const unit = UNITS.find(([name]) => name === part[2]?.replace("µ", "u"));
    const micros = Number(part[1]) * (unit?.[1] ?? Number.NaN);
    if (Math.abs(micros - Math.round(micros)) > 1e-6) return null;
    total += Math.round(micros);
  }
  return Number.isSafeInteger(total) ? (total as Duration) : null;
}

/** The shortest exact text: `90s` prints as `1m30s`, 40,213 µs as `40.213ms`. Parses back. */
export function formatDuration(length: number): string {
  if (length === 0) return "0s";
  if (length < 0) return `-${formatDuration(-length)}`;
  let rest = length;
  let text = "";
  for (const [name, size] of UNITS.slice(0, 3)) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${name}`;
    rest -= count * size;
  }
  if (rest === 0) return text;
  if (rest >= SECOND || text !== "") return `${text}${decimal(rest, 6)}s`;
  return rest >= MILLISECOND ? `${decimal(rest, 3)}ms` : `${rest}us`;
}

/** Seconds with six decimals and no unit change, for columns that line up: `5.240113`. */
export function formatTime(time: number): string {
  const whole = Math.floor(time / SECOND);
  return `${whole}.${String(time - whole * SECOND).padStart(6, "0")}`;
}

/** `value / 10^digits` without floating point, trailing zeros cut. */
function decimal(value: number, digits: number): string {
  const scale = 10 ** digits;
  const whole = Math.floor(value / scale);
  const fraction = String(value - whole * scale)
    .padStart(digits, "0")
    .replace(/0+$/, "");
  return fraction === "" ? String(whole) : `${whole}.${fraction}`;
}
