/**
 * The simulated world: nodes of one protocol on hosts, joined by links, driven by one queue. Its
 * one rule: everything that happens is popped from that queue or injected from outside between two
 * pops, so a run is a function of the options and of what was injected when. It can be forked at
 * any moment: states are immutable, so a fork copies counters and references and then goes its own
 * way.
 */
import type { Address } from "../core/address.ts";
import { StepFailed, must } from "../core/assert.ts";
import type { Codec } from "../core/codec.ts";
import type { Fault, LinkProfile } from "../core/fault.ts";
import { Luck } from "../core/luck.ts";
import type { CloseReason, Protocol, SessionId } from "../core/machine.ts";
import type { Streams } from "../core/random.ts";
import type { Duration, Time, UnixMicros } from "../core/units.ts";
import { nodeStreams } from "../runtime/streams.ts";
import { type EventId, KIND, NO_CAUSE, WORLD } from "../trace/event.ts";
import type { Recorder } from "../trace/recorder.ts";
import { startClock } from "../runtime/clock.ts";
import { type Connection, copyConnection, type EndIndex } from "./connection.ts";
import { dialFails, openDialer } from "./dial.ts";
import { newDisk, written } from "./disk.ts";
import { type FaultScene, flap, inject, lift, named } from "./faults.ts";
import { handlePacket } from "./handle.ts";
import type { Host, NodeSpec, Pending } from "./host.ts";
import { boot, resume } from "./lifecycle.ts";
import { type Jitter, Lateness } from "./lateness.ts";
import { Links } from "./links.ts";
import { kindsOf, listenersOf, type Net, type NetworkConfig, now } from "./net.ts";
import { isPacket, OP } from "./op.ts";
import { isMessage, segment } from "./packet.ts";
import type { TimerRecord, WriteRecord } from "./port.ts";
import { Queue } from "./queue.ts";
import { read } from "./stream.ts";

export interface WorldOptions<P extends Protocol> {
  readonly seed: string;
  /** What an exact wall clock shows at time 0. */
  readonly epoch: UnixMicros;
  readonly nodes: readonly NodeSpec<P>[];
  /** All message types, in a fixed order. */
  readonly types: readonly string[];
  readonly codec: Codec<P["message"]>;
  readonly wire: "objects" | "bytes";
  readonly network: NetworkConfig;
  /** Profile of the directed link between two nodes, by index. */
  readonly link: (from: number, to: number) => LinkProfile;
  readonly recorder: Recorder;
  /** Deep-freeze states and inputs: slower, finds a mutating handler where it mutates. */
  readonly guard: boolean;
  /** Told to a node that is stopped cleanly. */
  readonly stop: P["command"] | null;
  /** Everything a little late, as in the real world; left out: exact. */
  readonly jitter?: Jitter;
  /**
   * Sessions that the network gives up end as `reset`, as between real nodes with a proxy as their
   * network: it has no way to make a kernel say `timeout`. Left out: as the kernel would say.
   */
  readonly proxied?: boolean;
}

export class World<P extends Protocol> {
  readonly options: WorldOptions<P>;
  readonly #net: Net<P>;
  readonly #hosts: readonly Host<P>[];
  readonly #scene: FaultScene<P>;
  #lastRule = 0;
  /** Records handled at this very moment. */
  #crowd = 0;

