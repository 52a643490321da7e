/**
 * Makes happen to real processes what a scenario says: boots, commands, and every fault. What it
 * does is told to the trace of the world first, so that effects have causes there.
 */
import { must, unreachable } from "../core/assert.ts";
import type { NodeFault } from "../core/fault.ts";
import type { Streams } from "../core/random.ts";
import { after, type Time } from "../core/units.ts";
import type { Protocol } from "../core/machine.ts";
import type { CommandSpec } from "../kit/kit.ts";
import { claimContext } from "../scenario/context.ts";
import type { Scenario, ScenarioEvent } from "../scenario/model.ts";
import { settingsOut } from "../scenario/write.ts";
import { type EventId, KIND, NO_CAUSE } from "../trace/event.ts";
import { Agenda } from "./agenda.ts";
import { byAddress } from "./folder.ts";
import type { Pace } from "./pace.ts";
import type { Proxy } from "./proxy.ts";
import type { Seat } from "./seat.ts";

export interface ConductorPlan {
  readonly scenario: Scenario;
  readonly commands: Readonly<Record<string, CommandSpec<Protocol>>>;
  readonly seats: readonly Seat[];
  readonly proxy: Proxy;
  /** Has begun. */
  readonly pace: Pace;
  /** For damage of files: drawn as the simulator draws it. */
  readonly streams: Streams;
  readonly failed: (error: Error) => void;
}

type ScenarioCommand = Extract<ScenarioEvent, { readonly command: string }>;
type OfNode = Extract<NodeFault, { readonly node: string }>;

/** A process needs about this long to load, real ms, on a busy machine. */
const LOADING = 4_000;
/** Less is not worth it, real ms. */
const LEAST_LEAP = 1_000;

export class Conductor {
  readonly #plan: ConductorPlan;
  readonly #agenda: Agenda;

