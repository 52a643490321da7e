/** `--mutant`: the protocol with the defect that was asked for, if one was. */
import { mutated } from "../fuzz/mutant.ts";
import type { Protocol } from "./protocol.ts";

export async function withDefect(
  kit: Protocol,
  mutant: string | null,
  cwd: string,
): Promise<Protocol> {
  if (mutant === null) return kit;
  const { mutantNamed } = await import("./mutant.ts");
  return mutated(kit, await mutantNamed(mutant, cwd));
}
