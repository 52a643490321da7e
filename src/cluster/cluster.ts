/**
 * A scenario played by real processes over real sockets: one `timed` a node on loopback addresses,
 * the shaping proxy between them, the judge of the simulator beside them. Its one rule: whatever
 * happens, nothing that it started is left when it has ended. Knows no protocol.
 */
import { join } from "node:path";
import { hrtime } from "node:process";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../core/address.ts";
import { BadInput } from "../core/assert.ts";
import type { Protocol } from "../core/machine.ts";
import type { Duration, Time } from "../core/units.ts";
import type { Kit } from "../kit/kit.ts";
import { nodeStreams } from "../runtime/streams.ts";
import { linkOf } from "../scenario/compile.ts";
import { claimContext } from "../scenario/context.ts";
import { messageTypes } from "../scenario/dialect.ts";
import { Judge } from "../scenario/expect.ts";
import { planOf, realPlanOf } from "../scenario/plan.ts";
import { judgedBy, ofRealNodes, watchOf } from "../scenario/promises.ts";
import type { Monitor } from "../check/invariant.ts";
import type { Scenario } from "../scenario/model.ts";
import { headerOf, traceOf } from "../scenario/run.ts";
import { kindMask, type TraceEvent } from "../trace/event.ts";
import type { Crash, RunSummary } from "../trace/outcome.ts";
import { Recorder } from "../trace/recorder.ts";
import type { Trace, TraceHeader } from "../trace/trace.ts";
import type { Call } from "./call.ts";
import { Conductor } from "./conductor.ts";
import { Folder } from "./folder.ts";
import { Gauges } from "./gauges.ts";
import { Guard } from "./guard.ts";
import { onLoopback } from "./loopback.ts";
import { Merger } from "./merge.ts";
import { Pace } from "./pace.ts";
import { Proxy } from "./proxy.ts";
import { Seat } from "./seat.ts";

export interface ClusterOptions {
  /** The program that plays a node, and its first words. */
  readonly command: readonly string[];
  /** A node's secret by its name, 32 bytes as hex. */
  readonly key: (name: string) => string;
  readonly speed: number;
  /** The ip 127.a.b.0 of the block to be used. */
  readonly block: number;
  /** There, and empty: nodes have their folders in it. */
  readonly dir: string;
  /** Whether it is left when all is over. */
  readonly keep: boolean;
  /** Hears of each process's record that cannot be left there, or not to its end. */
  readonly unkept?: (file: string, error: Error) => void;
  readonly version: string;
  /** Default: the scenario's own. */
  readonly seed?: string;
  readonly profile?: string;
  readonly until?: Time;
  /**
   * Real ms after which a process's events are in the pipe. Those that are later lose their place
   * in the trace, and what came of them its cause; a longer lag only ends the run later.
   */
  readonly lag?: number;
  readonly signal?: AbortSignal;
  /** Hears several times a second how it goes. */
  readonly watch?: (look: Look) => void;
  /** Hears, when all processes have ended, of each node's folder, before that is removed. */
  readonly ended?: (node: string, folder: string) => void;
}

export interface Look {
  readonly at: Time;
  readonly gauges: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface ClusterRun {
  readonly summary: RunSummary;
  readonly trace: Trace;
  /** As it was played: on loopback addresses. */
  readonly scenario: Scenario;
  /** Events that came too late for their place in the trace. */
  readonly late: number;
  /** Why it went no further: what the signal was aborted with, a node that ended by itself. */
  readonly cut: Error | null;
}

/** Default of `lag`. */
const LAG = 300;
/** A process that has been told to boot says so within this, real ms. */
const PATIENCE = 5_000;
/** How often what has come is told on, real ms. */
const BEAT = 50;
/** Between the last process that has loaded and time 0, real ms. */
const TAKE_OFF = 60;
/** A node that is told to end has so long, real ms. */
const FAREWELL = 3_000;

/**
 * Throws BadInput for what only the kit can see, and what the signal was aborted with while nodes
 * load. From time 0 on there is a run, however short.
 */
export async function runCluster<P extends Protocol>(
  kit: Kit<P>,
  given: Scenario,
  options: ClusterOptions,
): Promise<ClusterRun> {
  const { scenario, proxy: proxyIp } = onLoopback(kit, given, options.block);
  const guard = new Guard(options.keep ? null : options.dir);
  const stage = new Stage(kit, scenario, options, guard);
  try {
    await stage.open(proxyIp);
    await stage.play();
    await stage.close();
    for (const { name } of scenario.nodes) options.ended?.(name, join(options.dir, name));
    return stage.result();
  } finally {
    await stage.close();
    await guard.close();
  }
}

class Stage<P extends Protocol> {
  readonly #kit: Kit<P>;
  readonly #scenario: Scenario;
  /** What it promises and real nodes can break. */
  readonly #invariants: readonly string[];
  readonly #options: ClusterOptions;
  readonly #guard: Guard;
  readonly #header: TraceHeader;
  readonly #pace: Pace;
  readonly #recorder: Recorder = new Recorder({ level: "full" });
  readonly #judge: Judge;
  readonly #monitor: Monitor | null;
  readonly #gauges: Gauges;
  readonly #merger: Merger;
  readonly #calls = new Map<string, Call>();
  #seats: readonly Seat[] = [];
  #proxy: Proxy | null = null;
  #conductor: Conductor | null = null;
  #crash: Crash | null = null;
  #failure: Error | null = null;
  #cut: Error | null = null;
  #end = 0 as Time;

