/** Remembers what each guard said last, so that only changes become events. */
import type { GateValues } from "../core/machine.ts";

interface Said {
  readonly open: boolean;
  readonly values: GateValues;
}

export class Gates {
  #said = new Map<string, Said>();

  /** True the first time, on every flip, and while closed when a value differs. */
  changes(name: string, open: boolean, values: GateValues): boolean {
    const of = values["for"];
    const key = of === undefined ? name : `${name}/${of}`;
    const last = this.#said.get(key);
    if (last !== undefined && last.open === open && (open || same(last.values, values))) {
      return false;
    }
    this.#said.set(key, { open, values });
    return true;
  }

  fork(): Gates {
    const twin = new Gates();
    twin.#said = new Map(this.#said);
    return twin;
  }
}

function same(left: GateValues, right: GateValues): boolean {
  for (const key in right) if (left[key] !== right[key]) return false;
  return true;
}
