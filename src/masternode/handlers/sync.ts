/**
 * Getting a better chain from a peer (rules Y1 to Y3): idle, searching for where its chain parts
 * from ours, downloading from there or from our tip. Never asks how many masternodes are active.
 *
 *     idle ──────▶ download ──does not link──▶ search ──ancestor──▶ download (branch)
 *       └─────── same height, lower hash ────────▲
 *
 * One question to one peer at a time. Every stage ends by an answer, by the timer `sync` or with
 * its session. A failure counts against what the peer claims; then it is the next peer's turn. Our
 * chain is left only for a better one that is here in full.
 */
import { must } from "../../core/assert.ts";
import type { SessionId, TimerKey } from "../../core/machine.ts";
import { emptyTable, get, put } from "../../core/table.ts";
import type { Duration, Time } from "../../core/units.ts";
import { extend, hashAt, lastAcceptable } from "../chain.ts";
import { doubted } from "../doubt.ts";
import { cutAt, forkPoint, isBetter, narrow, question, searchRange, tipOf } from "../fork.ts";
import type { MessageOf } from "../messages.ts";
import { type Download, IDLE, type Search, type Stage, type Tip } from "../stage.ts";
import { changedSession } from "../records.ts";
import { type MasternodeCtx, type Session, type State, withSession, withSync } from "../state.ts";
import { claim, tellTips } from "../tip.ts";
import { adopt, thanked } from "./adopt.ts";
import { isSource, pickSource } from "./source.ts";

/** Asks the best source, unless a question is under way. */
export function sync(state: State, ctx: MasternodeCtx): State {
  if (state.sync.stage.kind !== "idle") return state;
  const session = pickSource(state, ctx);
  return session === null ? state : begin(state, session, ctx);
}

/** The same, with a peer that just told of something better; `forked`: not upon our tip. */
export function syncWith(state: State, id: SessionId, forked: boolean, ctx: MasternodeCtx): State {
  const session = get(state.sessions, id);
  if (state.sync.stage.kind !== "idle" || session === undefined) return state;
  if (!isSource(state, session, ctx)) return sync(state, ctx);
  return forked ? search(state, session, claimOf(session), ctx) : begin(state, session, ctx);
}

function begin(state: State, session: Session, ctx: MasternodeCtx): State {
  const claimed = claimOf(session);
  if (claimed.height === state.chain.height) return search(state, session, claimed, ctx);
  const until = (ctx.uptime + state.config.downloadTimeout) as Time;
  return download(state, session, { claimed, candidate: state.chain, branch: false, until }, ctx);
}

/** Drops what is under way: the best source is asked, from our tip on. */
function anew(state: State, ctx: MasternodeCtx): State {
  return sync(withStage(state, IDLE, ctx), ctx);
}

// Downloading.

type Asked = Pick<Download, "claimed" | "candidate" | "branch" | "until">;

/** Asks for what follows the candidate, as far as the peer has it and the clock allows. */
function download(
  state: State,
  session: Session,
  { claimed, candidate, branch, until }: Asked,
  ctx: MasternodeCtx,
): State {
  const { blocksMax } = state.config;
  const from = candidate.height + 1;
  const to = Math.min(reach(state, session, claimed, ctx), candidate.height + blocksMax);
  // The clock jumped back.
  if (from > to) return anew(state, ctx);
  ctx.emit({ type: "download", from, to, peer: session.peer });
  ctx.send(session.id, { type: "GetBlocks", from, to });
  const stage: Download = {
    kind: "download",
    session: session.id,
    claimed,
    until,
    candidate,
    branch,
    from,
    to,
    waiting: emptyTable(),
  };
  return withStage(state, stage, ctx);
}

/** In height order whatever the order they came in; part of an answer is progress (rule Y2). */
export function acceptBlocks(
  state: State,
  session: Session,
  message: MessageOf<"BlocksResponse">,
  ctx: MasternodeCtx,
): State {
  const { stage } = state.sync;
  if (stage.kind !== "download" || stage.session !== session.id) {
    ctx.emit({ type: "refused", what: "blocks", from: session.peer, why: "not asked for" });
    return state;
  }
  if (message.blocks.length === 0) return failed(state, session, "an empty reply", ctx);
  const { candidate, from } = stage;
  const to = Math.min(stage.to, lastAcceptable(state.config, ctx.wall));
  // The clock jumped back since they were asked for: nobody's fault.
  if (from > to) return anew(state, ctx);
  let { waiting } = stage;
  for (const block of message.blocks) {
    const { height } = block.header;
    if (height >= from && height <= to) waiting = put(waiting, height, block);
  }
  const first = get(waiting, from);
  const unlinked = first !== undefined && first.header.previousHash !== candidate.tip;
  if (unlinked && !stage.branch) return search(state, session, stage.claimed, ctx);
  const { chain, fault } = extend(state.config, candidate, waiting, to);
  if (fault !== null) return failed(state, session, fault, ctx);
  if (chain !== candidate) return grown(state, session, { ...stage, candidate: chain }, ctx);
  // Nothing that follows, or nothing that was asked for: the timer goes on.
  return waiting === stage.waiting ? state : withSync(state, { stage: { ...stage, waiting } });
}

