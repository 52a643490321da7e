/**
 * A peer that talks before it has introduced itself: as much as is kept of it, and one message too
 * many. The last that is kept is a Ping, and so is the first that is not. What else it says is an
 * answer that nobody asked for, and for which nobody has a use.
 */
import type { Machine, SessionId } from "../../core/machine.ts";
import { veiled } from "../../core/veil.ts";
import { SECOND } from "../../core/units.ts";
import { createMachine, repaired } from "../machine.ts";
import type { Message } from "../messages.ts";
import type { Masternode, MasternodeCtx, State } from "../state.ts";

const UNASKED: Message = {
  type: "ConsensusQueryResponse",
  agrees: true,
  height: 0,
  theirHash: "0".repeat(64),
};

const babbling: Machine<Masternode> = veiled(createMachine(repaired), (ctx) => ({
  send(session, message) {
    ctx.send(session, message);
    if (message.type === "GetPeers") ctx.send(session, UNASKED);
  },
}));

export const hasty: Machine<Masternode> = {
  ...babbling,
  step: (state, input, ctx) => {
    if (input.kind === "opened") babble(state, input.session, ctx);
    return babbling.step(state, input, ctx);
  },
};

function babble({ config }: State, session: SessionId, ctx: MasternodeCtx): void {
  for (let kept = 1; kept < config.earlyMax; kept++) ctx.send(session, UNASKED);
  for (const hi of [0, 1]) {
    const timestamp = Math.floor(ctx.wall / SECOND);
    ctx.send(session, { type: "Ping", nonce: { hi, lo: session }, timestamp });
  }
}
