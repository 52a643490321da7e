/**
 * One ready session per pair (rule S4). Both ends judge alike, because they compare what both know:
 * the boot numbers of the two nodes and who dialed. Where only the dialer knows an order (it dialed
 * both), only the dialer judges, and the acceptor follows its FIN.
 */
import { each } from "../../core/table.ts";
import type { MasternodeCtx, Session, State } from "../state.ts";
import { closeSession } from "./session.ts";

/** A session has become ready; `held`: its dialer had another ready session with us. */
export function settle(state: State, newcomer: Session, held: boolean, ctx: MasternodeCtx): State {
  const rivals: Session[] = [];
  each(state.sessions, (session) => {
    if (session.id !== newcomer.id && session.phase === "ready" && samePeer(session, newcomer)) {
      rivals.push(session);
    }
  });
  let next = state;
  for (const rival of rivals) {
    const loser = loserOf(state, rival, newcomer, held, ctx);
    if (loser !== null) next = closeSession(next, loser, "duplicate", "neither", ctx);
    if (loser === newcomer) break;
  }
  return next;
}

/** The same boot, or the same address where one of the two has none or has rebooted. */
function samePeer(left: Session, right: Session): boolean {
  if (left.node !== null && left.node === right.node) return true;
  return left.peer === right.peer;
}

function loserOf(
  state: State,
  old: Session,
  newcomer: Session,
  held: boolean,
  ctx: MasternodeCtx,
): Session | null {
  // (1) The peer rebooted: the old session is with nobody.
  if (old.node !== newcomer.node) return old;
  // (2) Its dialer knows of no session: ours is a corpse.
  if (!held && isLater(state, newcomer, old)) return old;
  if (old.role === newcomer.role) return newcomer.role === "dialed" ? old : null;
  // (3) The one dialed by the lower boot number, or by the lower address towards the reference.
  const weDial = lower(state, newcomer, ctx);
  const keeper = (old.role === "dialed") === weDial ? old : newcomer;
  return keeper === old ? newcomer : old;
}

/**
 * Accepted after the old one became ready, and not dialed at the same time: a Handshake may be on
 * its way for a while, and say `held: false` of a session that became ready meanwhile.
 */
function isLater(state: State, newcomer: Session, old: Session): boolean {
  const gap = newcomer.openedAt - old.readyAt;
  return newcomer.role === "accepted" && gap > state.config.handshakeTimeout;
}

function lower(state: State, peer: Session, ctx: MasternodeCtx): boolean {
  if (peer.node !== null) return state.identity.node < peer.node;
  return (state.identity.address ?? ctx.self) < peer.peer;
}
