import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Digest } from "../../src/core/digest.ts";
import { messageCodec, messageTypes } from "../../src/masternode/codec.ts";
import type { Message } from "../../src/masternode/messages.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/wire/utf8.ts";
import { anyMessage, everyType, messageOf } from "./arbitraries.ts";

const KEY = "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c";
const K =
  "[234,74,108,99,226,156,82,10,190,245,80,123,19,46,197,249," +
  "149,71,118,174,190,190,123,146,66,30,234,105,20,70,210,44]";
const SIGNATURE = "07".repeat(64);
const S = `[${Array.from({ length: 64 }, () => 7).join(",")}]`;

const decode = (line: string) => messageCodec.decode(encodeUtf8(line));
const encode = (message: Message): string => {
  const line = messageCodec.encode(message);
  return decodeUtf8(line, 0, line.length) ?? "";
};

/** Kind, and what a log line would say. */
function verdict(line: string): string {
  const decoded = decode(line);
  if (decoded.kind === "message") return `message ${decoded.message.type}`;
  return decoded.kind === "unknown" ? `unknown ${decoded.name}` : decoded.error;
}

const ZEROS = `[${Array.from({ length: 32 }, () => 0).join(",")}]`;
/** Section 2.5, word for word. */
const LITERALS = [
  '{"Handshake":{"magic":[84,73,77,69],"protocol_version":1,"network":"mainnet"}}',
  '{"Ack":{"message_type":"Handshake"}}',
  '{"Version":{"version":"0.1.0","commit_date":"2025-12-21","commit_count":"400",' +
    '"protocol_version":1,"network":"Testnet","listen_addr":"0.0.0.0:24100",' +
    '"timestamp":1766376998,"capabilities":["masternode"],"wallet_address":null,' +
    '"genesis_hash":null}}',
  '{"Ping":{"nonce":18446744073709551615,"timestamp":1766376998}}',
  '{"Pong":{"nonce":18446744073709551615,"timestamp":1766376999}}',
  '{"Ping":{"nonce":11900434792055248454,"timestamp":1766376998}}',
  '{"MasternodeAnnouncement":{"address":"203.0.113.10",' +
    `"reward_address":"TIME0QChNmKtoXcSRHthZQUfQvwJfYdCJqFEhP","tier":"Free","public_key":${K}}}`,
  '"GetMasternodes"',
  '{"MasternodesResponse":[{"address":"203.0.113.10",' +
    `"reward_address":"TIME0QChNm…","tier":"Free","public_key":${K}}]}`,
  '"GetPeers"',
  '{"PeersResponse":["203.0.113.10:24100","203.0.113.11"]}',
  '{"HeartbeatBroadcast":{"masternode_address":"203.0.113.10","sequence_number":1,' +
    `"timestamp":1766376998,"masternode_pubkey":${K},"signature":${S}}}`,
  `{"HeartbeatAttestation":{"heartbeat_hash":${K},"witness_address":"203.0.113.11",` +
    `"witness_pubkey":${K},"witness_timestamp":1766376999,"signature":${S}}}`,
  '"GetBlockHeight"',
  '{"BlockHeightResponse":3009}',
  '{"GetBlocks":[3010,3011]}',
  '{"BlocksResponse":[]}',
  '"GetGenesisHash"',
  '{"GenesisHashResponse":[6,36,70,160,15,93,193,170,12,132,44,228,225,190,180,0,238,137,' +
    "234,210,156,36,124,20,164,73,33,221,123,94,29,234]}",
  '{"GetBlockHash":5}',
  '{"BlockHashResponse":{"height":5,"hash":null}}',
  `{"ConsensusQuery":{"height":5,"block_hash":${K}}}`,
  `{"ConsensusQueryResponse":{"agrees":false,"height":5,"their_hash":${K}}}`,
  '{"GetBlockRange":{"start_height":1,"end_height":3}}',
  '{"BlockRequest":5}',
  `{"BlockAnnouncement":{"header":{"version":2,"height":0,"previous_hash":${ZEROS},` +
    `"merkle_root":${K},"timestamp":1764547200,"block_reward":10000000000},` +
    '"transactions":[{"version":1,"inputs":[],"outputs":[{"value":10000000000,' +
    '"script_pubkey":[103,101,110,101,115,105,115]}],"lock_time":0,"timestamp":1764547200}],' +
    '"masternode_rewards":[]}}',
];

describe("the reference's lines (section 2.5)", () => {
  test.each(LITERALS)("%s decodes and comes back to the byte", (line) => {
    const decoded = decode(line);
    if (decoded.kind !== "message") throw new Error(verdict(line));
    expect(encode(decoded.message)).toBe(line);
  });

  test.each([
    [`{"UTXOStateHashResponse":{"hash":${K},"height":1,"utxo_count":2}}`, "UTXOStateHashResponse"],
    [
      `{"BlockVote":{"block_hash":${K},"height":1,"voter":"203.0.113.10","signature":[1,2],` +
        '"approve":true}}',
      "BlockVote",
    ],
    [
      `{"BlockCommit":{"block_hash":${K},"height":1,"signatures":[["203.0.113.10",[1,2]]]}}`,
      "BlockCommit",
    ],
    ['"GetUTXOSet"', "GetUTXOSet"],
    ['{"Unsubscribe":"id"}', "Unsubscribe"],
  ])("%s is known by name only", (line, name) => {
    expect(decode(line)).toEqual({ kind: "unknown", name });
  });
});

