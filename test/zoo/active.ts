/** Family R4: what "active" means, and by what evidence. */
import type { Address } from "../../src/core/address.ts";
import { emptyTable, get, put, tableOf, values } from "../../src/core/table.ts";
import { MINUTE, type Time } from "../../src/core/units.ts";
import type { Mutant } from "../../src/fuzz/mutant.ts";
import { parseAddress } from "../../src/core/address.ts";
import type { Behaviour } from "../../src/masternode/behaviour.ts";
import { activeSet, emitActive } from "../../src/masternode/handlers/registry.ts";
import { repaired } from "../../src/masternode/machine.ts";
import {
  type Entry,
  type Masternode,
  type MasternodeCtx,
  readySessions,
  type State,
  type Witnessing,
  withRegistry,
} from "../../src/masternode/state.ts";
import { witnessCount } from "../../src/masternode/witness.ts";
import {
  afterwards,
  endedIn,
  hiding,
  mutant,
  note,
  readyWith,
  recall,
  roleOf,
  row,
  rows,
  tables,
  timer,
  timers,
  under,
  veil,
} from "./made.ts";

export const active: readonly Mutant<Masternode>[] = [
  mutant(
    "heartbeat-from-unknown-ignored",
    "A heartbeat of a masternode that is not in the registry is dropped, and nobody is asked.",
    tables(
      rows({
        HeartbeatBroadcast: (state, session, message, ctx) => {
          const { masternodeAddress } = message.heartbeat;
          const address = parseAddress(masternodeAddress, state.config.defaultPort);
          const entry = address === null ? undefined : get(state.registry.entries, address);
          if (entry === undefined || entry.bound === "not") return state;
          return row("HeartbeatBroadcast")(state, session, message, ctx);
        },
      }),
    ),
  ),
  mutant(
    "min-reports-above-degree",
    "Blocks are made only with masternodes that three others attest, however few others there are.",
    veil((ctx, _input, state) => ({
      gate(name, open, values) {
        if (name !== "minimum" || state === null) return ctx.gate(name, open, values);
        const count = countOf(state, ctx);
        const enough = open && count >= state.config.minimumMasternodes;
        return ctx.gate(name, enough, { ...values, active: count });
      },
    })),
  ),
  mutant(
    "restart-rejects-all-announcements",
    "After a restart with a stored chain the list of those who may announce themselves is empty, " +
      "so that every announcement is refused.",
    tables({
      ...rows({
        MasternodeAnnouncement: (state, session, message, ctx) => {
          if (!recall(state, false)) {
            return row("MasternodeAnnouncement")(state, session, message, ctx);
          }
          const why = "not on the list";
          ctx.emit({ type: "refused", what: "announcement", from: session.peer, why });
          return state;
        },
        MasternodesResponse: (state, session, message, ctx) => {
          const heard = recall(state, false) ? { ...message, entries: [] } : message;
          return row("MasternodesResponse")(state, session, heard, ctx);
        },
        MasternodePage: (state, session, message, ctx) => {
          const heard = recall(state, false) ? { ...message, entries: [] } : message;
          return row("MasternodePage")(state, session, heard, ctx);
        },
        Announcements: (state, session, message, ctx) => {
          const heard = recall(state, false) ? { ...message, entries: [] } : message;
          return row("Announcements")(state, session, heard, ctx);
        },
      }),
      init: (config, files, ctx) => {
        const state = repaired.init(config, files, ctx);
        return files.chain === undefined ? state : note(unbound(state), true);
      },
    }),
  ),
  mutant(
    "inbound-sessions-not-counted",
    "Accepted sessions are in no count: without a dialed one no block is made, and blocks are not " +
      "sent on them.",
    veil((ctx, _input, state) => ({
      gate(name, open, values) {
        if (name !== "minimum" || state === null) return ctx.gate(name, open, values);
        const counted = readySessions(state).some(({ role }) => role === "dialed");
        return ctx.gate(name, open && counted, values);
      },
      send(session, message) {
        const isBlock = message.type === "BlockAnnouncement";
        if (!isBlock || roleOf(state, session) === "dialed") ctx.send(session, message);
      },
    })),
  ),
  mutant(
    "dial-loop-sees-only-active",
    "Known masternodes are dialed only while they are active, which none is after a restart.",
    tables(
      timers({
        dial: (state, key, ctx) => {
          return hiding(state, inactiveIn(state), (seen) => timer("dial")(seen, key, ctx));
        },
        feeler: (state, key, ctx) => {
          return hiding(state, inactiveIn(state), (seen) => timer("feeler")(seen, key, ctx));
        },
      }),
    ),
  ),
  mutant(
    "disconnect-not-reflected",
    "Who is gone still counts as active for five minutes.",
    tables(
      timers({
        sweep: (state, key, ctx) => {
          const slow = { activeWindow: (5 * MINUTE) as Time };
          return under(state, slow as never, (other) => timer("sweep")(other, key, ctx));
        },
      }),
    ),
  ),
  mutant(
    "own-sightings-not-counted",
    "A node that hears a heartbeat first hand does not count itself among its witnesses.",
    tables(rows({ HeartbeatBroadcast: unseeing() }), (ctx, input) => ({
      emit(fact) {
        const isOwn = input?.kind === "message" && input.message.type === "HeartbeatBroadcast";
        if (!isOwn || fact.type !== "attested") ctx.emit(fact);
      },
    })),
  ),
  mutant(
    "unanimous-drop-cascade",
    "A masternode whose session ends is inactive at once, without any grace.",
    tables(
      afterwards((before, after, ctx) => {
        return endedIn(before, after).reduce((next, session) => {
          return readyWith(next, session).length > 0 ? next : dropped(next, session.peer, ctx);
        }, after);
      }),
    ),
  ),
];

