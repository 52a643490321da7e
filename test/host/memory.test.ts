/** What is remembered is bounded, and what is in use is not what is forgotten. */
import { expect, it } from "vitest";
import { remembered } from "../../src/host/memory.ts";

function counted(most: number): { ask: (key: string) => string; computed: string[] } {
  const computed: string[] = [];
  const ask = remembered(most, (key) => {
    computed.push(key);
    return `${key}!`;
  });
  return { ask, computed };
}

it("computes once what it remembers", () => {
  const { ask, computed } = counted(4);
  expect(["a", "b", "a", "b"].map(ask)).toEqual(["a!", "b!", "a!", "b!"]);
  expect(computed).toEqual(["a", "b"]);
});

it("forgets what nobody asked for during a generation and more", () => {
  const { ask, computed } = counted(4);
  ["a", "b", "c", "d", "e", "a"].forEach(ask);
  expect(computed).toEqual(["a", "b", "c", "d", "e", "a"]);
});

it("keeps what is asked for, however much comes after it", () => {
  const { ask, computed } = counted(4);
  for (let other = 0; other < 100; other++) ["a", `${other}`].forEach(ask);
  expect(computed.filter((key) => key === "a")).toHaveLength(1);
});
