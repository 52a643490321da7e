/** Hand-made runs: facts and causes, fed to a judge as a recorder would. */
import type { Time } from "../../src/core/units.ts";
import { KIND, type KindName } from "../../src/trace/event.ts";
import { Recorder, type TraceLevel } from "../../src/trace/recorder.ts";
import { claimContext } from "../../src/scenario/context.ts";
import { Judge } from "../../src/scenario/expect.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Outcome } from "../../src/trace/outcome.ts";
import { type Fact, kit } from "./kit.ts";

/** [second, node (A is 0, −1 the world), fact or kind, cause: index of an earlier step]. */
export type Step = readonly [second: number, node: number, what: Fact | KindName, cause?: number];

export interface Asked {
  readonly expect: string;
  readonly steps: readonly Step[];
  readonly end?: number;
  readonly kind?: "pinned" | "sweep";
  readonly level?: TraceLevel;
}

/** Nodes A, B, C for 60 s; `expect` is one or more rows in YAML flow form. */
export function judge(asked: Asked): readonly Outcome[] {
  return ruled(asked).finish(((asked.end ?? 60) * 1e6) as Time);
}

export function isSettled(asked: Asked): boolean {
  return ruled(asked).settled;
}

function ruled({ expect, steps, kind = "pinned", level = "digest" }: Asked): Judge {
  const nodes = ["A", "B", "C"].map((name, at) => `${name}: { address: 10.0.0.${at + 1} }`);
  const text = `until: 60s\nnodes: { ${nodes.join(", ")} }\nexpect: [ ${expect} ]\n`;
  const scenario = loadScenario(kit, text, "s.yaml");
  const ruling = new Judge(kit, scenario, kind, claimContext(scenario.nodes));
  const recorder = new Recorder({ level });
  recorder.listen(ruling);
  for (const [second, node, what, cause] of steps) {
    const name = typeof what === "string" ? what : "fact";
    const body = typeof what === "string" ? null : what;
    const at = Math.round(second * 1e6) as Time;
    recorder.record(at, node, KIND[name], cause ?? -1, 0, 0, body);
  }
  return ruling;
}

export const counts = (is: number): Fact => ({ type: "count", is });
export const meets = (other: string): Fact => ({ type: "met", with: other });
export const says = (text: string): Fact => ({ type: "said", text });
