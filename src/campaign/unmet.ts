/** What a campaign never came past, of all that there is: a search that misses it finds little. */
import type { Fault } from "../core/fault.ts";
import type { Protocol } from "../core/machine.ts";
import type { Kit } from "../kit/kit.ts";
import type { Asked } from "./asked.ts";
import type { Unmet } from "./document.ts";
import type { Counts, Coverage } from "./tally.ts";

/** A record, so that a new kind of fault must be entered. */
const KINDS: Readonly<Record<Fault["do"], true>> = {
  ...{ partition: true, cut: true, hold: true, flap: true, shape: true, drop: true },
  ...{ duplicate: true, corrupt: true, delay: true, stop: true, kill: true, "power-loss": true },
  ...{ restart: true, hang: true, pause: true, clock: true, disk: true, move: true, reset: true },
  heal: true,
};
const FAULTS: readonly string[] = Object.keys(KINDS);

export function unmetIn<P extends Protocol>(
  kit: Kit<P>,
  { faults }: Asked,
  coverage: Coverage,
): Unmet {
  const marks = Object.entries(kit.invariants?.specs ?? {}).filter(
    ([, { mode }]) => mode === "sometimes",
  );
  return {
    faults: without(
      FAULTS.filter((kind) => faults?.includes(kind) ?? true),
      coverage.faults,
    ),
    // A guard that never held anything back was not tried.
    gates: (kit.gates ?? []).filter((gate) => (coverage.gates[`${gate} shut`] ?? 0) === 0),
    marks: without(
      marks.map(([name]) => name),
      coverage.marks,
    ),
  };
}

function without(all: readonly string[], met: Counts): readonly string[] {
  return all.filter((name) => (met[name] ?? 0) === 0);
}