test("a tuple's places have names inside", () => {
  expect(decode('{"GetBlocks":[3010,3011]}')).toEqual({
    kind: "message",
    message: { type: "GetBlocks", from: 3010, to: 3011 },
  });
});

describe("the parsing probes (section 13)", () => {
  test.each([
    ['{"Ping":{"nonce":1,"timestamp":2,"extra":[{}]}}', "message Ping"],
    ['{"Ping":{"timestamp":2,"nonce":1}}', "message Ping"],
    ['{"Ping":[1,2]}', "message Ping"],
    ['{"GetPeers":null}', "message GetPeers"],
    [' {"Ping":[1,2]}\r\n', "message Ping"],
    ['{"GetPeers":[]}', "GetPeers: expected nothing"],
    ['"Bogus"', "unknown Bogus"],
    ['{"Ping":{"nonce":1}}', "Ping.timestamp: expected a value"],
    ['{"Ping":{"nonce":-1,"timestamp":2}}', "Ping.nonce: expected 0..2^64-1"],
    ['{"Ping":{"nonce":1.0,"timestamp":2}}', "Ping.nonce: expected 0..2^64-1"],
    ['{"Ping":[1,2]}{"Ping":[1,2]}', "byte 14: expected nothing after the document"],
    ['{"Ping":{"nonce":1,"nonce":1,"timestamp":2}}', "byte 27: expected each key once"],
    ["", "byte 0: expected a value"],
    ["   ", "byte 3: expected a value"],
    ["GET / HTTP/1.1", "byte 0: expected a value"],
  ])("%s: %s", (line, expected) => {
    expect(verdict(line)).toBe(expected);
  });

  test("magic is four numbers", () => {
    const handshake = (magic: string): string =>
      verdict(`{"Handshake":{"magic":${magic},"protocol_version":1,"network":"mainnet"}}`);
    expect(handshake("[84,73,77,69]")).toBe("message Handshake");
    expect(handshake('"TIME"')).toBe("Handshake.magic: expected an array of 4 bytes");
    expect(handshake("[84,73,77,69,0]")).toBe("Handshake.magic: expected an array of 4 bytes");
  });

  test("a key is 32 numbers, never hex", () => {
    const announce = (key: string): string =>
      verdict(
        '{"MasternodeAnnouncement":{"address":"a","reward_address":"r","tier":"Free",' +
          `"public_key":${key}}}`,
      );
    expect(announce(K)).toBe("message MasternodeAnnouncement");
    expect(announce(K.replace("234,", ""))).toBe(
      "MasternodeAnnouncement.public_key: expected an array of 32 bytes",
    );
    expect(announce(`"${KEY}"`)).toBe(
      "MasternodeAnnouncement.public_key: expected an array of 32 bytes",
    );
    expect(announce(K.replace("99,", "256,"))).toBe(
      "MasternodeAnnouncement.public_key[3]: expected 0..255",
    );
  });

  test("a Version may lack its two options", () => {
    const line =
      '{"Version":{"version":"0.1.0","commit_date":"","commit_count":"","protocol_version":1,' +
      '"network":"Testnet","listen_addr":"","timestamp":0,"capabilities":[]}}';
    expect(decode(line)).toMatchObject({ message: { walletAddress: null, genesisHash: null } });
  });
});

describe("our own keys (rules S3, A4, X1)", () => {
  test("come after the reference's, and only when they say something", () => {
    expect(
      encode({
        type: "Handshake",
        magic: "54494d45",
        protocolVersion: 1,
        network: "testnet",
        listenPort: 24_100,
        capabilities: ["pages"],
        node: "0123456789abcdef0123456789abcdef",
        you: "203.0.113.11:24100",
        held: false,
      }),
    ).toBe(
      '{"Handshake":{"magic":[84,73,77,69],"protocol_version":1,"network":"testnet",' +
        '"listen_port":24100,"capabilities":["pages"],' +
        '"node":"0123456789abcdef0123456789abcdef","you":"203.0.113.11:24100","held":false}}',
    );
    expect(encode({ type: "Ack", messageType: "Handshake", guest: undefined })).toBe(
      '{"Ack":{"message_type":"Handshake"}}',
    );
  });

  test("a list entry carries its latest announcement and heartbeat", () => {
    const entry = {
      address: "203.0.113.10",
      rewardAddress: "r",
      tier: "Free",
      publicKey: KEY,
      port: 24_100,
      timestamp: 1_766_376_998,
      sequence: 1_766_376_998_000,
      signature: SIGNATURE,
      heartbeat: { sequenceNumber: 2, timestamp: 1_766_376_999, signature: SIGNATURE },
    } as const;
    const line = encode({ type: "MasternodesResponse", entries: [entry] });
    expect(line).toBe(
      '{"MasternodesResponse":[{"address":"203.0.113.10","reward_address":"r","tier":"Free",' +
        `"public_key":${K},"port":24100,"timestamp":1766376998,"sequence":1766376998000,` +
        `"signature":${S},"heartbeat":{"sequence_number":2,"timestamp":1766376999,` +
        `"signature":${S}}}]}`,
    );
    expect(decode(line)).toMatchObject({ message: { entries: [entry] } });
  });

  test("of the wrong shape are a fault of a known type", () => {
    expect(verdict('{"Ack":{"message_type":"Handshake","node":"xyz"}}')).toBe(
      "Ack.node: expected 32 hex digits",
    );
  });
});

