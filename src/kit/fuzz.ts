/**
 * What a protocol tells who draws worlds for it, as data: which constants may differ and what must
 * hold among them, how its nodes are told of each other, how its world may stand at the start.
 */
import type { Setting, Settings } from "./field.ts";

export interface FuzzHints {
  /** Groups of constants that one divisor makes shorter, so that a short run sees much of them. */
  readonly paces: Readonly<Record<string, Pace>>;
  /** What a single constant may be instead, once its group has its pace. */
  readonly sweeps: Readonly<Record<string, Sweep>>;
  /** Of `sweeps`, those of which nothing depends on others having them too: also for one node. */
  readonly own: readonly string[];
  /** Mended one after the other, so that none undoes an earlier one. */
  readonly relations: readonly Relation[];
  /** Constants that are whole numbers of this many µs; other lengths are whole milliseconds. */
  readonly grains: Readonly<Record<string, number>>;
  /** How the world stands at the start: the kit's own top-level keys, complete. None: no keys. */
  readonly worlds: readonly WorldHint[];
  /** The node setting that lists whom a node knows; null: there is none. */
  readonly dials: string | null;
  /** The command by which an operator tells one node of another, and its field. */
  readonly introduce: { readonly command: string; readonly field: string } | null;
  /** Other settings of nodes, by name. */
  readonly node: Readonly<Record<string, NodeHint>>;
  /** The constant that says how many have to stand together for the network to go on. */
  readonly quorum: string | null;
  /** The constant that says how many peers a node may have at once. */
  readonly room: string | null;
}

export interface Pace {
  readonly constants: readonly string[];
  /** One of these, the mildest first. One that stands twice is twice as likely. */
  readonly by: readonly number[];
  /** It costs time to play: some shapes allow less of it. */
  readonly dear?: boolean;
}

/** Times what it would be, or another value; the mildest first. */
export type Sweep = { readonly times: readonly number[] } | { readonly to: readonly number[] };

/** `of` ≥ the sum of the others, each times its number, + `plus`: else `of` is raised to it. */
export interface Relation {
  readonly of: string;
  readonly least: Readonly<Record<string, number>>;
  readonly plus?: number;
  /** Whose rule it is, and what it says. */
  readonly why: string;
}

export interface WorldHint {
  readonly weight: number;
  readonly world: Settings;
  /** For private addresses and loopback, too. */
  readonly home: boolean;
  /** Node settings that go with it, one of which a node may have. */
  readonly node: Readonly<Record<string, readonly Setting[]>>;
}

export interface NodeHint {
  /** Nodes of a hundred that have another than the default, where the option is on. */
  readonly percent: number;
  readonly values: readonly Setting[];
  /** What the network promises its nodes is promised to such a node, too. */
  readonly core: boolean;
}
