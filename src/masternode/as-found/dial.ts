/**
 * Dialing as found: in passes 120 s apart, and only towards a higher address text (section 4.1).
 */
import { formatAddress, formatIp } from "../../core/address.ts";
import type { TimerKey } from "../../core/machine.ts";
import { get, values } from "../../core/table.ts";
import { tryDial } from "../handlers/dial.ts";
import { peerAt } from "../handlers/session.ts";
import { changedPeer } from "../records.ts";
import { type CommandOf, type MasternodeCtx, type Peer, type State, withPeer } from "../state.ts";

/** `addnode` only adds a candidate for the next pass. */
export function addCandidate(
  state: State,
  command: CommandOf<"addnode">,
  ctx: MasternodeCtx,
): State {
  return withPeer(state, changedPeer(peerAt(state, command.address, ctx), { configured: true }));
}

export function dialPass(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  ctx.setTimer("dial", state.config.dialPeriod);
  let next = state;
  for (const peer of values(state.peers)) {
    const due = peer.nextAt <= ctx.uptime && !connected(next, peer);
    if (due && mayDial(peer, ctx)) next = tryDial(next, peer.address, ctx);
  }
  return next;
}

export function redialPeer(state: State, key: TimerKey, ctx: MasternodeCtx): State {
  const peer = get(state.peers, key as number);
  if (peer === undefined || connected(state, peer) || !mayDial(peer, ctx)) return state;
  return tryDial(state, peer.address, ctx);
}

/** Bytewise text order, which is not the order of the numbers; port and own name do not count. */
function mayDial(peer: Peer, ctx: MasternodeCtx): boolean {
  const lower = formatIp(ctx.self) < formatIp(peer.address);
  const why = lower ? "" : "they should dial us";
  return ctx.gate("direction", lower, { for: formatAddress(peer.address), why });
}

function connected(state: State, peer: Peer): boolean {
  return values(state.sessions).some((session) => session.peer === peer.address);
}
