/**
 * A small language for settings: what a kit wants to be told, as data. The scenario loader makes of
 * it the file's schema, its error texts and the JSON Schema for editors.
 */
export type Field =
  /** `min` in µs. */
  | (Common & { readonly kind: "duration"; readonly default?: number; readonly min?: number })
  | (Common & {
      readonly kind: "number";
      readonly default?: number;
      readonly min?: number;
      readonly max?: number;
      /** Whole numbers only. */
      readonly whole?: boolean;
    })
  | (Common & { readonly kind: "flag"; readonly default?: boolean })
  | (Common & { readonly kind: "text"; readonly default?: string })
  /** A regular expression. */
  | (Common & { readonly kind: "pattern" })
  | (Common & {
      readonly kind: "choice";
      readonly of: readonly string[];
      readonly default?: string;
    })
  /** The name of a node of the scenario. */
  | (Common & { readonly kind: "node" })
  /** A list of node names; `all` stands for every node. */
  | (Common & { readonly kind: "nodes"; readonly default?: readonly string[] })
  | (Common & { readonly kind: "group"; readonly fields: Fields });

interface Common {
  readonly about: string;
  /** Fields with a default are optional anyway. */
  readonly optional?: boolean;
}

export type Fields = Readonly<Record<string, Field>>;

/** Values by field name: durations and numbers as numbers, nodes as names, groups nested. */
export type Settings = Readonly<Record<string, Setting | undefined>>;
export type Setting =
  | number
  | boolean
  | string
  | readonly string[]
  | { readonly [key: string]: Setting };

/** The defaults of all fields that have one. */
export function defaultsOf(fields: Fields): Settings {
  const settings: Record<string, Setting> = {};
  for (const [name, field] of Object.entries(fields)) {
    if ("default" in field && field.default !== undefined) settings[name] = field.default;
  }
  return settings;
}
