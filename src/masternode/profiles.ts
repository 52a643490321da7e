/**
 * The nodes there are: the repaired protocol, one that asks more, the node of 2025-12-21 as it was
 * found, and adversaries, which are the repaired one behind a veil (core/veil.ts).
 */
import { MINUTE, SECOND } from "../core/units.ts";
import type { Profile } from "../kit/kit.ts";
import { announcementForger } from "./adversaries/forger.ts";
import { hasty } from "./adversaries/hasty.ts";
import { heightLiar } from "./adversaries/liar.ts";
import { silent } from "./adversaries/silent.ts";
import { addressSquatter } from "./adversaries/squatter.ts";
import { asFound } from "./as-found/behaviour.ts";
import { curious } from "./curious.ts";
import { createMachine, repaired } from "./machine.ts";
import type { Masternode } from "./state.ts";

export const profiles: readonly Profile<Masternode>[] = [
  {
    name: "repaired",
    about: "the protocol of docs/protocol.md",
    machine: createMachine(repaired),
    config: {},
  },
  {
    name: "curious",
    about: "a repaired node that also asks what only the reference's messages ask",
    machine: curious,
    config: {},
  },
  {
    name: "as-found",
    about: "the node of 2025-12-21: deaf on dialed links, stuck at 3009",
    machine: createMachine(asFound),
    standing: "old",
    config: {
      dialPeriod: 120 * SECOND,
      // The operating system's connect time-out, and a minute of polling before the catch-up.
      handshakeTimeout: 60 * SECOND,
      redialMin: 5 * SECOND,
      redialMax: 5 * SECOND,
      backoffMax: 300 * SECOND,
      sweepPeriod: 120 * SECOND,
      statusPeriod: 10 * MINUTE,
      tick: 600 * SECOND,
      productionTime: 0,
    },
  },
  {
    name: "height-liar",
    about: "an adversary: claims a height that nobody can have, and serves nothing",
    machine: heightLiar,
    standing: "adversary",
    config: {},
  },
  {
    name: "address-squatter",
    about: "an adversary: claims its first bootstrap peer's address with its own key",
    machine: addressSquatter,
    standing: "adversary",
    config: {},
  },
  {
    name: "announcement-forger",
    about: "an adversary: forges and replays announcements and heartbeats, poisons lists",
    machine: announcementForger,
    standing: "adversary",
    config: {},
  },
  {
    name: "hasty",
    about: "an adversary: talks before it has introduced itself, and answers what nobody asked",
    machine: hasty,
    standing: "adversary",
    config: {},
  },
  {
    name: "silent",
    about: "an adversary: tells its height, and answers no question",
    machine: silent,
    standing: "adversary",
    config: {},
  },
];
