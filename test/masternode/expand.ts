/**
 * What a script's lines may leave out. In `send X>A …`:
 *
 *     #3010          the block of that height that follows the chain all nodes began with
 *     #3010:late     the same with a wrong timestamp; `poor`: rewards that do not add up;
 *                    `loose`: it follows nothing; `rootless`: transactions the root does not cover
 *     #3010:rival    a good block of that height that pays somebody else
 *     #3012/3009     the block of that height on a branch that leaves that chain after 3009;
 *                    `/3009b`: of another such branch
 *     @3010          its hash, as bytes; @3012/3009 likewise
 *     $X             an announcement of X, signed now with X's key
 *     $X(age=301s)   signed earlier, `ahead=1s` later; `seq=5`, `tier=Gold`, `reward=R`,
 *                    `address=1.2.3.4`, `port=1`
 *     $X(key=Y)      signed with another key; `unsigned=yes`, `forged=yes`
 *     $X(beat=7)     a list's line, with a heartbeat of that number; `beatage=10s`
 *     ~X             a heartbeat of X, signed now; `at=5s`: then. Otherwise as an announcement
 *     ^X(of=Y,seq=7,at=5s)   X attests that heartbeat of Y
 *     !nonce         that of the last Ping heard
 *     %handshake     as one of ours says it; `%ack` likewise. `plain=yes`: the reference's;
 *                    `node=low`, `high` or `own` (that of the node spoken to), `network=mainnet`,
 *                    `port=1`, `held=yes`, `you=1.2.3.4`, `can=tip` instead of all
 */
import { formatIp, portOf } from "../../src/core/address.ts";
import { must } from "../../src/core/assert.ts";
import { parseDuration, SECOND } from "../../src/core/units.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { ZERO_HASH } from "../../src/masternode/block.ts";
import { append, blockAt, chainUpTo, hashAt, makeBlock } from "../../src/masternode/chain.ts";
import type { Config } from "../../src/masternode/config.ts";
import {
  announcementDigest,
  attestationDigest,
  heartbeatDigest,
  heartbeatHash,
} from "../../src/masternode/digests.ts";
import type { Announcement, Block, SignedHeartbeat, Tier } from "../../src/masternode/messages.ts";
import type { NodeSpec } from "../../src/engine/host.ts";
import type { Chain, Masternode } from "../../src/masternode/state.ts";
import { hexToBytes } from "../../src/wire/bytes.ts";
import { formatU64, type U64 } from "../../src/wire/u64.ts";
import { lineOf } from "./bare.ts";

export interface Scene {
  readonly nodes: readonly NodeSpec<Masternode>[];
  /** An exact clock's wall time, µs. */
  readonly wall: number;
  /** Its wall time at the start of the run. */
  readonly epoch: number;
  readonly nonce: U64 | null;
  /** The boot number of the node that is spoken to. */
  readonly boot: string;
}

export function expand(line: string, scene: Scene): string {
  const config = must(scene.nodes[0], "a node").config;
  return line
    .replaceAll(/%(handshake|ack)(?:\(([^)]*)\))?/g, (_, half: string, options?: string) => {
      return greetingText(half, optionsOf(options ?? ""), scene);
    })
    .replaceAll("!nonce", () => formatU64(must(scene.nonce, "a Ping heard before")))
    .replaceAll(/\$(\w+)(?:\(([^)]*)\))?/g, (_, name: string, options?: string) => {
      return announcementText(name, optionsOf(options ?? ""), scene);
    })
    .replaceAll(/~(\w+)(?:\(([^)]*)\))?/g, (_, name: string, options?: string) => {
      const heartbeat = heartbeatOf(name, optionsOf(options ?? ""), scene);
      return inner(lineOf({ type: "HeartbeatBroadcast", heartbeat }));
    })
    .replaceAll(/\^(\w+)\(([^)]*)\)/g, (_, name: string, options: string) => {
      return attestationText(name, optionsOf(options), scene);
    })
    .replaceAll(
      /#(\d+)(?:\/(\w+))?(?::(\w+))?/g,
      (_, height: string, branch?: string, flaw?: string) => {
        const block = blockOf(branchOf(config, branch), Number(height));
        return blockText(flaw === "rival" ? rivalOf(config, block) : flawed(block, flaw ?? ""));
      },
    )
    .replaceAll(/@(\d+)(?:\/(\w+))?/g, (_, height: string, branch?: string) => {
      const hash = hashAt(branchOf(config, branch), Number(height));
      return JSON.stringify([...hexToBytes(must(hash, height))]);
    });
}

