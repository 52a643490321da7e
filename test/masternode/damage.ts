/** Damage to lines of the wire: what a broken or hostile peer may send instead of what it should. */
import type { Random } from "../../src/core/random.ts";
import { encodeUtf8 } from "../../src/wire/utf8.ts";

type Damage = (line: Uint8Array, other: Uint8Array, random: Random) => Uint8Array;

const SNIPPETS = [
  "[[[[[[[[[[[[[[[[",
  '{"a":{"a":{"a":',
  "9".repeat(40),
  "-0",
  "1e999",
  "18446744073709551616",
  "\\ud800",
  "\\u0000",
  '"',
  "null",
  "[0,1,2,255,256]",
  ',"address":"1.2.3.4"',
  "\u{1F600}",
].map(encodeUtf8);

const DAMAGES: readonly Damage[] = [
  function flip(line, _other, random) {
    const damaged = line.slice();
    const at = random.below(line.length);
    damaged[at] = (damaged[at] as number) ^ (1 << random.below(8));
    return damaged;
  },
  function replace(line, _other, random) {
    const damaged = line.slice();
    damaged[random.below(line.length)] = random.below(256);
    return damaged;
  },
  function cut(line, _other, random) {
    return line.subarray(0, random.below(line.length));
  },
  function drop(line, _other, random) {
    const [from, to] = span(line, random);
    return joined(line.subarray(0, from), line.subarray(to));
  },
  function twice(line, _other, random) {
    const [from, to] = span(line, random);
    return joined(line.subarray(0, to), line.subarray(from));
  },
  function many(line, _other, random) {
    const [from] = span(line, random);
    const piece = line.subarray(from, Math.min(line.length, from + 1 + random.below(40)));
    const times = 1 + random.below(200);
    const copies = Array.from({ length: times }, () => piece);
    return joined(line.subarray(0, from), ...copies, line.subarray(from));
  },
  function splice(line, other, random) {
    return joined(
      line.subarray(0, random.below(line.length)),
      other.subarray(random.below(other.length)),
    );
  },
  function insert(line, _other, random) {
    const at = random.below(line.length + 1);
    return joined(line.subarray(0, at), random.pick(SNIPPETS), line.subarray(at));
  },
];

/** The line after one to three kinds of damage. */
export function damaged(line: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let result = line;
  for (let times = 1 + random.below(3); times > 0; times--) {
    if (result.length > 0) result = random.pick(DAMAGES)(result, other, random);
  }
  return result;
}

function span(line: Uint8Array, random: Random): readonly [number, number] {
  const from = random.below(line.length);
  return [from, Math.min(line.length, from + 1 + random.below(64))];
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
