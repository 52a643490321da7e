/** The simulated world as one incarnation of one node sees it (runtime/port.ts). */
import type { Address } from "../core/address.ts";
import { must } from "../core/assert.ts";
import { nameHash } from "../core/luck.ts";
import type { Late, Protocol, SessionId, TimerKey } from "../core/machine.ts";
import type { Random, Streams } from "../core/random.ts";
import type { Duration, Time, UnixMicros } from "../core/units.ts";
import type { Port, TimerHandle } from "../runtime/port.ts";
import { streamOf } from "../runtime/streams.ts";
import type { EventId } from "../trace/event.ts";
import { trueLength, uptimeAt, wallAt } from "../runtime/clock.ts";
import type { Connection, EndIndex } from "./connection.ts";
import { dial } from "./dial.ts";
import type { Host } from "./host.ts";
import { type Net, now, recordDrop } from "./net.ts";
import { OP } from "./op.ts";
import { transmit } from "./stream.ts";
import { finish } from "./teardown.ts";

/** Body of a timer record. */
export interface TimerRecord {
  readonly timer: string;
  readonly key: TimerKey;
}

/** Body of a write record. */
export interface WriteRecord {
  readonly file: string;
  readonly value: Late<unknown>;
  readonly cause: EventId;
  /** When it is durable. */
  readonly at: number;
}

export class SimPort<P extends Protocol> implements Port<P> {
  readonly #net: Net<P>;
  readonly #host: Host<P>;
  readonly #streams: Streams;
  readonly #incarnation: number;
  /** Which connection each of this process's sessions is. */
  readonly #sessions = new Map<SessionId, Connection>();

  constructor(net: Net<P>, host: Host<P>, streams: Streams) {
    this.#net = net;
    this.#host = host;
    this.#streams = streams;
    this.#incarnation = host.incarnation;
  }

  now(): Time {
    return now(this.#net);
  }

  uptime(): Time {
    return uptimeAt(this.#host.clock, now(this.#net));
  }

  wall(): UnixMicros {
    return wallAt(this.#host.clock, now(this.#net));
  }

  random(label: string): Random {
    return streamOf(this.#streams, this.#host.spec.name, this.#incarnation, label);
  }

  dial(session: SessionId, remote: Address, cause: EventId): void {
    const connection = dial(this.#net, this.#host, session, remote, cause);
    this.#sessions.set(session, connection);
  }

  /** A session for a connection this node accepts. */
  accepted(connection: Connection): SessionId {
    const session = must(this.#host.process, "process").runtime.accept();
    this.#sessions.set(session, connection);
    return session;
  }

  transmit(session: SessionId, message: P["message"], cause: EventId): void {
    const connection = this.#sessions.get(session);
    const end = connection === undefined ? 0 : this.#endOf(connection, session);
    if (connection?.ends[end].alive === true) {
      transmit(this.#net, connection, end, message, cause);
      return;
    }
    recordDrop(this.#net, { node: this.#host.index, session }, cause, "session closed");
  }

  close(session: SessionId, cause: EventId): void {
    const connection = this.#sessions.get(session);
    if (connection === undefined) return;
    this.#sessions.delete(session);
    const end = this.#endOf(connection, session);
    if (connection.ends[end].alive) finish(this.#net, connection, end, cause);
  }

  /** The network ended it. */
  forget(session: SessionId): void {
    this.#sessions.delete(session);
  }

  arm(timer: P["timer"], key: TimerKey, after: Duration, cause: EventId): TimerHandle {
    const late = this.#late(timer);
    const at = now(this.#net) + trueLength(this.#host.clock, after) + late;
    const body: TimerRecord = { timer, key };
    const { index } = this.#host;
    return this.#net.queue.schedule(at, OP.TIMER, index, this.#incarnation, cause, body);
  }

  disarm(handle: TimerHandle, timer: P["timer"], key: TimerKey): void {
    if (this.#net.queue.cancel(handle) || this.#host.due.length === 0) return;
    // It came due while the process stood still.
    this.#host.due = this.#host.due.filter((item) => {
      const due = item.body as TimerRecord;
      return due.timer !== timer || due.key !== key;
    });
  }

  persist(file: string, value: Late<unknown>, token: number, cause: EventId): void {
    const { disk, index } = this.#host;
    // A disk writes in order, also when it has become faster meanwhile.
    const last = this.#host.writing.at(-1)?.at ?? 0;
    const at = Math.max(now(this.#net) + disk.delay + this.#late(file), last);
    const body: WriteRecord = { file, value, cause, at };
    this.#host.writing.push(body);
    this.#net.queue.schedule(at, OP.SAVED, index, this.#incarnation, token, body);
  }

  fork(net: Net<P>, host: Host<P>, streams: Streams): SimPort<P> {
    const twin = new SimPort(net, host, streams);
    for (const [session, connection] of this.#sessions) {
      twin.#sessions.set(session, net.connections.get(connection.id) ?? connection);
    }
    return twin;
  }

  #late(what: string): number {
    const { lateness } = this.#net;
    return lateness?.of(this.#host.index ^ nameHash(what), now(this.#net)) ?? 0;
  }

  /** A node that dials itself owns both ends; the session number tells them apart. */
  #endOf(connection: Connection, session: SessionId): EndIndex {
    const [first] = connection.ends;
    return first.node === this.#host.index && first.session === session ? 0 : 1;
  }
}