/** `a=1 b=2` or `a=1, b=2`. */
export function optionsOf(text: string): ReadonlyMap<string, string> {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  return new Map(
    words.map((word): [string, string] => {
      const [key = "", ...value] = word.split("=");
      return [key, value.join("=")];
    }),
  );
}

/** More than any script asks for: chains of different heights would each be laid out anew. */
function chainOf(config: Config): Chain {
  return chainUpTo(config, BRANCH_END);
}

const BRANCH_END = 3_100;

/** `3009b`: after 3009 every block pays somebody called b. */
function branchOf(config: Config, branch: string | undefined): Chain {
  if (branch === undefined) return chainOf(config);
  const ancestor = Number.parseInt(branch, 10);
  const rewardAddress = `TIME0${branch}`;
  const known = branches.get(branch);
  if (known !== undefined) return known;
  let chain = chainUpTo(config, ancestor);
  while (chain.height < BRANCH_END) {
    const block = makeBlock(config, chain, [{ rewardAddress, tier: "Free" }]);
    chain = append(config.crypto, chain, block);
  }
  branches.set(branch, chain);
  return chain;
}

const branches = new Map<string, Chain>();

function blockOf(chain: Chain, height: number): Block {
  return must(blockAt(chain, height), `block ${height}`);
}

function flawed(block: Block, flaw: string): Block {
  const { header } = block;
  switch (flaw) {
    case "late":
      return { ...block, header: { ...header, timestamp: header.timestamp + 1 } };
    case "loose":
      return { ...block, header: { ...header, previousHash: ZERO_HASH } };
    case "poor":
      return { ...block, masternodeRewards: [["TIME0before", 9_000_000_000]] };
    case "rootless":
      return { ...block, header: { ...header, merkleRoot: "11".repeat(32) } };
    default:
      return block;
  }
}

function rivalOf(config: Config, { header }: Block): Block {
  const below = chainUpTo(config, header.height - 1);
  return makeBlock(config, below, [{ rewardAddress: "TIME0rival", tier: "Free" }]);
}

function blockText(block: Block): string {
  return inner(lineOf({ type: "BlockAnnouncement", block }));
}

const BOOTS: Readonly<Record<string, string>> = {
  low: "00".repeat(16),
  middle: "80".repeat(16),
  high: "ff".repeat(16),
};

function greetingText(half: string, options: ReadonlyMap<string, string>, scene: Scene): string {
  const network = options.get("network") ?? "testnet";
  const boot = options.get("node") ?? "middle";
  const ours = {
    listenPort: Number(options.get("port") ?? 24_100),
    capabilities: (options.get("can") ?? "tip+pages+announcements").split("+"),
    node: boot === "own" ? scene.boot : (BOOTS[boot] ?? boot.padStart(32, "0")),
    you: options.get("you") ?? "203.0.113.10:24100",
  };
  const extras = options.has("plain") ? {} : ours;
  if (half === "ack") {
    const named = options.has("plain") ? {} : { network };
    return lineOf({ type: "Ack", messageType: "Handshake", ...named, ...extras });
  }
  const held = options.has("plain") ? {} : { held: options.has("held") };
  const magic = options.get("magic") ?? "54494d45";
  const protocolVersion = Number(options.get("version") ?? 1);
  return lineOf({ type: "Handshake", magic, protocolVersion, network, ...extras, ...held });
}

/** What stands in `{"Name":…}`. */
function inner(line: string): string {
  return line.slice(line.indexOf(":") + 1, -1);
}

