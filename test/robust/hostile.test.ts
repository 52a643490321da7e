/**
 * What a stranger can do to a node with bytes (rules S7, S8), each done to one real process. The
 * node stays up, its memory as the kernel counts it stays within a bound, and two honest
 * masternodes that were there before are served all the time: they are asked during every attack,
 * and after it what one says anew still reaches the other.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { must } from "../../src/core/assert.ts";
import { randomFrom } from "../../src/core/random.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { blockHash } from "../../src/masternode/block.ts";
import { messageCodec } from "../../src/masternode/codec.ts";
import { encodeUtf8 } from "../../src/wire/utf8.ts";
import { until } from "../host/block.ts";
import { type BareSocket, dial, listen } from "./bare-socket.ts";
import { block } from "./block.ts";
import { everyMessage, signedExtremes, withExtremes } from "./extremes.ts";
import { announcementOf, areServed, greeted, Honest, lineOf } from "./honest.ts";
import { Target } from "./target.ts";

const MIB = 1_048_576;
/**
 * MiB: 256 that wait to be sent, twice 64 of begun lines (their buffers grow by doubling), what is
 * made of the longest line, and the program itself with what its collector has not collected.
 */
const MEMORY_MAX = 600;
const SEED = process.env["TIMESIM_SEED"] ?? String(Date.now());
const random = randomFrom(SEED);
const ip = block();
const FIGURES = process.env["TIMESIM_FIGURES"] !== undefined;
/** With figures all of them; a few more than may be open at once are enough to see that. */
const CONNECTIONS = FIGURES ? 10_000 : 1_500;
/** Of all masternodes that are not there. */
const KEY = "ab".repeat(32);
/** Each stranger says that it listens elsewhere: on loopback bans are by address. */
let port = 1_000;
let node: Target;
let pair: readonly [Honest, Honest];

beforeAll(async () => {
  const config = `
masternode: true
chain: { height: 500 }
clock: { speed: 10 }
config: { evidenceWindow: 1d }
`;
  node = await Target.start({ ip: ip(2), config });
  pair = [await Honest.join(ip(3), ip(2)), await Honest.join(ip(4), ip(2))];
  await areServed(pair);
});

afterAll(() => node.stop());

/** What must hold when the attack is over, each with its name. */
type Checks = readonly (readonly [what: string, holds: boolean])[];
type Attack = (strangers: Strangers) => Promise<Checks | void>;

function attack(name: string, work: Attack): void {
  it(`${name} (seed ${SEED})`, async () => {
    const strangers = new Strangers();
    node.forget();
    let over = false;
    let checks: Checks | void = undefined;
    const served = (async () => {
      while (!over) await Promise.all([areServed(pair), sleep(100)]);
    })();
    try {
      checks = await work(strangers);
    } finally {
      over = true;
      await served;
      strangers.go();
    }
    await areServed(pair);
    const { memory } = node;
    if (FIGURES) console.log(name, memory, node.descriptors);
    expect(node.exit).toBeNull();
    for (const [what, holds] of checks ?? []) expect(holds, what).toBe(true);
    expect(memory.most).toBeLessThan(MEMORY_MAX);
  });
}

class Strangers {
  readonly all: BareSocket[] = [];

  async ready(count: number): Promise<readonly BareSocket[]> {
    const come = Array.from({ length: count }, () => greeted(ip(5), ip(2), ++port));
    return this.#add(await Promise.all(come));
  }

  async silent(count: number, keepsOpen = false): Promise<readonly BareSocket[]> {
    const come = Array.from({ length: count }, () => dial(ip(6), ip(2), 24_100, keepsOpen));
    return this.#add(await Promise.all(come));
  }

  get areGone(): boolean {
    return this.all.every(({ closed }) => closed);
  }

  go(): void {
    for (const socket of this.all) socket.end();
  }

  #add(sockets: readonly BareSocket[]): readonly BareSocket[] {
    this.all.push(...sockets);
    return sockets;
  }
}

