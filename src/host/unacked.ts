/**
 * How many bytes the kernel holds for each connection that nobody has acknowledged: Linux tells it
 * in /proc/net/tcp. Node cannot set TCP_USER_TIMEOUT, so a host has to look for itself (rule S6).
 */
import { readFileSync } from "node:fs";
import { endianness } from "node:os";
import { type Address, address } from "../core/address.ts";

/** By both ends of the connection. Without an entry: none, or nobody can tell. */
export type Unacked = ReadonlyMap<string, number>;

export function endsOf(local: Address, remote: Address): string {
  return `${local} ${remote}`;
}

const NOTHING: Unacked = new Map();
/** With very many connections it is not read again: it takes longer than it is worth. */
const LENGTH_MAX = 2 * 1_048_576;
const ESTABLISHED = "01";

let usable = true;

export function readUnacked(file = "/proc/net/tcp"): Unacked {
  if (!usable) return NOTHING;
  try {
    const text = readFileSync(file, "latin1");
    usable = text.length <= LENGTH_MAX;
    return parseUnacked(text);
  } catch {
    usable = false;
    return NOTHING;
  }
}

const ROW = /^ *\d+: ([0-9A-F]{8}:[0-9A-F]{4}) ([0-9A-F]{8}:[0-9A-F]{4}) (..) ([0-9A-F]{8}):/gm;

export function parseUnacked(text: string): Unacked {
  const found = new Map<string, number>();
  for (const [, local = "", remote = "", state, queue = ""] of text.matchAll(ROW)) {
    const bytes = Number.parseInt(queue, 16);
    if (state !== ESTABLISHED || bytes === 0) continue;
    found.set(endsOf(addressOf(local), addressOf(remote)), bytes);
  }
  return found;
}

/** `0200007F:5E24`: the ip as the machine's own number of its bytes in network order. */
function addressOf(text: string): Address {
  const [bytes = "", port = ""] = text.split(":");
  const pairs = bytes.match(/../g) ?? [];
  const ordered = endianness() === "LE" ? pairs.toReversed() : pairs;
  return address(Number.parseInt(ordered.join(""), 16), Number.parseInt(port, 16));
}
