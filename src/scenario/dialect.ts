/**
 * What of a kit a scenario file can name: settings, claims, commands, profiles, message types. Any
 * kit is a dialect as it stands; a test's needs no machine.
 */
import type { InvariantSpec } from "../check/invariant.ts";
import type { Claim } from "../kit/kit.ts";
import type { Fields } from "../kit/field.ts";
import type { Relation } from "../kit/fuzz.ts";

export interface Dialect {
  readonly name: string;
  readonly config: Fields;
  readonly world: Fields;
  readonly node: Fields;
  readonly claims: Readonly<Record<string, Claim>>;
  readonly commands: Readonly<Record<string, CommandWords>>;
  readonly invariants?: { readonly specs: Readonly<Record<string, InvariantSpec>> };
  readonly fuzz?: {
    /** Says, as `ending` does, whether runs can be compared (scenario/alike.ts). */
    readonly dials: string | null;
    /** Smaller scenarios keep these (fuzz/shrink/contradict.ts). */
    readonly relations?: readonly Relation[];
  };
  readonly ending?: unknown;
  /** The first is the default. */
  readonly profiles: readonly ProfileWords[];
  /** The files a node may have: what `disk: { damage: … }` may name. */
  readonly files: Readonly<Record<string, unknown>>;
  readonly defaultPort: number;
}

export interface CommandWords {
  readonly about: string;
  readonly fields: Fields;
}

export interface ProfileWords {
  readonly name: string;
  readonly about: string;
  readonly machine: { readonly kinds: readonly string[] };
}

/** Every message type any profile speaks: what `drop: { message: … }` may name. */
export function messageTypes(kit: Dialect): readonly string[] {
  return [...new Set(kit.profiles.flatMap((profile) => profile.machine.kinds))];
}
