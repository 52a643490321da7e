/**
 * Rule S5 as a table: addresses at which no node can be, by every way an address comes in. None is
 * stored, none is dialed. A good address is put to the same, so that silence means something.
 */
import { describe, expect, test } from "vitest";
import { playScript } from "./script.ts";

/** What a line of X leaves of `address` at A. */
function remembered(network: string, address: string, way: string): string {
  const script = `
nodes A X=bare
chain height=3009 expected=3009 network=${network}
config feelerPeriod=3s dialPeriod=3s redialMin=1d redialMax=1d backoffStep=1d pingPeriod=1d
dial X>A
pass 1s
send X>A %handshake(network=${network})
pass 1s
send X>A ${way.replaceAll("@", address)}
pass 20s
state A peers ${address}
state A registry ${address}
state A held ${address}
state A gates dial ${address}
state A sessions ${address}
----

`;
  const [, output = ""] = playScript(script).split("----\n");
  return output.trim() === "ok" ? "" : output.trim();
}

const WAYS: readonly string[] = [
  `{"PeersResponse":["@"]}`,
  `{"PeersResponse":["@:24100"]}`,
  `{"PeersResponse":["::ffff:@"]}`,
  `{"MasternodeAnnouncement":$X(address=@)}`,
  `{"MasternodeAnnouncement":$X(address=@,unsigned=yes)}`,
  `{"MasternodesResponse":[$X(address=@)]}`,
  `{"MasternodesResponse":[$X(address=@,unsigned=yes)]}`,
  `{"MasternodePage":{"after":null,"entries":[$X(address=@)]}}`,
  `{"Announcements":{"entries":[$X(address=@)]}}`,
  `{"HeartbeatBroadcast":~X(address=@)}`,
];

const NOWHERE = ["0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.250", "255.255.255.255"];
const AT_HOME = ["127.0.0.1", "10.1.2.3", "172.31.9.9", "192.168.1.1", "169.254.7.7"];
const OWN = "203.0.113.10";

describe.each([
  { network: "mainnet", hostile: [...NOWHERE, OWN, ...AT_HOME], good: ["172.32.0.1"] },
  { network: "testnet", hostile: ["0.0.0.0", OWN], good: ["127.0.0.1", "192.168.1.1"] },
])("on $network", ({ network, hostile, good }) => {
  test.each(hostile)("%s is never stored nor dialed", (address) => {
    for (const way of WAYS) expect([way, remembered(network, address, way)]).toEqual([way, ""]);
  });

  test.each(good)("%s is", (address) => {
    for (const way of WAYS) {
      const found = [way, remembered(network, address, way)];
      expect(found).toEqual([way, expect.stringContaining(address)]);
    }
  });
});

/** The peers that A has after E, at that address, was named to it or named itself. */
function peersAfter(address: string, preparations: string, commands: string): string {
  const script = `
nodes A E=bare
chain height=3009 expected=3009 network=mainnet
node E address=${address}
${preparations}
pass 1s
${commands}
pass 10s
state A peers
----

`;
  const [, output = ""] = playScript(script).split("----\n");
  return output.trim() === "ok" ? "" : output.trim();
}

const GOOD = "198.51.100.7";

test.each([...AT_HOME, "0.1.2.3", "224.0.0.1"])("nor if an operator says %s", (address) => {
  expect(peersAfter(address, "node A dials=E", "")).toBe("");
  expect(peersAfter(GOOD, "node A dials=E", "")).not.toBe("");
  expect(peersAfter(address, "", "addnode A E")).toBe("");
  expect(peersAfter(GOOD, "", "addnode A E")).not.toBe("");
});

test("nor who calls from there, or says that it listens nowhere", () => {
  const call = (port: number): string =>
    `dial E>A\npass 1s\nsend E>A %handshake(network=mainnet,port=${port})`;
  expect(peersAfter("10.1.2.3", "", call(24_100))).toBe("");
  expect(peersAfter(GOOD, "", call(0))).toBe("");
  expect(peersAfter(GOOD, "", call(24_100))).not.toBe("");
});

test("nor by its own name, if it is told to dial itself", () => {
  expect(peersAfter(GOOD, "node A dials=A", "addnode A A")).toBe("");
});
