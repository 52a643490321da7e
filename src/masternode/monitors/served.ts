/** What may be answered to a question about a chain, by what is known of its tip (rule Y1). */
import { blockSize, ZERO_HASH } from "../block.ts";
import type { ConstantName } from "../config.ts";
import type { Tip } from "../stage.ts";
import type { Block, Message } from "../messages.ts";

type Numbers = (name: ConstantName) => number;

/** Null: it answers the question; else what is wrong with it. */
export function faultOf(question: Message, answer: Message, tip: Tip, c: Numbers): string | null {
  switch (question.type) {
    case "GetBlocks":
      if (answer.type !== "BlocksResponse") return null;
      return ofBlocks(question.from, question.to, answer.blocks, tip, c);
    case "GetBlockRange":
      if (answer.type !== "BlockRangeResponse") return null;
      return ofBlocks(question.startHeight, question.endHeight, answer.blocks, tip, c);
    case "BlockRequest":
      if (answer.type !== "BlockResponse") return null;
      return answer.block.header.height === question.height ? null : "another block";
    case "GetBlockHash":
      if (answer.type !== "BlockHashResponse") return null;
      return ofHash(question.height, answer.height, answer.hash, tip);
    case "GetGenesisHash":
      if (answer.type !== "GenesisHashResponse") return null;
      return ofHash(0, 0, answer.hash === ZERO_HASH ? null : answer.hash, tip);
    case "ConsensusQuery": {
      if (answer.type !== "ConsensusQueryResponse") return null;
      const { agrees, theirHash } = answer;
      const hash = theirHash === ZERO_HASH ? null : theirHash;
      if (agrees !== (hash === question.blockHash)) return agrees ? "agrees" : "disagrees";
      return ofHash(question.height, answer.height, hash, tip);
    }
    default:
      return null;
  }
}

function ofHash(asked: number, told: number, hash: string | null, tip: Tip): string | null {
  if (told !== asked) return `height ${told}`;
  if (asked > tip.height) return hash === null ? null : "a hash above the tip";
  if (hash === null) return "no hash";
  return asked < tip.height || hash === tip.hash ? null : "a hash that is not the tip's";
}

/** Larger than any block of a world that is played: of a thousand masternodes and more. */
const BLOCK_MAX = 131_072;

function ofBlocks(
  from: number,
  to: number,
  blocks: readonly Block[],
  { height }: Tip,
  c: Numbers,
): string | null {
  const wanted = Math.max(Math.min(to, height, from + c("blocksMax") - 1) - from + 1, 0);
  if (blocks.some(({ header }, at) => header.height !== from + at)) return "other blocks";
  if (blocks.length > wanted) return `${blocks.length} blocks, not ${wanted}`;
  if (blocks.length === wanted) return null;
  if (blocks.length === 0) return "no block";
  const size = blocks.reduce((sum, block) => sum + blockSize(block), 0);
  return size > c("replySizeMax") - BLOCK_MAX ? null : `${blocks.length} blocks of ${wanted}`;
}
