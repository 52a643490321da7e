/**
 * The network between real nodes: the simulator's own (engine/), run in real time. Its hosts are
 * real processes, its messages are lines that sockets bring and take. So latencies, losses, rules
 * and time-outs are those of the simulator, draw for draw. Its one rule: it first catches up with
 * the clock, then hears what is new. A line may come late, never early.
 */
import type { Address } from "../core/address.ts";
import type { Fault, LinkProfile, NodeFault } from "../core/fault.ts";
import { Luck } from "../core/luck.ts";
import type { Protocol, SessionId } from "../core/machine.ts";
import type { Time } from "../core/units.ts";
import type { Connection, EndIndex } from "../engine/connection.ts";
import { dial } from "../engine/dial.ts";
import { flap, heal, injectLink, lift, named, resetBetween } from "../engine/faults.ts";
import { handlePacket } from "../engine/handle.ts";
import type { Site } from "../engine/host.ts";
import { Links } from "../engine/links.ts";
import { kindsOf, listenersOf, type Net, type NetworkConfig } from "../engine/net.ts";
import { isPacket, OP } from "../engine/op.ts";
import { abandon, tidy } from "../engine/packet.ts";
import { Queue } from "../engine/queue.ts";
import { isLinkFault } from "../engine/rules.ts";
import { transmit } from "../engine/stream.ts";
import { finish, powerLost, recheck, reset } from "../engine/teardown.ts";
import { type EventId, KIND, kindMask, NO_CAUSE, type TraceEvent, WORLD } from "../trace/event.ts";
import type { Recorder } from "../trace/recorder.ts";
import { Call, type Leg, type Line } from "./call.ts";
import { Doorman } from "./doorman.ts";
import type { Pace } from "./pace.ts";

/** The protocol of who knows none: a message is a line and the name of its kind. */
export interface Traffic extends Protocol {
  readonly message: Line;
}

export interface ShaperOptions {
  readonly seed: string;
  readonly sites: readonly SitePlan[];
  /** Every message type there may be. */
  readonly types: readonly string[];
  /** The type of a line; null for what is no message. */
  readonly typeOf: (line: Uint8Array) => string | null;
  readonly network: NetworkConfig;
  readonly link: (from: number, to: number) => LinkProfile;
  readonly pace: Pace;
  /** Hears of faults and lifts. */
  readonly recorder: Recorder;
  /** Nobody will ever see this line. */
  readonly dropped: (line: Line, reason: string) => void;
  /** A call is about to be joined: here both ends know it by its key. */
  readonly joined: (call: Call) => void;
  /** A call has come through to its acceptor: a socket for that end. */
  readonly connect: (call: Call) => Leg;
}

export interface SitePlan {
  readonly name: string;
  readonly address: Address;
  readonly source: number | null;
}

/** What is no message has luck of its own, too. */
const NO_TYPE = "no message";

export class Shaper {
  readonly #options: ShaperOptions;
  readonly #net: Net<Traffic>;
  readonly #calls = new WeakMap<Connection, Call>();
  /** Lines under way. Their ids are causes below NO_CAUSE, so that drops can name them. */
  readonly #lines = new Map<EventId, Line>();
  #lastLine: EventId = NO_CAUSE;
  #lastSession = 0;
  #lastRule = 0;
  #timer: NodeJS.Timeout | null = null;
  #wakes = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(options: ShaperOptions) {
    this.#options = options;
    this.#net = newNet(options);
    options.recorder.listen({ mask: kindMask("drop"), see: (event) => this.#dropped(event) });
  }

  // ── what sockets bring ──────────────────────────────────────────────────────────────────────

  /** `begun`: when the node began to ask for it. */
  dial(node: number, remote: Address, leg: Leg, begun: Time): Call {
    return this.#now(() => {
      const site = this.#site(node);
      const session = this.nextSession();
      const since = Math.min(begun, this.time);
      const connection = dial(this.#net, site, session, remote, NO_CAUSE, since);
      const call = new Call(connection, leg);
      this.#calls.set(connection, call);
      doormanOf(site)?.expect(session, leg);
      return call;
    });
  }

