/** The protocol this program plays: the masternode's, with Node's cryptography. */
import { BadInput } from "../core/assert.ts";
import { recalling } from "../core/key.ts";
import { nodeCrypto } from "../host/crypto.ts";
import type * as core from "../core/machine.ts";
import type { Kit } from "../kit/kit.ts";
import { masternodeKit } from "../masternode/kit.ts";
import { didYouMean } from "../scenario/suggest.ts";
import type { Host } from "./output.ts";

/** Any protocol: nothing here but this file knows which. */
export type Protocol = Kit<core.Protocol>;

export function protocolOf(host: Pick<Host, "kit">): Protocol {
  return host.kit ?? masternodeKit(nodeCrypto);
}

/** The same for a replay of a real node, which has no key: what it signed is known by digest. */
export function recordedProtocol(
  host: Pick<Host, "kit">,
  own: string,
  signed: ReadonlyMap<string, string>,
): Protocol {
  return host.kit ?? masternodeKit(recalling(nodeCrypto, own, signed));
}

export const ABOUT = "Deterministic network simulator for the TIME Coin masternode network";
/** Words of it that help shows. */
export const EXAMPLE = { message: "MasternodeAnnouncement", log: "Active Masternodes=" } as const;

/** `--profile`, checked. */
export function profileNamed(kit: Protocol, name: string): string {
  const names = kit.profiles.map((profile) => profile.name);
  if (names.includes(name)) return name;
  const hint = didYouMean(name, names) || `; there are ${names.join(", ")}`;
  throw new BadInput([`--profile ${JSON.stringify(name)} — no profile of that name${hint}`]);
}