/** The same bytes again and again, as fast as they are taken. */
async function pour(socket: BareSocket, chunk: Uint8Array, times: number): Promise<void> {
  for (let time = 0; time < times && !socket.closed; time++) {
    socket.raw(chunk);
    while (socket.waiting > 4 * MIB && !socket.closed) await sleep(2);
  }
}

attack("garbage, before the handshake and after it", async (strangers) => {
  const garbage = Uint8Array.from({ length: MIB / 2 }, () => random.below(256));
  await strangers.silent(10);
  await strangers.ready(10);
  for (const socket of strangers.all) socket.raw(garbage);
  await until("all are sent away", () => strangers.areGone);
});

attack("lines of 100 MiB, twenty at once, before the handshake and after it", async (strangers) => {
  const chunk = new Uint8Array(MIB).fill(0x61);
  await strangers.silent(10);
  await strangers.ready(10);
  await Promise.all(strangers.all.map((socket) => pour(socket, chunk, 100)));
  await until("all are sent away", () => strangers.areGone);
});

attack("half a line for ever, before the handshake", async (strangers) => {
  for (const socket of await strangers.silent(100)) socket.raw('{"Handshake":{"magic":[84,73');
  await until("all are sent away", () => strangers.areGone);
});

attack("half a line of 3 MiB for ever, after the handshake", async (strangers) => {
  const half = new Uint8Array(3 * MIB).fill(0x20);
  const sockets = await strangers.ready(40);
  for (const socket of sockets) socket.raw(half);
  const begun = (): boolean => sockets.every(({ closed, waiting }) => closed || waiting === 0);
  await until("all have begun", begun);
  await until("some are sent away", () => sockets.filter(({ closed }) => closed).length >= 18);
  const { unread } = await node.status();
  return [
    ["unread bytes", Number(unread) <= 64 * MIB],
    ["it is told", node.log.includes("unread bytes")],
  ];
});

attack("the worst lines that fit", async (strangers) => {
  const lists = ["1", "[]", "{}", '"9.9.9.9"', '""'].map((item) => [item, 15 * MIB] as const);
  const lines = [
    ...lists.map(([item, size]) => `{"Bogus":[${`${item},`.repeat(size / (item.length + 1))}1]}`),
    `{"PeersResponse":[${'"9.9.9.9",'.repeat(1_500_000)}"9.9.9.9"]}`,
    `{"${"k".repeat(15 * MIB)}":1}`,
    `${" ".repeat(15 * MIB)}"GetPeers"`,
    "[".repeat(15 * MIB),
  ];
  const sockets = await strangers.ready(lines.length);
  sockets.forEach((socket, at) => socket.say(must(lines[at], "a line"), '"GetBlockHeight"'));
  await until("all are answered or sent away", () =>
    sockets.every((socket) => socket.closed || socket.has("BlockHeightResponse")),
  );
});

attack("shapes that are wrong", async (strangers) => {
  const line = everyMessage("9.9.9.9", await tip(strangers), "ab".repeat(32));
  const sockets = await strangers.ready(40);
  for (const socket of sockets) {
    const texts = Array.from({ length: 8 }, () => {
      const text = must(line[random.below(line.length)], "a line");
      const at = random.below(text.length);
      return text.slice(0, at) + String.fromCharCode(33 + random.below(90)) + text.slice(at + 1);
    });
    socket.say(...texts, "{", "[]", "7");
  }
  await until("all are banned", () => sockets.every(({ closed }) => closed));
  return [["it is told", node.log.includes("Auto-banned")]];
});

attack("every number of every message at its extremes", async (strangers) => {
  const last = await tip(strangers);
  const hash = blockHash(nodeCrypto, last.header);
  for (const own of [ip(5), "9.9.9.9"]) {
    const lines = everyMessage(own, last, hash).flatMap(withExtremes);
    const read = lines.filter((line) => {
      return messageCodec.decode(encodeUtf8(line)).kind === "message";
    });
    const [socket] = await strangers.ready(1);
    socket?.say(...read, ...signedExtremes(own), '"GetGenesisHash"');
    await until("all are handled", () => must(socket, "socket").has("GenesisHashResponse"));
  }
});