  line(call: Call, end: EndIndex, bytes: Uint8Array): void {
    this.#now(() => {
      const ordinal = call.sent[end]++;
      if (!call.connection.ends[end].alive) return;
      const type = this.#options.typeOf(bytes) ?? NO_TYPE;
      const id = --this.#lastLine;
      const line: Line = { type, bytes, call, way: end, ordinal };
      this.#lines.set(id, line);
      call.took(line);
      transmit(this.#net, call.connection, end, line, id);
    });
  }

  /** A process said FIN, or its kernel for it. */
  finish(call: Call, end: EndIndex): void {
    this.#now(() => {
      if (call.connection.ends[end].alive) finish(this.#net, call.connection, end, NO_CAUSE);
    });
  }

  /** A kernel said RST. */
  reset(call: Call, end: EndIndex): void {
    this.#now(() => {
      const { connection } = call;
      const own = connection.ends[end];
      if (!own.alive) return;
      own.alive = false;
      abandon(this.#net, connection, end, "session closed");
      if (connection.established) reset(this.#net, connection, end === 0 ? 1 : 0, NO_CAUSE);
      tidy(this.#net, connection);
    });
  }

  // ── what happens to hosts ───────────────────────────────────────────────────────────────────

  boot(node: number): void {
    this.#now(() => {
      const site = this.#site(node);
      site.status = "running";
      site.process = new Doorman(this);
      recheck(this.#net);
    });
  }

  runs(node: number): boolean {
    return this.#site(node).status === "running";
  }

  /** Its sockets tell the rest themselves. */
  processDied(node: number): void {
    this.#now(() => {
      const site = this.#site(node);
      if (site.status !== "running") return;
      site.status = "up";
      site.process = null;
      for (const call of this.#callsOf(node)) {
        // A call that its kernel took and its process never heard of has no socket to tell.
        const unheard = call.connection.ends[1].node === node && call.legs[1] === null;
        if (unheard) this.finish(call, 1);
      }
    });
  }

  /** To be told before the process is killed: nobody shall hear its kernel. */
  powerLost(node: number): void {
    this.#now(() => {
      const site = this.#site(node);
      for (const call of this.#callsOf(node)) {
        for (const end of [0, 1] as const) {
          if (call.connection.ends[end].node === node) call.legs[end]?.forget();
        }
      }
      powerLost(this.#net, site);
      site.process = null;
      site.status = "off";
      recheck(this.#net);
    });
  }

  /** Link faults, resets and heals; returns the event. */
  inject(fault: Fault): EventId {
    return this.#now(() => {
      if (isLinkFault(fault)) return injectLink(this.#net, this.#lastRule++, fault, NO_CAUSE);
      const event = this.record(nodeOf(this.#net, fault), KIND.fault, NO_CAUSE, fault);
      if (fault.do === "reset") resetBetween(this.#net, fault.between, event);
      else if (fault.do === "heal") heal(this.#net, fault, event);
      return event;
    });
  }

  /** An event of the world's, beside those of the nodes. */
  record(node: number, kind: number, cause: EventId, body: unknown, a = 0): EventId {
    return this.#now(() => {
      return this.#options.recorder.record(this.time, node, kind, cause, a, 0, body);
    });
  }

  /** How far it is. */
  get time(): Time {
    return this.#net.queue.now as Time;
  }

  /** When something is due that is under way; null: nothing is. */
  get next(): Time | null {
    const at = this.#net.queue.peek(Number.MAX_SAFE_INTEGER);
    return at < 0 ? null : (at as Time);
  }

  /** The pace has leapt, and its timer knows nothing of it. */
  look(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#now(() => undefined);
  }

  hasPower(node: number): boolean {
    return this.#site(node).status !== "off";
  }

  /** Nothing happens any more. */
  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const call of this.#all) for (const leg of call.legs) leg?.forget();
  }

  nextSession(): SessionId {
    return ++this.#lastSession as SessionId;
  }

  callOf(connection: Connection): Call | undefined {
    return this.#calls.get(connection);
  }

  connect(call: Call): Leg {
    this.#options.joined(call);
    return this.#options.connect(call);
  }

  /** A line has arrived, or nobody will ever see it. */
  settle(id: EventId): Line | undefined {
    const line = this.#lines.get(id);
    if (line !== undefined) {
      this.#lines.delete(id);
      line.call.gave(line);
    }
    return line;
  }

  // ── time ────────────────────────────────────────────────────────────────────────────────────

  /** Within the present moment. May be nested. */
  #now<T>(work: () => T): T {
    this.#catchUp();
    const result = work();
    this.#wait();
    return result;
  }

  #catchUp(): void {
    const { queue } = this.#net;
    const { now } = this.#options.pace;
    while (!this.#closed && queue.pop(now)) {
      this.#handle(queue.op, queue.a, queue.b, queue.c, queue.body);
    }
    // What is pending when it is closed stays so, and time stands still.
    if (!this.#closed && now > queue.now) queue.advance(now);
  }

  #wait(): void {
    const next = this.#closed ? -1 : this.#net.queue.peek(Number.MAX_SAFE_INTEGER);
    if (next < 0 || (this.#timer !== null && this.#wakes <= next)) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#wakes = next;
    const wait = Math.min(WAIT_MAX, this.#options.pace.until(next));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#now(() => undefined);
    }, wait);
  }

  #handle(op: number, a: number, b: number, c: number, body: unknown): void {
    const net = this.#net;
    if (op === OP.LIFT) lift(net, (rule) => rule.id === a, c);
    else if (op === OP.FLAP) flap(net, a);
    else if (isPacket(op)) {
      const connection = net.connections.get(a);
      if (connection === undefined) return;
      handlePacket(net, connection, op, b as EndIndex, c, body);
    }
  }

  #dropped({ cause, body }: TraceEvent): void {
    const line = this.settle(cause);
    if (line !== undefined) this.#options.dropped(line, String(body));
  }

  #site(node: number): Site<Traffic> {
    return named(this.#net.hosts, this.#options.sites[node]?.name ?? "");
  }

  #callsOf(node: number): readonly Call[] {
    return this.#all.filter(({ connection }) => connection.ends.some((end) => end.node === node));
  }

  get #all(): readonly Call[] {
    return [...this.#net.connections.values()].flatMap((each) => this.#calls.get(each) ?? []);
  }
}

