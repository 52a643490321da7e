/** Families R7, R8 and R9: limits, bans and work that honest peers run into. */
import { type Address, ipOf, isPrivate, withPort } from "../../src/core/address.ts";
import { emptyTable, get, has, put, type Table, values } from "../../src/core/table.ts";
import { MINUTE, SECOND, type Time } from "../../src/core/units.ts";
import type { Mutant } from "../../src/fuzz/mutant.ts";
import { closeSession } from "../../src/masternode/handlers/session.ts";
import { sessionGarbled } from "../../src/masternode/handlers/violations.ts";
import { repaired } from "../../src/masternode/machine.ts";
import type { MessageOf } from "../../src/masternode/messages.ts";
import {
  type Masternode,
  type MasternodeCtx,
  type MasternodeInput,
  type Session,
  type State,
  withState,
} from "../../src/masternode/state.ts";
import {
  counted,
  mutant,
  type Node,
  note,
  recall,
  row,
  rows,
  tables,
  timer,
  timers,
  under,
} from "./made.ts";

export const limits: readonly Mutant<Masternode>[] = [
  mutant(
    "reply-over-frame-limit",
    "A line may have 8 KiB, though replies of a mebibyte are asked for.",
    tables({
      lineLimit: (state, session) => Math.min(repaired.lineLimit(state, session), 8_192),
    }),
  ),
  mutant(
    "ann-dropped-by-stability-gate",
    "Announcements on a link younger than a minute are ignored.",
    tables(
      rows({
        MasternodeAnnouncement: (state, session, message, ctx) => {
          const age = ctx.uptime - session.openedAt;
          if (!ctx.gate("stable", age >= MINUTE, { for: `session ${session.id}` })) return state;
          return row("MasternodeAnnouncement")(state, session, message, ctx);
        },
      }),
    ),
  ),
  mutant(
    "announce-period-vs-limit-mutual-ban",
    "More than one announcement of a peer in five minutes is a violation, and one comes each minute.",
    tables(
      rows({
        MasternodeAnnouncement: (state, session, message, ctx) => {
          const next = row("MasternodeAnnouncement")(state, session, message, ctx);
          const isOwn = ipOf(session.remote) === ipOf(session.peer);
          const named = get(next.registry.entries, session.peer)?.publicKey;
          if (!isOwn || named !== message.announcement.publicKey) return next;
          return limited(next, session, session.peer, 1, 5 * MINUTE, ctx);
        },
      }),
    ),
  ),
  mutant(
    "pong-timeout-under-load",
    "A pong that takes half a minute, behind a batch of blocks, counts as lost.",
    tables(
      timers({
        ping: (state, key, ctx) => {
          const strict = { pingTimeout: state.config.pingPeriod };
          return under(state, strict, (other) => timer("ping")(other, key, ctx));
        },
      }),
    ),
  ),
  mutant(
    "ping-pong-share-bucket",
    "Pings and pongs of one ip are counted together, and more than two in ten seconds are a violation.",
    tables(
      rows({
        Ping: (state, session, message, ctx) => {
          const next = row("Ping")(state, session, message, ctx);
          return limited(next, session, bucketOf(session), 2, 10 * SECOND, ctx);
        },
        Pong: (state, session, message: MessageOf<"Pong">, ctx) => {
          const next = row("Pong")(state, session, message, ctx);
          return limited(next, session, bucketOf(session), 2, 10 * SECOND, ctx);
        },
      }),
    ),
  ),
  mutant(
    "subnet-heuristic-bans-honest-cluster",
    "Five lost sessions or failed dials of one /16 in ten minutes are an attack: all of it is banned.",
    tables({
      closed: (state, session, reason, ctx) => {
        return suspected(repaired.closed(state, session, reason, ctx), session, ctx);
      },
      refused: (state, session, reason, ctx) => {
        return suspected(repaired.refused(state, session, reason, ctx), session, ctx);
      },
      ...timers({
        handshake: (state, key, ctx) => {
          const session = get(state.sessions, key as number);
          const next = timer("handshake")(state, key, ctx);
          const isOver = session !== undefined && !has(next.sessions, session.id);
          return isOver ? suspected(next, session, ctx) : next;
        },
      }),
    }),
  ),
  mutant(
    "slow-work-under-lock",
    "While a file is being written nothing that comes is handled.",
    locked(),
  ),
];

function bucketOf({ peer }: Session): Address {
  return isPrivate(peer) ? peer : withPort(peer, 0);
}

type Times = Table<readonly number[]>;

/** One more of what is allowed `most` times within `window`. */
function limited(
  state: State,
  session: Session,
  key: number,
  most: number,
  window: number,
  ctx: MasternodeCtx,
): State {
  const [times, count] = counted(recall<Times>(state, emptyTable()), key, window, ctx);
  const next = note(state, times);
  const open = get(next.sessions, session.id);
  if (count <= most || open === undefined) return next;
  return sessionGarbled(next, open, "too many of them", "shape", ctx);
}

const SUSPICIOUS = 5;

function suspected(state: State, { peer }: Session, ctx: MasternodeCtx): State {
  const subnet = ipOf(peer) >>> 16;
  const [times, count] = counted(recall<Times>(state, emptyTable()), subnet, 10 * MINUTE, ctx);
  const next = note(state, times);
  if (count !== SUSPICIOUS) return next;
  const suspects = values(next.peers).filter(({ address }) => ipOf(address) >>> 16 === subnet);
  let { violations } = next.memory;
  for (const { address } of suspects) {
    const bannedUntil = (ctx.uptime + next.config.ban) as Time;
    const key = isPrivate(address) ? address : withPort(address, 0);
    violations = put(violations, key, { count: next.config.violationsBan, bannedUntil });
  }
  ctx.emit({ type: "banned", peer, count, for: next.config.ban });
  const banned = withState(next, { memory: { ...next.memory, violations } });
  return values(banned.sessions)
    .filter((session) => ipOf(session.peer) >>> 16 === subnet)
    .reduce((left, session) => closeSession(left, session, "banned", "failure", ctx), banned);
}

interface Lock {
  /** Writes under way. */
  readonly writes: number;
  readonly waiting: readonly MasternodeInput[];
}

const UNLOCKED: Lock = { writes: 0, waiting: [] };

/** Messages that come during a write wait for its end. */
function locked(): Node {
  let started = 0;
  const machine = tables({}, (ctx) => ({
    save(file, value, strength) {
      started++;
      ctx.save(file, value, strength);
    },
  }));
  const take = (state: State, input: MasternodeInput, ctx: MasternodeCtx): State => {
    started = 0;
    const next = machine.step(state, input, ctx);
    if (started === 0) return next;
    const lock = recall(next, UNLOCKED);
    return note(next, { ...lock, writes: lock.writes + started });
  };
  return {
    ...machine,
    step(state, input, ctx) {
      const lock = recall(state, UNLOCKED);
      if (input.kind === "message" && lock.writes > 0) {
        return note(state, { ...lock, waiting: [...lock.waiting, input] });
      }
      if (input.kind !== "saved") return take(state, input, ctx);
      const done = take(state, input, ctx);
      const left = recall(done, UNLOCKED);
      const writes = Math.max(0, left.writes - 1);
      const free = note(done, { writes, waiting: writes > 0 ? left.waiting : [] });
      if (writes > 0) return free;
      return left.waiting.reduce((next, each) => {
        return each.kind === "message" && has(next.sessions, each.session)
          ? take(next, each, ctx)
          : next;
      }, free);
    },
  };
}
