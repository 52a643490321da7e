/** A peer that greets, pings and says how high its chain is, but answers no question. */
import type { Machine } from "../../core/machine.ts";
import { veiled } from "../../core/veil.ts";
import { createMachine, repaired } from "../machine.ts";
import type { MessageType } from "../messages.ts";
import type { Masternode } from "../state.ts";

const ANSWERS: readonly MessageType[] = [
  "BlocksResponse",
  "BlockHashResponse",
  "MasternodesResponse",
  "MasternodePage",
  "PeersResponse",
  "Announcements",
];

export const silent: Machine<Masternode> = veiled(createMachine(repaired), (ctx) => ({
  send(session, message) {
    if (!ANSWERS.includes(message.type)) ctx.send(session, message);
  },
}));
