/**
 * What others may ask of our chain: heights, hashes, blocks (rule Y1), and the questions that only
 * the reference knows (section 2.6). Every answer is bounded, whatever the question.
 */
import { blockSize, ZERO_HASH } from "../block.ts";
import { blockAt, hashAt } from "../chain.ts";
import type { Block, MessageOf } from "../messages.ts";
import type { MasternodeCtx, Session, State } from "../state.ts";

export function serveHeight(
  state: State,
  session: Session,
  _message: MessageOf<"GetBlockHeight">,
  ctx: MasternodeCtx,
): State {
  ctx.send(session.id, { type: "BlockHeightResponse", height: state.chain.height });
  return state;
}

export function serveBlockHash(
  state: State,
  session: Session,
  { height }: MessageOf<"GetBlockHash">,
  ctx: MasternodeCtx,
): State {
  ctx.send(session.id, { type: "BlockHashResponse", height, hash: hashAt(state.chain, height) });
  return state;
}

export function serveGenesisHash(
  state: State,
  session: Session,
  _message: MessageOf<"GetGenesisHash">,
  ctx: MasternodeCtx,
): State {
  ctx.send(session.id, { type: "GenesisHashResponse", hash: hashAt(state.chain, 0) ?? ZERO_HASH });
  return state;
}

/** Without a block of that height nothing agrees. */
export function serveConsensus(
  state: State,
  session: Session,
  { height, blockHash }: MessageOf<"ConsensusQuery">,
  ctx: MasternodeCtx,
): State {
  const theirHash = hashAt(state.chain, height) ?? ZERO_HASH;
  const agrees = theirHash !== ZERO_HASH && theirHash === blockHash;
  ctx.send(session.id, { type: "ConsensusQueryResponse", agrees, height, theirHash });
  return state;
}

export function serveBlocks(
  state: State,
  session: Session,
  { from, to }: MessageOf<"GetBlocks">,
  ctx: MasternodeCtx,
): State {
  ctx.send(session.id, { type: "BlocksResponse", blocks: blocksFrom(state, from, to) });
  return state;
}

export function serveBlockRange(
  state: State,
  session: Session,
  { startHeight, endHeight }: MessageOf<"GetBlockRange">,
  ctx: MasternodeCtx,
): State {
  const blocks = blocksFrom(state, startHeight, endHeight);
  ctx.send(session.id, { type: "BlockRangeResponse", blocks });
  return state;
}

/** There is no answer that says no. */
export function serveBlock(
  state: State,
  session: Session,
  { height }: MessageOf<"BlockRequest">,
  ctx: MasternodeCtx,
): State {
  const block = blockAt(state.chain, height);
  if (block !== null) ctx.send(session.id, { type: "BlockResponse", block });
  return state;
}

/** As many as fit the reply limit, and always at least one that we have (rule Y1). */
function blocksFrom(state: State, from: number, to: number): readonly Block[] {
  const { blocksMax, replySizeMax } = state.config;
  const blocks: Block[] = [];
  let size = 0;
  const last = Math.min(to, from + blocksMax - 1, state.chain.height);
  for (let height = from; height <= last; height++) {
    const block = blockAt(state.chain, height);
    if (block === null) break;
    size += blockSize(block);
    if (blocks.length > 0 && size > replySizeMax) break;
    blocks.push(block);
  }
  return blocks;
}