  constructor(kit: Kit<P>, scenario: Scenario, options: ClusterOptions, guard: Guard) {
    this.#kit = kit;
    this.#scenario = scenario;
    this.#invariants = ofRealNodes(kit, scenario.invariants ?? []).asked;
    this.#options = options;
    this.#guard = guard;
    const { seed = scenario.seed, profile = scenario.profile, speed, version } = options;
    const header = headerOf(kit, scenario, seed, profile, version);
    this.#header = { ...header, origin: "host", speed };
    this.#pace = new Pace(speed);
    const context = claimContext(scenario.nodes);
    const kind = seed === scenario.seed ? "pinned" : "sweep";
    this.#judge = new Judge(kit, scenario, kind, context);
    this.#gauges = new Gauges(kit.gauges ?? {}, scenario.nodes.length);
    this.#recorder.listen(this.#judge);
    const until = options.until ?? scenario.until;
    this.#monitor = watchOf(kit, this.#invariants, () => {
      return realPlanOf(planOf(kit, scenario, { seed, profile, until }), speed);
    });
    if (this.#monitor !== null) this.#recorder.listen(this.#monitor);
    this.#recorder.listen(this.#gauges);
    this.#recorder.listen({ mask: kindMask("crash"), see: (event) => this.#crashed(event) });
    const indices = new Map(scenario.nodes.map((node, index) => [node.address, index]));
    const nodeAt = (address: Address): number => indices.get(address) ?? -1;
    this.#merger = new Merger(this.#recorder, nodeAt, (key, way, k) => {
      return this.#calls.get(key)?.arrived[way][k] ?? null;
    });
  }

  /** Everything loads; nobody knows yet when it begins. */
  async open(proxyIp: number): Promise<void> {
    const proxy = await this.#openProxy(proxyIp);
    this.#proxy = proxy;
    const folders = this.#foldersFor(proxy.address);
    this.#seats = this.#scenario.nodes.map((node, index) => {
      return new Seat({
        index,
        node,
        folder: folders(index),
        epoch: this.#header.epoch,
        command: this.#options.command,
        guard: this.#guard,
        keep: this.#options.keep,
        unkept: (file, error) => this.#options.unkept?.(file, error),
        inlet: (boot, at) => this.#merger.process(index, boot, at),
        failed: (error) => this.#failed(error),
      });
    });
    const first = this.#seats.filter(({ index }) => this.#scenario.nodes[index]?.start !== null);
    await this.#unlessAborted(Promise.all(first.map((seat) => seat.prepare())));
  }

  async play(): Promise<void> {
    const proxy = this.#proxy;
    if (proxy === null) return;
    this.#pace.begin(hrtime.bigint() + BigInt(TAKE_OFF) * 1_000_000n);
    this.#conductor = new Conductor({
      scenario: this.#scenario,
      commands: this.#kit.commands,
      seats: this.#seats,
      proxy,
      pace: this.#pace,
      streams: nodeStreams(this.#header.seed),
      failed: (error) => this.#failed(error),
    });
    this.#conductor.open();
    const until = this.#options.until ?? this.#scenario.until;
    const lag = this.#pace.length(this.#options.lag ?? LAG);
    const patience = this.#pace.length(PATIENCE);
    while (this.#crash === null && this.#failure === null && this.#end < until) {
      try {
        await this.#unlessAborted(sleep(BEAT));
      } catch (error) {
        this.#cut = error as Error;
        return;
      }
      // Whatever is in the pipes is read first.
      await turn();
      const { now } = this.#pace;
      const limit = Math.min(until, Math.max(0, now - lag)) as Time;
      this.#end = this.#merger.upTo(limit, Math.max(0, now - patience) as Time);
      this.#options.watch?.({ at: this.#end, gauges: this.#gauges.values });
      // Once all is told: a leap would leave behind what is still to come.
      if (this.#merger.idle) this.#conductor.leap();
    }
    if (this.#failure === null) return;
    // Its last words may still be in the pipe: a machine that threw is a result, not a failure.
    await sleep(LAG);
    await turn();
    this.#end = this.#merger.upTo(Math.min(until, this.#pace.now) as Time, until);
    if (this.#crash === null) this.#cut = this.#failure;
  }

  result(): ClusterRun {
    const { seed, profile, name } = this.#header;
    const complaints = this.#monitor?.finish(this.#end) ?? [];
    const asked = { ...this.#scenario, invariants: this.#invariants };
    const { outcomes: kept, ...unbound } = judgedBy(this.#kit, asked, profile, complaints);
    const outcomes = [...this.#judge.finish(this.#end), ...kept];
    const summary: RunSummary = {
      scenario: name,
      file: this.#scenario.file,
      seed,
      profile,
      passed: this.#crash === null && outcomes.every((outcome) => outcome.passed),
      outcomes,
      ...unbound,
      crash: this.#crash,
      digest: this.#recorder.digest,
      events: this.#recorder.count,
      virtual: this.#end as number as Duration,
    };
    const trace = traceOf(this.#header, summary, this.#recorder);
    return { summary, trace, scenario: this.#scenario, late: this.#merger.late, cut: this.#cut };
  }

  /** Nothing is left that runs. May be asked again. */
  async close(): Promise<void> {
    this.#conductor?.close();
    const processes = this.#seats.flatMap((seat) => seat.processes);
    const ending = this.#seats.map((seat) => seat.end("SIGTERM"));
    await Promise.race([Promise.all(ending), sleep(FAREWELL, undefined, { ref: false })]);
    for (const process of processes) process.signal("SIGKILL");
    await Promise.all(processes.map((process) => process.exited));
    await this.#proxy?.close();
    this.#proxy = null;
  }

  async #openProxy(ip: number): Promise<Proxy> {
    const { network, nodes } = this.#scenario;
    const recorder = new Recorder({ level: "none" });
    const mask = kindMask("fault", "lift", "down", "stall", "command");
    recorder.listen({ mask, see: (event) => this.#merger.push(event) });
    const { codec } = this.#kit;
    const proxy: Proxy = await Proxy.open({
      ip,
      seed: this.#header.seed,
      sites: nodes.map(({ name, address, dialsFrom }) => ({ name, address, source: dialsFrom })),
      types: messageTypes(this.#kit),
      typeOf: (line) => {
        const decoded = codec.decode(line);
        return decoded.kind === "message" ? decoded.message.type : null;
      },
      network,
      link: linkOf(this.#scenario, this.#header.seed),
      pace: this.#pace,
      recorder,
      dropped: ({ call, way, ordinal }, reason) => {
        this.#merger.lose({ at: proxy.shaper.time, key: call.key, way, ordinal, reason });
      },
      joined: (call) => this.#calls.set(call.key, call),
    });
    return proxy;
  }

  #foldersFor(proxy: Address): (index: number) => Folder {
    const { dir, key, speed } = this.#options;
    const { seed, profile, epoch } = this.#header;
    const kit = this.#kit;
    const plan = { dir, kit, scenario: this.#scenario, seed, profile, speed, epoch, proxy, key };
    return (index) => {
      const node = this.#scenario.nodes[index];
      if (node === undefined) throw new BadInput([`no node ${index}`]);
      return new Folder(plan, node);
    };
  }

  async #unlessAborted<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    if (signal === undefined) return work;
    let stop: () => void = () => undefined;
    const aborted = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason as Error);
      signal.addEventListener("abort", stop, { once: true });
    });
    try {
      return await Promise.race([work, aborted]);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  #crashed({ node, id, at, body }: TraceEvent): void {
    const name = this.#scenario.nodes[node]?.name ?? `#${node}`;
    const stack = `see ${join(this.#options.dir, name, "stderr.log")}`;
    this.#crash ??= { node: name, event: id, at, error: String(body), stack };
  }

  #failed(error: Error): void {
    this.#failure ??= error;
  }
}
