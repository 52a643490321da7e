/** A leg over a socket: lines in, lines out, and how it ended. */
import type { Socket } from "node:net";
import type { RefusedReason } from "../core/machine.ts";
import type { EndIndex } from "../engine/connection.ts";
import { Lines } from "../wire/lines.ts";
import type { Call, Leg } from "./call.ts";
import { REPLY, replyBytes } from "./socks.ts";

/** What a leg tells the network. */
export interface Ear {
  line(call: Call, end: EndIndex, bytes: Uint8Array): void;
  finish(call: Call, end: EndIndex): void;
  reset(call: Call, end: EndIndex): void;
}

/** Longer than any line that a node may send (rule S7: 16 MiB). */
const LINE_MAX = 17 * 1_048_576;
/** Bytes that wait for a node to read them, above which no more are taken for it. */
const WAITING_MAX = 262_144;
const NEWLINE = 10;

export class SocketLeg implements Leg {
  readonly #ear: Ear;
  readonly #end: EndIndex;
  readonly #lines = new Lines();
  #socket: Socket | null = null;
  #call: Call | null = null;
  /** Nobody is told any more. */
  #deaf = false;
  /** Said before there was a socket to say it on. */
  #early: (() => void)[] = [];

  constructor(ear: Ear, end: EndIndex) {
    this.#ear = ear;
    this.#end = end;
  }

  /** From here on both are told of each other. What was said before is said now. */
  join(socket: Socket, call: Call): void {
    this.#socket = socket;
    this.#call = call;
    socket.on("data", (chunk: Uint8Array) => this.#read(chunk));
    socket.on("end", () => {
      if (!this.#deaf) this.#ear.finish(call, this.#end);
      if (socket.writable) socket.end();
    });
    socket.on("error", () => this.#broken());
    socket.on("close", () => this.#broken());
    socket.on("drain", () => call.unread(this.#other, false));
    for (const say of this.#early) say();
    this.#early = [];
  }

  /** Bytes that came before the leg was joined. */
  feed(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#read(chunk);
  }

  opened(): void {
    const bound = this.#call?.bound;
    if (bound !== undefined) this.#socket?.write(replyBytes(REPLY.succeeded, bound));
  }

  refused(reason: RefusedReason): void {
    this.#deaf = true;
    const code = reason === "limit" ? REPLY.unreachable : REPLY[reason];
    const bound = this.#call?.bound;
    if (bound !== undefined) this.#socket?.end(replyBytes(code, bound));
  }

  line(bytes: Uint8Array): void {
    this.#say((socket) => {
      if (!socket.writable) return;
      const whole = new Uint8Array(bytes.length + 1);
      whole.set(bytes);
      whole[bytes.length] = NEWLINE;
      socket.write(whole);
      if (socket.writableLength > WAITING_MAX) this.#call?.unread(this.#other, true);
    });
  }

  fin(): void {
    this.#deaf = true;
    this.#say((socket) => {
      socket.end();
      socket.resume();
    });
  }

  reset(): void {
    this.#deaf = true;
    this.#say((socket) => socket.resetAndDestroy());
  }

  /** Its node is about to be killed, and must not hear of it from here. */
  forget(): void {
    this.#deaf = true;
    this.#say((socket) => socket.resume());
  }

  flow(open: boolean): void {
    if (open) this.#socket?.resume();
    else this.#socket?.pause();
  }

  get #other(): EndIndex {
    return this.#end === 0 ? 1 : 0;
  }

  #say(what: (socket: Socket) => void): void {
    const socket = this.#socket;
    if (socket === null) this.#early.push(() => this.#say(what));
    else what(socket);
  }

  #read(chunk: Uint8Array): void {
    const call = this.#call;
    if (this.#deaf || call === null) return;
    this.#lines.feed(chunk);
    for (;;) {
      const line = this.#lines.next(LINE_MAX);
      if (line === null) return;
      if (line === "too long") return void this.#socket?.resetAndDestroy();
      this.#ear.line(call, this.#end, line);
    }
  }

  #broken(): void {
    if (this.#deaf || this.#call === null) return;
    this.#deaf = true;
    this.#ear.reset(this.#call, this.#end);
  }
}
