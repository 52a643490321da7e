/**
 * Damaged lines never throw, and what is still a message encodes to a line that means the same. Fifty
 * thousand here; `npm run test:lines` plays a million and says what the worst line cost.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { randomFrom } from "../../src/core/random.ts";
import { messageCodec } from "../../src/masternode/codec.ts";
import { everyType, messageOf } from "./arbitraries.ts";
import { damaged } from "./damage.ts";

const SHORT = 50_000;
const COUNT = Number(process.env["TIMESIM_LINES"] ?? SHORT);
const SAMPLES = 12;

/** Of each type, some as they should be. */
const valid = everyType.flatMap((type) => {
  const messages = fc.sample(messageOf(type), { numRuns: SAMPLES, seed: 3009 });
  return messages.map((message) => messageCodec.encode(message));
});

test("whatever is damaged", { timeout: 30 * 60_000 }, () => {
  const random = randomFrom("damage");
  const kinds = { message: 0, unknown: 0, garbled: 0 };
  let slowest = 0;
  let largest = 0;
  for (let count = 0; count < COUNT; count++) {
    const line = damaged(random.pick(valid), random.pick(valid), random);
    const held = process.memoryUsage().heapUsed;
    const decoded = messageCodec.decode(line);
    largest = Math.max(largest, process.memoryUsage().heapUsed - held);
    if (COUNT > SHORT) slowest = Math.max(slowest, costOf(line));
    kinds[decoded.kind]++;
    if (decoded.kind !== "message") continue;
    const again = messageCodec.decode(messageCodec.encode(decoded.message));
    expect(again).toEqual(decoded);
  }
  if (COUNT > SHORT) {
    const worst = `slowest ${slowest.toFixed(1)} ms, largest ${(largest / 1_048_576).toFixed(1)} MiB`;
    process.stdout.write(`${COUNT} lines: ${JSON.stringify(kinds)}, ${worst}\n`);
  }
  // Each of the three is met, or the damage is too small or too large to tell anything.
  expect(Math.min(...Object.values(kinds))).toBeGreaterThan(COUNT / 1_000);
});

/** Milliseconds, the best of three where the machine may have been busy with something else. */
function costOf(line: Uint8Array): number {
  const once = (): number => {
    const start = performance.now();
    messageCodec.decode(line);
    return performance.now() - start;
  };
  const first = once();
  return first < 5 ? first : Math.min(first, once(), once());
}
