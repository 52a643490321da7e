/** The masternode protocol as one value, for everything that serves any protocol (kit/kit.ts). */
import { isUnusable } from "../core/address.ts";
import { BadInput } from "../core/assert.ts";
import type { Crypto } from "../core/capabilities.ts";
import type { UnixMicros } from "../core/units.ts";
import type { Fields, Settings } from "../kit/field.ts";
import { keyOfName } from "../kit/key.ts";
import type { Kit, NodeSetup } from "../kit/kit.ts";
import { blockHash, genesisBlock, type Network } from "./block.ts";
import { hashAt, slotStart } from "./chain.ts";
import { claims, gauges } from "./claims.ts";
import { messageCodec } from "./codec.ts";
import { endingOf } from "./ending.ts";
import { fileCodecs } from "./files.ts";
import { OWN_GATES } from "./gates.ts";
import { type Config, CONSTANTS, configOf, constantsOf } from "./config.ts";
import { hints } from "./hints.ts";
import { DEFAULT_PORT, type Tier } from "./messages.ts";
import { invariantsWith } from "./monitors.ts";
import { profiles } from "./profiles.ts";
import { rewardAddressOf } from "./reward.ts";
import type { Masternode } from "./state.ts";
import { views } from "./views.ts";
import { vocabulary } from "./vocabulary.ts";

const world: Fields = {
  chain: {
    kind: "group",
    about: "where the chain stands when the run begins",
    optional: true,
    fields: {
      height: { kind: "number", about: "of every node", whole: true, min: 0, default: 0 },
      expected: {
        kind: "number",
        about: "by the clock: time 0 is the start of this slot; default: height",
        whole: true,
        min: 0,
        optional: true,
      },
      network: {
        kind: "choice",
        of: ["testnet", "mainnet"],
        about: "which chain; private addresses are refused on mainnet",
        default: "testnet",
      },
    },
  },
};

const node: Fields = {
  masternode: { kind: "flag", about: "announces itself and produces blocks", default: true },
  dials: { kind: "nodes", about: "bootstrap peers", default: [] },
  tier: {
    kind: "choice",
    of: ["Free", "Bronze", "Silver", "Gold"],
    about: "weight of its rewards",
    default: "Free",
  },
  knowsAddress: {
    kind: "flag",
    about: "false: learns its own address from peers",
    default: true,
  },
  height: { kind: "number", about: "of this node's chain", whole: true, min: 0, optional: true },
};

export function masternodeKit(crypto: Crypto): Kit<Masternode> {
  return {
    name: "masternode",
    codec: messageCodec,
    vocabulary,
    profiles,
    config: CONSTANTS,
    world,
    node,
    claims,
    invariants: invariantsWith(crypto),
    fuzz: hints,
    ending: endingOf,
    gates: OWN_GATES,
    commands: {
      addnode: {
        about: "an operator names a peer",
        fields: { peer: { kind: "node", about: "the node to connect to" } },
        make: (args, addressOf) => ({ type: "addnode", address: addressOf(String(args["peer"])) }),
      },
    },
    views,
    gauges,
    files: fileCodecs(crypto),
    misfit: ({ network }, { chain }) => {
      const genesis = blockHash(crypto, genesisBlock(crypto, network).header);
      return chain === undefined || hashAt(chain, 0) === genesis
        ? null
        : `the chain in it is not of ${network}: take another folder`;
    },
    defaultPort: DEFAULT_PORT,
    stop: { type: "stop" },
    offLoopback: (settings) => {
      return chainOf(settings).network === "mainnet" ? "mainnet refuses private addresses" : null;
    },
    epoch: (settings, config) => epochOf(settings, config),
    configure: (setup) => configure(crypto, setup),
  };
}

/** Time 0 is the start of the expected slot. */
function epochOf(settings: Settings, config: Settings): UnixMicros {
  const { expected, network } = chainOf(settings);
  const slot = { ...constantsOf(config), network } as Config;
  return slotStart(slot, expected);
}

function configure(crypto: Crypto, setup: NodeSetup): Config {
  const { node: settings, world: worldSettings, name, address } = setup;
  const keySeed = setup.key ?? keyOfName(crypto, name);
  const chain = chainOf(worldSettings);
  const startHeight = typeof settings["height"] === "number" ? settings["height"] : chain.height;
  if (startHeight > chain.expected) {
    const problem = `height ${startHeight} is beyond the expected height ${chain.expected}`;
    throw new BadInput([`node ${name}: ${problem}`]);
  }
  const { network } = chain;
  const dials = (settings["dials"] ?? []) as readonly string[];
  const config = configOf(setup.config, {
    crypto,
    masternode: settings["masternode"] !== false,
    // Listening on every address is knowing none (rule S5).
    knowsAddress: settings["knowsAddress"] !== false && !isUnusable(address),
    bootstrap: dials.map(setup.addressOf).filter((peer) => peer !== address),
    keySeed,
    rewardAddress: rewardAddressOf(crypto, network, crypto.publicKey(keySeed)),
    tier: (settings["tier"] ?? "Free") as Tier,
    network,
    defaultPort: DEFAULT_PORT,
    startHeight,
  });
  if (config.redialMin > config.redialMax) {
    throw new BadInput([`node ${name}: redialMin is above redialMax`]);
  }
  return config;
}

interface ChainSettings {
  readonly height: number;
  readonly expected: number;
  readonly network: Network;
}

function chainOf(settings: Settings): ChainSettings {
  const chain = (settings["chain"] ?? {}) as Partial<ChainSettings>;
  const { height = 0, network = "testnet" } = chain;
  return { height, expected: chain.expected ?? height, network };
}
