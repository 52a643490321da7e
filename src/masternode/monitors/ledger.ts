/**
 * What the sessions of each node count as, told from its trace alone: which of them last and which
 * are of feelers or guests, how many more rule X5 asks for, when a peer was dialed or ready last.
 */
import type { NodeFacts, RunPlan } from "../../check/invariant.ts";
import type { Address } from "../../core/address.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { ConstantName } from "../config.ts";
import type { Fact } from "../facts.ts";
import type { Message } from "../messages.ts";

/** One end of a connection, from dial or call to close. */
export interface Line {
  readonly role: "dialed" | "accepted";
  readonly remote: Address;
  /** The event of the call or dial. */
  readonly openedIn: number;
  /** As its handshake says; null before it is ready. */
  peer: Address | null;
  /** The other end's boot number, as it says; null: it says none. */
  boot: string | null;
  phase: "dialing" | "open" | "ready";
  readyAt: number;
  feeler: boolean;
  guest: boolean;
}

/** What one life of a node has of an address. */
interface Acquaintance {
  triedAt: number | null;
  readyAt: number | null;
  /** Who answered there last, and whether it was this node itself. */
  boot: string | null;
  self: boolean;
}

interface Ended {
  readonly session: number;
  readonly line: Line;
  readonly cause: number;
}

export class Book {
  readonly c: Readonly<Record<ConstantName, number>>;
  readonly lines: Map<number, Line> = new Map<number, Line>();
  readonly peers: Map<Address, Acquaintance> = new Map<Address, Acquaintance>();
  /** The registry's addresses. */
  readonly entries: Set<Address> = new Set<Address>();
  /** Whom an operator named: at the start, and in this life. */
  readonly configured: Set<Address>;
  /** The last that was closed, by either end. */
  ended: Ended | null = null;
  /** The timer that went off last. */
  rang: TraceEvent | null = null;
  readonly #bootstrap: readonly Address[];

  constructor({ config }: NodeFacts, bootstrap: readonly Address[]) {
    this.c = config as Readonly<Record<ConstantName, number>>;
    this.#bootstrap = bootstrap;
    this.configured = new Set(bootstrap);
  }

  restart(): void {
    this.lines.clear();
    this.peers.clear();
    this.entries.clear();
    this.configured.clear();
    for (const address of this.#bootstrap) this.configured.add(address);
    this.ended = null;
    this.rang = null;
  }

  /** How many more sessions the dial loop is to find (rule X5). */
  missing(at: number): number {
    let all = 0;
    let dialed = 0;
    for (const line of this.lines.values()) {
      if (!this.lasts(line, at)) continue;
      all++;
      if (line.role === "dialed") dialed++;
    }
    return Math.max(this.c.sessionsWanted - all, this.c.dialedWanted - dialed);
  }

  /** No guest, and no feeler that may end soon. */
  lasts({ guest, feeler, phase, readyAt }: Line, at: number): boolean {
    if (guest) return false;
    return !feeler || (phase === "ready" && at - readyAt > 2 * this.c.feelerTime);
  }

  /** Sessions of others than guests, as rule S7 limits them; `but` one. */
  residents(but: Line | null): number {
    let count = 0;
    for (const line of this.lines.values()) if (!line.guest && line !== but) count++;
    return count;
  }

  dialing(): number {
    let count = 0;
    for (const { phase } of this.lines.values()) if (phase === "dialing") count++;
    return count;
  }

  /** Some session is with that address, or with who answered there last (rule S4). */
  isMet(address: Address): boolean {
    const boot = this.peers.get(address)?.boot ?? null;
    for (const line of this.lines.values()) {
      if ((line.peer ?? line.remote) === address) return true;
      if (boot !== null && line.boot === boot) return true;
    }
    return false;
  }

  peer(address: Address): Acquaintance {
    let known = this.peers.get(address);
    if (known === undefined) {
      known = { triedAt: null, readyAt: null, boot: null, self: false };
      this.peers.set(address, known);
    }
    return known;
  }
}

export class Ledger {
  static readonly mask: number = kindMask(
    ...(["boot", "timer", "dial", "opened", "refused", "close"] as const),
    ...(["closed", "deliver", "fact", "command"] as const),
  );
  readonly #books: readonly Book[];

