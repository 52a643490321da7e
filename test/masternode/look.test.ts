/** What an operator sees of a node (masternode/views.ts), on the timeline's nodes after a minute. */
import { describe, expect, it } from "vitest";
import type { SessionId } from "../../src/core/machine.ts";
import { values } from "../../src/core/table.ts";
import type { Time } from "../../src/core/units.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import type { Moment, Row } from "../../src/kit/view.ts";
import { GENESIS_TIME } from "../../src/masternode/block.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { views } from "../../src/masternode/views.ts";
import { play, stateOf } from "./worlds.ts";

const { world } = play(
  [
    { name: "A" },
    { name: "B", start: 5, dials: ["A"] },
    { name: "C", start: 20, dials: ["A", "B"], settings: { masternode: false } },
  ],
  60,
);

/** A minute after the start of slot 3011. */
const wall = (GENESIS_TIME.testnet * 1_000_000 + 3_011 * 600_000_000 + 60_000_000) as never;

function look(name: string, view: string, traffic: Moment["traffic"] = new Map()): readonly Row[] {
  const moment = { uptime: 60_000_000 as Time, wall, traffic };
  const rows = views[view]?.look(stateOf(world, name), moment) ?? [];
  // Every column has a name that the view declared, in its order.
  const columns = Object.keys(views[view]?.columns ?? {});
  for (const row of rows) expect(Object.keys(row)).toEqual(columns);
  return rows;
}

describe("what an operator sees", () => {
  it("status: one row, the heights, the counts", () => {
    expect(look("A", "status")).toEqual([
      expect.objectContaining({
        address: "198.18.0.1:24100",
        network: "testnet",
        masternode: true,
        height: 3009,
        expected: 3011,
        nextSlot: 540,
        sync: "idle",
        active: 2,
        needed: 3,
        known: 1,
        ready: 2,
        candidates: 2,
        banned: 0,
        savesFail: false,
      }),
    ]);
  });

  it("peers: its sessions, with what the host counted", () => {
    const ids = values(stateOf(world, "A").sessions).map((session) => session.id);
    const [first = 0 as SessionId] = ids;
    const traffic = new Map([[first, { received: 10, sent: 20, buffered: 3 }]]);
    expect(look("A", "peers", traffic)).toEqual([
      expect.objectContaining({
        session: first,
        peer: "198.18.0.2:24100",
        role: "accepted",
        phase: "ready",
        height: 3009,
        received: 10,
        sent: 20,
        buffered: 3,
      }),
      expect.objectContaining({ peer: "198.18.0.3:24100", received: null }),
    ]);
  });

  it("masternodes: itself first if it is one, and none that is not", () => {
    const shown = (name: string): unknown[] =>
      look(name, "masternodes").map(({ address, status }) => [address, status]);
    expect(shown("B")).toEqual([
      ["198.18.0.2:24100", "self"],
      ["198.18.0.1:24100", "active"],
    ]);
    expect(shown("C")).toEqual([
      ["198.18.0.1:24100", "active"],
      ["198.18.0.2:24100", "active"],
    ]);
  });

  it("candidates: whom it may dial, and who was named", () => {
    const shown = look("B", "candidates").map(({ address, connected, configured }) => {
      return [address, connected, configured];
    });
    expect(shown).toEqual([
      ["198.18.0.1:24100", true, true],
      ["198.18.0.3:24100", true, false],
    ]);
  });
});

describe("a real node's setup", () => {
  const kit = masternodeKit(nodeCrypto);
  const setup = {
    name: "n",
    address: 0 as never,
    config: {},
    world: {},
    node: {},
    addressOf: () => 0 as never,
  };

  it("signs with the key it is given", () => {
    const key = "07".repeat(32);
    expect(kit.configure({ ...setup, key }).keySeed).toBe(key);
    expect(kit.configure(setup).keySeed).not.toBe(key);
  });

  it("does not know its address where it listens on all", () => {
    expect(kit.configure(setup).knowsAddress).toBe(false);
  });
});
