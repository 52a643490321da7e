/**
 * How many bytes the kernel holds for each connection that nobody has acknowledged: Linux tells it
 * in /proc/net/tcp. Node cannot set TCP_USER_TIMEOUT, so a host has to look for itself (rule S6).
 */
import { readFile } from "node:fs/promises";
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

let usable = true;

/**
 * Null: not to be had this time. Never rejects. The kernel needs some ms for it, which is why
 * nobody waits for them.
 */
export async function readUnacked(file = "/proc/net/tcp"): Promise<Unacked | null> {
  if (!usable) return NOTHING;
  try {
    const text = await readFile(file, "latin1");
    usable = text.length <= LENGTH_MAX;
    return parseUnacked(text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    usable = code === "EMFILE" || code === "ENFILE";
    return usable ? null : NOTHING;
  }
}

/** An established connection (state 01) with bytes in its send queue. */
const ROW =
  /^ *\d+: ([0-9A-F]{8}:[0-9A-F]{4}) ([0-9A-F]{8}:[0-9A-F]{4}) 01 (?!0{8})([0-9A-F]{8}):/gm;

export function parseUnacked(text: string): Unacked {
  const found = new Map<string, number>();
  for (const [, local = "", remote = "", bytes = ""] of text.matchAll(ROW)) {
    found.set(endsOf(addressOf(local), addressOf(remote)), Number.parseInt(bytes, 16));
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
