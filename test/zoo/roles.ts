/** Family R1: one end of a link lacks a handler, a sender or a subscription. */
import type { Mutant } from "../../src/fuzz/mutant.ts";
import { isSigned } from "../../src/masternode/digests.ts";
import type { MessageType } from "../../src/masternode/messages.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { deaf, mutant, roleOf, row, rows, tables, veil } from "./made.ts";

const QUESTIONS: readonly MessageType[] = ["GetPeers", "GetMasternodes", "GetMasternodePage"];

export const roles: readonly Mutant<Masternode>[] = [
  mutant(
    "ann-unhandled-on-dialed-links",
    "Who dialed a link throws away the announcements and masternode lists that come on it.",
    tables(
      deaf("dialed", [
        "MasternodeAnnouncement",
        "MasternodesResponse",
        "MasternodePage",
        "Announcements",
      ]),
    ),
  ),
  mutant(
    "heartbeat-unhandled-on-accepted-links",
    "Heartbeats and attestations that come on accepted links are thrown away.",
    tables(deaf("accepted", ["HeartbeatBroadcast", "HeartbeatAttestation"])),
  ),
  mutant(
    "pex-never-asked-on-dial",
    "Who dialed a link never asks on it for peers or masternodes.",
    veil((ctx, _input, state) => ({
      send(session, message) {
        const isQuestion = QUESTIONS.includes(message.type);
        if (!isQuestion || roleOf(state, session) !== "dialed") ctx.send(session, message);
      },
    })),
  ),
  mutant(
    "status-gossip-unhandled",
    "Reports of who hears whom (attestations) are not sent on dialed links and not heard on others.",
    tables(deaf("accepted", ["HeartbeatAttestation"]), (ctx, _input, state) => ({
      send(session, message) {
        const isReport = message.type === "HeartbeatAttestation";
        if (!isReport || roleOf(state, session) !== "dialed") ctx.send(session, message);
      },
    })),
  ),
  mutant(
    "ann-not-sent-on-dialed-links",
    "After a handshake only the accepting end announces itself.",
    veil((ctx, input) => ({
      send(session, message) {
        const greets = input?.kind === "message" && input.message.type === "Ack";
        if (!greets || message.type !== "MasternodeAnnouncement") ctx.send(session, message);
      },
    })),
  ),
  mutant(
    "response-type-unhandled-by-role",
    "Blocks and hashes that were asked for on a dialed link are not listened to.",
    tables(deaf("dialed", ["BlocksResponse", "BlockHashResponse"])),
  ),
  mutant(
    "version-mix-announcement-dropped",
    "On accepted links the signed form of an announcement is refused, and only the old one taken.",
    tables(
      rows(
        {
          MasternodeAnnouncement: (state, session, message, ctx) => {
            const { announcement } = message;
            if (!isSigned(announcement)) {
              return row("MasternodeAnnouncement")(state, session, message, ctx);
            }
            const why = "its form cannot be checked here";
            ctx.emit({ type: "refused", what: "announcement", from: session.peer, why });
            return state;
          },
        },
        ["accepted"],
      ),
    ),
  ),
];
