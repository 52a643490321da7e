/**
 * The node of 2025-12-21 as it was (reference page, sections 1 to 8), made from the repaired one by
 * replacing cells of its tables. What made the chain stand still at 3009 is visible as holes: the
 * dialed column has two rows, `BlocksResponse` has none, and a dialed session never becomes ready,
 * so nothing is ever broadcast on it.
 */
import type { Behaviour } from "../behaviour.ts";
import { acceptPing, acceptPong } from "../handlers/ping.ts";
import { sweep } from "../handlers/registry.ts";
import {
  serveBlockHash,
  serveBlockRange,
  serveBlocks,
  serveConsensus,
  serveHeight,
} from "../handlers/serve.ts";
import { standing } from "../handlers/status.ts";
import { repaired } from "../machine.ts";
import { acceptAnnouncedBlock } from "./blocks.ts";
import { addCandidate, dialPass, redialPeer } from "./dial.ts";
import { acceptCandidates, serveCandidates } from "./peers.ts";
import { catchUp, mint, slot } from "./produce.ts";
import {
  broadcastAll,
  refreshNamed,
  refreshWitness,
  registerListed,
  registerSource,
  serveAll,
} from "./registry.ts";
import {
  acceptHandshake,
  admit,
  boot,
  openedAccepted,
  openedDialed,
  pingDialed,
  sessionClosed,
} from "./session.ts";

export const asFound: Behaviour = {
  ...repaired,
  name: "masternode as found",
  init: boot,
  messages: {
    dialed: {
      Ping: acceptPing,
      Pong: acceptPong,
    },
    accepted: {
      Handshake: acceptHandshake,
      Ping: acceptPing,
      MasternodeAnnouncement: registerSource,
      GetMasternodes: serveAll,
      MasternodesResponse: registerListed,
      HeartbeatBroadcast: refreshNamed,
      HeartbeatAttestation: refreshWitness,
      GetPeers: serveCandidates,
      PeersResponse: acceptCandidates,
      GetBlockHeight: serveHeight,
      GetBlockHash: serveBlockHash,
      GetBlocks: serveBlocks,
      GetBlockRange: serveBlockRange,
      ConsensusQuery: serveConsensus,
      BlockAnnouncement: acceptAnnouncedBlock,
    },
  },
  timers: {
    announce: broadcastAll,
    assemble: mint,
    dial: dialPass,
    sync: catchUp,
    ping: pingDialed,
    produce: slot,
    redial: redialPeer,
    status: standing,
    sweep,
  },
  opened: { dialed: openedDialed, accepted: openedAccepted },
  closed: sessionClosed,
  commands: { addnode: addCandidate, stop: (state) => state },
  admit,
  // No maximum (section 2.2).
  lineLimit: () => Number.POSITIVE_INFINITY,
  // Nothing was judged but at a slot.
  judge: (_before, after) => after,
};
