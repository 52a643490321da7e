/** Remembers what each guard said last, so that only changes become events. */
import type { GateValues } from "../core/machine.ts";

interface Said {
  readonly open: boolean;
  readonly values: GateValues;
}

/** Gates that stand for many things, `for` each of them: as many are remembered, the latest. */
const THINGS_MAX = 4_096;

export class Gates {
  /** By name, and those that say what they are for: there may be ever new ones of them. */
  #said = new Map<string, Said>();
  #saidFor = new Map<string, Said>();

  /** True the first time, on every flip, and while closed when a value differs. */
  changes(name: string, open: boolean, values: GateValues): boolean {
    const of = values["for"];
    const said = of === undefined ? this.#said : this.#saidFor;
    const key = of === undefined ? name : `${name}/${of}`;
    const last = said.get(key);
    if (last !== undefined && last.open === open && (open || same(last.values, values))) {
      return false;
    }
    said.delete(key);
    said.set(key, { open, values });
    const [oldest] = this.#saidFor.size > THINGS_MAX ? this.#saidFor.keys() : [];
    if (oldest !== undefined) this.#saidFor.delete(oldest);
    return true;
  }

  fork(): Gates {
    const twin = new Gates();
    twin.#said = new Map(this.#said);
    twin.#saidFor = new Map(this.#saidFor);
    return twin;
  }
}

function same(left: GateValues, right: GateValues): boolean {
  for (const key in right) if (left[key] !== right[key]) return false;
  return true;
}
