/** Family R3: handshakes, simultaneous dials, tie-breaks, and cleaning up after sessions. */
import { formatIp, ipOf } from "../../src/core/address.ts";
import type { SessionId } from "../../src/core/machine.ts";
import { emptyTable, get, put, remove, type Table, values } from "../../src/core/table.ts";
import { type Duration, MILLISECOND, SECOND } from "../../src/core/units.ts";
import type { Mutant } from "../../src/fuzz/mutant.ts";
import { closeSession } from "../../src/masternode/handlers/session.ts";
import { sessionGarbled } from "../../src/masternode/handlers/violations.ts";
import { repaired } from "../../src/masternode/machine.ts";
import type { Handshake, Message } from "../../src/masternode/messages.ts";
import {
  type Masternode,
  type MasternodeCtx,
  type Peer,
  type Session,
  type State,
  withSession,
  withState,
} from "../../src/masternode/state.ts";
import {
  afterwards,
  endedIn,
  mutant,
  newPeers,
  note,
  readyWith,
  recall,
  row,
  rows,
  shut,
  tables,
  timer,
  timers,
} from "./made.ts";

export const sessions: readonly Mutant<Masternode>[] = [
  mutant(
    "handshake-dup-reject-before-ack",
    "Who is dialing an ip hangs up on a caller from that ip before any handshake.",
    tables({
      opened: {
        ...repaired.opened,
        accepted: (state, id, remote, ctx) => {
          const isKnown = values(state.sessions).some(({ role, peer }) => {
            return role === "dialed" && ipOf(peer) === ipOf(remote);
          });
          if (!isKnown) return repaired.opened.accepted(state, id, remote, ctx);
          ctx.emit({ type: "refused", what: "session", from: remote, why: "duplicate" });
          ctx.close(id as SessionId, "duplicate");
          return state;
        },
      },
    }),
  ),
  mutant(
    "pong-lost-between-sockets",
    "Two sessions of one pair both stay, and a pong leaves on the older whichever brought the ping.",
    tables(
      rows({
        Handshake: (state, session, message, ctx) => {
          return beside(state, message.node, (alone) => {
            return row("Handshake")(alone, session, message, ctx);
          });
        },
        Ack: (state, session, message, ctx) => {
          return beside(state, message.node, (alone) => row("Ack")(alone, session, message, ctx));
        },
        Ping: (state, session, message, ctx) => {
          const { peer } = session;
          const first = values(state.sessions).find((each) => {
            return each.phase === "ready" && each.peer === peer;
          });
          return row("Ping")(state, first ?? session, message, ctx);
        },
      }),
    ),
  ),
  mutant(
    "handshake-early-messages-race",
    "A dialer goes on without waiting for the answer; who accepted takes a moment to note the " +
      "handshake, and ends and blames a session that says more meanwhile.",
    tables({
      ...rows(
        {
          Handshake: (state, session, message, ctx) => {
            const wait = ctx.random("noting").between(0, 50 * MILLISECOND) as Duration;
            ctx.setTimer("handshake", wait, session.id);
            const waiting = recall<Table<Handshake>>(state, emptyTable());
            return note(state, put(waiting, session.id, message));
          },
        },
        ["accepted"],
      ),
      ...timers({
        handshake: (state, key, ctx) => {
          const waiting = recall<Table<Handshake>>(state, emptyTable());
          const message = get(waiting, key as number);
          const session = get(state.sessions, key as number);
          if (message === undefined) return timer("handshake")(state, key, ctx);
          const rest = note(state, remove(waiting, key as number));
          return session === undefined ? rest : row("Handshake")(rest, session, message, ctx);
        },
      }),
      opened: {
        ...repaired.opened,
        dialed: (state, id, remote, ctx) => {
          const next = repaired.opened.dialed(state, id, remote, ctx);
          for (const type of ["GetPeers", "GetMasternodes", "GetBlockHeight"] as const) {
            ctx.send(id as SessionId, { type });
          }
          return next;
        },
      },
      admit: blaming,
    }),
  ),
  mutant(
    "dial-rule-string-compare",
    "Who of two may dial is decided by addresses as text at one end and as numbers at the other, " +
      "so that where these differ neither dials.",
    tables({
      ...afterwards((before, after, ctx) => passive(after, newPeers(before, after), ctx)),
      init: (config, files, ctx) => {
        const state = repaired.init(config, files, ctx);
        return passive(state, values(state.peers), ctx);
      },
    }),
  ),
  mutant(
    "unspecified-local-ip-ranks-lowest",
    "A node that does not know its own address leaves all dialing to others, but for the first.",
    tables(
      timers({
        dial: (state, key, ctx) => {
          if (mayDial(state, ctx)) return timer("dial")(state, key, ctx);
          ctx.setTimer("dial", state.config.dialPeriod);
          return state;
        },
        feeler: (state, key, ctx) => {
          if (mayDial(state, ctx)) return timer("feeler")(state, key, ctx);
          ctx.setTimer("feeler", state.config.feelerPeriod);
          return state;
        },
        redial: (state, key, ctx) => {
          return mayDial(state, ctx) ? timer("redial")(state, key, ctx) : state;
        },
      }),
    ),
  ),
  mutant(
    "late-close-wipes-new-session",
    "Cleaning up after a session goes by address, and takes the one that replaced it along.",
    tables(
      afterwards((before, after, ctx) => {
        const twins = endedIn(before, after).flatMap((session) => readyWith(after, session));
        return twins.reduce((next, { id }) => {
          const twin = get(next.sessions, id);
          return twin === undefined ? next : closeSession(next, twin, "cleaned up", "clean", ctx);
        }, after);
      }),
    ),
  ),
  mutant(
    "stale-entry-blocks-reconnect",
    "A session that was reset or timed out leaves its entry behind: its peer counts as connected.",
    tables({
      ...rows(
        {
          Handshake: (state, session, message, ctx) => {
            const next = row("Handshake")(state, session, message, ctx);
            const now = get(next.sessions, session.id);
            if (now?.phase !== "ready" || !isStale(state, now.peer)) return next;
            return closeSession(next, now, "already connected", "neither", ctx);
          },
        },
        ["accepted"],
      ),
      closed: (state, session, reason, ctx) => {
        const next = repaired.closed(state, session, reason, ctx);
        const peer = get(next.peers, session.peer);
        const isAbrupt = reason === "reset" || reason === "timeout";
        if (session.phase !== "ready" || !isAbrupt || peer === undefined) return next;
        return readyWith(next, session).length > 0 ? next : shut(next, peer);
      },
    }),
  ),
];

