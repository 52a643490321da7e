/** Peer addresses as found: whatever was ever named, verified or not (section 8). */
import { formatIp, parseAddress } from "../../core/address.ts";
import { has, values } from "../../core/table.ts";
import { peerAt } from "../handlers/session.ts";
import type { MessageOf } from "../messages.ts";
import { type MasternodeCtx, type Session, type State, withPeer } from "../state.ts";

export function serveCandidates(
  state: State,
  session: Session,
  _message: MessageOf<"GetPeers">,
  ctx: MasternodeCtx,
): State {
  const addresses = values(state.peers).map((peer) => formatIp(peer.address));
  ctx.send(session.id, { type: "PeersResponse", addresses });
  return state;
}

/** Candidates wait for the next pass: nothing wakes the dial loop. */
export function acceptCandidates(
  state: State,
  session: Session,
  message: MessageOf<"PeersResponse">,
  ctx: MasternodeCtx,
): State {
  let next = state;
  for (const text of message.addresses) {
    const address = parseAddress(text, state.config.defaultPort);
    if (address === null || has(next.peers, address)) continue;
    next = withPeer(next, peerAt(next, address, ctx));
  }
  const peers = next.peers.size - state.peers.size;
  if (peers > 0) ctx.emit({ type: "learned", peers, from: session.peer });
  return next;
}
