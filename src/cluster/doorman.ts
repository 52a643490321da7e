/** Stands for one process in the network: what the network tells it goes out on its sockets. */
import type { CloseReason, RefusedReason, Role, SessionId } from "../core/machine.ts";
import type { Address } from "../core/address.ts";
import { must } from "../core/assert.ts";
import type { Connection } from "../engine/connection.ts";
import type { Told } from "../engine/host.ts";
import type { EventId } from "../trace/event.ts";
import type { Call, Leg, Line } from "./call.ts";
import type { Traffic } from "./shaper.ts";

/** What it asks of the network it stands in. */
export interface Desk {
  nextSession(): SessionId;
  callOf(connection: Connection): Call | undefined;
  settle(id: EventId): Line | undefined;
  connect(call: Call): Leg;
}

/** What a corrupted line looks like: no JSON at all. */
const NONSENSE = new TextEncoder().encode("\u0001 a corrupted line");

export class Doorman implements Told<Traffic> {
  readonly runtime: this = this;
  readonly port: this = this;
  readonly #desk: Desk;
  readonly #legs = new Map<SessionId, Leg>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** A dial of its own is under way. */
  expect(session: SessionId, leg: Leg): void {
    this.#legs.set(session, leg);
  }

  accepted(connection: Connection): SessionId {
    const call = must(this.#desk.callOf(connection), "call", connection.id);
    const session = this.#desk.nextSession();
    const leg = this.#desk.connect(call);
    call.legs[1] = leg;
    this.#legs.set(session, leg);
    return session;
  }

  /** The leg is still to be told why. */
  forget(): void {}

  opened(session: SessionId, role: Role, _remote: Address): void {
    if (role === "dialed") this.#legs.get(session)?.opened();
  }

  refused(session: SessionId, _remote: Address, reason: RefusedReason): void {
    this.#legs.get(session)?.refused(reason);
    this.#legs.delete(session);
  }

  deliver(session: SessionId, line: Line, cause: EventId): boolean {
    const leg = this.#legs.get(session);
    if (leg === undefined) return false;
    this.#desk.settle(cause);
    line.call.arrived[line.way].push(line.ordinal);
    leg.line(line.bytes);
    return true;
  }

  garbled(session: SessionId, _error: string, _what: unknown, cause: EventId): boolean {
    const leg = this.#legs.get(session);
    if (leg === undefined) return false;
    const line = this.#desk.settle(cause);
    if (line !== undefined) line.call.arrived[line.way].push(line.ordinal);
    leg.line(NONSENSE);
    return true;
  }

  lineLimit(): number {
    return Number.POSITIVE_INFINITY;
  }

  closed(session: SessionId, reason: CloseReason): void {
    const leg = this.#legs.get(session);
    this.#legs.delete(session);
    if (reason === "fin") leg?.fin();
    else leg?.reset();
  }
}