/** The handshake of one session does not see what stands with the same boot already. */
function beside(state: State, boot: string | undefined, go: (alone: State) => State): State {
  const rivals = values(state.sessions).filter(({ phase, node }) => {
    return phase === "ready" && node !== null && node === boot;
  });
  let { sessions: table } = state;
  for (const { id } of rivals) table = remove(table, id);
  const next = go(withState(state, { sessions: table }));
  return rivals.reduce((whole, rival) => withSession(whole, rival), next);
}

function blaming(
  state: State,
  session: Session,
  message: Message,
  ctx: MasternodeCtx,
): State | "handle" {
  if (session.role === "dialed" || session.phase === "ready" || message.type === "Handshake") {
    return repaired.admit(state, session, message, ctx);
  }
  const blamed = sessionGarbled(state, session, "not a handshake", "shape", ctx);
  const open = get(blamed.sessions, session.id);
  if (open === undefined) return blamed;
  return closeSession(blamed, open, "no handshake", "failure", ctx);
}

function passive(state: State, peers: readonly Peer[], ctx: MasternodeCtx): State {
  const own = state.identity.address ?? ctx.self;
  return peers.reduce((next, peer) => {
    const asText = formatIp(own) < formatIp(peer.address);
    const asNumber = ipOf(own) < ipOf(peer.address);
    const isOneIp = ipOf(own) === ipOf(peer.address);
    return isOneIp || asText === asNumber ? next : shut(next, peer);
  }, state);
}

function mayDial(state: State, ctx: MasternodeCtx): boolean {
  return state.identity.address !== null || ctx.uptime < SECOND;
}

function isStale(state: State, address: Peer["address"]): boolean {
  return get(state.peers, address)?.triedAt === Number.POSITIVE_INFINITY;
}