  constructor(plan: ConductorPlan) {
    this.#plan = plan;
    this.#agenda = new Agenda(plan.pace);
    const { scenario, seats, pace, proxy } = plan;
    for (const seat of seats) {
      const start = scenario.nodes[seat.index]?.start ?? null;
      if (start === null) continue;
      seat.boot(pace.origin, start, NO_CAUSE);
      this.#agenda.add(start, () => proxy.boot(seat.index));
    }
    for (const event of scenario.events) {
      this.#agenda.add(event.at, () => this.#act(event));
      if (!("fault" in event) || event.fault.do !== "restart") continue;
      const seat = this.#seat(event.fault.node);
      const early = Math.max(0, event.at - pace.length(LOADING)) as Time;
      this.#agenda.add(early, () => {
        seat
          .prepare()
          .then(() => this.#announce(seat))
          .catch(plan.failed);
      });
    }
  }

  open(): void {
    this.#agenda.open();
  }

  close(): void {
    this.#agenda.close();
  }

  /** Where nobody is there to whom it would matter, time goes on to the next thing that happens. */
  leap(): void {
    const { seats, pace, proxy } = this.#plan;
    const { next } = this.#agenda;
    if (next === null || !seats.every((seat) => seat.vacant)) return;
    const to = Math.min(next, proxy.shaper.next ?? next);
    if (to - pace.now < pace.length(LEAST_LEAP)) return;
    pace.leap(to);
    proxy.shaper.look();
    this.#agenda.look();
  }

  #act(event: ScenarioEvent): void {
    if (!("fault" in event)) return this.#command(event);
    const { fault } = event;
    if ("node" in fault) this.#node(fault);
    else this.#plan.proxy.shaper.inject(fault);
  }

  #command({ node, command, args }: ScenarioCommand): void {
    const { scenario, commands, proxy } = this.#plan;
    const seat = this.#seat(node);
    const spec = must(commands[command], "command", command);
    const plain = byAddress(spec.fields, args, scenario.nodes);
    if (seat.running) return seat.tell(command, settingsOut(spec.fields, plain));
    const { addressOf } = claimContext(scenario.nodes);
    proxy.shaper.record(seat.index, KIND.command, NO_CAUSE, spec.make(args, addressOf), 1);
  }

  /** Where nothing runs, the next process may open what it needs before its moment comes. */
  #announce(seat: Seat): void {
    const { scenario, pace } = this.#plan;
    const next = scenario.events.find((event) => {
      const isBoot = "fault" in event && event.fault.do === "restart";
      return isBoot && event.fault.node === seat.name && event.at > pace.now;
    });
    if (next !== undefined) seat.announce(pace.origin, next.at);
  }

  #node(fault: OfNode): void {
    const seat = this.#seat(fault.node);
    const event = this.#plan.proxy.shaper.record(seat.index, KIND.fault, NO_CAUSE, fault);
    this.#apply(seat, fault, event).catch(this.#plan.failed);
  }

  async #apply(seat: Seat, fault: OfNode, event: EventId): Promise<void> {
    const { pace } = this.#plan;
    switch (fault.do) {
      case "stop":
        // It tells of its end itself.
        await seat.end("SIGTERM");
        this.#plan.proxy.processDied(seat.index);
        return this.#announce(seat);
      case "kill":
        await this.#kill(seat, event);
        return this.#announce(seat);
      case "power-loss":
        return this.#powerLoss(seat, fault.disk, event);
      case "restart":
        await this.#kill(seat, event);
        seat.boot(pace.origin, pace.now, event);
        return this.#plan.proxy.boot(seat.index);
      case "hang":
        return this.#stall(seat, null, event);
      case "pause":
        return this.#stall(seat, after(pace.now, fault.for), event);
      case "clock":
        return seat.setClock(pace.now, fault);
      case "disk":
        return this.#disk(seat, fault);
      case "move":
        return;
      default:
        return unreachable(fault);
    }
  }

  async #kill(seat: Seat, cause: EventId): Promise<void> {
    if (!seat.running) return;
    const { proxy } = this.#plan;
    proxy.shaper.record(seat.index, KIND.down, cause, "kill");
    const ended = seat.end("SIGKILL");
    proxy.processDied(seat.index);
    await ended;
  }

  async #powerLoss(seat: Seat, disk: string, cause: EventId): Promise<void> {
    const { proxy } = this.#plan;
    if (!proxy.shaper.hasPower(seat.index)) return;
    proxy.shaper.record(seat.index, KIND.down, cause, "power loss");
    proxy.powerLost(seat.index);
    await seat.end("SIGKILL");
    if (disk === "lost") seat.folder.wipe();
    this.#announce(seat);
  }

  #stall(seat: Seat, until: Time | null, cause: EventId): void {
    if (!seat.running) return;
    const { shaper } = this.#plan.proxy;
    const forever = Number.MAX_SAFE_INTEGER as Time;
    const latest = Math.max(seat.stalledUntil ?? 0, until ?? forever) as Time;
    seat.stalledUntil = latest;
    seat.signal("SIGSTOP");
    const how = until === null ? "hang" : "pause";
    const event = shaper.record(seat.index, KIND.stall, cause, how, 1);
    if (until === null) return;
    this.#agenda.add(until, () => {
      if (seat.stalledUntil === null || seat.stalledUntil > until) return;
      seat.stalledUntil = null;
      shaper.record(seat.index, KIND.stall, event, null);
      seat.signal("SIGCONT");
    });
  }

  #disk(seat: Seat, { full, damage }: Extract<OfNode, { do: "disk" }>): void {
    if (full !== undefined) {
      seat.full = full;
      seat.tell("disk", { full });
    }
    if (damage === undefined) return;
    seat.damage(damage, this.#plan.streams.get(`${seat.name}/damage/${damage}`));
  }

  #seat(name: string): Seat {
    return must(
      this.#plan.seats.find((seat) => seat.name === name),
      "node",
      name,
    );
  }
}
