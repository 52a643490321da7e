/**
 * The real world as one incarnation of one node sees it (runtime/port.ts): TCP, a disk and the
 * machine's clocks. Its one rule: everything reaches the node as one input after the other, each
 * with one reading of the clocks; nothing reaches it from within a step.
 */
import type { Socket } from "node:net";
import { type Address, ipOf, ipText, parseAddress } from "../core/address.ts";
import { StepFailed } from "../core/assert.ts";
import type { Codec } from "../core/codec.ts";
import {
  type CloseReason,
  type Late,
  made,
  type Protocol,
  type Role,
  type SessionId,
  type TimerKey,
} from "../core/machine.ts";
import type { Random, Streams } from "../core/random.ts";
import type { Duration, Time, UnixMicros } from "../core/units.ts";
import { trueLength, uptimeAt, wallAt } from "../runtime/clock.ts";
import { hear } from "../runtime/hear.ts";
import type { NodeRuntime } from "../runtime/node.ts";
import type { Port, TimerHandle } from "../runtime/port.ts";
import { streamOf } from "../runtime/streams.ts";
import { type EventId, KIND, NO_CAUSE } from "../trace/event.ts";
import type { Recorder } from "../trace/recorder.ts";
import { Alarm } from "./alarm.ts";
import type { HostClock } from "./clock.ts";
import type { Dial, Dialed, Dialer } from "./dialer.ts";
import type { HostLimits } from "./limits.ts";
import { NodeSocket } from "./socket.ts";
import type { Store } from "./store.ts";
import { readUnacked } from "./unacked.ts";

export interface PortOptions<P extends Protocol> {
  readonly name: string;
  readonly incarnation: number;
  readonly streams: Streams;
  readonly codec: Codec<P["message"]>;
  readonly clock: HostClock;
  readonly recorder: Recorder;
  readonly store: Store<P>;
  readonly limits: HostLimits;
  readonly dialer: Dialer;
  /** The ip its dials come from. */
  readonly from: number;
  /** A step threw, and with it the process is over. */
  readonly failed: (error: Error) => void;
  /** What no trace event says, for the log. */
  readonly notice: (text: string) => void;
}

export interface Traffic {
  readonly received: number;
  readonly sent: number;
}

export interface Session {
  readonly id: SessionId;
  readonly role: Role;
  readonly remote: Address;
  readonly socket: NodeSocket;
}

export class HostPort<P extends Protocol> implements Port<P> {
  readonly #options: PortOptions<P>;
  readonly #sessions = new Map<SessionId, Session>();
  readonly #dials = new Map<SessionId, Dial>();
  readonly #alarm: Alarm;
  /** Over for the node, but not for the kernel: their last bytes leave. Oldest first. */
  readonly #lingering = new Set<NodeSocket>();
  readonly #lines = new WeakMap<object, Uint8Array>();
  /** Of sockets that are closed. */
  readonly #past = { received: 0, sent: 0 };
  #runtime: NodeRuntime<P> | null = null;
  /** What came from the network so far: bytes, ends, connections. */
  #heard = 0;
  #busy = false;
  /** Inputs that came up within a step, or of one. */
  #waiting: (() => void)[] = [];

