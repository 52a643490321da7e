/** Who has which height: tips asked for, told and believed (rules Y1 and B1). */
import type { TimerKey } from "../../core/machine.ts";
import type { Duration } from "../../core/units.ts";
import { hashAt } from "../chain.ts";
import type { MessageOf } from "../messages.ts";
import { type MasternodeCtx, readySessions, type Session, type State } from "../state.ts";
import { claim, sendTip } from "../tip.ts";
import { download } from "./download.ts";

/** Every tip period, aligned so that missed ones are skipped. */
export function exchangeTips(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { tipPeriod } = state.config;
  ctx.setTimer("tips", (tipPeriod - (ctx.uptime % tipPeriod)) as Duration);
  for (const session of readySessions(state)) {
    if (!sendTip(state, session, ctx)) ctx.send(session.id, { type: "GetBlockHeight" });
  }
  return download(state, ctx);
}

export function acceptTip(
  state: State,
  session: Session,
  message: MessageOf<"Tip">,
  ctx: MasternodeCtx,
): State {
  return download(claim(state, session, message.height, message.hash), ctx);
}

export function serveHeight(
  state: State,
  session: Session,
  _message: MessageOf<"GetBlockHeight">,
  ctx: MasternodeCtx,
): State {
  ctx.send(session.id, { type: "BlockHeightResponse", height: state.chain.height });
  return state;
}

/** Without `Tip`, a peer at our height or above is asked which block it has at ours (rule Y1). */
export function acceptHeight(
  state: State,
  session: Session,
  message: MessageOf<"BlockHeightResponse">,
  ctx: MasternodeCtx,
): State {
  const { height } = state.chain;
  const plain = !session.capabilities.includes("tip");
  if (plain && message.height >= height) ctx.send(session.id, { type: "GetBlockHash", height });
  const same = session.tip?.height === message.height ? session.tip.hash : null;
  return download(claim(state, session, message.height, same), ctx);
}

export function serveBlockHash(
  state: State,
  session: Session,
  message: MessageOf<"GetBlockHash">,
  ctx: MasternodeCtx,
): State {
  const { height } = message;
  ctx.send(session.id, { type: "BlockHashResponse", height, hash: hashAt(state.chain, height) });
  return state;
}

export function acceptBlockHash(
  state: State,
  session: Session,
  message: MessageOf<"BlockHashResponse">,
  _ctx: MasternodeCtx,
): State {
  const { tip } = session;
  if (tip === null || tip.height !== message.height || message.hash === null) return state;
  return claim(state, session, tip.height, message.hash);
}
