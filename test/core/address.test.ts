import fc from "fast-check";
import { expect, it } from "vitest";
import {
  type Address,
  address,
  formatAddress,
  formatIp,
  ipOf,
  isPrivate,
  isUnusable,
  parseAddress,
  portOf,
  withPort,
} from "../../src/core/address.ts";

const anAddress: fc.Arbitrary<Address> = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 65_535 }))
  .map(([ip, port]) => address(ip, port));

function parsed(text: string): Address {
  return parseAddress(text, 24_100) as Address;
}

it("an address is its ip and its port", () => {
  fc.assert(
    fc.property(anAddress, fc.integer({ min: 0, max: 65_535 }), (each, port) => {
      expect(address(ipOf(each), portOf(each))).toBe(each);
      expect(portOf(withPort(each, port))).toBe(port);
      expect(ipOf(withPort(each, port))).toBe(ipOf(each));
    }),
  );
});

it("every spelling of one address parses to one value", () => {
  fc.assert(
    fc.property(anAddress, (each) => {
      const text = formatAddress(each);
      const [ip, port] = [formatIp(each), portOf(each)];
      const spellings = [
        text,
        `::ffff:${text}`,
        `[::ffff:${ip}]:${port}`,
        `[::FFFF:${ip}]:${port}`,
      ];
      for (const spelling of spellings) expect(parseAddress(spelling, 1)).toBe(each);
      for (const bare of [ip, `::ffff:${ip}`, `[${ip}]`])
        expect(parseAddress(bare, port)).toBe(each);
    }),
  );
});

it("addresses order by ip, then by port", () => {
  fc.assert(
    fc.property(anAddress, anAddress, (one, other) => {
      const byParts = ipOf(one) - ipOf(other) || portOf(one) - portOf(other);
      expect(Math.sign(one - other)).toBe(Math.sign(byParts));
    }),
  );
});

it.each([
  "",
  "example.org",
  "1.2.3",
  "1.2.3.4.5",
  "1.2.3.256",
  "01.2.3.4",
  "1.2.3.4:",
  "1.2.3.4:65536",
  "1.2.3.4:-1",
  "1.2.3.4:1:2",
  " 1.2.3.4",
  "1.2.3.4\n",
  "::1",
  "[::1]:80",
  "2001:db8::1",
  "[1.2.3.4:80",
])("%j is no address", (text) => {
  expect(parseAddress(text, 24_100)).toBeNull();
});

it.each([
  ["10.1.2.3", true],
  ["127.0.0.1", true],
  ["172.16.0.1", true],
  ["172.31.255.255", true],
  ["172.32.0.1", false],
  ["172.15.0.1", false],
  ["192.168.4.5", true],
  ["192.169.0.1", false],
  ["169.254.1.1", true],
  ["203.0.113.10", false],
])("%s is private: %s", (text, expected) => {
  expect(isPrivate(parsed(text))).toBe(expected);
});

it.each([
  ["0.0.0.0", true],
  ["0.1.2.3", true],
  ["224.0.0.1", true],
  ["255.255.255.255", true],
  ["203.0.113.10:0", true],
  ["203.0.113.10", false],
  ["223.255.255.255", false],
])("%s is unusable: %s", (text, expected) => {
  expect(isUnusable(parsed(text))).toBe(expected);
});
