/** A machine behind a veil wishes what it always does; the veil decides what becomes of it. */
import { expect, test } from "vitest";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { veiled } from "../../src/core/veil.ts";
import { createMachine, repaired } from "../../src/masternode/machine.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import type { Kit } from "../../src/kit/kit.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { runScenario } from "../../src/scenario/run.ts";

const machine = createMachine(repaired);
const kit = masternodeKit(nodeCrypto);
const scenario = loadScenario(
  kit,
  `until: 30s
chain: { height: 9, expected: 9 }
nodes:
  A: { address: 10.0.0.1 }
  B: { address: 10.0.0.2, dials: [A] }
expect: [{ on: A, that: { processed: { of: B } }, by: 30s }]
`,
  "veil.yaml",
);

function withMachine(other: typeof machine): Kit<Masternode> {
  return { ...kit, profiles: kit.profiles.map((profile) => ({ ...profile, machine: other })) };
}

test("a veil that changes nothing changes no digest", () => {
  const plain = runScenario(withMachine(machine), scenario, { guard: true });
  const behind = runScenario(withMachine(veiled(machine, () => ({}))), scenario, { guard: true });
  expect(behind.summary.passed).toBe(true);
  expect(behind.summary.digest).toBe(plain.summary.digest);
});

test("what it takes away is missing, and only that", () => {
  const mute = veiled(machine, (ctx) => ({
    send: (session, message) => {
      if (message.type !== "MasternodeAnnouncement") ctx.send(session, message);
    },
  }));
  const { summary, trace } = runScenario(withMachine(mute), scenario);
  expect(summary.passed).toBe(false);
  const sent = [...trace.events()].filter((event) => event.kind === "send");
  const types = new Set(sent.map((event) => (event.body as { type: string }).type));
  expect(types.has("MasternodeAnnouncement")).toBe(false);
  expect(types.has("GetPeers")).toBe(true);
});
