/** A block as it is announced: checked, added, relayed once (rules Y2 and B4). */
import type { TimerKey } from "../../core/machine.ts";
import { put, remove, values } from "../../core/table.ts";
import type { Duration } from "../../core/units.ts";
import { append, blockFault, hashAt, lastAcceptable, slotStart, withoutTip } from "../chain.ts";
import { blockHash } from "../block.ts";
import type { Block, Hash, MessageOf } from "../messages.ts";
import {
  broadcast,
  type Chain,
  type MasternodeCtx,
  type Session,
  type State,
  withState,
} from "../state.ts";
import { download } from "./download.ts";
import { claim, trusted } from "../tip.ts";

export function acceptAnnouncedBlock(
  state: State,
  session: Session,
  message: MessageOf<"BlockAnnouncement">,
  ctx: MasternodeCtx,
): State {
  const { block } = message;
  const { height } = block.header;
  const hash = blockHash(state.config.crypto, block.header);
  const ahead = height > (session.tip?.height ?? -1);
  let next = ahead ? claim(state, session, height, hash) : state;
  if (hashAt(next.chain, height) === hash) return next;
  if (height > next.chain.height + 1) return download(next, ctx);
  const base = baseFor(next, block, hash);
  const fault = blockFault(next.config, base, block);
  if (fault !== null) {
    ctx.emit({ type: "refused", what: `block ${height}`, from: session.peer, why: fault });
    return next;
  }
  if (isEarly(next, block, ctx)) return keepEarly(next, block, ctx);
  next = trusted(add(withState(next, { chain: base }), block, ctx), session.id);
  broadcast(next, message, ctx, session.id);
  return download(next, ctx);
}

/**
 * What a block is to follow: our tip, or, if it competes with our tip for the same height and has
 * the lower hash, what our tip follows. Deeper forks are not repaired yet (rule Y3).
 */
function baseFor(state: State, block: Block, hash: Hash): Chain {
  const { chain } = state;
  const rivals = block.header.height === chain.height && hash < chain.tip;
  const base = rivals ? withoutTip(chain) : chain;
  return base.tip === block.header.previousHash ? base : chain;
}

/** Blocks whose slot was too far ahead are tried again when it is not (rule Y2). */
export function retryEarlyBlocks(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  let next = state;
  for (const block of values(state.sync.early)) {
    if (isEarly(next, block, ctx)) continue;
    const early = remove(next.sync.early, block.header.height);
    next = withState(next, { sync: { download: next.sync.download, early } });
    if (blockFault(next.config, next.chain, block) !== null) continue;
    next = add(next, block, ctx);
    broadcast(next, { type: "BlockAnnouncement", block }, ctx, null);
  }
  armEarly(next, ctx);
  return next;
}

function add(state: State, block: Block, ctx: MasternodeCtx): State {
  const chain = append(state.config.crypto, state.chain, block);
  ctx.emit({ type: "tip", height: chain.height, hash: chain.tip, via: "announcement" });
  return withState(state, { chain });
}

function keepEarly(state: State, block: Block, ctx: MasternodeCtx): State {
  const early = put(state.sync.early, block.header.height, block);
  const next = withState(state, { sync: { download: state.sync.download, early } });
  armEarly(next, ctx);
  return next;
}

function armEarly(state: State, ctx: MasternodeCtx): void {
  const first = values(state.sync.early)[0];
  if (first === undefined) return;
  const { earlyBlock } = state.config;
  const ready = slotStart(state.config, first.header.height) - earlyBlock - ctx.wall;
  ctx.setTimer("early-block", Math.max(ready, 1) as Duration);
}

function isEarly(state: State, block: Block, ctx: MasternodeCtx): boolean {
  return block.header.height > lastAcceptable(state.config, ctx.wall);
}
