/**
 * A masternode that wants to be another one, too: beside its own announcement it tells everybody
 * that its first bootstrap peer's address has the squatter's key and reward address.
 */
import { formatIp, portOf } from "../../core/address.ts";
import type { Machine } from "../../core/machine.ts";
import { SECOND } from "../../core/units.ts";
import { veiled } from "../../core/veil.ts";
import { announcementDigest } from "../digests.ts";
import { createMachine, repaired } from "../machine.ts";
import type { SignedAnnouncement } from "../messages.ts";
import type { Masternode, MasternodeCtx, State } from "../state.ts";

export const addressSquatter: Machine<Masternode> = veiled(
  createMachine(repaired),
  (ctx, _input, state) => ({
    send(session, message) {
      ctx.send(session, message);
      if (state === null || message.type !== "MasternodeAnnouncement") return;
      const claim = claimOf(state, ctx);
      if (claim !== null) ctx.send(session, { type: message.type, announcement: claim });
    },
  }),
);

function claimOf(state: State, ctx: MasternodeCtx): SignedAnnouncement | null {
  const { bootstrap, crypto, keySeed, rewardAddress, tier } = state.config;
  const [victim] = bootstrap;
  if (victim === undefined) return null;
  const timestamp = Math.floor(ctx.wall / SECOND);
  const unsigned = {
    address: formatIp(victim),
    rewardAddress,
    tier,
    publicKey: state.identity.publicKey,
    port: portOf(victim),
    timestamp,
    // Higher than anybody's.
    sequence: timestamp * 2_000,
  };
  return { ...unsigned, signature: crypto.sign(keySeed, announcementDigest(crypto, unsigned)) };
}
