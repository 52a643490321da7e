/**
 * A peer that lies about heights: it claims a block more than the clock allows anybody, under a
 * hash that is another each time, and serves none of it.
 */
import type { Machine } from "../../core/machine.ts";
import { veiled } from "../../core/veil.ts";
import { bytesToHex } from "../../wire/bytes.ts";
import { expectedHeight } from "../chain.ts";
import { createMachine, repaired } from "../machine.ts";
import type { Message } from "../messages.ts";
import type { Masternode, MasternodeCtx, State } from "../state.ts";

export const heightLiar: Machine<Masternode> = veiled(
  createMachine(repaired),
  (ctx, _input, state) => ({
    send(session, message) {
      ctx.send(session, state === null ? message : lie(state, message, ctx));
    },
  }),
);

function lie(state: State, message: Message, ctx: MasternodeCtx): Message {
  const height = expectedHeight(state.config, ctx.wall) + 1;
  switch (message.type) {
    case "Tip":
      return { type: "Tip", height, hash: invented(ctx) };
    case "BlockHeightResponse":
      return { type: "BlockHeightResponse", height };
    case "BlockHashResponse":
      return { ...message, hash: invented(ctx) };
    case "BlocksResponse":
      return { type: "BlocksResponse", blocks: [] };
    default:
      return message;
  }
}

function invented(ctx: MasternodeCtx): string {
  const random = ctx.random("lie");
  return bytesToHex(Array.from({ length: 32 }, () => random.below(256)));
}
