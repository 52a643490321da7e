/** The protocol this program plays: the masternode's, with Node's cryptography. */
import { BadInput } from "../core/assert.ts";
import type { Crypto } from "../core/capabilities.ts";
import { recalling } from "../core/key.ts";
import { nodeCrypto } from "../host/crypto.ts";
import type * as core from "../core/machine.ts";
import type { Settings } from "../kit/field.ts";
import type { Kit } from "../kit/kit.ts";
import { masternodeKit } from "../masternode/kit.ts";
import { didYouMean } from "../scenario/suggest.ts";
import type { Host } from "./output.ts";

/** Any protocol: nothing here but this file knows which. */
export type Protocol = Kit<core.Protocol>;

export function protocolOf(host: Pick<Host, "kit">): Protocol {
  return host.kit ?? masternodeKit(nodeCrypto);
}

/** The same for a real node, whose cryptography holds its key (core/key.ts). */
export function ownProtocol(host: Pick<Host, "kit">, crypto: Crypto): Protocol {
  return host.kit ?? masternodeKit(crypto);
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

/** Of `timed`: a real node of this protocol. */
export const NODE_ABOUT = "A node of the TIME Coin masternode network";
export const NODE_EXAMPLES: readonly string[] = [
  "--network testnet --listen 127.0.0.2:24100 --data ./one --masternode",
  "--listen 127.0.0.3 --peer 127.0.0.2 --data ./two --masternode",
  "--config node.yaml --log -",
  "status --data ./one",
];
/** What holds where neither its file nor a flag says anything: only who is told so is one. */
export const NODE_USUAL: Settings = { masternode: false };
/** The kit's node setting for whom to call first: `--peer` and `peers` add to it. */
export const NODE_PEERS = "dials";
/** Settings of the protocol that have a flag, and their place in a config file. */
export const NODE_FLAGS: readonly NodeFlag[] = [
  {
    flags: "--network <name>",
    path: ["chain", "network"],
    kind: "text",
    about: "testnet (default) or mainnet",
  },
  {
    flags: "--masternode",
    path: ["masternode"],
    kind: "flag",
    about: "announce itself and produce blocks",
  },
  { flags: "--tier <tier>", path: ["tier"], kind: "text", about: "Free, Bronze, Silver or Gold" },
];

export interface NodeFlag {
  readonly flags: string;
  readonly path: readonly string[];
  readonly kind: "text" | "number" | "list" | "flag";
  readonly about: string;
}