  /** `parts`: a fork's. */
  constructor(options: WorldOptions<P>, parts?: Parts<P>) {
    this.options = options;
    const { net, hosts, streams } = parts ?? newParts(options);
    this.#net = net;
    this.#hosts = hosts;
    this.#scene = {
      net,
      hosts,
      streams,
      guard: options.guard,
      stop: options.stop,
      epoch: options.epoch,
      nextRule: () => this.#lastRule++,
    };
    if (parts !== undefined) return;
    for (const each of hosts) {
      if (each.spec.start === null) continue;
      const { start } = each.spec;
      const late = this.#net.lateness?.of(each.index, start) ?? 0;
      this.#net.queue.schedule(start + late, OP.BOOT, each.index, 0, NO_CAUSE, null);
    }
  }

  get now(): Time {
    return now(this.#net);
  }

  get recorder(): Recorder {
    return this.#net.recorder;
  }

  /** Nothing is scheduled any more. */
  get idle(): boolean {
    return this.#net.queue.size === 0;
  }

  /** Handles everything up to and including `until`; the clock then stands at `until`. */
  run(until: Time): void {
    while (this.step(until));
    this.#net.queue.advance(until);
  }

  /** Handles one record; false when none is left up to `until`. */
  step(until: Time): boolean {
    const { queue } = this.#net;
    const last = queue.at;
    if (!queue.pop(until)) return false;
    this.#crowd = queue.at === last ? this.#crowd + 1 : 0;
    if (this.#crowd > CROWD_MAX) this.#livelock();
    this.#handle(queue.op, queue.a, queue.b, queue.c, queue.body);
    return true;
  }

  /** Acts now. Returns the trace event. */
  inject(fault: Fault): EventId {
    return inject(this.#scene, fault, NO_CAUSE);
  }

  /** Acts when the run gets there. */
  injectAt(at: Time, fault: Fault): void {
    this.#net.queue.schedule(at, OP.FAULT, 0, 0, NO_CAUSE, fault);
  }

  commandAt(at: Time, node: string, command: P["command"]): void {
    const { index } = named(this.#hosts, node);
    this.#net.queue.schedule(at, OP.COMMAND, index, 0, NO_CAUSE, command);
  }

  /** A node's state, or null while no process runs. */
  state(node: string): P["state"] | null {
    return named(this.#hosts, node).process?.runtime.state ?? null;
  }

  status(node: string): Host<P>["status"] {
    return named(this.#hosts, node).status;
  }

  /** Where a node listens now. */
  address(node: string): Address {
    return named(this.#hosts, node).address;
  }

  /** Messages sent and neither delivered nor dropped yet. */
  get inFlight(): number {
    let count = 0;
    this.#net.queue.each((_at, op) => {
      if (isMessage(op)) count++;
    });
    for (const connection of this.#net.connections.values()) {
      for (const way of connection.ways)
        count += way.waiting.filter((sent) => isMessage(sent.op)).length;
    }
    for (const each of this.#hosts) {
      count += each.inbox.filter((item) => isMessage(item.op)).length;
      count += each.process?.runtime.held ?? 0;
    }
    return count;
  }

  /** Connections that some kernel still knows, half-open ones included. */
  get connections(): number {
    return this.#net.connections.size;
  }

  /** A second world that goes on identically until one of them is touched. */
  fork(): World<P> {
    const net = this.#net;
    const streams = this.#scene.streams.fork();
    const recorder = net.recorder.fork();
    const hosts = this.#hosts.map((each): Host<P> => ({
      ...each,
      inbox: each.inbox.slice(),
      due: each.due.slice(),
      writing: each.writing.slice(),
    }));
    const connections = new Map<number, Connection>();
    for (const [id, connection] of net.connections) {
      connections.set(id, copyConnection(connection));
    }
    const queue = net.queue.fork();
    const twinNet: Net<P> = {
      ...net,
      queue,
      recorder,
      links: net.links.fork(),
      hosts,
      listeners: listenersOf(hosts),
      connections,
    };
    for (const each of hosts) {
      if (each.process === null) continue;
      const port = each.process.port.fork(twinNet, each, streams);
      each.process = { port, runtime: each.process.runtime.fork(port, recorder) };
    }
    const twin = new World({ ...this.options, recorder }, { net: twinNet, hosts, streams });
    twin.#lastRule = this.#lastRule;
    twin.#crowd = this.#crowd;
    return twin;
  }

  #handle(op: number, a: number, b: number, c: number, body: unknown): void {
    if (!isPacket(op)) return this.#handleNode(op, a, b, c, body);
    const connection = this.#net.connections.get(a);
    if (connection !== undefined) handlePacket(this.#net, connection, op, b as EndIndex, c, body);
  }

  #handleNode(op: number, a: number, b: number, c: number, body: unknown): void {
    const net = this.#net;
    switch (op) {
      case OP.TIMER:
        return this.#timer(this.#host(a), b, c, body as TimerRecord);
      case OP.SAVED:
        return this.#saved(this.#host(a), b, c, body as WriteRecord);
      case OP.BOOT:
        if (this.#host(a).status !== "running") boot(this.#scene, this.#host(a), c);
        return;
      case OP.RESUME: {
        const owner = this.#host(a);
        if (owner.incarnation !== b) return;
        return resume(this.#scene, owner, c, (item) => this.#read(item));
      }
      case OP.FAULT:
        inject(this.#scene, body as Fault, c);
        return;
      case OP.LIFT:
        return lift(net, (rule) => rule.id === a, c);
      case OP.FLAP:
        return flap(net, a);
      default:
        return this.#command(this.#host(a), c, body as P["command"]);
    }
  }

  /** What waited for a process that stood still. */
  #read({ op, a, b, c, body }: Pending): void {
    const net = this.#net;
    if (op === OP.NOTED) {
      this.#noted(this.#host(a), b, c, body as WriteDone);
    } else if (op === OP.ENDED) {
      const running = this.#host(a).process;
      running?.port.forget(b as SessionId);
      running?.runtime.closed(b as SessionId, body as CloseReason, c);
    } else if (isPacket(op)) {
      this.#readPacket(must(net.connections.get(a), "connection"), op, b as EndIndex, c, body);
    } else {
      this.#handleNode(op, a, b, c, body);
    }
  }

  #readPacket(
    connection: Connection,
    op: number,
    d: EndIndex,
    cause: EventId,
    body: unknown,
  ): void {
    const net = this.#net;
    connection.inFlight--;
    if (op === OP.SYN_ACK) openDialer(net, connection);
    else if (op === OP.REFUSED) dialFails(net, connection, "refused");
    else if (op === OP.DIAL_TIMEOUT) dialFails(net, connection, "timeout");
    else read(net, connection, d, segment(op, cause, body));
  }

  #host(index: number): Host<P> {
    return must(this.#hosts[index], "node", index);
  }

  #timer(owner: Host<P>, incarnation: number, cause: EventId, record: TimerRecord): void {
    if (owner.incarnation !== incarnation || owner.process === null) return;
    if (owner.stalled) {
      owner.due.push({ op: OP.TIMER, a: owner.index, b: incarnation, c: cause, body: record });
      return;
    }
    owner.process.runtime.fire(record.timer, record.key, cause);
  }

  #saved(owner: Host<P>, incarnation: number, token: number, write: WriteRecord): void {
    const at = owner.writing.indexOf(write);
    if (at < 0) return; // lost with the power
    owner.writing.splice(at, 1);
    const ok = !owner.disk.full;
    if (ok) owner.disk = written(owner.disk, write.file, write.value, write.cause);
    this.#noted(owner, incarnation, token, { file: write.file, ok, cause: write.cause });
  }

  /** The process, if it is still the one that asked, hears what became of its write. */
  #noted(owner: Host<P>, incarnation: number, token: number, done: WriteDone): void {
    if (owner.incarnation !== incarnation || owner.process === null) return;
    if (owner.stalled) {
      owner.inbox.push({ op: OP.NOTED, a: owner.index, b: incarnation, c: token, body: done });
      return;
    }
    owner.process.runtime.saved(token, done.file, done.ok, done.cause);
  }

  /** Time stands still: some node arms a timer for at once, again and again. */
  #livelock(): never {
    const { queue, recorder } = this.#net;
    const isTimer = queue.op === OP.TIMER;
    const { timer } = isTimer ? (queue.body as TimerRecord) : { timer: "none" };
    const text = `a livelock: ${CROWD_MAX} records at one moment, the last a timer named ${timer}`;
    throw new StepFailed(isTimer ? queue.a : WORLD, recorder.count - 1, new Error(text));
  }

  #command(owner: Host<P>, cause: EventId, command: P["command"]): void {
    if (owner.stalled) {
      owner.inbox.push({ op: OP.COMMAND, a: owner.index, b: 0, c: cause, body: command });
      return;
    }
    if (owner.process === null) {
      this.#net.recorder.record(this.now, owner.index, KIND.command, cause, 1, 0, command);
    } else owner.process.runtime.command(command, cause);
  }
}

