/** Whose time has run like everybody's since its boot: what is due there happens when it is due. */
import type { RunPlan } from "../../check/invariant.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";

export class Even {
  static readonly mask: number = kindMask("boot", "stall", "clock");
  readonly #drifts: boolean[];
  readonly #isOdd: boolean[];

  constructor({ plans }: RunPlan) {
    this.#drifts = plans.map(({ clock }) => clock.drift !== 0);
    this.#isOdd = [...this.#drifts];
  }

  see({ kind, node, b }: TraceEvent): void {
    if (kind === "boot") this.#isOdd[node] = this.#drifts[node] === true;
    else if (kind === "stall") this.#isOdd[node] = true;
    else if (kind === "clock") {
      this.#drifts[node] = b !== 0;
      if (b !== 0) this.#isOdd[node] = true;
    }
  }

  /** It neither stood still nor drifted. */
  is(node: number): boolean {
    return this.#isOdd[node] === false;
  }
}