/** The candidate is longer than it was: is it better than what we have? */
function grown(state: State, session: Session, stage: Download, ctx: MasternodeCtx): State {
  const { candidate, claimed } = stage;
  if (isBetter(tipOf(candidate), state.chain)) {
    const depth = state.chain.height - forkPoint(state.chain, candidate);
    if (depth > state.config.reorgDepth) return parted(state, session, ctx);
    const idle = withStage(adopt(state, candidate, "download", ctx), IDLE, ctx);
    const served = thanked(idle, session.id, ctx);
    tellTips(served, ctx);
    return sync(served, ctx);
  }
  // What follows our tip is better than our chain, unless that grew meanwhile.
  if (!stage.branch) return anew(state, ctx);
  if (candidate.height < reach(state, session, claimed, ctx))
    return download(state, session, stage, ctx);
  // All it has, and still not better: unless our chain grew meanwhile, it claimed what is not so.
  const kept = !isBetter(claimed, state.chain) || claimed.height > candidate.height;
  if (!kept) return failed(state, session, "a branch that is not what it claimed", ctx);
  return anew(state, ctx);
}

// Searching.

/** Where does its chain part from ours? At our tip already. */
function search(state: State, session: Session, claimed: Tip, ctx: MasternodeCtx): State {
  const { chain, config } = state;
  // Our chain grew meanwhile.
  if (!isBetter(claimed, chain)) return anew(state, ctx);
  const { peer, id } = session;
  ctx.emit({ type: "search", peer, height: chain.height, theirs: claimed.height });
  const until = (ctx.uptime + config.searchTimeout) as Time;
  const range = searchRange(chain, config.reorgDepth);
  return ask(state, session, { kind: "search", session: id, claimed, until, ...range }, ctx);
}

/** The next question; or from the common ancestor on, or not at all. */
function ask(state: State, session: Session, stage: Search, ctx: MasternodeCtx): State {
  const height = question(stage);
  if (height !== null) {
    ctx.send(session.id, { type: "GetBlockHash", height });
    return withStage(state, stage, ctx);
  }
  const { base, low, floor, claimed } = stage;
  if (low < floor) return parted(state, session, ctx);
  const { downloadTimeout, blocksMax } = state.config;
  // Time for as many replies as it takes to be better than ours, if they are full, and one more.
  const replies = 1 + Math.ceil((state.chain.height + 1 - low) / blocksMax);
  const until = (ctx.uptime + replies * downloadTimeout) as Time;
  const candidate = cutAt(base, low);
  return download(state, session, { claimed, candidate, branch: true, until }, ctx);
}

/** An answer to a search; or what a peer without `Tip` has at our height (rule Y1). */
export function acceptBlockHash(
  state: State,
  session: Session,
  { height, hash }: MessageOf<"BlockHashResponse">,
  ctx: MasternodeCtx,
): State {
  const { stage } = state.sync;
  const answers = stage.kind === "search" && stage.session === session.id;
  if (answers && question(stage) === height) {
    if (hash === null) return failed(state, session, `no block ${height}`, ctx);
    const agrees = hash === hashAt(stage.base, height);
    return ask(state, session, narrow(stage, height, agrees), ctx);
  }
  if (session.tip?.height !== height || hash === null) return state;
  return sync(claim(state, session, height, hash, ctx), ctx);
}

/** Too deep to be repaired: recorded with both tips, an operator chooses (rule Y3). */
function parted(state: State, session: Session, ctx: MasternodeCtx): State {
  const { peer } = session;
  const { height, tip: hash } = state.chain;
  const theirs = claimOf(session);
  const { height: theirHeight, hash: theirHash } = theirs;
  ctx.emit({ type: "finality-conflict", peer, height, hash, theirHeight, theirHash });
  const tip = { height: theirHeight, hash: theirHash, conflict: tipOf(state.chain) };
  const known = changedSession(session, { tip });
  return failed(withSession(state, known), known, "a fork too deep", ctx);
}

// Ways out.

export function syncTimedOut(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { stage } = state.sync;
  const session = stage.kind === "idle" ? undefined : get(state.sessions, stage.session);
  return session === undefined ? state : failed(state, session, "timeout", ctx);
}

/**
 * The session is gone, and with it what was asked on it: no answer either, or a liar could hang up,
 * or have us hang up, time and again. Only what we alone decided is nobody's fault.
 */
export function abandonSync(
  state: State,
  session: Session,
  reason: string,
  ctx: MasternodeCtx,
): State {
  const { stage } = state.sync;
  if (stage.kind === "idle" || stage.session !== session.id) return state;
  if (reason === "disk" || reason === "found others") return anew(state, ctx);
  return failed(state, session, "the session ended", ctx);
}

/** Three failures and the peer is not believed for a while (rule B1). Then the next peer. */
function failed(state: State, session: Session, why: string, ctx: MasternodeCtx): State {
  ctx.emit({ type: "download-failed", peer: session.peer, why });
  const idle = withStage(state, IDLE, ctx);
  return sync(doubted(idle, session, claimOf(session), ctx), ctx);
}

/** With the time that is left for it. */
function withStage(state: State, stage: Stage, ctx: MasternodeCtx): State {
  if (stage.kind === "idle") ctx.cancelTimer("sync");
  else {
    const left = stage.until - ctx.uptime;
    ctx.setTimer("sync", Math.max(Math.min(state.config.downloadTimeout, left), 1) as Duration);
  }
  return withSync(state, { stage });
}

/** How far a peer's chain can be had now: it may have grown since, but is not taken back. */
function reach(state: State, session: Session, claimed: Tip, ctx: MasternodeCtx): number {
  const told = Math.max(claimed.height, claimOf(session).height);
  return Math.min(told, lastAcceptable(state.config, ctx.wall));
}

/** A peer that was asked has claimed something. */
function claimOf({ tip }: Session): Tip {
  return must(tip, "a claim");
}