/** More than any honest burst: a thousand nodes that hear from a thousand at once. */
const CROWD_MAX = 1_000_000;

interface WriteDone {
  readonly file: string;
  readonly ok: boolean;
  readonly cause: EventId;
}

/** What a world owns. */
interface Parts<P extends Protocol> {
  readonly net: Net<P>;
  /** The net's own, with all that only a world needs of them. */
  readonly hosts: readonly Host<P>[];
  readonly streams: Streams;
}

function newParts<P extends Protocol>(options: WorldOptions<P>): Parts<P> {
  const kinds = kindsOf(options.types);
  const names = options.nodes.map((spec) => spec.name);
  const luck = new Luck(options.seed);
  const hosts = options.nodes.map((spec, index) => newHost(options, spec, index));
  const net: Net<P> = {
    queue: new Queue(),
    recorder: options.recorder,
    links: new Links(luck, names, kinds.size, options.link),
    ...(options.jitter === undefined ? {} : { lateness: new Lateness(options.jitter) }),
    proxied: options.proxied === true,
    hosts,
    listeners: listenersOf(hosts),
    config: options.network,
    codec: options.codec,
    wire: options.wire,
    kinds,
    connections: new Map(),
    rules: [],
    lastConnection: 0,
  };
  return { net, hosts, streams: nodeStreams(options.seed) };
}

function newHost<P extends Protocol>(
  options: WorldOptions<P>,
  spec: NodeSpec<P>,
  index: number,
): Host<P> {
  const { offset, drift } = spec.clock;
  return {
    index,
    name: spec.name,
    ...(spec.source === undefined ? {} : { source: spec.source }),
    spec,
    address: spec.address,
    status: "off",
    stalled: false,
    resumeAt: 0 as Time,
    incarnation: 0,
    clock: startClock(options.epoch, offset as Duration, drift),
    disk: newDisk(spec.disk),
    process: null,
    inbox: [],
    due: [],
    nextEphemeral: 0,
    writing: [],
  };
}
