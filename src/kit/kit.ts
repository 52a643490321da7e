/**
 * What a protocol hands over, in one value: with a kit, engine, scenarios, checks, reports and
 * command line serve any protocol and know none.
 */
import type { Address } from "../core/address.ts";
import type { Codec, FileCodecs } from "../core/codec.ts";
import type { Machine, Protocol } from "../core/machine.ts";
import type { UnixMicros } from "../core/units.ts";
import type { ClaimContext, Watch } from "../check/claim.ts";
import type { InvariantSpec, Monitor, RunPlan, Standing } from "../check/invariant.ts";
import type { TraceEvent } from "../trace/event.ts";
import type { Vocabulary } from "../trace/vocabulary.ts";
import type { Fields, Settings } from "./field.ts";
import type { FuzzHints } from "./fuzz.ts";
import type { View } from "./view.ts";

export interface Kit<P extends Protocol> {
  readonly name: string;
  readonly codec: Codec<P["message"]>;
  readonly vocabulary: Vocabulary;
  /** The first is the default. */
  readonly profiles: readonly Profile<P>[];
  /** Every constant of the protocol, for a scenario's `config`. Durations come as µs. */
  readonly config: Fields;
  /** Extra top-level keys of a scenario: how the world stands at the start. */
  readonly world: Fields;
  /** Extra keys of a scenario's node. */
  readonly node: Fields;
  readonly claims: Readonly<Record<string, Claim>>;
  /** What holds in every run, whatever it is of. */
  readonly invariants?: Invariants;
  /** What may differ in worlds drawn for it; left out: names, addresses, links and faults alone. */
  readonly fuzz?: FuzzHints;
  /**
   * What a node has come to, as far as neither roles nor addresses nor luck may decide it, for runs
   * that are compared (scenario/alike.ts). `nameOf`: who lives at an address.
   */
  ending?(state: P["state"], nameOf: (address: Address) => string): Ending;
  /** Guards that the first profile asks (`ctx.gate`): a campaign ought to see each of them shut. */
  readonly gates?: readonly string[];
  readonly commands: Readonly<Record<string, CommandSpec<P>>>;
  /** What an operator may ask a real node; `status` also feeds its metrics. */
  readonly views?: Readonly<Record<string, View<P>>>;
  /** Numbers of a node for who watches a run, as an event tells them; null: it tells nothing. */
  readonly gauges?: Readonly<Record<string, (event: TraceEvent) => number | null>>;
  /** Every file its machines save, as bytes for a real disk. */
  readonly files: FileCodecs<P["files"]>;
  /** Why no node of that config goes on from these, which are whole; left out, or null: it can. */
  misfit?(config: P["config"], files: Partial<P["files"]>): string | null;
  /** Port of addresses written without one. */
  readonly defaultPort: number;
  /** Told to a node that is stopped cleanly. */
  readonly stop: P["command"] | null;
  /** Why its real nodes cannot meet on loopback addresses; left out, or null: they can. */
  offLoopback?(world: Settings): string | null;
  /** The wall clock at t = 0. */
  epoch(world: Settings, config: Settings): UnixMicros;
  /** The machine's config for one node. Throws BadInput for what only the kit can see. */
  configure(plan: NodeSetup): P["config"];
}

export interface Ending {
  /** A number that only grows. */
  readonly progress: number;
  /** Lists by name, in an order that hangs on nothing else. */
  readonly facts: Readonly<Record<string, readonly string[]>>;
}

export interface Profile<P extends Protocol> {
  readonly name: string;
  /** One line for `--help` and errors. */
  readonly about: string;
  readonly machine: Machine<P>;
  /** Default: kept. */
  readonly standing?: Standing;
  /** Constants that differ from the fields' defaults. */
  readonly config: Settings;
}

export interface NodeSetup {
  readonly name: string;
  readonly address: Address;
  /** Defaults, then the profile's, then the scenario's, then the node's own overrides. */
  readonly config: Settings;
  readonly world: Settings;
  readonly node: Settings;
  /** Address of any node by name; on a real node, which knows nobody's name, by its address. */
  readonly addressOf: (node: string) => Address;
  /** A real node's name for its key (core/key.ts). Simulated ones derive a key from their name. */
  readonly key?: string;
}

export interface Invariants {
  /** In the order in which they are told. */
  readonly specs: Readonly<Record<string, InvariantSpec>>;
  /** One monitor for all of those named, so that they can share what they fold. */
  watch(names: readonly string[], plan: RunPlan): Monitor;
}

/** A name that expectations may use, `ready: { with: A }`. */
export interface Claim {
  readonly about: string;
  /** `world` claims take no node. */
  readonly scope: "node" | "world";
  readonly fields: Fields;
  /** `node` is the index of the node asked about, −1 for world claims. */
  watch(node: number, args: Settings, context: ClaimContext): Watch;
}

export interface CommandSpec<P extends Protocol> {
  readonly about: string;
  readonly fields: Fields;
  make(args: Settings, addressOf: (node: string) => Address): P["command"];
}
