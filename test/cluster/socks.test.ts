import { expect, test } from "vitest";
import { address } from "../../src/core/address.ts";
import { Greeter, REPLY, replyBytes, type Step } from "../../src/cluster/socks.ts";

const HELLO = [5, 2, 0, 2];
const USER = [1, 1, 65, 0];
const CONNECT = [5, 1, 0, 1, 127, 14, 3, 2, 94, 36];

/** All steps that these bytes lead to, fed as they come. */
function steps(...pieces: readonly (readonly number[])[]): readonly Step[] {
  const greeter = new Greeter((user) => user === "A");
  const found: Step[] = [];
  let bytes = new Uint8Array(0);
  for (const piece of pieces) {
    bytes = Uint8Array.from([...bytes, ...piece]);
    for (;;) {
      const step = greeter.next(bytes);
      if (step.do === "wait") break;
      found.push(step);
      if (step.do === "refuse") return found;
      bytes = bytes.slice(step.taken);
      if (step.do === "dial") break;
    }
  }
  return found;
}

test("three messages make a dial, however they are cut", () => {
  const dial = { do: "dial", user: "A", remote: address(0x7f_0e_03_02, 24_100), taken: 10 };
  const whole = [...HELLO, ...USER, ...CONNECT];
  expect(steps(whole).at(-1)).toEqual(dial);
  expect(steps(...whole.map((byte) => [byte])).at(-1)).toEqual(dial);
  expect(steps(whole).map((step) => step.do)).toEqual(["answer", "answer", "dial"]);
});

test("who is nobody, speaks otherwise or wants something else is refused", () => {
  const why = (...bytes: readonly number[]): string => {
    const last = steps(bytes).at(-1);
    return last?.do === "refuse" ? `${last.why}: ${[...last.bytes].slice(0, 2).join(" ")}` : "";
  };
  expect(why(4, 1)).toBe("SOCKS version 4: ");
  expect(why(5, 1, 0)).toBe("no user name is offered: 5 255");
  expect(why(...HELLO, 1, 1, 90, 0)).toBe('no node is named "Z": 1 1');
  expect(why(...HELLO, 2, 1, 65, 0)).toBe('no node is named "A": 1 1');
  expect(why(...HELLO, ...USER, 5, 2, 0, 1)).toBe("command 2: 5 7");
  expect(why(...HELLO, ...USER, 5, 1, 0, 3)).toBe("address type 3: 5 8");
});

test("a reply holds its code and an address", () => {
  const bytes = replyBytes(REPLY.refused, address(0x7f_00_00_01, 258));
  expect([...bytes]).toEqual([5, 5, 0, 1, 127, 0, 0, 1, 1, 2]);
});
