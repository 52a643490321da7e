/**
 * Handshake (rule S3) and what a session's becoming ready sets off (rule A1). The dialer's first
 * line is `Handshake`, the acceptor's answer `Ack`; afterwards both ends are equal (rule S2).
 */
import { type Address, formatAddress, parseAddress, portOf, withPort } from "../../core/address.ts";
import type { TimerKey } from "../../core/machine.ts";
import { get, has } from "../../core/table.ts";
import type { Ack, Handshake, Message } from "../messages.ts";
import { changedPeer, changedSession } from "../records.ts";
import { type MasternodeCtx, type Session, type State, withPeer, withSession } from "../state.ts";
import { noteChange } from "../memory.ts";
import { greet, LISTS } from "./announce.ts";
import { felt } from "./feeler.ts";
import { isUnwanted, markSelf, seenAs } from "./identity.ts";
import { closeSession, peerAt } from "./session.ts";
import { takeLeave, welcome } from "./limits.ts";
import { withRoom } from "./prune.ts";
import { settle } from "./tiebreak.ts";
import { isBanned } from "./violations.ts";

/** ASCII "TIME" (section 2.2). */
export const MAGIC = "54494d45";
export const PROTOCOL_VERSION = 1;
/** What we understand beyond the reference (rule A5). */
const CAPABILITIES: readonly string[] = ["tip", "pages", "announcements"];

export function openedDialed(state: State, id: number, remote: Address, ctx: MasternodeCtx): State {
  const session = get(state.sessions, id);
  if (session === undefined) return state;
  const held = [...readyWith(state, remote)].length > 0;
  ctx.send(session.id, {
    type: "Handshake",
    magic: MAGIC,
    protocolVersion: PROTOCOL_VERSION,
    network: state.config.network,
    listenPort: portOf(ctx.self),
    capabilities: CAPABILITIES,
    node: state.identity.node,
    you: formatAddress(remote),
    held,
    ...(session.feeler ? { feeler: true } : {}),
  });
  ctx.setTimer("handshake", state.config.handshakeTimeout, session.id);
  return withSession(state, changedSession(session, { phase: "opened", openedAt: ctx.uptime }));
}

/** Before ready only the handshake is handled; the rest is kept for a moment (rule S3). */
export function admit(
  state: State,
  session: Session,
  message: Message,
  ctx: MasternodeCtx,
): State | "handle" {
  const first = session.role === "dialed" ? "Ack" : "Handshake";
  if (session.phase === "ready" || message.type === first) return "handle";
  const room = session.early.length < state.config.earlyMax;
  if (!ctx.gate("early", room, { for: `session ${session.id}`, kept: session.early.length })) {
    return state;
  }
  return withSession(
    state,
    changedSession(session, { early: [...session.early, [ctx.uptime, message]] }),
  );
}

/** The acceptor's half. */
export function acceptHandshake(
  state: State,
  session: Session,
  handshake: Handshake,
  ctx: MasternodeCtx,
): State {
  if (session.role === "dialed" || session.phase === "ready") return state;
  const fault = handshakeFault(state, handshake);
  if (fault !== null) return refuseHandshake(state, session, fault, ctx);
  const port = handshake.listenPort ?? state.config.defaultPort;
  const peer = withPort(session.remote, port);
  const introduced = changedSession(session, { peer, feeler: handshake.feeler ?? false });
  // Where many nodes share an ip, only the port tells who calls (rule S8).
  if (isBanned(state, peer, ctx.uptime)) {
    ctx.emit({ type: "refused", what: "session", from: peer, why: "banned" });
    return closeSession(state, introduced, "banned", "neither", ctx);
  }
  ctx.send(session.id, {
    type: "Ack",
    messageType: "Handshake",
    network: state.config.network,
    listenPort: portOf(ctx.self),
    capabilities: CAPABILITIES,
    node: state.identity.node,
    you: formatAddress(introduced.peer),
    ...(session.guest ? { guest: true } : {}),
  });
  // A call from ourselves: the dialing end learns it from the Ack and marks the address.
  if (handshake.node === state.identity.node) {
    return closeSession(state, session, "self", "neither", ctx);
  }
  return becomeReady(state, introduced, handshake, handshake.held ?? false, ctx);
}

