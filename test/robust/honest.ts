/**
 * Two masternodes that keep the protocol, connected while others misbehave. They are served as long
 * as their pings are answered and what one announces anew reaches the other through the node.
 */
import { nodeCrypto } from "../../src/host/crypto.ts";
import { messageCodec } from "../../src/masternode/codec.ts";
import { announcementDigest, heartbeatDigest } from "../../src/masternode/digests.ts";
import type {
  Message,
  SignedAnnouncement,
  SignedHeartbeat,
} from "../../src/masternode/messages.ts";
import { encodeUtf8 } from "../../src/wire/utf8.ts";
import { until } from "../host/block.ts";
import { type BareSocket, dial } from "./bare-socket.ts";

const decoder = new TextDecoder();

/** A message as a line without its newline. */
export function lineOf(message: Message): string {
  return decoder.decode(messageCodec.encode(message));
}

const HANDSHAKE: string = lineOf({
  type: "Handshake",
  magic: "54494d45",
  protocolVersion: 1,
  network: "testnet",
});

/** Signed by a key of the ip's own unless one is given; `news` is a field that may change. */
export function announcementOf(
  ip: string,
  sequence: number,
  news: string,
  seed: string = keyOf(ip),
  timestamp: number = now(),
): SignedAnnouncement {
  const publicKey = nodeCrypto.publicKey(seed);
  const place = {
    address: ip,
    rewardAddress: news,
    tier: "Free",
    publicKey,
    port: 24_100,
  } as const;
  const unsigned = { ...place, timestamp, sequence };
  return {
    ...unsigned,
    signature: nodeCrypto.sign(seed, announcementDigest(nodeCrypto, unsigned)),
  };
}

export function heartbeatOf(
  ip: string,
  sequenceNumber: number,
  timestamp: number = now(),
): SignedHeartbeat {
  const seed = keyOf(ip);
  const masternodePubkey = nodeCrypto.publicKey(seed);
  const unsigned = { masternodeAddress: ip, sequenceNumber, timestamp, masternodePubkey };
  return { ...unsigned, signature: nodeCrypto.sign(seed, heartbeatDigest(nodeCrypto, unsigned)) };
}

function keyOf(ip: string): string {
  return nodeCrypto.sha256(encodeUtf8(ip));
}

function now(): number {
  return Math.floor(Date.now() / 1_000);
}

export class Honest {
  readonly ip: string;
  readonly socket: BareSocket;
  #sequence = Date.now();

  private constructor(ip: string, socket: BareSocket) {
    this.ip = ip;
    this.socket = socket;
  }

  /** Handshake done, announced, and answering pings. */
  static async join(ip: string, to: string): Promise<Honest> {
    const honest = new Honest(ip, await greeted(ip, to));
    honest.socket.answerPings();
    honest.announce();
    return honest;
  }

  /** Says something new of itself, and returns what. */
  announce(): string {
    const news = `news-${++this.#sequence}`;
    const announcement = announcementOf(this.ip, this.#sequence, news);
    this.socket.say(lineOf({ type: "MasternodeAnnouncement", announcement }));
    return news;
  }

  async ping(): Promise<void> {
    const nonce = `${++this.#sequence}`;
    this.socket.say(`{"Ping":{"nonce":${nonce},"timestamp":1}}`);
    await this.hears(`"nonce":${nonce},`, "its pong");
  }

  async hears(part: string, what: string): Promise<void> {
    await until(`${this.ip} hears ${what}`, () => {
      if (this.socket.closed) throw new Error(`${this.ip}: closed while it waited for ${what}`);
      return this.socket.has(part);
    });
    this.socket.lines.length = 0;
  }
}

export async function areServed(pair: readonly [Honest, Honest]): Promise<void> {
  const [first, second] = pair;
  await Promise.all([first.ping(), second.ping()]);
  await second.hears(first.announce(), `the news of ${first.ip}`);
  await first.hears(second.announce(), `the news of ${second.ip}`);
}

/** A session that is ready; `port` is where the caller says it listens. */
export async function greeted(from: string, to: string, port = 24_100): Promise<BareSocket> {
  const socket = await dial(from, to);
  socket.say(HANDSHAKE.replace(/\}\}$/, `,"listen_port":${port}}}`));
  await until(`an Ack for ${from}`, () => {
    if (socket.closed) throw new Error(`${from}: closed before an Ack`);
    return socket.lines.length > 0;
  });
  return socket;
}
