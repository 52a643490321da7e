/** Family R13: code that is there and not wired, or a stub. */
import type { SessionId } from "../../src/core/machine.ts";
import { emptyTable, get, has, put, remove, type Table, values } from "../../src/core/table.ts";
import type { Mutant } from "../../src/fuzz/mutant.ts";
import type { Message } from "../../src/masternode/messages.ts";
import {
  type Masternode,
  type Session,
  type State,
  withoutSession,
  withSession,
  withState,
} from "../../src/masternode/state.ts";
import { mutant, type Node, note, recall, row, rows, tables, timer, timers, veil } from "./made.ts";

const GREETINGS: readonly Message["type"][] = ["Handshake", "Ack"];

export const wiring: readonly Mutant<Masternode>[] = [
  mutant(
    "ann-broadcast-before-peers",
    "A node announces itself once, when it starts, to nobody yet; and never again.",
    tables(
      timers({
        announce: (state, key, ctx) => {
          return state.identity.announcement === null ? timer("announce")(state, key, ctx) : state;
        },
        "announce-again": (state) => state,
      }),
      (ctx, input) => ({
        send(session, message) {
          const greets = input?.kind === "message" && GREETINGS.includes(input.message.type);
          if (!greets || message.type !== "MasternodeAnnouncement") ctx.send(session, message);
        },
      }),
    ),
  ),
  mutant(
    "registry-send-is-noop",
    "After the handshake whatever is sent is counted as sent, and dropped.",
    veil((ctx) => ({
      send(session, message) {
        if (GREETINGS.includes(message.type)) ctx.send(session, message);
      },
    })),
  ),
  mutant(
    "half-open-after-kick",
    "A session that is ended is only struck off: its socket stays open, and is still served.",
    halfOpen(),
  ),
  mutant(
    "two-candidate-stores",
    "Peers that others name are kept where the dial loop does not look.",
    tables(
      rows({
        PeersResponse: (state, session, message, ctx) => {
          return unlearned(state, row("PeersResponse")(state, session, message, ctx), session);
        },
        MasternodesResponse: (state, session, message, ctx) => {
          const next = row("MasternodesResponse")(state, session, message, ctx);
          return unlearned(state, next, session);
        },
        MasternodePage: (state, session, message, ctx) => {
          return unlearned(state, row("MasternodePage")(state, session, message, ctx), session);
        },
        Announcements: (state, session, message, ctx) => {
          return unlearned(state, row("Announcements")(state, session, message, ctx), session);
        },
        MasternodeAnnouncement: (state, session, message, ctx) => {
          const next = row("MasternodeAnnouncement")(state, session, message, ctx);
          return unlearned(state, next, session);
        },
      }),
    ),
  ),
];

/** Candidates that a message named, but for its sender, are none. */
function unlearned(before: State, after: State, { peer }: Session): State {
  if (before.peers === after.peers) return after;
  let { peers } = after;
  for (const { address } of values(after.peers)) {
    if (address !== peer && !has(before.peers, address)) peers = remove(peers, address);
  }
  return withState(after, { peers });
}

type Sessions = Table<Session>;

/** What is struck off is put back while one of its messages is handled. */
function halfOpen(): Node {
  let kicked: SessionId[] = [];
  const machine = tables({}, (ctx, _input, state) => ({
    close(session, reason) {
      const isReady = state !== null && get(state.sessions, session)?.phase === "ready";
      if (isReady) kicked.push(session);
      else ctx.close(session, reason);
    },
  }));
  return {
    ...machine,
    step(state, input, ctx) {
      kicked = [];
      const struck = recall<Sessions>(state, emptyTable());
      const id = "session" in input ? input.session : null;
      const zombie = id === null ? undefined : get(struck, id);
      if (zombie === undefined || id === null) {
        const next = machine.step(state, input, ctx);
        return kicked.reduce((left, each) => {
          const session = get(state.sessions, each);
          return session === undefined ? left : struckOff(left, session);
        }, next);
      }
      if (input.kind !== "message") return note(state, remove(struck, id));
      const next = machine.step(withSession(state, zombie), input, ctx);
      return withoutSession(next, id);
    },
  };
}

function struckOff(state: State, session: Session): State {
  return note(state, put(recall<Sessions>(state, emptyTable()), session.id, session));
}
