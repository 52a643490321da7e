/**
 * Blocks as the reference hashes them (rule C1; section 7.3): SHA-256 over bincode. Only what is
 * needed for ids, roots and sizes; whether a block is acceptable is for the chain handlers.
 */
import type { Crypto } from "../core/capabilities.ts";
import { ByteWriter, hexToBytes } from "../wire/bytes.ts";
import { encodeUtf8 } from "../wire/utf8.ts";
import type { Block, BlockHeader, Hash, Transaction } from "./messages.ts";

export type Network = "mainnet" | "testnet";

/** Unix seconds of height 0 (section 7.1). */
export const GENESIS_TIME: Readonly<Record<Network, number>> = {
  mainnet: 1_767_225_600,
  testnet: 1_764_547_200,
};

export const ZERO_HASH: Hash = "00".repeat(32);

/** The 92 bytes a block's id is the hash of. */
export function headerBytes(header: BlockHeader): Uint8Array {
  return new ByteWriter()
    .u32(header.version)
    .u64(header.height)
    .hex(header.previousHash)
    .hex(header.merkleRoot)
    .i64(header.timestamp)
    .u64(header.blockReward)
    .finish();
}

export function blockHash(crypto: Crypto, header: BlockHeader): Hash {
  return crypto.sha256(headerBytes(header));
}

export function transactionBytes(transaction: Transaction): Uint8Array {
  const writer = new ByteWriter().u32(transaction.version).u64(transaction.inputs.length);
  for (const { previousOutput, scriptSig, sequence } of transaction.inputs) {
    writer.hex(previousOutput.txid).u32(previousOutput.vout);
    writer.counted(hexToBytes(scriptSig)).u32(sequence);
  }
  writer.u64(transaction.outputs.length);
  for (const { value, scriptPubkey } of transaction.outputs) {
    writer.u64(value).counted(hexToBytes(scriptPubkey));
  }
  return writer.u32(transaction.lockTime).i64(transaction.timestamp).finish();
}

/** Includes the input scripts, as the reference does. */
export function transactionId(crypto: Crypto, transaction: Transaction): Hash {
  return crypto.sha256(transactionBytes(transaction));
}

/** Pairwise up to one; an odd last one is paired with itself; of nothing, zeros. */
export function merkleRoot(crypto: Crypto, ids: readonly Hash[]): Hash {
  let level = ids;
  while (level.length > 1) {
    const above: Hash[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const left = level[at] as Hash;
      above.push(crypto.sha256(hexToBytes(left + (level[at + 1] ?? left))));
    }
    level = above;
  }
  return level[0] ?? ZERO_HASH;
}

/** Bytes of the whole block in bincode: what the limits of rule Y2 count. */
export function blockSize(block: Block): number {
  let size = HEADER_SIZE + COUNT_SIZE;
  for (const transaction of block.transactions) size += transactionBytes(transaction).length;
  size += COUNT_SIZE;
  for (const [address] of block.masternodeRewards) {
    size += COUNT_SIZE + encodeUtf8(address).length + AMOUNT_SIZE;
  }
  return size;
}

const HEADER_SIZE = 92;
const COUNT_SIZE = 8;
const AMOUNT_SIZE = 8;

/** Height 0, built from constants (section 7.2). It is never asked for and never compared. */
export function genesisBlock(crypto: Crypto, network: Network): Block {
  const timestamp = GENESIS_TIME[network];
  const reward = network === "testnet" ? 10_000_000_000 : 0;
  const coinbase: Transaction = {
    version: 1,
    inputs: [],
    outputs: [{ value: reward, scriptPubkey: GENESIS_SCRIPT }],
    lockTime: 0,
    timestamp,
  };
  const header: BlockHeader = {
    version: 2,
    height: 0,
    previousHash: ZERO_HASH,
    merkleRoot: merkleRoot(crypto, [transactionId(crypto, coinbase)]),
    timestamp,
    blockReward: reward,
  };
  return { header, transactions: [coinbase], masternodeRewards: [] };
}

/** The ASCII bytes of `genesis`. */
const GENESIS_SCRIPT = "67656e65736973";