/** The longest wait that Node's timers can do. */
const WAIT_MAX = 2_147_483_647;

function doormanOf(site: Site<Traffic>): Doorman | null {
  return site.process instanceof Doorman ? site.process : null;
}

function nodeOf(net: Net<Traffic>, fault: NodeFault): number {
  return "node" in fault ? named(net.hosts, fault.node).index : WORLD;
}

function newNet(options: ShaperOptions): Net<Traffic> {
  const { seed, sites, types, network, link, recorder } = options;
  const kinds = kindsOf([...types, NO_TYPE]);
  const names = sites.map((site) => site.name);
  const hosts = sites.map(({ name, address, source }, index): Site<Traffic> => {
    return {
      index,
      name,
      ...(source === null ? {} : { source }),
      address,
      status: "off",
      stalled: false,
      inbox: [],
      process: null,
      nextEphemeral: 0,
    };
  });
  return {
    queue: new Queue(),
    recorder,
    links: new Links(new Luck(seed), names, kinds.size, link),
    hosts,
    listeners: listenersOf(hosts),
    config: network,
    codec: { encode: (line) => line.bytes, decode: () => ({ kind: "garbled", error: "" }) },
    wire: "objects",
    kinds,
    connections: new Map(),
    rules: [],
    lastConnection: 0,
  };
}
