/** Family R2: one address, several spellings. */
import { parseAddress, withPort } from "../../src/core/address.ts";
import { get, has, put, remove, values } from "../../src/core/table.ts";
import type { Mutant } from "../../src/fuzz/mutant.ts";
import { place } from "../../src/masternode/handlers/registry.ts";
import { repaired } from "../../src/masternode/machine.ts";
import type { MasternodeEntry } from "../../src/masternode/messages.ts";
import { newEntry } from "../../src/masternode/registry.ts";
import {
  type Masternode,
  type MasternodeCtx,
  type Peer,
  type Session,
  type State,
  withState,
} from "../../src/masternode/state.ts";
import { afterwards, mutant, newPeers, row, rows, tables } from "./made.ts";

export const spelling: readonly Mutant<Masternode>[] = [
  mutant(
    "pong-reply-lookup-by-ephemeral-port",
    "The session to answer a ping on is looked up by the socket's far end among peers' addresses.",
    tables(
      rows({
        Ping: (state, session, message, ctx) => {
          const found = values(state.sessions).some(({ peer }) => peer === session.remote);
          if (found) return row("Ping")(state, session, message, ctx);
          const why = "no such peer";
          ctx.emit({ type: "refused", what: "pong", from: session.peer, why });
          return state;
        },
      }),
    ),
  ),
  mutant(
    "fork-query-without-port",
    "An address that is stored as a dial candidate loses its port, and is dialed at the usual one.",
    tables({
      ...afterwards((before, after) => portless(after, newPeers(before, after))),
      init: (config, files, ctx) => {
        const state = repaired.init(config, files, ctx);
        return portless(state, values(state.peers));
      },
    }),
  ),
  mutant(
    "self-registration-and-self-dial",
    "The own line in somebody's list is taken in like any other.",
    tables(
      rows({
        MasternodesResponse: (state, session, message, ctx) => {
          const next = row("MasternodesResponse")(state, session, message, ctx);
          return withOwnLine(next, session, message.entries, ctx);
        },
        MasternodePage: (state, session, message, ctx) => {
          const next = row("MasternodePage")(state, session, message, ctx);
          return withOwnLine(next, session, message.entries, ctx);
        },
      }),
    ),
  ),
];

/** What an operator configured, and who has a session, keeps its port. */
function portless(state: State, stored: readonly Peer[]): State {
  const { defaultPort } = state.config;
  const connected = new Set(values(state.sessions).map(({ peer }) => peer));
  let { peers } = state;
  for (const peer of stored) {
    const address = withPort(peer.address, defaultPort);
    if (peer.configured || connected.has(peer.address) || address === peer.address) continue;
    peers = remove(peers, peer.address);
    if (!has(peers, address)) peers = put(peers, address, { ...peer, address });
  }
  return peers === state.peers ? state : withState(state, { peers });
}

function withOwnLine(
  state: State,
  session: Session,
  entries: readonly MasternodeEntry[],
  ctx: MasternodeCtx,
): State {
  const own = state.identity.address;
  const line = entries.find((entry) => {
    return own === parseAddress(entry.address, entry.port ?? state.config.defaultPort);
  });
  if (own === null || line === undefined) return state;
  const known = get(state.registry.entries, own) ?? newEntry(own, line, ctx.uptime);
  const { sequence = 0 } = line;
  const bound = "provisionally";
  return place(state, { ...known, bound, sequence, evidenceAt: ctx.uptime }, session.peer, ctx);
}
