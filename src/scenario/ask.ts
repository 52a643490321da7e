/**
 * One more question to a finished run: a row as in a scenario's `expect`, judged over its trace.
 */
import { BadInput } from "../core/assert.ts";
import type { Time } from "../core/units.ts";
import type { Outcome } from "../trace/outcome.ts";
import type { Trace } from "../trace/trace.ts";
import { claimContext } from "./context.ts";
import type { Dialect } from "./dialect.ts";
import { Judge } from "./expect.ts";
import { foundBy } from "./forms.ts";
import type { Expectation, Scenario } from "./model.ts";
import { ASKED } from "./reasons.ts";
import { rowForm } from "./rows.ts";
import { pathText } from "./source.ts";

/** `ready`, or `{ ready: { with: "A" } }`. */
export type ClaimText = string | Readonly<Record<string, unknown>>;

/** Moments and lengths as texts: `5s`, `1m30s` (docs/scenario-format.md). */
export interface Row {
  readonly row?: string;
  readonly on?: string | readonly string[];
  readonly that?: ClaimText | readonly ClaimText[];
  readonly chain?: readonly ClaimText[];
  readonly at?: string;
  readonly by?: string;
  readonly after?: string;
  readonly always?: true | { readonly from?: string; readonly to?: string };
  readonly never?: true | { readonly from?: string; readonly to?: string };
  readonly eventually?: { readonly within: string; readonly after?: string };
}

/** What a question needs of a run. The trace must have been kept in full. */
export interface Asked {
  readonly trace: Trace;
}

/** Throws BadInput unless it is a run of that protocol. */
export function assertOf({ name }: Pick<Dialect, "name">, run: Asked): void {
  const { trace } = (run ?? {}) as Partial<Asked>;
  if (trace === undefined) throw new BadInput(["expected a run, such as simulate() gives"]);
  const { kit } = trace.header;
  if (kit !== name)
    throw new BadInput([`the run is of protocol ${kit}, not ${name}: give its kit`]);
}

/** And that its whole trace is here. */
export function assertAskable(kit: Pick<Dialect, "name">, run: Asked): void {
  assertOf(kit, run);
  const { trace } = run;
  if (trace.footer.events === 0 || trace.event(0) !== null) return;
  throw new BadInput(["the run kept no whole trace to look at: play it at level full"]);
}

/** Throws BadInput for a row that cannot be read, as the loader would. */
export function askRow(kit: Dialect, run: Asked, row: Row): Outcome {
  assertAskable(kit, run);
  const scenario = run.trace.header.scenario as Scenario;
  const { until, nodes } = scenario;
  const names = nodes.map((node) => node.name);
  const form = rowForm(kit, { nodes: names, until, faultNames: null });
  const read = form.safeParse(row, ASKED);
  if (!read.success) {
    const problems = foundBy(read.error);
    throw new BadInput(
      problems.map(({ path, key, reason }) => {
        return `row ${pathText(key === null ? path : [...path, key])} — ${reason}`;
      }),
    );
  }
  const expect = read.data.map((one): Expectation => ({ ...one, place: "row", runs: "all" }));
  const judge = new Judge(kit, { expect }, "pinned", claimContext(nodes));
  for (const event of run.trace.events()) judge.see(event);
  const [outcome] = judge.finish(endOf(run.trace));
  if (outcome === undefined) throw new BadInput(["row — says nothing to judge"]);
  return outcome;
}

function endOf(trace: Trace): Time {
  return trace.footer.virtual as number as Time;
}