describe("every message type", () => {
  test("is in the table once, in the same order here and there", () => {
    expect(messageTypes).toEqual(everyType);
    expect(new Set(messageTypes).size).toBe(33);
  });

  test.each(everyType)("%s survives the wire", (type) => {
    fc.assert(
      fc.property(messageOf(type), (message) => {
        const line = messageCodec.encode(message);
        expect(line).not.toContain(10);
        expect(messageCodec.decode(line)).toEqual({ kind: "message", message });
      }),
      { numRuns: 50 },
    );
  });

  test("measures as many bytes as it writes", () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(messageCodec.size?.(message)).toBe(messageCodec.encode(message).length);
      }),
    );
  });

  test("digests alike as object and off the wire, so both modes run alike", () => {
    const digest = (message: Message): string => {
      const running = new Digest();
      running.value(message);
      return running.hex();
    };
    fc.assert(
      fc.property(anyMessage, (message) => {
        const decoded = messageCodec.decode(messageCodec.encode(message));
        expect(decoded.kind === "message" && digest(decoded.message)).toBe(digest(message));
      }),
    );
  });
});

describe("garbage is a value", () => {
  test("random bytes and random lines", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(encodeUtf8)), (line) => {
        expect(messageCodec.decode(line).kind).toBeTypeOf("string");
      }),
      { numRuns: 1_000 },
    );
  });

  test("valid lines with bytes changed, cut out or doubled", () => {
    const edit = fc.record({
      at: fc.nat(),
      cut: fc.nat({ max: 40 }),
      put: fc.uint8Array({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(anyMessage, fc.array(edit, { minLength: 1, maxLength: 3 }), (message, edits) => {
        let line = [...messageCodec.encode(message)];
        for (const { at, cut, put } of edits) line = line.toSpliced(at % line.length, cut, ...put);
        const decoded = messageCodec.decode(Uint8Array.from(line));
        // What still decodes is a message like any other: it must encode.
        if (decoded.kind === "message") messageCodec.encode(decoded.message);
        else if (decoded.kind === "garbled") expect(decoded.error.length).toBeLessThan(200);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("the room of one line", () => {
  const TIMES = 65_000;
  const reward = '["",0]';
  const blockOf = (rewards: number): string =>
    `{"BlockResponse":{"header":{"version":2,"height":1,"previous_hash":${K},` +
    `"merkle_root":${K},"timestamp":1764547800,"block_reward":10000000000},"transactions":[],` +
    `"masternode_rewards":[${Array.from({ length: rewards }, () => reward).join(",")}]}}`;

  test("holds all that fits into 1 MiB of bincode, in its smallest pieces (rule Y2)", () => {
    expect(verdict(blockOf(TIMES))).toBe("message BlockResponse");
    const script = `[${Array.from({ length: 1_048_000 }, () => 255).join(",")}]`;
    const transaction = `[1,[],[[1,${script}]],0,0]`;
    const large = blockOf(0).replace('"transactions":[]', `"transactions":[${transaction}]`);
    expect(verdict(large)).toBe("message BlockResponse");
  });

  test("holds no line that would take some megabytes more", () => {
    const most = /expected (values that take less memory|a shorter text)$/;
    expect(verdict(blockOf(2 * TIMES))).toMatch(most);
    const texts = (text: string, times: number): string =>
      `{"PeersResponse":[${Array.from({ length: times }, () => `"${text}"`).join(",")}]}`;
    expect(verdict(texts("1.2.3.4", TIMES))).toMatch(most);
    expect(verdict(texts("x".repeat(5_000_000), 1))).toMatch(most);
    expect(verdict(texts("1.2.3.4", 10_000))).toBe("message PeersResponse");
  });

  test("is not taken by what nobody asks for", () => {
    const zeros = `[${"0,".repeat(1_000_000)}0]`;
    expect(verdict(`{"Ping":{"nonce":1,"timestamp":2,"x":${zeros}}}`)).toBe("message Ping");
    expect(verdict(`{"Later":[${"[],{},".repeat(500_000)}""]}`)).toBe("unknown Later");
    expect(verdict(`{"Ping":${zeros}}`)).toBe("Ping: expected an array of 2");
  });
});
