/**
 * How late a real world was: its nodes with booting, its messages with arriving, its operator with
 * commands, beyond what the model says. The model is then shaken by as much.
 */
import type { Duration } from "../../core/units.ts";
import type { Scenario } from "../../scenario/model.ts";
import type { TraceEvent } from "../../trace/event.ts";
import type { Trace } from "../../trace/trace.ts";
import { quantile } from "./quantile.ts";

export interface Late {
  readonly p50: Duration;
  readonly p95: Duration;
}

/** `exact`: the model's own run, which says how long a message takes. */
export function lateOf(
  real: readonly Trace[],
  exact: Trace,
  { nodes, events }: Pick<Scenario, "nodes" | "events">,
): Late {
  const latencies = latenciesOf(exact);
  const commands = events.flatMap((event) => ("command" in event ? [event.at] : []));
  const found: number[] = [];
  for (const trace of real) {
    let told = 0;
    for (const event of trace.events()) {
      const start = nodes[event.node]?.start ?? null;
      if (event.kind === "boot" && event.a === 1 && start !== null) found.push(event.at - start);
      if (event.kind === "command") {
        const due = commands[told++];
        if (due !== undefined) found.push(event.at - due);
      }
      const way = wayOf(trace, event);
      const usual = way === null ? undefined : latencies.get(way.name);
      if (way !== null && usual !== undefined) found.push(way.length - usual);
    }
  }
  const sorted = found.map((late) => Math.max(0, late)).toSorted((a, b) => a - b);
  const at = (share: number): Duration => (quantile(sorted, share) ?? 0) as Duration;
  return { p50: at(0.5), p95: at(0.95) };
}

/** By link, what nine of ten messages do not exceed: more than that is loss or a broken path. */
function latenciesOf(exact: Trace): ReadonlyMap<string, number> {
  const lengths = new Map<string, number[]>();
  for (const event of exact.events()) {
    const way = wayOf(exact, event);
    if (way === null) continue;
    const list = lengths.get(way.name) ?? [];
    lengths.set(way.name, list);
    list.push(way.length);
  }
  return new Map(
    [...lengths].map(([name, list]) => {
      return [
        name,
        quantile(
          list.toSorted((a, b) => a - b),
          0.9,
        ) ?? 0,
      ];
    }),
  );
}

/** Null for what is no message that arrives. */
function wayOf(
  trace: Trace,
  event: TraceEvent,
): { readonly name: string; readonly length: number } | null {
  if (event.kind !== "deliver") return null;
  const sent = trace.event(event.cause);
  if (sent === null || sent.kind !== "send") return null;
  return { name: `${sent.node}>${event.node}`, length: event.at - sent.at };
}
