/** Answers about a chain: what is owed for a question, and a whole world of one who answers wrongly. */
import { describe, expect, test } from "vitest";
import { genesisBlock } from "../../../src/masternode/block.ts";
import { CONSTANTS, type ConstantName } from "../../../src/masternode/config.ts";
import type { Message } from "../../../src/masternode/messages.ts";
import { faultOf } from "../../../src/masternode/monitors/served.ts";
import { nodeCrypto } from "../../../src/host/crypto.ts";
import { masternode } from "../../../src/simulate.ts";
import { judge } from "../../../src/fuzz/judge.ts";
import { type Mutant, mutated } from "../../../src/fuzz/mutant.ts";
import { veiled } from "../../../src/core/veil.ts";
import type { Masternode } from "../../../src/masternode/state.ts";
import { scenarioNamed } from "../../light.ts";
import { mutants } from "../../zoo/mechanical.ts";

const [TIP, OTHER, NONE] = ["aa".repeat(32), "bb".repeat(32), "00".repeat(32)] as const;
const AT_9 = { height: 9, hash: TIP };
const constant = (name: ConstantName): number => CONSTANTS[name].default;
const genesis = genesisBlock(nodeCrypto, "testnet");
const blockAt = (height: number) => ({ ...genesis, header: { ...genesis.header, height } });

const hashOf = (height: number, hash: string | null): readonly [Message, Message] => [
  { type: "GetBlockHash", height },
  { type: "BlockHashResponse", height, hash },
];
const consensus = (height: number, agrees: boolean, theirHash: string): [Message, Message] => [
  { type: "ConsensusQuery", height, blockHash: TIP },
  { type: "ConsensusQueryResponse", agrees, height, theirHash },
];
const range = (startHeight: number, ...heights: number[]): [Message, Message] => [
  { type: "GetBlockRange", startHeight, endHeight: 12 },
  { type: "BlockRangeResponse", blocks: heights.map(blockAt) },
];
const single = (height: number, found: number): [Message, Message] => [
  { type: "BlockRequest", height },
  { type: "BlockResponse", block: blockAt(found) },
];

describe("at height 9", () => {
  test.each([
    hashOf(9, TIP),
    hashOf(8, OTHER),
    hashOf(10, null),
    consensus(9, true, TIP),
    consensus(8, false, OTHER),
    consensus(10, false, NONE),
    range(8, 8, 9),
    range(10),
    single(9, 9),
  ])("%# is answered", (question, answer) => {
    expect(faultOf(question, answer, AT_9, constant)).toBeNull();
  });

  test.each([
    [hashOf(9, OTHER), "a hash that is not the tip's"],
    [hashOf(8, null), "no hash"],
    [hashOf(10, OTHER), "a hash above the tip"],
    [consensus(9, false, TIP), "disagrees"],
    [consensus(8, true, OTHER), "agrees"],
    [consensus(9, false, NONE), "no hash"],
    [range(8, 8), "1 blocks of 2"],
    [range(8), "no block"],
    [range(8, 8, 9, 10), "3 blocks, not 2"],
    [range(8, 9, 8), "other blocks"],
    [single(9, 8), "another block"],
  ] as const)("%# is not", ([question, answer], fault) => {
    expect(faultOf(question, answer, AT_9, constant)).toBe(fault);
  });
});

describe("a curious peer", () => {
  const scenario = scenarioNamed("rules/curious-peer");
  const invariants = ["answers", "true-answers"];
  const told = (mutant: Mutant<Masternode>): readonly (readonly [string, string])[] =>
    judge(mutated(masternode(), mutant), scenario, { invariants }).complaints.map(
      ({ invariant, witness }) => [invariant, witness],
    );

  test("has nothing to complain of", () => {
    expect(judge(masternode(), scenario, { invariants }).complaints).toEqual([]);
  });

  test.each([
    ["BlockRequest", "dialed"],
    ["ConsensusQuery", "accepted"],
  ])("misses an answer to %s on %s links", (type, role) => {
    const mutant = mutants.find(({ id }) => id === `no ${type} on ${role} links`);
    if (mutant === undefined) throw new Error(`no mutant without ${type}`);
    expect(told(mutant)).toEqual([["answers", `no answer to ${type} on ${role} links`]]);
  });

  test("hears of a genesis that is none", () => {
    const mutant: Mutant<Masternode> = {
      id: "no genesis",
      apply: (profile) => ({
        ...profile,
        machine: veiled(profile.machine, (ctx) => ({
          send(session, message) {
            const isAnswer = message.type === "GenesisHashResponse";
            ctx.send(session, isAnswer ? { ...message, hash: NONE } : message);
          },
        })),
      }),
    };
    expect(told(mutant)).toEqual([["true-answers", "GetGenesisHash"]]);
  });
});
