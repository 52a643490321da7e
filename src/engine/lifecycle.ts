/**
 * Life of a process on its host: boot, clean stop, kill, power loss, restart, standing still. Each
 * is a trace event, and each leaves sessions in the state a real kernel would leave them in.
 */
import { must } from "../core/assert.ts";
import type { Protocol } from "../core/machine.ts";
import type { Streams } from "../core/random.ts";
import { after, type Duration, FOREVER } from "../core/units.ts";
import { NodeRuntime } from "../runtime/node.ts";
import { type EventId, KIND, NO_CAUSE } from "../trace/event.ts";
import { rebooted, wallAt } from "../runtime/clock.ts";
import { afterPowerLoss, readable, withoutTorn } from "./disk.ts";
import type { Host, Pending } from "./host.ts";
import { type Net, now } from "./net.ts";
import { OP } from "./op.ts";
import { lose } from "./packet.ts";
import { SimPort } from "./port.ts";
import { offerRoom, powerLost, processDied, recheck } from "./teardown.ts";

/** What a world gives its processes besides the network. */
export interface Ground<P extends Protocol> {
  readonly net: Net<P>;
  readonly streams: Streams;
  readonly guard: boolean;
  readonly stop: P["command"] | null;
}

/** Starts a process from what is on disk. A running one is killed first. */
export function boot<P extends Protocol>(ground: Ground<P>, host: Host<P>, cause: EventId): void {
  const { net, streams, guard } = ground;
  if (host.status === "running") kill(ground, host, cause);
  host.incarnation++;
  host.status = "running";
  host.clock = rebooted(host.clock, now(net));
  const event = record(net, host, KIND.boot, cause, host.incarnation, host.address, null);
  recordClock(net, host, event);
  const { files, aside } = readable(host.disk);
  for (const file of aside) record(net, host, KIND.aside, event, 0, 0, file);
  const values: Record<string, unknown> = {};
  for (const [file, { value, save }] of files) {
    record(net, host, KIND.read, event, save, 0, save === NO_CAUSE ? { file, value } : file);
    values[file] = value;
  }
  host.disk = withoutTorn(host.disk);
  const port = new SimPort(net, host, streams);
  const runtime = new NodeRuntime({
    machine: host.spec.machine,
    config: host.spec.config,
    self: host.address,
    index: host.index,
    port,
    recorder: net.recorder,
    guard,
  });
  host.process = { runtime, port };
  recheck(net);
  runtime.boot(values, event);
}

/** The machine's own stop command, then the process ends and its kernel says FIN. */
export function stop<P extends Protocol>(ground: Ground<P>, host: Host<P>, cause: EventId): void {
  if (host.status !== "running") return;
  if (ground.stop !== null && !host.stalled) host.process?.runtime.command(ground.stop, cause);
  end(ground.net, host, record(ground.net, host, KIND.down, cause, 0, 0, "stop"));
}

export function kill<P extends Protocol>(ground: Ground<P>, host: Host<P>, cause: EventId): void {
  if (host.status !== "running") return;
  end(ground.net, host, record(ground.net, host, KIND.down, cause, 0, 0, "kill"));
}

export function powerLoss<P extends Protocol>(
  ground: Ground<P>,
  host: Host<P>,
  disk: "kept" | "torn" | "lost",
  cause: EventId,
): void {
  if (host.status === "off") return;
  const { net } = ground;
  record(net, host, KIND.down, cause, 0, 0, "power loss");
  const pending = host.writing.map((write) => write.file);
  host.disk = afterPowerLoss(host.disk, pending, disk);
  host.writing = [];
  dropProcess(net, host, "power loss");
  powerLost(net, host);
  host.status = "off";
  recheck(net);
}

/** For ever (until a restart), or for a while. */
export function stall<P extends Protocol>(
  ground: Ground<P>,
  host: Host<P>,
  length: Duration | null,
  cause: EventId,
): void {
  if (host.status !== "running") return;
  const { net } = ground;
  const until = length === null ? FOREVER : after(now(net), length);
  host.resumeAt = host.stalled && host.resumeAt > until ? host.resumeAt : until;
  host.stalled = true;
  const event = record(net, host, KIND.stall, cause, 1, 0, length === null ? "hang" : "pause");
  if (length === null) return;
  net.queue.schedule(until, OP.RESUME, host.index, host.incarnation, event, null);
}

/**
 * Goes on: buffered input first, in order, then the timers that came due (rule P4 asks for this
 * order, so that nobody is judged by what he could not read). `handle` dispatches one of them.
 */
export function resume<P extends Protocol>(
  ground: Ground<P>,
  host: Host<P>,
  cause: EventId,
  handle: (item: Pending) => void,
): void {
  const { net } = ground;
  if (!host.stalled || now(net) < host.resumeAt) return;
  host.stalled = false;
  record(net, host, KIND.stall, cause, 0, 0, null);
  const items = host.inbox;
  host.inbox = [];
  offerRoom(net, host);
  for (const item of items) handle(item);
  // Read one by one: what was handled so far may have cancelled the rest.
  for (let due = host.due.shift(); due !== undefined; due = host.due.shift()) handle(due);
}

/** How to read this node's wall clock from here on, for whoever reads the trace. */
export function recordClock<P extends Protocol>(net: Net<P>, host: Host<P>, cause: EventId): void {
  const wall = wallAt(host.clock, now(net));
  record(net, host, KIND.clock, cause, wall, host.clock.drift, null);
}

function record<P extends Protocol>(
  net: Net<P>,
  host: Host<P>,
  kind: number,
  cause: EventId,
  a: number,
  b: number,
  body: unknown,
): EventId {
  return net.recorder.record(now(net), host.index, kind, cause, a, b, body);
}

function end<P extends Protocol>(net: Net<P>, host: Host<P>, cause: EventId): void {
  must(host.process, "running process");
  host.status = "up";
  processDied(net, host, cause);
  dropProcess(net, host, "process died");
}

/** What it had not read, and had not yet sent, is lost. */
function dropProcess<P extends Protocol>(net: Net<P>, host: Host<P>, reason: string): void {
  host.process?.runtime.end(reason);
  for (const item of host.inbox) lose(net, item, reason);
  host.process = null;
  host.stalled = false;
  host.inbox = [];
  host.due = [];
}
