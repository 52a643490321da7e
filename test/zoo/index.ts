/**
 * The bug zoo: real network bugs of the TIME Coin masternode, each put back into the repaired
 * protocol, under the names of ../shared/zoo/bugs.json. `timesim zoo` judges them.
 */
import type { Mutant } from "../../src/fuzz/mutant.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { active } from "./active.ts";
import { behind } from "./behind.ts";
import { chain } from "./chain.ts";
import { limits } from "./limits.ts";
import { reconnect } from "./reconnect.ts";
import { roles } from "./roles.ts";
import { sessions } from "./sessions.ts";
import { spelling } from "./spelling.ts";
import { wiring } from "./wiring.ts";

/** The fifteen that stand for "stuck at 3009". */
const STARS = new Set([
  "ann-unhandled-on-dialed-links",
  "ann-broadcast-before-peers",
  "ann-dropped-by-stability-gate",
  "registry-send-is-noop",
  "heartbeat-unhandled-on-accepted-links",
  "heartbeat-from-unknown-ignored",
  "pex-never-asked-on-dial",
  "min3-gates-download",
  "handshake-dup-reject-before-ack",
  "pong-lost-between-sockets",
  "announce-period-vs-limit-mutual-ban",
  "status-gossip-unhandled",
  "min-reports-above-degree",
  "restart-rejects-all-announcements",
  "clock-height-deadlock",
]);

export const mutants: readonly Mutant<Masternode>[] = [
  roles,
  spelling,
  sessions,
  active,
  behind,
  limits,
  reconnect,
  chain,
  wiring,
]
  .flat()
  .map((mutant) => (STARS.has(mutant.id) ? { ...mutant, tags: ["3009"] } : mutant));
