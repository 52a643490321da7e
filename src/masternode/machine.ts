/**
 * The masternode as a machine: looks its tables up and calls the handler. One table serves both
 * ends of a link (rule S2): who dialed never decides what a message means.
 */
import { must } from "../core/assert.ts";
import type { Machine, SessionId } from "../core/machine.ts";
import { get } from "../core/table.ts";
import type { Behaviour, Handler, MessageTable } from "./behaviour.ts";
import { messageTypes } from "./codec.ts";
import { acceptAnnouncement } from "./handlers/announcement.ts";
import { announce, announceAgain } from "./handlers/announce.ts";
import { acceptAttestation } from "./handlers/attestation.ts";
import { acceptAnnouncedBlock, retryEarlyBlocks } from "./handlers/blocks.ts";
import { init } from "./handlers/boot.ts";
import { saveCache, stop } from "./handlers/cache.ts";
import { addNode, dialLoop, redial } from "./handlers/dial.ts";
import {
  acceptAnnouncements,
  acceptMasternodes,
  acceptPage,
  acceptPeers,
  askForMasternodes,
  serveAnnouncements,
  serveMasternodes,
  servePage,
  servePeers,
} from "./handlers/exchange.ts";
import { feel, feelerOver } from "./handlers/feeler.ts";
import { judge } from "./handlers/gates.ts";
import {
  acceptAck,
  acceptHandshake,
  admit,
  handshakeTimedOut,
  openedDialed,
} from "./handlers/handshake.ts";
import { acceptHeartbeat, beat } from "./handlers/heartbeat.ts";
import { askAgain } from "./handlers/held.ts";
import { saveChain } from "./handlers/keep.ts";
import { guestLeaves, openedAccepted } from "./handlers/limits.ts";
import { acceptPing, acceptPong, ping } from "./handlers/ping.ts";
import { assembled, minimumHeld, produce, slotBegins, startAttempt } from "./handlers/produce.ts";
import { prune } from "./handlers/prune.ts";
import { sweep } from "./handlers/registry.ts";
import { saved } from "./handlers/sequences.ts";
import {
  serveBlock,
  serveBlockHash,
  serveBlockRange,
  serveBlocks,
  serveConsensus,
  serveGenesisHash,
  serveHeight,
} from "./handlers/serve.ts";
import { dialRefused, sessionClosed } from "./handlers/session.ts";
import { sessionGarbled } from "./handlers/violations.ts";
import { standing } from "./handlers/status.ts";
import { acceptBlockHash, acceptBlocks, syncTimedOut } from "./handlers/sync.ts";
import { acceptHeight, acceptTip, exchangeTips } from "./handlers/tips.ts";
import type { Message } from "./messages.ts";
import { changedSession } from "./records.ts";
import { HEARD_STEP, withSession } from "./state.ts";
import type {
  Command,
  Masternode,
  MasternodeCtx,
  MasternodeInput,
  Session,
  State,
} from "./state.ts";

const messages: MessageTable = {
  Handshake: acceptHandshake,
  Ack: acceptAck,
  Ping: acceptPing,
  Pong: acceptPong,
  MasternodeAnnouncement: acceptAnnouncement,
  GetMasternodes: serveMasternodes,
  MasternodesResponse: acceptMasternodes,
  GetMasternodePage: servePage,
  MasternodePage: acceptPage,
  GetAnnouncements: serveAnnouncements,
  Announcements: acceptAnnouncements,
  HeartbeatBroadcast: acceptHeartbeat,
  HeartbeatAttestation: acceptAttestation,
  GetPeers: servePeers,
  PeersResponse: acceptPeers,
  GetBlockHeight: serveHeight,
  BlockHeightResponse: acceptHeight,
  GetBlockHash: serveBlockHash,
  BlockHashResponse: acceptBlockHash,
  Tip: acceptTip,
  GetBlocks: serveBlocks,
  BlocksResponse: acceptBlocks,
  BlockAnnouncement: acceptAnnouncedBlock,
  GetGenesisHash: serveGenesisHash,
  BlockRequest: serveBlock,
  GetBlockRange: serveBlockRange,
  ConsensusQuery: serveConsensus,
};

