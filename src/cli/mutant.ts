/** `--mutant ./mine.ts#id`: a defect that the user brings, or all that a module exports. */
import { BadInput } from "../core/assert.ts";
import type * as core from "../core/machine.ts";
import type { Mutant } from "../fuzz/mutant.ts";
import { didYouMean } from "../scenario/suggest.ts";
import { loadModule } from "./machine.ts";

export type AnyMutant = Mutant<core.Protocol>;

export async function mutantNamed(word: string, cwd: string): Promise<AnyMutant> {
  const [file = "", id = ""] = word.split(/#(?=[^#]*$)/);
  if (file === "" || id === "") {
    throw new BadInput([`--mutant ${word} — expected a module and an id: ./mine.ts#no-redial`]);
  }
  const mutants = await mutantsIn("--mutant", file, cwd);
  const found = mutants.find((mutant) => mutant.id === id);
  if (found !== undefined) return found;
  const ids = mutants.map((mutant) => mutant.id);
  const hint = didYouMean(id, ids) || `; there are ${ids.join(", ")}`;
  throw new BadInput([`--mutant ${word} — ${file} has no mutant of that id${hint}`]);
}

/** Every mutant that the module exports, alone, in a list or in a record. `flag` named it. */
export async function mutantsIn(
  flag: string,
  file: string,
  cwd: string,
): Promise<readonly AnyMutant[]> {
  const found = Object.values(await loadModule(flag, file, cwd)).flatMap((exported) => {
    if (isMutant(exported)) return [exported];
    if (typeof exported !== "object" || exported === null) return [];
    return Object.values(exported).filter(isMutant);
  });
  if (found.length > 0) return found;
  throw new BadInput([`${file}:1:1 — it exports no mutant: { id, apply(profile) }`]);
}

function isMutant(value: unknown): value is AnyMutant {
  const { id, apply } = (value ?? {}) as { readonly id?: unknown; readonly apply?: unknown };
  return typeof id === "string" && typeof apply === "function";
}