/** Ourselves and those with three witnesses; new ones are given time to be reported. */
function countOf(state: State, ctx: MasternodeCtx): number {
  return activeSet(state, ctx).filter((address) => {
    const entry = get(state.registry.entries, address);
    if (entry === undefined || ctx.uptime - entry.firstSeen < 2 * MINUTE) return true;
    return (entry.witnessing?.witnesses.length ?? 0) >= state.config.witnessesNeeded;
  }).length;
}

/** Keys of the cache are bound anew by announcements, and heartbeats wait for those. */
function unbound(state: State): State {
  const loose = values(state.registry.entries).map((entry): [number, Entry] => {
    return [entry.address, { ...entry, bound: "not" }];
  });
  return withRegistry(state, { entries: loose.length === 0 ? emptyTable() : tableOf(loose) });
}

function inactiveIn(
  state: State,
): (peer: { readonly address: Address; readonly configured: boolean }) => boolean {
  return ({ address, configured }) => {
    const entry = get(state.registry.entries, address);
    return !configured && entry !== undefined && entry.status !== "active";
  };
}

function unseeing(): NonNullable<Behaviour["messages"]["dialed"]["HeartbeatBroadcast"]> {
  return (state, session, message, ctx) => {
    const next = row("HeartbeatBroadcast")(state, session, message, ctx);
    const own = next.identity.address;
    const entry = get(next.registry.entries, session.peer);
    const witnessing = entry?.witnessing ?? null;
    if (entry === undefined || own === null || witnessing === null) return next;
    if (!witnessing.witnesses.some(({ address }) => address === own)) return next;
    const others = witnessing.witnesses.filter(({ address }) => address !== own);
    const less: Witnessing = { ...witnessing, witnesses: others };
    const needed = Math.max(1, Math.min(next.config.witnessesNeeded, others.length));
    const seen = { ...less, attested: witnessCount(less) >= needed };
    const entries = put(next.registry.entries, entry.address, { ...entry, witnessing: seen });
    return withRegistry(next, { entries });
  };
}

function dropped(state: State, address: Address, ctx: MasternodeCtx): State {
  const entry = get(state.registry.entries, address);
  if (entry?.status !== "active") return state;
  const silent = ctx.uptime - (entry.evidenceAt ?? entry.firstSeen);
  const evidenceAt = (ctx.uptime - state.config.activeWindow) as Time;
  const gone: Entry = { ...entry, status: "inactive", evidenceAt };
  const next = withRegistry(state, {
    entries: put(state.registry.entries, address, gone),
    active: state.registry.active - 1,
  });
  const total = next.registry.entries.size;
  ctx.emit({ type: "status", address, status: "inactive", total, silent });
  emitActive(next, ctx);
  return next;
}