function announcementText(
  name: string,
  options: ReadonlyMap<string, string>,
  scene: Scene,
): string {
  const node = nodeIn(scene, name);
  const { keySeed } = nodeIn(scene, options.get("key") ?? name).config;
  const at = signedAt(options, scene);
  const plain: Announcement = {
    address: options.get("address") ?? formatIp(node.address),
    rewardAddress: options.get("reward") ?? `TIME0of${name}`,
    tier: (options.get("tier") ?? "Free") as Tier,
    publicKey: nodeCrypto.publicKey(keySeed),
  };
  if (options.has("unsigned")) {
    return inner(lineOf({ type: "MasternodeAnnouncement", announcement: plain }));
  }
  const signed = {
    ...plain,
    port: Number(options.get("port") ?? portOf(node.address)),
    timestamp: Math.floor(at / SECOND),
    sequence: Number(options.get("seq") ?? Math.floor(at / 1_000)),
  };
  const digest = announcementDigest(nodeCrypto, signed);
  const right = nodeCrypto.sign(keySeed, digest);
  const signature = options.has("forged") ? right.replace(/^../, "00") : right;
  const announcement = { ...signed, signature };
  if (!options.has("beat")) {
    return inner(lineOf({ type: "MasternodeAnnouncement", announcement }));
  }
  const beat = new Map([...options, ["seq", must(options.get("beat"), "beat")]]);
  beat.set("age", options.get("beatage") ?? "0s");
  if (options.has("beatforged")) beat.set("forged", "yes");
  const heartbeat = heartbeatOf(name, beat, scene);
  const { sequenceNumber, timestamp } = heartbeat;
  const listed = { sequenceNumber, timestamp, signature: heartbeat.signature };
  const entries = [{ ...announcement, heartbeat: listed }];
  return inner(lineOf({ type: "MasternodesResponse", entries })).slice(1, -1);
}

function heartbeatOf(
  name: string,
  options: ReadonlyMap<string, string>,
  scene: Scene,
): SignedHeartbeat {
  const { keySeed } = nodeIn(scene, options.get("key") ?? name).config;
  const at = signedAt(options, scene);
  const unsigned = {
    masternodeAddress: options.get("address") ?? formatIp(nodeIn(scene, name).address),
    sequenceNumber: Number(options.get("seq") ?? Math.floor(at / 1_000)),
    timestamp: Math.floor(at / SECOND),
    masternodePubkey: nodeCrypto.publicKey(keySeed),
  };
  const right = nodeCrypto.sign(keySeed, heartbeatDigest(nodeCrypto, unsigned));
  return { ...unsigned, signature: options.has("forged") ? right.replace(/^../, "00") : right };
}

function attestationText(name: string, options: ReadonlyMap<string, string>, scene: Scene): string {
  const seen = new Map([...options].filter(([key]) => key === "seq" || key === "at"));
  const { keySeed } = nodeIn(scene, options.get("key") ?? name).config;
  const heartbeat = heartbeatOf(must(options.get("of"), "of whom"), seen, scene);
  const unsigned = {
    heartbeatHash: heartbeatHash(nodeCrypto, heartbeat),
    witnessAddress: options.get("address") ?? formatIp(nodeIn(scene, name).address),
    witnessPubkey: nodeCrypto.publicKey(keySeed),
    witnessTimestamp: Math.floor(scene.wall / SECOND),
  };
  const right = nodeCrypto.sign(keySeed, attestationDigest(nodeCrypto, unsigned));
  const signature = options.has("forged") ? right.replace(/^../, "00") : right;
  return inner(lineOf({ type: "HeartbeatAttestation", attestation: { ...unsigned, signature } }));
}

function signedAt(options: ReadonlyMap<string, string>, { wall, epoch }: Scene): number {
  const length = (key: string): number => must(parseDuration(options.get(key) ?? "0s"), key);
  return options.has("at") ? epoch + length("at") : wall - length("age") + length("ahead");
}

function nodeIn({ nodes }: Scene, name: string): NodeSpec<Masternode> {
  return must(
    nodes.find((each) => each.name === name),
    `node ${name}`,
  );
}
