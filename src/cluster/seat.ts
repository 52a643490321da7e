/**
 * A node's place in a cluster: its folder, its clocks, the process that runs there, and one that
 * waits to be its successor.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../core/random.ts";
import type { Time, UnixMicros } from "../core/units.ts";
import { type Clock, startClock, wallAt, withDrift, withJump } from "../runtime/clock.ts";
import type { NodePlan } from "../scenario/model.ts";
import type { EventId, TraceEvent } from "../trace/event.ts";
import { tell } from "./control.ts";
import type { Folder } from "./folder.ts";
import type { Guard } from "./guard.ts";
import type { Inlet } from "./merge.ts";
import { NodeFailed, NodeProcess } from "./process.ts";

export interface SeatPlan {
  readonly index: number;
  readonly node: NodePlan;
  readonly folder: Folder;
  /** Wall clock of an exact clock at time 0. */
  readonly epoch: UnixMicros;
  /** The program that plays a node, and its first words. */
  readonly command: readonly string[];
  readonly guard: Guard;
  /** Whether its processes' records are left in its folder, each for a replay. */
  readonly keep: boolean;
  /** Where the events of its next process go. */
  readonly inlet: (boot: EventId, at: Time) => Inlet;
  /** A record that was to be kept cannot be. */
  readonly unkept: (file: string, error: Error) => void;
  /** A process ended though nobody wanted it to, or what it recorded is no record. */
  readonly failed: (error: Error) => void;
}

type ClockChange = { readonly jump?: number; readonly offset?: number; readonly drift?: number };

export class Seat {
  readonly index: number;
  readonly name: string;
  readonly folder: Folder;
  /** Until when its process stands still; null while it moves. */
  stalledUntil: Time | null = null;
  /** The disk is full, also for its next process. */
  full = false;
  readonly #plan: SeatPlan;
  #clock: Clock;
  #running: NodeProcess | null = null;
  #standby: Standby | null = null;
  readonly #all: NodeProcess[] = [];
  /** Processes whose record is still open. */
  #unread = 0;

  constructor(plan: SeatPlan) {
    this.#plan = plan;
    this.index = plan.index;
    this.name = plan.node.name;
    this.folder = plan.folder;
    const { offset, drift } = plan.node.clock;
    this.#clock = startClock(plan.epoch, offset, drift);
  }

  get running(): boolean {
    return this.#running !== null;
  }

  /** No process of its is there, none waits to be one, and what the former recorded has come. */
  get vacant(): boolean {
    return this.#running === null && this.#standby === null && this.#unread === 0;
  }

  get #errors(): string {
    return join(this.folder.path, "stderr.log");
  }

  /** Every process it ever had. */
  get processes(): readonly NodeProcess[] {
    return this.#all;
  }

  /**
   * A process for its next boot, which loads meanwhile. Resolves when it has, or the one that took
   * its place because the clock had changed. One that was told to run meanwhile tells itself of its
   * end.
   */
  async prepare(): Promise<void> {
    this.#standby ??= this.#spawn();
    const standby = this.#standby;
    await standby.process.ready.catch((error: unknown) => {
      if (this.#standby === standby) throw error;
    });
    if (this.#standby !== null && this.#standby !== standby) await this.prepare();
  }

  /** Its successor opens what it needs, to boot on the dot; not while a process is there. */
  announce(origin: bigint, at: Time): void {
    if (this.#standby === null || this.#running !== null || this.#standby.told) return;
    this.#standby.told = true;
    this.#standby.process.boot(origin, at);
  }

  /** The time is the run's; `boot` the event that wants it. */
  boot(origin: bigint, at: Time, boot: EventId): void {
    this.#standby ??= this.#spawn();
    this.announce(origin, at);
    const { process, connect } = this.#standby;
    this.#standby = null;
    this.#running = process;
    this.stalledUntil = null;
    connect(this.#plan.inlet(boot, at));
    process.exited
      .then(({ code, signal }) => {
        if (this.#running !== process) return;
        this.#running = null;
        const how = signal === null ? `exit code ${String(code)}` : signal;
        this.#plan.failed(new NodeFailed(`${this.name} ended by itself (${how})`, this.#errors));
      })
      .catch(() => undefined);
    if (this.full) this.tell("disk", { full: true });
  }

  /** Resolves when the process has ended. Who had none waits for nothing. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const process = this.#running;
    this.#running = null;
    this.stalledUntil = null;
    if (process === null) return;
    // A process that stands still would never hear it.
    if (signal === "SIGTERM") process.signal("SIGCONT");
    process.signal(signal);
    await process.exited;
  }

  signal(name: "SIGSTOP" | "SIGCONT"): void {
    this.#running?.signal(name);
  }

  /** Not answered; a process that cannot be told, though it runs, has failed. */
  tell(method: string, params: Readonly<Record<string, unknown>>): void {
    const process = this.#running;
    if (process === null) return;
    const still = (): boolean => this.#running === process;
    tell(this.folder.path, method, params, still).catch((error: unknown) => {
      if (!still()) return;
      const reason = error instanceof Error ? error.message : String(error);
      const what = `${this.name} could not be told ${method}: ${reason}`;
      this.#plan.failed(new NodeFailed(what, this.#errors));
    });
  }

  setClock(time: Time, { drift, jump = 0, offset }: ClockChange): void {
    const before = wallAt(this.#clock, time);
    if (drift !== undefined) this.#clock = withDrift(this.#clock, time, drift);
    const right = this.#plan.epoch + time;
    const by = offset === undefined ? jump : right + offset - before;
    if (by !== 0) this.#clock = withJump(this.#clock, time, by);
    this.tell("clock", { jump: by, ...(drift === undefined ? {} : { drift }) });
    this.#replaceStandby();
  }

  /** One bit of a file changes while nobody looks. A file that is not there stays so. */
  damage(file: string, random: Random): void {
    const path = join(this.folder.path, file);
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch {
      return;
    }
    const body = bytes.indexOf(NEWLINE) + 1;
    const at = body + random.below(Math.max(1, bytes.length - body));
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  }

  /** Its config says what time it was at 0, to make it what it is. */
  #spawn(): Standby {
    const { guard, command, failed, unkept, epoch, keep } = this.#plan;
    const { at, wall, drift } = this.#clock;
    const offset = wall - epoch - at - Math.floor((at * drift) / 1e6);
    this.folder.configure({ offset, drift });
    let inlet: Inlet | null = null;
    let early: TraceEvent[] = [];
    const process = new NodeProcess({
      name: this.name,
      command,
      config: this.folder.config,
      errors: this.#errors,
      record: keep ? join(this.folder.path, `record-${this.#all.length + 1}.ndjson`) : null,
      ...{ guard, unkept },
      event: (event: TraceEvent) => {
        if (inlet === null) early.push(event);
        else inlet.push(event);
      },
    });
    this.#unread++;
    process.read.then(() => this.#unread--).catch(failed);
    // Of one that nobody waits for, its end is told when it is to run, or nobody misses it.
    process.ready.catch(() => undefined);
    this.#all.push(process);
    return {
      process,
      told: false,
      connect: (to) => {
        inlet = to;
        for (const event of early) to.push(event);
        early = [];
      },
    };
  }

  #replaceStandby(): void {
    if (this.#standby === null) return;
    this.#standby.process.signal("SIGKILL");
    this.#standby = this.#spawn();
  }
}

interface Standby {
  readonly process: NodeProcess;
  /** When to boot. */
  told: boolean;
  readonly connect: (inlet: Inlet) => void;
}

const NEWLINE = 10;
