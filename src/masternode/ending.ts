/** What a masternode has come to that is nobody's luck: whom it knows how, and how high it is. */
import type { Address } from "../core/address.ts";
import { values } from "../core/table.ts";
import type { Ending } from "../kit/kit.ts";
import type { State } from "./state.ts";

/** Keys are told by their first bits; evidence and sessions may differ, and are left out. */
export function endingOf({ registry, chain }: State, nameOf: (address: Address) => string): Ending {
  const entries = values(registry.entries).map(({ address, status, tier, publicKey }) => {
    return { name: nameOf(address), status, what: `${tier}, key ${publicKey.slice(0, 8)}` };
  });
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  const active = entries.filter(({ status }) => status === "active");
  return {
    progress: chain.height,
    facts: {
      active: active.map(({ name }) => name),
      entries: entries.map(({ name, what }) => `${name} (${what})`),
    },
  };
}
