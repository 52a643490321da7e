import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { address, formatAddress, formatIp, parseAddress } from "../../src/core/address.ts";
import { expressible } from "../../src/cluster/expressible.ts";
import { onLoopback } from "../../src/cluster/loopback.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/model.ts";
import { masternode } from "../../src/simulate.ts";

const kit = masternode();
const BLOCK = (parseAddress("127.42.7.0", 0) ?? 0) / 65_536;

function scenario(text: string): Scenario {
  return loadScenario(kit, `until: 1m\nseed: 1\n${text}`, "x.yaml");
}

function places(text: string): readonly string[] {
  return onLoopback(kit, scenario(text), BLOCK).scenario.nodes.map((node) =>
    formatAddress(node.address),
  );
}

test("of one network of 256 the last numbers are kept, and ports always", () => {
  const nodes = "nodes: { A: { address: 203.0.113.9 }, B: { address: '203.0.113.1:4' } }";
  expect(places(nodes)).toEqual(["127.42.7.9:24100", "127.42.7.1:4"]);
});

test("of several they count from 2, in order of ip", () => {
  const nodes = `nodes:
  A: { address: 203.0.113.9 }
  B: { address: 198.51.100.7, dialsFrom: 192.0.2.1 }
  C: { address: 203.0.113.1 }`;
  expect(places(nodes)).toEqual(["127.42.7.5:24100", "127.42.7.3:24100", "127.42.7.4:24100"]);
  const { nodes: mapped } = onLoopback(kit, scenario(nodes), BLOCK).scenario;
  expect(formatIp(address(mapped[1]?.dialsFrom ?? 0, 0))).toBe("127.42.7.2");
});

test("the proxy takes the last address that nobody has", () => {
  const proxy = (text: string): string =>
    formatIp(address(onLoopback(kit, scenario(text), BLOCK).proxy, 0));
  expect(proxy("nodes: { A: { address: 203.0.113.9 } }")).toBe("127.42.7.254");
  const many = "nodes: { 'n{1..253}': { address: '10.0.{1..253}.1' } }";
  expect(proxy(many)).toBe("127.42.7.1");
});

test("patterns of rows follow", () => {
  const pattern = (written: string, nodes = "A: { address: 203.0.113.66 }"): unknown => {
    const rows = `expect: [{ on: A, that: { log: { matches: '${written}' } }, by: 1s }]`;
    const { expect: asked } = onLoopback(
      kit,
      scenario(`nodes: { ${nodes} }\n${rows}`),
      BLOCK,
    ).scenario;
    return asked[0]?.claims[0]?.args["matches"];
  };
  expect(pattern("banned 203.0.113.66 for")).toBe("banned 127.42.7.66 for");
  expect(pattern("banned 203\\.0\\.113\\.66:24100")).toBe("banned 127\\.42\\.7\\.66:24100");
  expect(pattern("anned 203.0.113.[123]")).toBe("anned 127.42.7.[123]");
  expect(pattern("of 203.0.113.6 and 1.2.3.4")).toBe("of 203.0.113.6 and 1.2.3.4");
  const two = "A: { address: 203.0.113.66 }, B: { address: 10.0.0.1 }";
  expect(pattern("203.0.113.[123] or 203.0.113.66", two)).toBe("203.0.113.[123] or 127.42.7.3");
});

test("which shipped scenarios cannot be played, and why", () => {
  const said = (name: string, speed: number): readonly string[] => {
    const file = `scenarios/${name}.yaml`;
    return expressible(kit, loadScenario(kit, readFileSync(file, "utf8"), file), speed);
  };
  expect(said("discovery-timeline", 1)).toEqual([]);
  expect(said("torn-cache", 10)).toEqual([
    "T has a slow or full disk from the start",
    "power-loss with disk torn: no real write is torn at a chosen moment",
  ]);
  expect(said("cold-restart-of-all", 2)).toEqual(["8h25m take 4h12m30s at speed 2"]);
  expect(said("full-bootstrap", 10)).toEqual(["200 nodes; 25 processes is the most"]);
});

test("what only a simulated host can do", () => {
  const nodes = "nodes: { A: { address: 203.0.113.9 } }";
  const of = (text: string): readonly string[] => expressible(kit, scenario(text), 1);
  expect(of(`${nodes}\nchain: { network: mainnet }`)).toEqual([
    "mainnet refuses private addresses",
  ]);
  expect(of(`${nodes}\nnetwork: { receiveBuffer: 7 }`)).toEqual([
    "receiveBuffer: the kernel's is what it is",
  ]);
  const events = `events:
  - { at: 1s, move: { node: A, address: 203.0.113.10 } }
  - { at: 2s, disk: { node: A, delay: 2s } }
  - { at: 3s, disk: { node: A, full: true } }`;
  expect(of(`${nodes}\n${events}`)).toEqual([
    "move: a process cannot be given another ip while it runs",
    "disk delay: a real disk is as slow as it is",
  ]);
});
