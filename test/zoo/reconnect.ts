/** Family R10: reconnecting, back-off, pruning, restarts. */
import { ipOf } from "../../src/core/address.ts";
import { emptyTable, get, has, values } from "../../src/core/table.ts";
import { type Duration, HOUR, MINUTE, type Time } from "../../src/core/units.ts";
import type { Mutant } from "../../src/fuzz/mutant.ts";
import { hashAt } from "../../src/masternode/chain.ts";
import type { Config } from "../../src/masternode/config.ts";
import { disown } from "../../src/masternode/handlers/registry.ts";
import { repaired } from "../../src/masternode/machine.ts";
import { IDLE } from "../../src/masternode/stage.ts";
import {
  type Masternode,
  type MasternodeCtx,
  type Peer,
  type Session,
  type State,
  withPeer,
  withRegistry,
  withState,
  withSync,
} from "../../src/masternode/state.ts";
import { afterwards, hiding, mutant, row, rows, tables, timer, timers, under } from "./made.ts";

export const reconnect: readonly Mutant<Masternode>[] = [
  mutant(
    "pre-handshake-failure-evicts-node",
    "A connection that fails before the handshake takes the masternodes of its ip out of the registry.",
    tables({
      closed: (state, session, reason, ctx) => {
        return evicted(repaired.closed(state, session, reason, ctx), session, ctx);
      },
      refused: (state, session, reason, ctx) => {
        return evicted(repaired.refused(state, session, reason, ctx), session, ctx);
      },
      ...timers({
        handshake: (state, key, ctx) => {
          const session = get(state.sessions, key as number);
          const next = timer("handshake")(state, key, ctx);
          const isOver = session !== undefined && !has(next.sessions, session.id);
          return isOver ? evicted(next, session, ctx) : next;
        },
      }),
    }),
  ),
  mutant(
    "backoff-grows-without-end",
    "Each failure doubles the pause before the next dial, up to a day, and none is ever forgiven.",
    tables(afterwards(unforgiving), (ctx) => ({
      emit(fact) {
        if (fact.type !== "dial-failed") return ctx.emit(fact);
        ctx.emit({ ...fact, again: Math.max(fact.again, pauseAfter(fact.failures)) });
      },
    })),
  ),
  mutant(
    "periodic-loop-skips-masternodes",
    "The loop and the feelers dial anybody but known masternodes.",
    tables(
      timers({
        dial: (state, key, ctx) => {
          return hiding(state, masternodesOf(state), (seen) => timer("dial")(seen, key, ctx));
        },
        feeler: (state, key, ctx) => {
          return hiding(state, masternodesOf(state), (seen) => timer("feeler")(seen, key, ctx));
        },
      }),
    ),
  ),
  mutant(
    "never-seen-never-pruned",
    "A candidate that nobody ever saw has no age, and stays.",
    tables(
      timers({
        prune: (state, key, ctx) => {
          const never: Partial<Config> = {
            neverSeenMax: Number.MAX_SAFE_INTEGER as Duration,
            dialFailuresMax: Number.MAX_SAFE_INTEGER as Duration,
          };
          return under(state, never, (other) => timer("prune")(other, key, ctx));
        },
      }),
    ),
  ),
  mutant(
    "pruned-node-resurrected",
    "Nobody remembers who was removed or pruned: the next list brings them back.",
    tables(
      afterwards((_before, after) => {
        const { pruned } = after.memory;
        const kept = pruned.size === 0 ? after : forgetful(after);
        if (kept.registry.removed.size === 0) return kept;
        return withRegistry(kept, { removed: emptyTable() });
      }),
    ),
  ),
  mutant(
    "watchdog-restarts-defeat-timers",
    "A fork is not looked into before five minutes of uptime.",
    tables(
      {
        ...rows({
          BlocksResponse: (state, session, message, ctx) => {
            const { stage } = state.sync;
            const [first] = message.blocks;
            const isYoung = ctx.uptime < PATIENCE && stage.kind === "download";
            const parts = isYoung && !stage.branch && first?.header.height === stage.from;
            if (!parts || first.header.previousHash === stage.candidate.tip) {
              return row("BlocksResponse")(state, session, message, ctx);
            }
            ctx.cancelTimer("sync");
            return withSync(state, { stage: IDLE });
          },
          BlockAnnouncement: (state, session, message, ctx) => {
            const { height, previousHash } = message.block.header;
            const follows = height > state.chain.height && previousHash === state.chain.tip;
            const isKnown = hashAt(state.chain, height - 1) === previousHash;
            if (ctx.uptime >= PATIENCE || follows || height > state.chain.height + 1 || isKnown) {
              return row("BlockAnnouncement")(state, session, message, ctx);
            }
            return state;
          },
        }),
      },
      (ctx, _input, state) => ({
        gate(name, open, seen) {
          const isFork = name === "credible" && seen["height"] === state?.chain.height;
          const mayLook = !isFork || ctx.uptime >= PATIENCE;
          return ctx.gate(name, open && mayLook, seen);
        },
      }),
    ),
  ),
];

const PATIENCE = 5 * MINUTE;

/** By ip, whoever it was that called from there. */
function evicted(state: State, session: Session, ctx: MasternodeCtx): State {
  if (session.phase === "ready") return state;
  const ip = ipOf(session.remote);
  return values(state.registry.entries)
    .filter(({ address }) => ipOf(address) === ip)
    .reduce((next, { address }) => disown(next, address, ctx), state);
}

/** 10, 20, 40, 80 s and on. */
function pauseAfter(failures: number): Duration {
  return Math.min(10_000_000 * 2 ** (failures - 1), 24 * HOUR) as Duration;
}

function unforgiving(before: State, after: State, ctx: MasternodeCtx): State {
  if (before.peers === after.peers) return after;
  return values(after.peers).reduce((next, peer) => {
    const was = get(before.peers, peer.address);
    if (was === undefined || was.failures === peer.failures) return next;
    if (peer.failures < was.failures) return withPeer(next, { ...peer, failures: was.failures });
    const pause = pauseAfter(peer.failures);
    if (ctx.uptime + pause <= peer.nextAt) return next;
    ctx.setTimer("redial", pause, peer.address);
    return withPeer(next, { ...peer, nextAt: (ctx.uptime + pause) as Time });
  }, after);
}

function masternodesOf(state: State): (peer: Peer) => boolean {
  return ({ address }) => has(state.registry.entries, address);
}

function forgetful(state: State): State {
  return withState(state, { memory: { ...state.memory, pruned: emptyTable() } });
}
