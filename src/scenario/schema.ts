/**
 * The scenario format: one schema for the loader, its error texts, and editors. Built for a kit,
 * whose fields, claims and commands are part of the format. Text in, model.ts values out; what
 * refers to other parts of the file is checked against a Scope.
 *
 *   # The seed's timeline: three nodes find each other.    the opening comment is `about`
 *   name: discovery-timeline                   default: the file's name
 *   seed: 3009                                 text; any other seed asked for makes a sweep
 *   profile: repaired                          default: the kit's first
 *   until: 60s
 *   chain: { height: 3009, expected: 3011 }    the kit's own keys
 *   config: { minimumNodes: 3 }                the kit's constants; durations as text
 *   link: { latency: 40ms..80ms, drawn: per-link, loss: 0, bandwidth: unlimited }
 *                                              or only a latency: 50ms | 40ms..80ms |
 *                                              { exponential: 40ms, min: 5ms, max: 2s }
 *   sweep: { link: 1ms..400ms }                what differs in runs with other seeds
 *   network: { userTimeout: 30s }
 *   links:
 *     - { from: A, to: [B, C], latency: 200ms }            one way; between: [A, B] for both
 *   nodes:
 *     A: { start: 0s, address: 203.0.113.10 }              start: never waits for a restart
 *     B: { start: 5s, address: 203.0.113.11, clock: { offset: -2s, drift: 50 },
 *          disk: { delay: 2ms }, config: { announceDelay: 5s }, profile: as-found }
 *     n{1..20}: { start: 0s..10s, address: "10.0.0.{1..20}" }   twenty, starts spread evenly
 *   events:
 *     - { at: 20s, node: A, addnode: C }                   a command of the kit
 *     - { at: 30s, partition: [[A], [B, C]], for: 20s, name: split }
 *     - { at: 40s, kill: [A, B] }
 *   expect:
 *     - row: t=0 A starts                                  the reader's words
 *       on: A                                              a node, a list, all; world claims: none
 *       that: { broadcast: { recipients: 0 } }             a claim, or a list: all of them
 *       at: 0s                                             or by, always, never, eventually
 *     - { on: B, chain: [{ ready: A }, { active: A }], pinned: { at: 5s }, sweep: { by: 7s } }
 *   invariants: all                            or a list: promises about every run, as rows
 */
import * as z from "zod";
import type { Time } from "../core/units.ts";
import type { LinkProfile } from "../core/fault.ts";
import type { Dialect } from "./dialect.ts";
import { eventForm } from "./events.ts";
import { filled, refuseTaken, settings, shapeOf } from "./fields.ts";
import { custom, describe, type Form } from "./forms.ts";
import { LINK, link, linkPlans } from "./links.ts";
import type { Scenario } from "./model.ts";
import { NETWORK, network } from "./network.ts";
import { nodePlans, profileName } from "./nodes.ts";
import { promised } from "./promises.ts";
import { type Row, rowForm } from "./rows.ts";
import { OPEN, type Scope } from "./scope.ts";
import { tell } from "./texts.ts";
import { duration } from "./words.ts";

/** A scenario but for what only the file knows: its name, its comment, its places. */
export interface Draft extends Omit<Scenario, "name" | "about" | "file" | "expect"> {
  readonly name: string | null;
  readonly about: string | null;
  /** By item of `expect`. */
  readonly rows: readonly (readonly Row[])[];
}

export function scenarioSchema(kit: Dialect, scope: Scope = OPEN): Form<Draft> {
  const event = eventForm(kit, scope);
  const plans = linkPlans(scope);
  const row = rowForm(kit, scope);
  const shape = {
    name: z.string().min(1).meta({ description: "Default: the file's name" }).optional(),
    about: z.string().meta({ description: "Default: the opening comment" }).optional(),
    seed: seed.optional(),
    profile: profileName("Which machine the nodes run", kit).optional(),
    until: duration("How long the run lasts: 60s", ["60s", "1h"]),
    config: settings(kit.config, scope, "overrides")
      .meta({ description: "Constants of the protocol" })
      .optional(),
    link: link.optional(),
    sweep: z
      .strictObject({ link })
      .meta({ description: "What differs in runs with another seed" })
      .optional(),
    network: network.optional(),
    links: z.array(plans).meta({ description: "Links unlike the others" }).optional(),
    nodes: nodePlans(kit, scope),
    events: z.array(event).meta({ description: "Faults and commands" }).optional(),
    expect: z.array(row).meta({ description: "What must come true" }).optional(),
    invariants: promised(kit).optional(),
  };
  const world = shapeOf(kit.world, scope, "complete");
  refuseTaken(kit.name, "world", world, shape);
  return z.strictObject({ ...shape, ...world }).transform((given): Draft => {
    const usual: LinkProfile = { ...LINK, ...given.link };
    return {
      name: given.name ?? null,
      about: given.about ?? null,
      seed: given.seed ?? "1",
      profile: given.profile ?? kit.profiles[0]?.name ?? "",
      until: given.until as number as Time,
      config: given.config ?? {},
      world: filled(kit.world, given, scope, "complete"),
      nodes: given.nodes,
      link: usual,
      links: (given.links ?? []).flat(),
      network: given.network ?? NETWORK,
      sweepLink: given.sweep === undefined ? null : { ...usual, ...given.sweep.link },
      events: (given.events ?? []).flat(),
      rows: given.expect ?? [],
      ...(given.invariants === undefined ? {} : { invariants: given.invariants }),
    };
  });
}

/** JSON Schema (draft 2020-12) of a scenario file, for editors. */
export function jsonSchema(kit: Dialect): Readonly<Record<string, unknown>> {
  const title = `A timesim scenario for ${kit.name}`;
  const { $schema, ...rest } = describe(scenarioSchema(kit));
  return { $schema, title, ...rest };
}

/** Seeds are texts. YAML reads `3009` as a number, and 2^53 + 1 as another one. */
export const seed: Form<string> = custom(
  "What all luck descends from; default 1",
  () => z.union([z.string().min(1), z.number().int()]),
  (value, report) => {
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
    const large = typeof value === "number" && Number.isInteger(value);
    const reason = large ? "a seed this large must be quoted" : "a seed is a text or whole number";
    report.problem([], `${reason}; found ${tell(value)}`);
    return undefined;
  },
);