  constructor(plan: RunPlan) {
    this.#books = plan.plans.map((node) => {
      const dials = (node.settings["dials"] ?? []) as readonly string[];
      const addresses = dials.map((name) => plan.plans[plan.index(name)]?.address as Address);
      return new Book(node, addresses);
    });
  }

  at(node: number): Book {
    return this.#books[node] as Book;
  }

  see(event: TraceEvent): void {
    const book = this.#books[event.node];
    if (book === undefined) return;
    const { kind, a } = event;
    switch (kind) {
      case "boot":
        return book.restart();
      case "timer":
        book.rang = event;
        return;
      case "dial":
      case "opened":
        return opens(book, event);
      case "refused":
      case "close":
      case "closed":
        return ends(book, event);
      case "deliver":
        return introduces(book.lines.get(a), event.body as Message);
      case "command": {
        const { address } = event.body as { readonly address?: Address };
        if (address !== undefined) book.configured.add(address);
        return;
      }
      default:
        learns(book, event, event.body as Fact);
    }
  }
}

function opens(book: Book, { id, kind, at, cause, a, b, body }: TraceEvent): void {
  const remote = b as Address;
  if (kind === "dial") {
    const { rang } = book;
    const feeler = rang !== null && rang.id === cause && rang.body === "feeler";
    book.lines.set(a, line("dialed", remote, id, feeler, false));
    book.peer(remote).triedAt = at;
  } else if (body === "accepted") {
    const guest = book.residents(null) >= book.c.sessionsMax;
    book.lines.set(a, line("accepted", remote, id, false, guest));
  } else {
    const dialed = book.lines.get(a);
    if (dialed !== undefined) dialed.phase = "open";
  }
}

/** In one place, so that all have one layout. */
function line(
  role: Line["role"],
  remote: Address,
  openedIn: number,
  feeler: boolean,
  guest: boolean,
): Line {
  const phase = role === "dialed" ? "dialing" : "open";
  return { role, remote, openedIn, peer: null, boot: null, phase, readyAt: 0, feeler, guest };
}

function ends(book: Book, { a: session, cause }: TraceEvent): void {
  const line = book.lines.get(session);
  if (line === undefined) return;
  book.lines.delete(session);
  book.ended = { session, line, cause };
  // Who was silent made room for the caller of this step (rule S7).
  for (const caller of book.lines.values()) {
    if (caller.openedIn !== cause || caller.role === "dialed") continue;
    caller.guest = book.residents(caller) >= book.c.sessionsMax;
  }
}

/** What the other end says of itself, once. */
function introduces(line: Line | undefined, message: Message): void {
  if (line === undefined || line.phase === "ready") return;
  if (message.type === "Handshake" && line.role === "accepted") {
    line.feeler = message.feeler ?? false;
    line.boot = message.node ?? null;
  } else if (message.type === "Ack" && line.role === "dialed") {
    line.guest = message.guest ?? false;
    line.boot = message.node ?? null;
  }
}

function learns(book: Book, { at }: TraceEvent, fact: Fact): void {
  switch (fact.type) {
    case "ready": {
      const line = book.lines.get(fact.session);
      if (line !== undefined) Object.assign(line, { phase: "ready", readyAt: at, peer: fact.peer });
      const boot = line?.boot ?? null;
      Object.assign(book.peer(fact.peer), { readyAt: at, boot, self: false });
      return;
    }
    case "self":
      book.peer(fact.address).self = true;
      return;
    case "lost":
      book.peer(fact.peer).readyAt = at;
      return;
    case "known":
      book.entries.add(fact.address);
      return;
    case "removed":
      book.entries.delete(fact.address);
      return;
    case "addressed":
      book.peers.delete(fact.address);
      return;
    case "pruned":
      for (const address of fact.addresses) book.peers.delete(address);
      return;
    default:
  }
}