attack("those that it dials itself", async () => {
  const answers: readonly ((socket: BareSocket) => unknown)[] = [
    (socket) => socket.raw(Uint8Array.from({ length: 65_536 }, () => random.below(256))),
    (socket) => {
      socket.say('{"Ack":{"message_type":"Handshake"}}');
      return pour(socket, new Uint8Array(MIB).fill(0x61), 100);
    },
    (socket) => socket.say("{", "{", "{"),
    () => "nothing at all",
  ];
  const calls: BareSocket[][] = answers.map(() => []);
  const servers = answers.map((answer, at) =>
    listen(ip(7 + at), (socket) => {
      calls[at]?.push(socket);
      answer(socket);
    }),
  );
  for (const server of servers) await server;
  for (const at of answers.keys()) await node.ask("addnode", { peer: ip(7 + at) });
  await until("each is hung up on", () => calls.every(([first]) => first?.closed === true));
  for (const server of servers) (await server).close();
  for (const socket of calls.flat()) socket.end();
});

attack("questions without end", async (strangers) => {
  const [teacher] = await strangers.ready(1);
  for (let nth = 0; nth < 64; nth++) {
    const addresses = Array.from({ length: 64 }, (_, at) => `9.8.${nth}.${at}`);
    teacher?.say(lineOf({ type: "PeersResponse", addresses }));
  }
  const questions = ['"GetPeers"\n', '"GetMasternodes"\n', '{"GetBlocks":[0,100]}\n'];
  const floods = questions.map((question) => encodeUtf8(question.repeat(4_000)));
  const sockets = await strangers.ready(9);
  await Promise.all(
    sockets.map(async (socket, at) => {
      for (let time = 0; time < 20; time++) {
        await pour(socket, must(floods[at % floods.length], "a flood"), 1);
        socket.lines.length = 0;
        await sleep(100);
      }
    }),
  );
});

attack("peers that never read", async (strangers) => {
  const sockets = await strangers.ready(12);
  const question = encodeUtf8('{"GetBlocks":[0,100]}\n'.repeat(1_000));
  for (const socket of sockets) {
    socket.stopReading();
    socket.raw(question);
  }
  await until("all are closed", async () => Number((await node.status())["ready"]) === 2);
});

attack(`${CONNECTIONS} connections`, async (strangers) => {
  let most = 0;
  for (let nth = 0; nth < CONNECTIONS; nth += 100) {
    await strangers.silent(100, true);
    for (const socket of strangers.all.splice(0, strangers.all.length - 1_000)) socket.end();
    most = Math.max(most, node.descriptors);
  }
  return [[`at most ${most} descriptors`, most < 600]];
});

attack("1,000 announcements a second of masternodes that are not there", async (strangers) => {
  const [socket] = await strangers.ready(1);
  const flooder = must(socket, "socket");
  for (let second = 0; second < 5; second++) {
    const lines = Array.from({ length: 1_000 }, (_, at) => {
      const announcement = announcementOf(`9.${second}.${at >> 8}.${at & 255}`, 1, "x", KEY);
      return lineOf({ type: "MasternodeAnnouncement", announcement });
    });
    flooder.say(...lines, ...lines, `{"Ping":{"nonce":${second},"timestamp":1}}`);
    await until("they are handled", () => flooder.has(`{"Pong":{"nonce":${second},`));
  }
  const { known } = await node.status();
  return [
    [`it knows ${String(known)}`, known === 4_096],
    ["it is told", node.log.includes("the registry is full")],
  ];
});

async function tip(strangers: Strangers) {
  const [asker] = await strangers.ready(1);
  asker?.say('{"GetBlocks":[500,500]}');
  await until("a block", () => must(asker, "asker").has("BlocksResponse"));
  const line = must(
    asker?.lines.find((each) => each.includes("BlocksResponse")),
    "an answer",
  );
  const read = messageCodec.decode(encodeUtf8(line));
  const message = read.kind === "message" ? read.message : null;
  return must(message?.type === "BlocksResponse" ? message.blocks[0] : null, "a block");
}