/** The dialer's half. */
export function acceptAck(state: State, session: Session, ack: Ack, ctx: MasternodeCtx): State {
  if (session.role === "accepted" || session.phase === "ready") return state;
  if (ack.node === state.identity.node) {
    const closed = closeSession(state, session, "self", "neither", ctx);
    return markSelf(closed, session.peer, ctx);
  }
  if (ack.node !== undefined && ack.network !== state.config.network) {
    return refuseHandshake(state, session, `network ${ack.network}`, ctx);
  }
  return becomeReady(state, changedSession(session, { guest: ack.guest ?? false }), ack, true, ctx);
}

export function handshakeTimedOut(state: State, key: TimerKey, ctx: MasternodeCtx): State {
  const session = get(state.sessions, key as number);
  if (session === undefined || session.phase === "ready") return state;
  const reason = session.phase === "dialing" ? "dial timeout" : "handshake timeout";
  return closeSession(state, session, reason, "failure", ctx);
}

/** Null when the other end speaks our language. Only ours name the real network (rule S3). */
function handshakeFault(state: State, handshake: Handshake): string | null {
  if (handshake.magic !== MAGIC) return `magic ${handshake.magic}`;
  if (handshake.protocolVersion !== PROTOCOL_VERSION) {
    return `protocol version ${handshake.protocolVersion}`;
  }
  const ours = handshake.node !== undefined;
  return ours && handshake.network !== state.config.network ? `network ${handshake.network}` : null;
}

function refuseHandshake(state: State, session: Session, why: string, ctx: MasternodeCtx): State {
  ctx.emit({ type: "refused", what: "handshake", from: session.peer, why });
  return closeSession(state, session, why, "failure", ctx);
}

function becomeReady(
  state: State,
  session: Session,
  hello: Handshake | Ack,
  held: boolean,
  ctx: MasternodeCtx,
): State {
  ctx.cancelTimer("handshake", session.id);
  const ready: Session = changedSession(session, {
    phase: "ready",
    node: hello.node ?? null,
    capabilities: hello.node === undefined ? [] : (hello.capabilities ?? []),
    readyAt: ctx.uptime,
    early: [],
    unread: LISTS,
  });
  const { id, peer, role, remote } = ready;
  ctx.emit({ type: "ready", peer, session: id, role, remote });
  let next = knownPeer(withSession(state, ready), ready, ctx);
  const you = hello.you === undefined ? null : parseAddress(hello.you, portOf(ctx.self));
  if (you !== null) next = seenAs(next, ready, you, ctx);
  felt(state, ready, ctx);
  welcome(state, ready, ctx);
  next = greet(next, ready, ctx);
  ctx.setTimer("ping", state.config.pingPeriod, id);
  return takeLeave(settle(next, ready, held, ctx), ctx);
}

/** Who it is, for the next time: unless it is no address of a node, or there is no room. */
function knownPeer(state: State, { peer, node }: Session, ctx: MasternodeCtx): State {
  if (isUnwanted(state, peer, ctx)) return state;
  const roomy = has(state.peers, peer) ? state : withRoom(state, ctx);
  if (roomy === null) return state;
  const known = peerAt(roomy, peer, ctx);
  const seen = { readyAt: ctx.uptime, seenAt: ctx.uptime, proven: true };
  const next = withPeer(roomy, changedPeer(known, { ...seen, node, self: false }));
  return known.proven ? next : noteChange(next, ctx);
}

/** Ready sessions with an address, or with the boot that last answered there. */
function* readyWith(state: State, address: Address): Generator<Session> {
  const node = get(state.peers, address)?.node ?? null;
  for (const chunk of state.sessions.chunks) {
    for (const session of chunk.values) {
      if (session.phase !== "ready") continue;
      if (session.peer === address || (node !== null && session.node === node)) yield session;
    }
  }
}
