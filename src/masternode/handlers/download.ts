/**
 * Fetching blocks from a peer that is ahead (rules Y1 and Y2). Never asks how many masternodes are
 * active. One request at a time; it ends in progress, in a failure that counts against the peer's
 * claim, or with its session.
 */
import { formatAddress } from "../../core/address.ts";
import type { SessionId, TimerKey } from "../../core/machine.ts";
import { emptyTable, get, put, remove, type Table } from "../../core/table.ts";
import type { Time } from "../../core/units.ts";
import { blockSize } from "../block.ts";
import { append, blockAt, blockFault, lastAcceptable } from "../chain.ts";
import type { Block, MessageOf } from "../messages.ts";
import {
  type Chain,
  type Download,
  type MasternodeCtx,
  readySessions,
  type Session,
  type State,
  withSession,
  withState,
} from "../state.ts";
import { disbelief, isAhead, tellTips, trusted } from "../tip.ts";

/** Asks one of those credibly ahead, unless a request is under way. */
export function download(state: State, ctx: MasternodeCtx): State {
  if (state.sync.download !== null) return state;
  const session = pickSource(state, ctx);
  if (session === null) return state;
  const from = state.chain.height + 1;
  // What would be early is not asked for yet (rule Y2).
  const last = lastAcceptable(state.config, ctx.wall);
  if (!ctx.gate("early-block", from <= last, { next: from, last })) return state;
  const limit = Math.min(session.tip?.height ?? from, last);
  const to = Math.min(limit, from + state.config.blocksMax - 1);
  ctx.emit({ type: "download", from, to, peer: session.peer });
  ctx.send(session.id, { type: "GetBlocks", from, to });
  ctx.setTimer("download", state.config.downloadTimeout);
  return withDownload(state, { session: session.id, from, to, waiting: emptyTable() });
}

/** One that failed least often, so that after a failure it is the next peer's turn (rule Y1). */
function pickSource(state: State, ctx: MasternodeCtx): Session | null {
  const ahead = readySessions(state).filter((session) => {
    if (!isAhead(state, session)) return false;
    const why = disbelief(state, session, ctx);
    const height = session.tip?.height ?? 0;
    const spoken = why === "" ? { height } : { height, why };
    return ctx.gate("credible", why === "", { for: formatAddress(session.peer), ...spoken });
  });
  const fewest = Math.min(...ahead.map((session) => session.tip?.failures ?? 0));
  const best = ahead.filter((session) => session.tip?.failures === fewest);
  return best.length === 0 ? null : ctx.random("download").pick(best);
}

/** As many as fit the reply limit, and always at least one that we have (rule Y1). */
export function serveBlocks(
  state: State,
  session: Session,
  message: MessageOf<"GetBlocks">,
  ctx: MasternodeCtx,
): State {
  const { blocksMax, replySizeMax } = state.config;
  const blocks: Block[] = [];
  let size = 0;
  const last = Math.min(message.to, message.from + blocksMax - 1, state.chain.height);
  for (let height = message.from; height <= last; height++) {
    const block = blockAt(state.chain, height);
    if (block === null) break;
    size += blockSize(block);
    if (blocks.length > 0 && size > replySizeMax) break;
    blocks.push(block);
  }
  ctx.send(session.id, { type: "BlocksResponse", blocks });
  return state;
}

/** Applies in height order whatever the order they came in; part of an answer is progress. */
export function acceptBlocks(
  state: State,
  session: Session,
  message: MessageOf<"BlocksResponse">,
  ctx: MasternodeCtx,
): State {
  const asked = state.sync.download;
  if (asked === null || asked.session !== session.id) {
    ctx.emit({ type: "refused", what: "blocks", from: session.peer, why: "not asked for" });
    return state;
  }
  let { waiting } = asked;
  for (const block of message.blocks) {
    const { height } = block.header;
    if (height > state.chain.height && height <= asked.to) waiting = put(waiting, height, block);
  }
  const applied = apply(state, state.chain, waiting, ctx);
  if (applied.fault !== null) return failed(state, asked, applied.fault, ctx);
  if (applied.chain === state.chain) {
    if (waiting !== asked.waiting) return withDownload(state, { ...asked, waiting });
    // An announcement may have been faster: nothing new is no fault then.
    const overtaken = state.chain.height >= asked.from;
    if (overtaken) return download(withDownload(state, null, ctx), ctx);
    return failed(state, asked, "an empty reply", ctx);
  }
  const { height, tip } = applied.chain;
  ctx.emit({ type: "tip", height, hash: tip, via: "download" });
  const served = trusted(withState(state, { chain: applied.chain }), session.id);
  tellTips(served, ctx);
  return download(withDownload(served, null, ctx), ctx);
}

export function downloadTimedOut(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { download: asked } = state.sync;
  return asked === null ? state : failed(state, asked, "timeout", ctx);
}

/** The session is gone, and what was asked on it (rule Y3: every sync state has a way out). */
export function abandonDownload(state: State, session: SessionId, ctx: MasternodeCtx): State {
  if (state.sync.download?.session !== session) return state;
  return download(withDownload(state, null, ctx), ctx);
}

/** Three failures and the claim is not believed for a while (rule B1). Then the next peer. */
function failed(state: State, asked: Download, why: string, ctx: MasternodeCtx): State {
  const session = get(state.sessions, asked.session);
  const idle = withDownload(state, null, ctx);
  if (session?.tip === null || session === undefined) return download(idle, ctx);
  ctx.emit({ type: "download-failed", peer: session.peer, why });
  const { tipFailuresMax, tipIgnored } = state.config;
  const failures = session.tip.failures + 1;
  const ignored = failures >= tipFailuresMax;
  const ignoredUntil = ignored ? ((ctx.uptime + tipIgnored) as Time) : session.tip.ignoredUntil;
  const tip = { ...session.tip, failures: ignored ? 0 : failures, ignoredUntil };
  return download(withSession(idle, { ...session, tip }), ctx);
}

function apply(
  state: State,
  start: Chain,
  waiting: Table<Block>,
  ctx: MasternodeCtx,
): { readonly chain: Chain; readonly fault: string | null } {
  const { config } = state;
  let chain = start;
  let rest = waiting;
  for (;;) {
    const block = get(rest, chain.height + 1);
    if (block === undefined) return { chain, fault: null };
    const early = block.header.height > lastAcceptable(config, ctx.wall);
    const fault = early ? "an early block" : blockFault(config, chain, block);
    if (fault !== null) return { chain, fault: chain === start ? fault : null };
    rest = remove(rest, block.header.height);
    chain = append(config.crypto, chain, block);
  }
}

function withDownload(state: State, asked: Download | null, ctx?: MasternodeCtx): State {
  if (asked === null) ctx?.cancelTimer("download");
  return withState(state, { sync: { download: asked, early: state.sync.early } });
}
