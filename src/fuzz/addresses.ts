/**
 * Addresses that tell a number from its spelling: 9 comes before 10, and "9" after "10". Some
 * networks are spread over the world, some live in one /24, some have two nodes on one ip.
 */
import { type Address, address } from "../core/address.ts";
import { must } from "../core/assert.ts";
import { between, type Die, type Weighted } from "./dice.ts";

export interface Place extends Weighted {
  readonly name: string;
  /** Addresses that mean something only at home. */
  readonly home: boolean;
  readonly at: (index: number, port: number) => Address;
}

/** In the order in which a text would not sort them. */
const OCTETS = [9, 10, 99, 100, 2, 20, 200, 11, 101, 1, 12, 110, 3, 30, 8, 80] as const;

function octet(index: number): number {
  return OCTETS[index] ?? index + 115;
}

/** First octets that are public everywhere. */
const FAR = [9, 100, 99, 20, 2, 11, 101, 12, 23, 8] as const;

/** No two in one /16. */
function far(index: number): number {
  const first = must(FAR[index % FAR.length], "octet");
  const round = Math.floor(index / FAR.length);
  return ipOf(first, 9 + round, 10 - round, octet(index));
}

function ipOf(a: number, b: number, c: number, d: number): number {
  return ((a * 256 + b) * 256 + c) * 256 + d;
}

export const PLACES: readonly Place[] = [
  { weight: 4, name: "far", home: false, at: (index, port) => address(far(index), port) },
  {
    weight: 3,
    name: "one-subnet",
    home: false,
    at: (index, port) => address(ipOf(203, 0, 113, octet(index)), port),
  },
  {
    weight: 1,
    name: "home",
    home: true,
    at: (index, port) => address(ipOf(10, 0, index % 2, octet(index)), port),
  },
  {
    weight: 1,
    name: "loopback",
    home: true,
    at: (index, port) => address(ipOf(127, 0, 0, octet(index)), port),
  },
  // Two doors of one house. Three would be at the limit of sessions an ip may have.
  {
    weight: 1,
    name: "shared-ip",
    home: false,
    at: (index, port) => address(far(Math.floor(index / 2)), port + (index % 2)),
  },
];

/**
 * So many different ones, each die choosing among those left; simple dice take them in order. Where
 * there is a `step`, three of four listen on other ports than the usual one.
 */
export function addressesOf(
  place: Place,
  port: number,
  step: number,
  rolls: readonly Die[],
): readonly Address[] {
  const left = rolls.map((_, index) => place.at(index, port + step * (index % 4)));
  return rolls.flatMap((roll) => left.splice(between(0, left.length - 1, roll), 1));
}
