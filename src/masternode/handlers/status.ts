/** The status line an operator reads (section 8). */
import type { TimerKey } from "../../core/machine.ts";
import type { Duration } from "../../core/units.ts";
import type { MasternodeCtx, State } from "../state.ts";
import { activeCount } from "./registry.ts";

export function standing(state: State, _key: TimerKey, ctx: MasternodeCtx): State {
  const { statusPeriod } = state.config;
  ctx.setTimer("status", (statusPeriod - (ctx.uptime % statusPeriod)) as Duration);
  ctx.emit({ type: "standing", height: state.chain.height, active: activeCount(state) });
  return state;
}
