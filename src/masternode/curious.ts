/**
 * A peer that asks of the chain what only messages of the reference ask (section 2.6): a repaired
 * node that asks it besides, of both ends of its links, whenever it asks who is there. It is no
 * adversary: what it learns it leaves, and all promises bind it.
 */
import type { Machine } from "../core/machine.ts";
import { veiled } from "../core/veil.ts";
import type { MessageTable } from "./behaviour.ts";
import { createMachine, repaired } from "./machine.ts";
import type { Message } from "./messages.ts";
import type { Masternode, State } from "./state.ts";

const left = (state: State): State => state;

const answers: MessageTable = {
  GenesisHashResponse: left,
  BlockResponse: left,
  BlockRangeResponse: left,
  ConsensusQueryResponse: left,
};

const hearing = createMachine({
  ...repaired,
  messages: {
    dialed: { ...repaired.messages.dialed, ...answers },
    accepted: { ...repaired.messages.accepted, ...answers },
  },
});

export const curious: Machine<Masternode> = veiled(hearing, (ctx, _input, state) => ({
  send(session, message) {
    ctx.send(session, message);
    if (state === null || message.type !== "GetMasternodes") return;
    for (const question of questions(state)) ctx.send(session, question);
  },
}));

/** Of genesis, of our tip, and of a block more than there may be. */
function questions({ chain: { height, tip } }: State): readonly Message[] {
  return [
    { type: "GetGenesisHash" },
    { type: "ConsensusQuery", height, blockHash: tip },
    { type: "BlockRequest", height },
    { type: "BlockRequest", height: height + 1 },
    { type: "GetBlockRange", startHeight: Math.max(height - 3, 0), endHeight: height + 1 },
  ];
}
