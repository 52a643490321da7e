/**
 * Room in the registry: it holds so many entries, for invented addresses cost nothing (rule R1).
 * When it is full, a new one takes the place of the stalest of those that were named from the ip
 * that named most; unless it was named from there itself. So a flood displaces nobody but itself.
 */
import { type Address, ipOf } from "../../core/address.ts";
import { values } from "../../core/table.ts";
import type { Entry, State } from "../state.ts";

/** Null: there is room. Else who makes room, or that nobody does. */
export function crowdedOut(state: State, from: Address): Entry | "nobody" | null {
  if (state.registry.entries.size < state.config.entriesMax) return null;
  const entries = values(state.registry.entries);
  const crowds = new Map<number, number>();
  let [largest, most] = [ipOf(from), 0];
  for (const entry of entries) {
    const ip = namerOf(entry);
    const count = (crowds.get(ip) ?? 0) + 1;
    crowds.set(ip, count);
    if (count > most) [largest, most] = [ip, count];
  }
  // As many are enough: else two of one size would displace each other's for ever.
  if ((crowds.get(ipOf(from)) ?? 0) >= most - 1) return "nobody";
  const crowd = entries.filter((entry) => namerOf(entry) === largest);
  return crowd.reduce((stalest, entry) => (heardOf(entry) < heardOf(stalest) ? entry : stalest));
}

/** Whoever said it first hand named itself. */
function namerOf({ namedBy, address }: Entry): number {
  return ipOf(namedBy ?? address);
}

function heardOf({ evidenceAt, firstSeen }: Entry): number {
  return evidenceAt ?? firstSeen;
}
