/**
 * The reference's own lines (section 2.5), byte for byte, said by a client that knows only
 * node:net, and answered as sections 2.6, 2.7 and 12 say: where it dials our node, and where our
 * node dials it. A peer of the reference is never sent a word that it does not know (rule A5).
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { must } from "../../src/core/assert.ts";
import { until } from "../host/block.ts";
import { type BareSocket, dial, listen } from "./bare-socket.ts";
import { block } from "./block.ts";
import { Target } from "./target.ts";

const PUBLIC_KEY =
  "[234,74,108,99,226,156,82,10,190,245,80,123,19,46,197,249,149,71,118,174,190,190,123,146,66,30,234,105,20,70,210,44]";
const SIGNATURE = `[${Buffer.from(
  "31ea8d504f333f3dab41131788a1d528830328df4f80a21e31af611edb101fc6992f6fa1127e6c397e902756bfce5f766e1824be87ed228ff02a16c4a1c42e01",
  "hex",
).join(",")}]`;
const WITNESS_KEY = `[${Buffer.from(
  "fd1724385aa0c75b64fb78cd602fa1d991fdebf76b13c58ed702eac835e9f618",
  "hex",
).join(",")}]`;
const HASH = `[${Array.from({ length: 32 }, (_, at) => at).join(",")}]`;
const ZEROS = `[${Array.from({ length: 32 }, () => 0).join(",")}]`;
const MERKLE = `[${Buffer.from(
  "9ef81c480a00a5289a67f18b7c8beb070ef8fb6cbcbca45ce6ee4c0b4a4ebd67",
  "hex",
).join(",")}]`;

const HANDSHAKE = `{"Handshake":{"magic":[84,73,77,69],"protocol_version":1,"network":"mainnet"}}`;
const GENESIS = `{"header":{"version":2,"height":0,"previous_hash":${ZEROS},"merkle_root":${MERKLE},"timestamp":1764547200,"block_reward":10000000000},"transactions":[{"version":1,"inputs":[],"outputs":[{"value":10000000000,"script_pubkey":[103,101,110,101,115,105,115]}],"lock_time":0,"timestamp":1764547200}],"masternode_rewards":[]}`;
const GENESIS_HASH =
  "[6,36,70,160,15,93,193,170,12,132,44,228,225,190,180,0,238,137,234,210,156,36,124,20,164,73,33,221,123,94,29,234]";

const MOST = "18446744073709551615";

/** What is asked, and the whole answer; a Pong's timestamp is the answerer's own. */
const ANSWERED: readonly (readonly [question: string, answer: string | RegExp])[] = [
  [`"GetGenesisHash"`, `{"GenesisHashResponse":${GENESIS_HASH}}`],
  [`"GetBlockHeight"`, `{"BlockHeightResponse":0}`],
  [`{"GetBlocks":[3010,3011]}`, `{"BlocksResponse":[]}`],
  [`{"GetBlocks":[0,3]}`, `{"BlocksResponse":[${GENESIS}]}`],
  [`{"GetBlocks":[0,${MOST}]}`, `{"BlocksResponse":[${GENESIS}]}`],
  [`{"GetBlocks":[${MOST},0]}`, `{"BlocksResponse":[]}`],
  [`{"GetBlockHash":5}`, `{"BlockHashResponse":{"height":5,"hash":null}}`],
  [`{"GetBlockHash":0}`, `{"BlockHashResponse":{"height":0,"hash":${GENESIS_HASH}}}`],
  [
    `{"ConsensusQuery":{"height":5,"block_hash":${HASH}}}`,
    `{"ConsensusQueryResponse":{"agrees":false,"height":5,"their_hash":${ZEROS}}}`,
  ],
  [
    `{"ConsensusQuery":{"height":0,"block_hash":${GENESIS_HASH}}}`,
    `{"ConsensusQueryResponse":{"agrees":true,"height":0,"their_hash":${GENESIS_HASH}}}`,
  ],
  [`{"GetBlockRange":{"start_height":1,"end_height":3}}`, `{"BlockRangeResponse":[]}`],
  [`{"GetBlockRange":{"start_height":0,"end_height":3}}`, `{"BlockRangeResponse":[${GENESIS}]}`],
  [`{"BlockRequest":0}`, `{"BlockResponse":${GENESIS}}`],
  [`{"Ping":{"nonce":${MOST},"timestamp":1766376998}}`, pong(MOST)],
  [`{"Ping":{"nonce":0,"timestamp":-9223372036854775808}}`, pong("0")],
  [`{"Ping":{"timestamp":1,"more":[{}],"nonce":9007199254740993}}`, pong("9007199254740993")],
  [`{"Ping":[11900434792055248454,2]}`, pong("11900434792055248454")],
  [`  {"Ping" : {"nonce" : 7 , "timestamp" : 2}} \r`, pong("7")],
  [`"GetPeers"`, /^\{"PeersResponse":\[("[0-9.:]+",?)*\]\}$/],
  [`{"GetPeers":null}`, /^\{"PeersResponse":\[("[0-9.:]+",?)*\]\}$/],
  [`"GetMasternodes"`, /^\{"MasternodesResponse":\[\{"address":"127\.16\..*\}\]\}$/],
];

/** What the reference says and nobody answers; none of it is held against it. */
const UNANSWERED: readonly string[] = [
  `{"Version":{"version":"0.1.0","commit_date":"2025-12-21","commit_count":"400","protocol_version":1,"network":"Testnet","listen_addr":"0.0.0.0:24100","timestamp":1766376998,"capabilities":["masternode"],"wallet_address":null,"genesis_hash":null}}`,
  `{"Version":{"version":"0.1.0","commit_date":"2025-12-21","commit_count":"400","protocol_version":1,"network":"Testnet","listen_addr":"0.0.0.0:24100","timestamp":1766376998,"capabilities":["masternode"]}}`,
  `{"Pong":{"nonce":${MOST},"timestamp":1766376999}}`,
  `{"MasternodeAnnouncement":{"address":"203.0.113.10","reward_address":"TIME0QChNmKtoXcSRHthZQUfQvwJfYdCJqFEhP","tier":"Free","public_key":${PUBLIC_KEY}}}`,
  `{"MasternodesResponse":[{"address":"203.0.113.10","reward_address":"TIME0QChNmKtoXcSRHthZQUfQvwJfYdCJqFEhP","tier":"Free","public_key":${PUBLIC_KEY}}]}`,
  `{"PeersResponse":["203.0.113.10:24100","203.0.113.11"]}`,
  `{"HeartbeatBroadcast":{"masternode_address":"203.0.113.10","sequence_number":1,"timestamp":1766376998,"masternode_pubkey":${PUBLIC_KEY},"signature":${SIGNATURE}}}`,
  `{"HeartbeatAttestation":{"heartbeat_hash":${HASH},"witness_address":"203.0.113.11","witness_pubkey":${WITNESS_KEY},"witness_timestamp":1766376999,"signature":${SIGNATURE}}}`,
  `{"BlockHeightResponse":3009}`,
  `{"BlocksResponse":[]}`,
  `{"GenesisHashResponse":${GENESIS_HASH}}`,
  `{"BlockHashResponse":{"height":5,"hash":null}}`,
  `{"ConsensusQueryResponse":{"agrees":false,"height":5,"their_hash":${HASH}}}`,
  `{"BlockRequest":5}`,
  `{"BlockAnnouncement":${GENESIS}}`,
  `{"UTXOStateHashResponse":{"hash":${HASH},"height":1,"utxo_count":2}}`,
  `"GetUTXOStateHash"`,
  `"GetUTXOSet"`,
  `{"UTXOStateQuery":[{"txid":${HASH},"vout":0}]}`,
  `{"Unsubscribe":"x"}`,
  `"GetPendingTransactions"`,
  `{"PendingTransactionsResponse":[]}`,
  `{"TransactionFinalized":{"txid":${HASH},"votes":3}}`,
  `{"BlockVote":{"block_hash":${HASH},"height":1,"voter":"203.0.113.10","signature":[1,2],"approve":true}}`,
  `{"BlockCommit":{"block_hash":${HASH},"height":1,"signatures":[["203.0.113.10",[1,2]]]}}`,
  `{"Bogus":1}`,
];

/** Unreadable (section 13, and 2.2 for the blank line): each one is a violation. */
const VIOLATIONS: readonly (readonly [name: string, line: string])[] = [
  ["a blank line", ""],
  ["white space", "  \t"],
  ["an empty array for no value", `{"GetPeers":[]}`],
  ["a missing key", `{"Ping":{"nonce":1}}`],
  ["a negative nonce", `{"Ping":{"nonce":-1,"timestamp":2}}`],
  ["a fraction", `{"Ping":{"nonce":1.0,"timestamp":2}}`],
  ["more than 64 bits", `{"Ping":{"nonce":18446744073709551616,"timestamp":2}}`],
  ["two documents", `"GetPeers""GetPeers"`],
  [
    "a key of 31 bytes",
    `{"MasternodeAnnouncement":{"address":"203.0.113.10","reward_address":"T","tier":"Free","public_key":[${"1,".repeat(30)}1]}}`,
  ],
  [
    "a key in hex",
    `{"MasternodeAnnouncement":{"address":"203.0.113.10","reward_address":"T","tier":"Free","public_key":"${"ea".repeat(32)}"}}`,
  ],
  ["no JSON", `~W~M`],
];

/** All types of section 2.4. */
const KNOWN = new Set(
  (
    "GetGenesisHash GenesisHashResponse GetBlockHeight BlockHeightResponse GetBlocks " +
    "BlocksResponse Handshake Ack TransactionBroadcast TransactionVoteRequest TransactionVote " +
    "TransactionFinalized TransactionRejected UTXOStateQuery UTXOStateResponse " +
    "UTXOStateNotification UTXOStateUpdate Subscribe Unsubscribe BlockAnnouncement BlockRequest " +
    "BlockResponse GetUTXOSet UTXOSetResponse GetUTXOStateHash UTXOStateHashResponse " +
    "MasternodeAnnouncement GetMasternodes MasternodesResponse Version Ping Pong " +
    "GetPendingTransactions PendingTransactionsResponse GetPeers PeersResponse " +
    "HeartbeatBroadcast HeartbeatAttestation GetBlockHash BlockHashResponse ConsensusQuery " +
    "ConsensusQueryResponse GetBlockRange BlockRangeResponse BlockProposal BlockVote BlockCommit"
  ).split(" "),
);

/** Said without being asked. */
const OWN = /^"?\{?"(MasternodeAnnouncement|Get\w+|Ping|HeartbeatBroadcast|HeartbeatAttestation)"/;

const ip = block();
let node: Target;
const clients: BareSocket[] = [];

beforeAll(async () => {
  const config = `
masternode: true
config: { announcePeriod: 1h }
clock: { speed: 10 }
`;
  node = await Target.start({ ip: ip(2), config });
  // Before its first number is durable it says nothing of itself (rule A3).
  await until("it announces itself", () => node.log.includes("Broadcast masternode announcement"));
});

afterEach(() => {
  const strange = clients.flatMap(({ lines }) => lines.filter((line) => !KNOWN.has(typeOf(line))));
  for (const client of clients.splice(0)) client.end();
  if (strange.length > 0) throw new Error(`the reference would ban for ${strange.join("\n")}`);
});

afterAll(() => node.stop());

describe("a client that dials our node as the reference does", () => {
  it("is greeted as section 2.7 says", async () => {
    const client = await open(ip(10));
    client.say(
      HANDSHAKE,
      `{"Ping":{"nonce":1,"timestamp":2}}`,
      `{"Ping":{"nonce":2,"timestamp":2}}`,
    );
    await until("both pongs", () => count(client, "Pong") === 2);
    const [first] = client.lines;
    expect(first).toMatch(/^\{"Ack":\{"message_type":"Handshake"[,}]/);
    const types = client.lines.map(typeOf);
    for (const type of ["MasternodeAnnouncement", "GetPeers", "GetMasternodes"]) {
      expect(types).toContain(type);
      expect(types.indexOf(type)).toBeLessThan(types.indexOf("Pong"));
    }
    expect(client.lines.filter((line) => typeOf(line) === "Pong")).toEqual([
      expect.stringMatching(pong("1")),
      expect.stringMatching(pong("2")),
    ]);
    const announcement = client.lines.find((line) => typeOf(line) === "MasternodeAnnouncement");
    const shape = `^{"MasternodeAnnouncement":{"address":"${ip(2)}","reward_address":"TIME0\\w{33}","tier":"Free","public_key":\\[(\\d+,){31}\\d+\\][,}]`;
    expect(announcement).toMatch(
      new RegExp(shape.replaceAll(/^\^\{|:\{/g, (at) => at.replace("{", "\\{"))),
    );
  });

  it("is answered", async () => {
    const client = await greeted(ip(11));
    await isAnswered(client);
    await isIgnored(client);
  });

  it("is told of the node a second time, for the first one it may have thrown away (A3)", async () => {
    const client = await greeted(ip(12));
    await until("two announcements", () => count(client, "MasternodeAnnouncement") === 2);
  });

  it("is registered by its announcement, and by no other's word", async () => {
    const client = await greeted(ip(13));
    const own = `{"MasternodeAnnouncement":{"address":"${ip(13)}","reward_address":"TIME0QChNmKtoXcSRHthZQUfQvwJfYdCJqFEhP","tier":"Free","public_key":${PUBLIC_KEY}}}`;
    client.say(own, own.replace(ip(13), "203.0.113.99"));
    await answersTo(client, `"GetBlockHeight"`);
    const rows = (await node.ask("masternodes")) as readonly Readonly<Record<string, unknown>>[];
    const status = (of: string): unknown =>
      rows.find(({ address }) => String(address).startsWith(`${of}:`))?.["status"];
    expect(status(ip(13))).toBe("active");
    expect(status("203.0.113.99")).toBe("known");
    const line = `Received masternode announcement from ${ip(13)}:`;
    await until("it is logged", () => node.log.includes(line));
  });

  it.each(VIOLATIONS)("is forgiven two lines that cannot be read: %s", async (_, line) => {
    const at = VIOLATIONS.findIndex(([, each]) => each === line);
    const client = await greeted(ip(20 + at));
    client.say(line, line);
    await answersTo(client, `"GetBlockHeight"`);
    client.say(line);
    await until("it is banned", () => client.closed);
    expect(node.log).toContain(`Violation #2 from ${ip(20 + at)}`);
    const again = await open(ip(20 + at));
    again.say(HANDSHAKE);
    await until("it is still banned", () => again.closed);
    expect(again.lines).toEqual([]);
  });

  it.each([
    ["another magic", HANDSHAKE.replace("84", "85")],
    ["another version", HANDSHAKE.replace(`n":1`, `n":2`)],
  ])("is sent away with %s", async (_, line) => {
    const client = await open(ip(40));
    client.say(line);
    await until("closed", () => client.closed);
    expect(client.lines).toEqual([]);
  });
});

describe("a client that our node dials", () => {
  it("is called from the node's own address, greeted, and asked", async () => {
    const called: { readonly socket: BareSocket; readonly from: string }[] = [];
    const server = await listen(ip(3), (by, at) => called.push({ socket: by, from: at }));
    onTestFinished(() => void server.close());
    await node.ask("addnode", { peer: ip(3) });
    await until("called", () => called.length > 0);
    const { socket, from } = must(called[0], "a call");
    clients.push(socket);
    expect(from).toBe(ip(2));
    await until("a handshake", () => socket.lines.length > 0);
    expect(socket.lines[0]).toMatch(
      /^\{"Handshake":\{"magic":\[84,73,77,69\],"protocol_version":1,"network":"testnet"[,}]/,
    );
    socket.say(`{"Ack":{"message_type":"Handshake"}}`);
    const types = ["MasternodeAnnouncement", "GetPeers", "GetMasternodes"];
    await until("greeted", () => types.every((type) => count(socket, type) > 0));
    await isAnswered(socket);
    await isIgnored(socket);
    await until("told again (A3)", () => count(socket, "MasternodeAnnouncement") === 2);
    await until("pinged", () => count(socket, "Ping") > 0);
  });
});

async function isAnswered(client: BareSocket): Promise<void> {
  for (const [question, answer] of ANSWERED) {
    const said = await answersTo(client, question);
    const one: unknown = typeof answer === "string" ? answer : expect.stringMatching(answer);
    expect(said, question.slice(0, 80)).toEqual([one]);
  }
}

async function isIgnored(client: BareSocket): Promise<void> {
  for (const line of UNANSWERED) {
    expect(await answersTo(client, line), line.slice(0, 80)).toEqual([]);
  }
}

let asked = 0;

/** What comes before the Pong of a Ping that follows; but for what the node says by itself. */
async function answersTo(client: BareSocket, question: string): Promise<readonly string[]> {
  const from = client.lines.length;
  const nonce = String(1_000_000 + ++asked);
  client.say(question, `{"Ping":{"nonce":${nonce},"timestamp":3}}`);
  const isPong = (line: string): boolean => pong(nonce).test(line);
  await until(`an answer to ${question.slice(0, 80)}`, () => {
    if (client.closed) throw new Error(`closed after ${question.slice(0, 80)}`);
    return client.lines.slice(from).some(isPong);
  });
  const lines = client.lines.slice(from);
  return lines.slice(0, lines.findIndex(isPong)).filter((line) => !OWN.test(line));
}

async function open(from: string): Promise<BareSocket> {
  const client = await dial(from, ip(2));
  clients.push(client);
  return client;
}

async function greeted(from: string): Promise<BareSocket> {
  const client = await open(from);
  client.say(HANDSHAKE);
  await until("an Ack", () => client.lines.some((line) => typeOf(line) === "Ack"));
  return client;
}

function pong(nonce: string): RegExp {
  return new RegExp(`^\\{"Pong":\\{"nonce":${nonce},"timestamp":\\d+\\}\\}$`);
}

function count(client: BareSocket, type: string): number {
  return client.lines.filter((line) => typeOf(line) === type).length;
}

function typeOf(line: string): string {
  return /^\{?"(\w+)"/.exec(line)?.[1] ?? line;
}