/** The protocol of the specification page. */
export const repaired: Behaviour = {
  name: "masternode",
  init,
  messages: { dialed: messages, accepted: messages },
  timers: {
    announce,
    "announce-again": announceAgain,
    ask: askAgain,
    assemble: assembled,
    cache: saveCache,
    chain: saveChain,
    dial: dialLoop,
    due: slotBegins,
    "early-block": retryEarlyBlocks,
    exchange: askForMasternodes,
    feeler: feel,
    guest: guestLeaves,
    "feeler-over": feelerOver,
    handshake: handshakeTimedOut,
    heartbeat: beat,
    minimum: minimumHeld,
    ping,
    produce,
    prune,
    redial,
    start: startAttempt,
    status: standing,
    sweep,
    sync: syncTimedOut,
    tips: exchangeTips,
  },
  opened: { dialed: openedDialed, accepted: openedAccepted },
  refused: dialRefused,
  closed: sessionClosed,
  garbled: sessionGarbled,
  saved,
  commands: { addnode: addNode, stop },
  admit,
  lineLimit,
  judge,
};

/** Bytes of a line now (rule S7): few until we know who it is. */
function lineLimit(state: State, id: SessionId): number {
  const { lineMax, lineMaxUnready } = state.config;
  return get(state.sessions, id)?.phase === "ready" ? lineMax : lineMaxUnready;
}

export function createMachine(behaviour: Behaviour): Machine<Masternode> {
  return {
    name: behaviour.name,
    kinds: messageTypes,
    lineLimit: (state, session) => behaviour.lineLimit(state, session),
    init: (config, files, ctx) => {
      const state = behaviour.init(config, files, ctx);
      return behaviour.judge(state, state, ctx);
    },
    step: (state, input, ctx) => {
      const next = react(behaviour, state, input, ctx);
      return next === state ? state : behaviour.judge(state, next, ctx);
    },
  };
}

function react(
  behaviour: Behaviour,
  state: State,
  input: MasternodeInput,
  ctx: MasternodeCtx,
): State {
  switch (input.kind) {
    case "opened":
      return behaviour.opened[input.role](state, input.session, input.remote, ctx);
    case "message":
      return receive(behaviour, state, input.session, input.message, ctx);
    case "timer":
      return behaviour.timers[input.timer]?.(state, input.key, ctx) ?? state;
    case "refused":
      return behaviour.refused(state, known(state, input.session), input.reason, ctx);
    case "closed":
      return behaviour.closed(state, known(state, input.session), input.reason, ctx);
    case "garbled":
      // A type that only a later version knows is no fault (rule S8).
      if (input.what === "unknown") return state;
      return behaviour.garbled(state, known(state, input.session), input.error, input.what, ctx);
    case "saved":
      return behaviour.saved(state, input.file, input.ok, ctx);
    case "command":
      return obey(behaviour, state, input.command, ctx);
  }
}

function obey(behaviour: Behaviour, state: State, command: Command, ctx: MasternodeCtx): State {
  const row = behaviour.commands[command.type] as (
    state: State,
    command: Command,
    ctx: MasternodeCtx,
  ) => State;
  return row(state, command, ctx);
}

function receive(
  behaviour: Behaviour,
  state: State,
  id: SessionId,
  message: Message,
  ctx: MasternodeCtx,
): State {
  const next = heard(state, known(state, id), ctx);
  const admitted = behaviour.admit(next, known(next, id), message, ctx);
  if (admitted !== "handle") return admitted;
  return handle(behaviour.messages, next, id, message, ctx);
}

/** Who spoke is not silent (rule S7). Noted now and then: no new state for each of a flood. */
function heard(state: State, session: Session, ctx: MasternodeCtx): State {
  if (ctx.uptime - session.heardAt < HEARD_STEP) return state;
  return withSession(state, changedSession(session, { heardAt: ctx.uptime }));
}

/** Calls the row of a message; then, once a session became ready, those that came too early. */
function handle(
  tables: Behaviour["messages"],
  state: State,
  id: SessionId,
  message: Message,
  ctx: MasternodeCtx,
): State {
  const session = known(state, id);
  const row = tables[session.role][message.type] as Handler | undefined;
  const handled = row !== undefined;
  if (!handled) ctx.gate("handled", false, { for: `${message.type} on ${session.role} links` });
  let next = handled ? row(state, session, message, ctx) : state;
  if (session.phase === "ready" || get(next.sessions, id)?.phase !== "ready") return next;
  for (const [at, early] of session.early) {
    const fresh = ctx.uptime - at <= state.config.earlyWindow;
    if (fresh && get(next.sessions, id) !== undefined) next = handle(tables, next, id, early, ctx);
  }
  return next;
}

/** The runtime and the handlers agree on which sessions there are. */
function known(state: State, id: SessionId): Session {
  return must(get(state.sessions, id), "session", id);
}
