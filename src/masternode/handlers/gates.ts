/**
 * The guards of block production (rule B1), judged whenever something they depend on changes and
 * not only when somebody asks (rule B0). Each has a name and values, so that a stuck chain can say
 * why.
 */
import { each, values } from "../../core/table.ts";
import { SECOND, type Time } from "../../core/units.ts";
import { expectedHeight, untilNextSlot } from "../chain.ts";
import type { MasternodeCtx, Opening, Production, State } from "../state.ts";
import { withState } from "../state.ts";
import { saveChain } from "./keep.ts";
import { activeCount } from "./registry.ts";
import { isCrediblyAhead } from "../tip.ts";

/** In the order in which they are asked. `turn` follows them on production ticks. */
export type GateName = "masternode" | "clock" | "due" | "synced" | "minimum" | "turn";

/** After every step: what changed, which gates opened or closed, which timers that needs. */
export function judge(before: State, after: State, ctx: MasternodeCtx): State {
  const grown = after.chain === before.chain ? after : chainChanged(after, ctx);
  // Nothing else is asked of a node that makes no blocks.
  if (!ctx.gate("masternode", after.config.masternode, {})) return grown;
  const next = holdMinimum(grown, ctx);
  if (!touched(before, next)) return next;
  const others = closedGates(next, ctx).some((gate) => gate !== "due");
  return track(next, others, ctx);
}

/** The first closed gate but `turn`, all of them recorded; null when all are open. */
export function closedGate(state: State, ctx: MasternodeCtx): GateName | null {
  return closedGates(state, ctx)[0] ?? null;
}

function closedGates(state: State, ctx: MasternodeCtx): readonly GateName[] {
  const closed: GateName[] = [];
  if (!ctx.gate("masternode", state.config.masternode, {})) closed.push("masternode");
  if (!clockGate(state, ctx)) closed.push("clock");
  if (!dueGate(state, ctx)) closed.push("due");
  if (!syncedGate(state, ctx)) closed.push("synced");
  if (!minimumGate(state, ctx)) closed.push("minimum");
  return closed;
}

/** Since when enough are active; the hold has its own timer (rule B0). */
function holdMinimum(state: State, ctx: MasternodeCtx): State {
  const { minimumSince } = state.production;
  const enough = activeCount(state) >= state.config.minimumMasternodes;
  if (enough === (minimumSince !== null)) return state;
  if (enough) ctx.setTimer("minimum", state.config.minimumHold);
  else ctx.cancelTimer("minimum");
  return withProduction(state, { minimumSince: enough ? ctx.uptime : null });
}

/** A new tip ends an attempt on the old one, and is kept on disk. */
function chainChanged(state: State, ctx: MasternodeCtx): State {
  saveChain(state, "", ctx);
  const { attempt } = state.production;
  if (attempt === null || attempt.tip === state.chain.tip) return state;
  ctx.cancelTimer("start");
  ctx.cancelTimer("assemble");
  ctx.emit({ type: "cancelled", height: attempt.height, why: "a higher tip" });
  return withProduction(state, { attempt: null });
}

/** Remembers when the others opened for the next height; a short closing does not count (B2). */
function track(state: State, closed: boolean, ctx: MasternodeCtx): State {
  const opening = closed ? shut(lastOpening(state), ctx) : openNow(state, ctx.uptime);
  return opening === state.production.open ? state : withProduction(state, { open: opening });
}

/** Of the next height; null: they never were open for it. */
function lastOpening({ chain, production: { open } }: State): Opening | null {
  return open?.height === chain.height + 1 ? open : null;
}

/** What is remembered when they are open now. */
export function openNow(state: State, now: Time): Opening {
  const last = lastOpening(state);
  if (last?.closedAt === null) return last;
  const isShort = last !== null && now - last.closedAt < state.config.turnGrace;
  return { height: state.chain.height + 1, since: isShort ? last.since : now, closedAt: null };
}

function shut(same: Opening | null, ctx: MasternodeCtx): Opening | null {
  if (same === null || same.closedAt !== null) return same;
  return { height: same.height, since: same.since, closedAt: ctx.uptime };
}

/** Rule R5: our clock against the median of our peers'. */
function clockGate(state: State, ctx: MasternodeCtx): boolean {
  const { clockPeersMin, clockTolerance } = state.config;
  const skews: number[] = [];
  let worst = 0;
  each(state.sessions, ({ phase, pings: { skew } }) => {
    if (phase !== "ready" || skew === null) return;
    skews.push(skew);
    worst = Math.max(worst, Math.abs(skew));
  });
  // Where none is too far off, the median is not.
  if (skews.length < clockPeersMin || worst <= clockTolerance) return ctx.gate("clock", true, {});
  skews.sort((left, right) => left - right);
  // Of an even number either of the two in the middle, and all between (docs/decisions/0025).
  const [below = 0, above = 0] = [skews[(skews.length - 1) >>> 1], skews[skews.length >>> 1]];
  const median = Math.max(below, Math.min(0, above));
  const open = Math.abs(median) <= clockTolerance;
  const seen = open ? {} : { peers: skews.length, ahead: `${Math.round(-median / SECOND)}s` };
  return ctx.gate("clock", open, seen);
}

/** Opens by itself when the next slot begins: that is when its timer looks again. */
function dueGate(state: State, ctx: MasternodeCtx): boolean {
  const next = state.chain.height + 1;
  const expected = expectedHeight(state.config, ctx.wall);
  const open = next <= expected;
  if (!open) ctx.setTimer("due", untilNextSlot(state.config, ctx.wall));
  return ctx.gate("due", open, { next, expected });
}

function syncedGate(state: State, ctx: MasternodeCtx): boolean {
  const ahead = values(state.sessions).find((session) => isCrediblyAhead(state, session, ctx));
  const { kind } = state.sync.stage;
  const open = kind === "idle" && ahead === undefined;
  const { height } = state.chain;
  return ctx.gate("synced", open, { height, ahead: ahead?.tip?.height ?? height, sync: kind });
}

function minimumGate(state: State, ctx: MasternodeCtx): boolean {
  const { minimumMasternodes, minimumHold } = state.config;
  const { minimumSince } = state.production;
  const open = minimumSince !== null && ctx.uptime - minimumSince >= minimumHold;
  return ctx.gate("minimum", open, { active: activeCount(state), needed: minimumMasternodes });
}

/** Anything a gate looks at. */
function touched(before: State, after: State): boolean {
  return (
    before === after ||
    before.chain !== after.chain ||
    before.sync !== after.sync ||
    before.sessions !== after.sessions ||
    before.registry.active !== after.registry.active ||
    before.production !== after.production
  );
}

export function withProduction(state: State, patch: Partial<Production>): State {
  const last = state.production;
  return withState(state, {
    production: {
      minimumSince: patch.minimumSince === undefined ? last.minimumSince : patch.minimumSince,
      open: patch.open === undefined ? last.open : patch.open,
      attempt: patch.attempt === undefined ? last.attempt : patch.attempt,
      said: patch.said ?? last.said,
    },
  });
}

/** `due` may have opened: the step itself changes nothing, the judgement after it does. */
export function lookAgain(state: State): State {
  return withProduction(state, { said: state.production.said });
}
