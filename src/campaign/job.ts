/** What a campaign's workers are asked, and how they answer. */
import type { Protocol } from "../core/machine.ts";
import { drawWorld } from "../fuzz/draw.ts";
import type { Kit } from "../kit/kit.ts";
import type { Trace } from "../trace/trace.ts";
import type { Asked } from "./asked.ts";
import { examine, type Examination, type Examined } from "./examine.ts";
import type { Beat } from "./pool.ts";
import { type Draw, look } from "./look.ts";
import type { Range } from "./range.ts";
import type { Tally } from "./tally.ts";

export type Job =
  | { readonly do: "look"; readonly range: Range }
  | { readonly do: "examine"; readonly examination: Examination };
export type Done = Tally | Examined;

export interface Protocols<P extends Protocol> {
  readonly kit: Kit<P>;
  /** Without the defect that was put in; null: nothing was. */
  readonly healthy: Kit<P> | null;
}

/** What `serve` wants (pool.ts). `packed`: a trace as its file. */
export function worker<P extends Protocol>(
  { kit, healthy }: Protocols<P>,
  asked: Asked,
  packed: (trace: Trace) => Uint8Array,
): (job: Job, beat: Beat) => Done {
  const draw = drawn(kit, asked);
  return (job, beat) => {
    if (job.do === "look") return look(kit, draw, job.range, beat);
    const tools = { kit, healthy, asked, beat, packed };
    return examine(tools, draw, job.examination);
  };
}

/** The worlds of a campaign by seed. */
export function drawn<P extends Protocol>(kit: Kit<P>, { worlds, faults, profile }: Asked): Draw {
  return (seed) => {
    const { scenario, swarm } = drawWorld(
      kit,
      worlds,
      seed,
      ...([faults ?? undefined] as unknown as []),
    );
    return { scenario: profile === null ? scenario : { ...scenario, profile }, swarm };
  };
}
