/**
 * A masternode that forges: beside its own announcement it sends those of others, with a signature
 * that does not hold, with a changed reward address, and as they were; their heartbeats likewise.
 * Its lists name masternodes and addresses that do not exist.
 */
import { address, formatAddress, formatIp } from "../../core/address.ts";
import type { Machine } from "../../core/machine.ts";
import { values } from "../../core/table.ts";
import { veiled } from "../../core/veil.ts";
import { createMachine, repaired } from "../machine.ts";
import { DEFAULT_PORT, type MasternodeEntry, type Message } from "../messages.ts";
import type { Entry, Masternode, MasternodeCtx, State } from "../state.ts";

export const announcementForger: Machine<Masternode> = veiled(
  createMachine(repaired),
  (ctx, _input, state) => ({
    send(session, message) {
      ctx.send(session, state === null ? message : poisoned(state, message, ctx));
      if (state === null || message.type !== "MasternodeAnnouncement") return;
      for (const entry of values(state.registry.entries)) {
        for (const forged of forgeries(entry)) ctx.send(session, forged);
      }
    },
  }),
);

function forgeries({ announcement, heartbeat }: Entry): readonly Message[] {
  const forged: Message[] = [];
  if (announcement !== null) {
    const next = { ...announcement, sequence: announcement.sequence + 60_000 };
    const altered = { ...announcement, rewardAddress: "TIME0stolen" };
    for (const each of [next, altered, announcement]) {
      forged.push({ type: "MasternodeAnnouncement", announcement: each });
    }
  }
  if (heartbeat !== null) {
    const next = { ...heartbeat, sequenceNumber: heartbeat.sequenceNumber + 60_000 };
    for (const each of [next, heartbeat]) {
      forged.push({ type: "HeartbeatBroadcast", heartbeat: each });
    }
  }
  return forged;
}

/** Whoever asks the forger who is there hears of 64 who are not. */
function poisoned(state: State, message: Message, ctx: MasternodeCtx): Message {
  const count = state.config.listMax;
  const invented = (): readonly ReturnType<typeof address>[] =>
    Array.from({ length: count }, () =>
      address(INVENTED + ctx.random("invent").below(1_024), DEFAULT_PORT),
    );
  switch (message.type) {
    case "PeersResponse":
      return { type: "PeersResponse", addresses: invented().map(formatAddress) };
    case "MasternodesResponse":
      return { type: "MasternodesResponse", entries: invented().map((at) => entryOf(state, at)) };
    default:
      return message;
  }
}

/** 198.18.0.0/15 is for benchmarks: nobody is there. */
const INVENTED = 0xc6_12_00_00;

function entryOf(state: State, at: ReturnType<typeof address>): MasternodeEntry {
  const { publicKey } = state.identity;
  return { address: formatIp(at), rewardAddress: "TIME0nobody", tier: "Gold", publicKey };
}