  constructor(options: PortOptions<P>) {
    this.#options = options;
    this.#alarm = new Alarm(
      options.clock,
      ({ timer, key, cause }) => this.input((node) => node.fire(timer, key, cause)),
      () => this.#heard,
    );
  }

  get sessions(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  /** Bytes of begun lines, over all sessions. */
  get unread(): number {
    return this.sessions.reduce((sum, { socket }) => sum + socket.lines.size, 0);
  }

  /** Descriptors in use: sessions, dials under way, and sessions that are over but linger. */
  get sockets(): number {
    return this.#sessions.size + this.#dials.size + this.#lingering.size;
  }

  get lingering(): readonly NodeSocket[] {
    return [...this.#lingering];
  }

  /** Bytes since boot. */
  get traffic(): Traffic {
    let { received, sent } = this.#past;
    for (const socket of [...this.#lingering, ...this.sessions.map((open) => open.socket)]) {
      received += socket.received;
      sent += socket.sent;
    }
    return { received, sent };
  }

  /** Whether there may be one socket more; what only lingers gives way. */
  hasRoom(): boolean {
    if (this.sockets < this.#options.limits.sockets) return true;
    const [oldest] = this.#lingering;
    if (oldest === undefined) return false;
    oldest.destroy();
    this.#letGo(oldest); // its place, that is: its end comes in a moment
    return true;
  }

  /** From here on the node is told what happens; its boot is the first input, of one reading. */
  run(runtime: NodeRuntime<P>, boot: (runtime: NodeRuntime<P>) => void): void {
    this.#runtime = runtime;
    this.input(boot);
  }

  /** One input of the node, after what is being handled now. */
  input(work: (runtime: NodeRuntime<P>) => void): void {
    this.#waiting.push(() => {
      if (this.#runtime !== null) work(this.#runtime);
    });
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.readClock();
        next();
      }
    } catch (error) {
      this.end();
      if (!(error instanceof Error)) throw error;
      this.#options.failed(error instanceof StepFailed ? error : new Error(String(error.stack)));
    } finally {
      this.#busy = false;
    }
  }

  /** Once before each input; a wall clock that was set is told before it. */
  readClock(): void {
    if (this.#options.clock.read()) this.recordClock(NO_CAUSE);
  }

  recordClock(cause: EventId): void {
    const { line } = this.#options.clock;
    this.record(KIND.clock, cause, wallAt(line, this.now()), line.drift, null);
  }

  record(kind: number, cause: EventId, a: number, b: number, body: unknown): EventId {
    return this.#options.recorder.record(this.now(), 0, kind, cause, a, b, body);
  }

  /** The process is gone: no more inputs, timers, dials. Its sockets are the caller's to end. */
  end(): void {
    this.#runtime = null;
    this.#waiting = [];
    this.#alarm.stop();
    for (const dial of this.#dials.values()) dial.abort();
    this.#dials.clear();
  }

  /** Somebody dialed this node. */
  accept(socket: Socket): void {
    this.#heard++;
    const remote = parseAddress(socket.remoteAddress ?? "", socket.remotePort ?? 0);
    if (remote === null || this.#runtime === null) return void socket.destroy(); // gone already
    this.input((node) => {
      const id = node.accept();
      this.#open(id, "accepted", remote, socket);
      node.opened(id, "accepted", remote, NO_CAUSE);
    });
  }

  /** Ends sessions whose bytes nobody takes any more; called now and then. */
  async sweep(): Promise<void> {
    if (this.#sessions.size === 0) return;
    const { clock, limits } = this.#options;
    const patience = clock.realMillis(limits.userTimeout);
    const given = this.sessions.map((session) => [session, session.socket.given] as const);
    const unacked = await readUnacked();
    if (unacked === null) return;
    for (const [{ id, socket }, before] of given) {
      if (!this.#sessions.has(id)) continue;
      if (socket.stuckFor(performance.now(), before, unacked) > patience)
        this.#break(id, "timeout");
    }
  }

  // ── Port ────────────────────────────────────────────────────────────────────────────────────

  now(): Time {
    return this.#options.clock.now;
  }

  uptime(): Time {
    return uptimeAt(this.#options.clock.line, this.now());
  }

  wall(): UnixMicros {
    return wallAt(this.#options.clock.line, this.now());
  }

  random(label: string): Random {
    const { streams, name, incarnation } = this.#options;
    return streamOf(streams, name, incarnation, label);
  }

  dial(session: SessionId, remote: Address, cause: EventId): void {
    const { dialer, from, limits, clock } = this.#options;
    const done = (dialed: Dialed): void => this.#dialed(session, remote, cause, dialed);
    if (!this.hasRoom()) {
      this.input((node) => node.refused(session, remote, "limit", cause));
      return;
    }
    const timeout = clock.realMillis(limits.dialTimeout);
    this.#dials.set(session, dialer(remote, ipText(from), timeout, done));
  }

  transmit(session: SessionId, message: P["message"], cause: EventId): void {
    const found = this.#sessions.get(session);
    if (found === undefined) {
      this.record(KIND.drop, cause, session, 0, "session closed");
      return;
    }
    const { socket } = found;
    const known = this.#lines.get(message);
    socket.write(known ?? this.#lineOf(message), known !== undefined);
    if (socket.buffered > this.#options.limits.sendBuffer) this.#break(session, "slow");
    else if (socket.held > CHECKED) this.#checkUnsent();
  }

  close(session: SessionId): void {
    this.#dials.get(session)?.abort();
    this.#dials.delete(session);
    const found = this.#sessions.get(session);
    if (found === undefined) return;
    found.socket.finish();
    this.#forget(found);
  }

  arm(timer: P["timer"], key: TimerKey, after: Duration, cause: EventId): TimerHandle {
    const due = this.now() + trueLength(this.#options.clock.line, after);
    return this.#alarm.arm(timer, key, due, cause);
  }

  disarm(handle: TimerHandle): void {
    this.#alarm.disarm(handle);
  }

  persist(file: string, value: Late<unknown>, token: number, cause: EventId): void {
    this.#options.store.write(file, made(value), (ok) => {
      this.input((node) => node.saved(token, file, ok, cause));
    });
  }

  // ── sockets ─────────────────────────────────────────────────────────────────────────────────

  #dialed(session: SessionId, remote: Address, cause: EventId, dialed: Dialed): void {
    this.#dials.delete(session);
    this.#heard++;
    if (!dialed.ok) {
      this.input((node) => node.refused(session, remote, dialed.reason, cause));
      return;
    }
    const { socket, local } = dialed;
    this.#open(session, "dialed", remote, socket);
    this.input((node) => {
      if (local !== null) this.record(KIND.bound, cause, session, local, null);
      node.opened(session, "dialed", remote, cause);
    });
  }

  #open(id: SessionId, role: Role, remote: Address, raw: Socket): void {
    const socket = new NodeSocket(raw, remote, {
      readable: () => this.#read(id, socket),
      ended: (reason) => this.#ended(id, reason),
    });
    this.#sessions.set(id, { id, role, remote, socket });
  }

  /** Takes whole lines as long as its turn lasts; begun ones count as unread. */
  #read(id: SessionId, socket: NodeSocket): void {
    this.#heard++;
    const end = performance.now() + TURN;
    for (;;) {
      let more = false;
      this.input((node) => {
        more = this.#takeLine(node, id, socket);
      });
      if (!more) break;
      if (performance.now() >= end) return socket.rest(() => this.#read(id, socket));
    }
    socket.wake();
    if (socket.lines.size > CHECKED) this.#checkUnread();
  }

  /** False when there is none. */
  #takeLine(node: NodeRuntime<P>, id: SessionId, socket: NodeSocket): boolean {
    if (!this.#sessions.has(id)) return false;
    const line = socket.lines.next(node.lineLimit(id));
    if (line === null) return false;
    if (line === "too long") return node.garbled(id, "line too long", "too long", NO_CAUSE);
    return hear(node, id, this.#options.codec.decode(line), NO_CAUSE);
  }

  #checkUnread(): void {
    const sum = this.unread;
    if (sum <= this.#options.limits.unread) return;
    const most = this.sessions.reduce((first, next) => {
      return next.socket.lines.size > first.socket.lines.size ? next : first;
    });
    const of = `${most.socket.lines.size} of ${sum} unread bytes`;
    this.#options.notice(`Closing session ${most.id} with ${ipText(ipOf(most.remote))}: ${of}`);
    this.#break(most.id, "slow");
  }

  #checkUnsent(): void {
    const { limits, notice } = this.#options;
    const open = this.sessions;
    const sockets = [...this.#lingering, ...open.map(({ socket }) => socket)];
    const sum = sockets.reduce((all, { held }) => all + held, 0);
    if (sum <= limits.unsent) return;
    const most = sockets.reduce((first, next) => (next.held > first.held ? next : first));
    const session = open.find(({ socket }) => socket === most);
    if (session === undefined) return most.destroy();
    const { id, remote } = session;
    notice(
      `Closing session ${id} with ${ipText(ipOf(remote))}: ${most.held} of ${sum} unsent bytes`,
    );
    this.#break(id, "slow");
  }

  /** The host ends a session itself: no FIN, for the other end does not listen or must not talk. */
  #break(id: SessionId, reason: CloseReason): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    session.socket.destroy();
    this.#ended(id, reason);
  }

  #ended(id: SessionId, reason: CloseReason): void {
    this.#heard++;
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#forget(session);
    this.input((node) => node.closed(id, reason, NO_CAUSE));
  }

  /** Its descriptor counts until the kernel has it back. */
  #forget({ id, socket }: Session): void {
    this.#sessions.delete(id);
    this.#lingering.add(socket);
    void socket.closed.then(() => this.#letGo(socket));
  }

  /** Its bytes go on counting: what is asked for them never sees fewer than before. */
  #letGo(socket: NodeSocket): void {
    if (!this.#lingering.delete(socket)) return;
    this.#past.received += socket.received;
    this.#past.sent += socket.sent;
  }

  /** A broadcast is encoded once. */
  #lineOf(message: P["message"]): Uint8Array {
    const known = this.#lines.get(message);
    if (known !== undefined) return known;
    const text = this.#options.codec.encode(message);
    const line = new Uint8Array(text.length + 1);
    line.set(text);
    line[text.length] = 10;
    this.#lines.set(message, line);
    return line;
  }
}

/** What is less on one socket is not worth adding up: they are few (limits.ts). */
const CHECKED = 65_536;
/**
 * For so long, in real ms, the lines of one session are handled at a time: questions are short and
 * answers may be work, and what a flood asks must not keep the others waiting.
 */
const TURN = 5;
