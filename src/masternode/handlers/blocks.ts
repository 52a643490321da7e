/** A block as it is announced: checked, added, relayed once (rules Y2 and B4). */
import type { TimerKey } from "../../core/machine.ts";
import { get, put, remove, values } from "../../core/table.ts";
import type { Duration } from "../../core/units.ts";
import { blockHash } from "../block.ts";
import { append, blockFault, hashAt, lastAcceptable, slotStart } from "../chain.ts";
import { cutAt, isBetter } from "../fork.ts";
import type { Block, MessageOf } from "../messages.ts";
import { broadcast, type MasternodeCtx, type Session, type State, withSync } from "../state.ts";
import { claim } from "../tip.ts";
import { adopt, thanked } from "./adopt.ts";
import { sync, syncWith } from "./sync.ts";

/** It follows our tip, or replaces it by its lower hash; else its sender is asked for more. */
export function acceptAnnouncedBlock(
  state: State,
  session: Session,
  message: MessageOf<"BlockAnnouncement">,
  ctx: MasternodeCtx,
): State {
  const { block } = message;
  const { height, previousHash } = block.header;
  const hash = blockHash(state.config.crypto, block.header);
  const news = height >= (session.tip?.height ?? -1);
  const next = news ? claim(state, session, height, hash, ctx) : state;
  const { chain } = next;
  if (hashAt(chain, height) === hash) return next;
  const refuse = (why: string): State => {
    ctx.emit({ type: "refused", what: `block ${height}`, from: session.peer, why });
    return next;
  };
  if (!isBetter({ height, hash }, chain)) return refuse(`height ${height}`);
  if (hashAt(chain, height - 1) !== previousHash) {
    return syncWith(next, session.id, height <= chain.height + 1, ctx);
  }
  const base = cutAt(chain, height - 1);
  const fault = blockFault(next.config, base, block);
  if (fault !== null) return refuse(fault);
  if (isEarly(next, block, ctx)) return keepEarly(next, block, ctx);
  const added = adopt(next, append(next.config.crypto, base, block), "announcement", ctx);
  broadcast(added, message, ctx, session.id);
  return sync(thanked(added, session.id, ctx), ctx);
}

/** Blocks whose slot was too far ahead are tried again when it is not (rule Y2). */
export function retryEarlyBlocks(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  let next = state;
  for (const block of values(state.sync.early)) {
    if (isEarly(next, block, ctx)) continue;
    const { height } = block.header;
    next = withSync(next, { early: remove(next.sync.early, height) });
    const { crypto } = next.config;
    // Our tip may be of its height, and another.
    if (!isBetter({ height, hash: blockHash(crypto, block.header) }, next.chain)) continue;
    const base = cutAt(next.chain, height - 1);
    if (blockFault(next.config, base, block) !== null) continue;
    next = adopt(next, append(crypto, base, block), "announcement", ctx);
    broadcast(next, { type: "BlockAnnouncement", block }, ctx, null);
  }
  armEarly(next, ctx);
  return next;
}

/** Of two for one height the one that would be adopted. Our clock may have jumped since. */
function keepEarly(state: State, block: Block, ctx: MasternodeCtx): State {
  const { crypto } = state.config;
  const { early } = state.sync;
  const before = get(early, block.header.height);
  const hash = blockHash(crypto, block.header);
  const isBest = before === undefined || hash < blockHash(crypto, before.header);
  const next = isBest ? withSync(state, { early: put(early, block.header.height, block) }) : state;
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
