/** What a real node is told: its file and its flags, and what is said when they cannot be used. */
import { describe, expect, it } from "vitest";
import { BadInput } from "../../src/core/assert.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { type DaemonPlan, type Flag, loadDaemon } from "../../src/scenario/daemon.ts";

const kit = masternodeKit(nodeCrypto);
const USUAL = { masternode: false };

function read(text: string, flags: readonly Flag[] = []): DaemonPlan {
  return loadDaemon(kit, { name: "node.yaml", text }, flags, USUAL);
}

/** The lines a person would see. */
function said(text: string | null, flags: readonly Flag[] = []): string {
  try {
    loadDaemon(kit, text === null ? null : { name: "node.yaml", text }, flags, USUAL);
    return "nothing is wrong";
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    return error.problems.join("\n");
  }
}

function flag(name: string, path: string, value: unknown): Flag {
  return { name, path: path.split("."), value };
}

const LEAST = "listen: 127.12.0.2\ndata: d\n";

describe("a config file", () => {
  it("needs little, and everything else has a default", () => {
    expect(read(LEAST)).toMatchSnapshot();
  });

  it("says what a scenario says of a node and its world, with addresses for names", () => {
    const plan = read(`${LEAST}
masternode: true
tier: Silver
dials: [127.12.0.3, "127.12.0.4:1"]
chain: { height: 3009, expected: 3011, network: testnet }
config: { announceDelay: 5s }
peers: [127.12.0.5]
proxy: socks5://a%40b:secret@127.0.0.1:1080
clock: { start: 2026-01-01T00:00:00.5Z, speed: 10, offset: -2s, drift: 50 }
`);
    expect(plan).toMatchSnapshot();
  });

  it("takes a moment also as microseconds, and an origin on the monotonic clock", () => {
    const { clock } = read(`${LEAST}clock: { origin: 123456, epoch: 1766354400000000 }`);
    expect(clock).toMatchObject({ origin: { monotonic: 123456 }, epoch: 1766354400000000 });
  });
});

describe("flags", () => {
  it("win over the file, value by value", () => {
    const plan = read(`${LEAST}peers: [127.12.0.5]\nchain: { height: 7 }`, [
      flag("--listen", "listen", "127.12.0.9:5"),
      flag("--peer", "peers", ["127.12.0.6"]),
      flag("--network", "chain.network", "mainnet"),
      flag("--speed", "clock.speed", 10),
    ]);
    expect(plan.listen % 65_536).toBe(5);
    expect(plan.peers.length).toBe(1);
    expect(plan.world).toEqual({ chain: { height: 7, network: "mainnet" } });
    expect(plan.clock.speed).toBe(10);
  });

  it("are named where they are wrong", () => {
    expect(
      said(LEAST, [
        flag("--listen", "listen", "localhost"),
        flag("--peer", "peers", ["127.12.0.6", "x"]),
        flag("--network", "chain.network", "testnett"),
        flag("--speed", "clock.speed", "fast"),
        flag("--proxy", "proxy", "http://127.0.0.1:1"),
      ]),
    ).toMatchSnapshot();
  });

  it("alone will do, and are asked for where something is missing", () => {
    expect(said(null)).toMatchSnapshot();
    expect(
      said(null, [flag("--listen", "listen", "127.12.0.2"), flag("--data", "data", "d")]),
    ).toBe("nothing is wrong");
  });
});

describe("a file that cannot be used: place, reason, what to do", () => {
  it.each([
    ["a misspelt key", "lisen: 127.12.0.2\ndata: d\n"],
    ["a bad duration", `${LEAST}config: { announceDelay: 5 }\n`],
    ["a constant there is not", `${LEAST}config:\n  anounceDelay: 5s\n`],
    ["names for addresses", `${LEAST}dials: [A, all]\npeers: [B]\n`],
    ["clocks", `${LEAST}clock: { speed: 0, offset: 5, start: yesterday, drift: fast }\n`],
    ["a start and an origin", `${LEAST}clock: { origin: 5, start: 2026-01-01T00:00Z }\n`],
    ["an epoch of no moment", `${LEAST}clock: { epoch: 2026-02-30T00:00:00Z }\n`],
    ["a control port for the world", `${LEAST}control: 0.0.0.0:1\n`],
    ["metrics without a port", `${LEAST}metrics: 127.0.0.1\n`],
    ["proxies", `${LEAST}proxy: socks5://127.0.0.1\n`],
    ["a broken proxy", `${LEAST}proxy: "socks5://%zz:a@127.0.0.1:1"\n`],
    ["the wrong kind", "listen: 5\ndata: [a]\nmasternode: yes\n"],
    ["no mapping", "- listen\n"],
    ["YAML that is none", "listen: [\n"],
    [
      "addresses of nobody",
      "listen: 127.12.0.2:0\nbind: 224.0.0.1\ndata: d\npeers: [127.12.0.3:0]\ndials: [0.0.0.0]\n",
    ],
    ["a name with spaces", `${LEAST}name: a b\n`],
  ])("%s", (_, text) => {
    expect(said(text)).toMatchSnapshot();
  });
});
