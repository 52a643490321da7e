/** Times that are longer than a timer. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { abortAfter } from "../../src/campaign/time.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const DAY = 86_400_000;

it.each([0.001, 1, 24, 25, 50, 365])("is over after %d days and not before", (days) => {
  const signal = abortAfter(days * DAY);
  vi.advanceTimersByTime(days * DAY - 1);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(signal.aborted).toBe(true);
});
