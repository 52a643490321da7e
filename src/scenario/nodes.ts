/** `nodes:` as written, one entry a node or, as `n{1..20}`, one for many alike. */
import * as z from "zod";
import { type Address, formatAddress } from "../core/address.ts";
import { type Duration, formatDuration, type Time } from "../core/units.ts";
import type { Dialect } from "./dialect.ts";
import { filled, refuseTaken, settings, shapeOf } from "./fields.ts";
import { custom, type Form, isMapping, type Report, text } from "./forms.ts";
import type { NodePlan } from "./model.ts";
import type { Scope } from "./scope.ts";
import {
  DURATION_HINT,
  expand,
  isWrong,
  readSpan,
  START_PATTERN,
  tell,
  type Wrong,
} from "./texts.ts";
import { address, choice, duration, ip, readMoment, signedDuration } from "./words.ts";

type Nameless = Omit<NodePlan, "name">;

export function nodePlans(kit: Dialect, scope: Scope): Form<readonly NodePlan[]> {
  const node = nodePlan(kit, scope);
  const looks = (): z.ZodType => z.record(z.string(), node);
  const about = "The nodes by name; n{1..20} makes twenty";
  return custom(about, looks, (value, report) => {
    if (!isMapping(value) || Object.keys(value).length === 0) {
      const found = isMapping(value) ? "none" : tell(value);
      report.problem([], `expected nodes such as A: { address: 203.0.113.10 }; found ${found}`);
      return undefined;
    }
    const read = Object.entries(value).flatMap(([key, entry]) => entries(key, entry, node, report));
    const plans = read.filter((plan) => plan !== undefined);
    noTwoAlike(plans, report);
    return plans.length === read.length ? plans.map(({ key: _, ...plan }) => plan) : undefined;
  });
}

type Entry = NodePlan & { readonly key: string };

function entries(
  key: string,
  entry: unknown,
  form: Form<Nameless>,
  report: Report,
): readonly (Entry | undefined)[] {
  const names = expand(key);
  const wrong = isWrong(names) ? names.wrong : names.map(badName).find((bad) => bad !== null);
  if (isWrong(names) || typeof wrong === "string") {
    report.key([], key, wrong ?? "");
    return [undefined];
  }
  return names.map((name, step) => {
    const value = names.length === 1 ? entry : stepped(entry, step, names.length);
    const plan = report.part(form, value, [key]);
    return plan === undefined ? undefined : { key, name, ...plan };
  });
}

/** Names show in errors, tables and log lines, and `all` is taken. */
export function badName(name: string): string | null {
  if (name === "all" || !/^[A-Za-z][\w.-]{0,39}$/.test(name)) {
    const rule = "a letter, then letters, digits, - _ or dots, at most 40 in all, and not all";
    return `${tell(name)} cannot name a node; a name is ${rule}`;
  }
  return null;
}

/**
 * One of `count` alike: a range with as many steps as there are nodes is taken step by step (so
 * `dials: n{1..19}` chains `n{2..20}`), a span of start times is spread evenly.
 */
function stepped(entry: unknown, step: number, count: number): unknown {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (isMapping(value)) return mapValues(value, walk);
    if (typeof value !== "string" || !value.includes("{")) return value;
    const texts = expand(value);
    return !isWrong(texts) && texts.length === count ? texts[step] : value;
  };
  if (!isMapping(entry)) return entry;
  const node = mapValues(entry, walk);
  const start = node["start"];
  const span = typeof start === "string" ? readSpan(start) : null;
  if (span === null || isWrong(span)) return node;
  const share = count === 1 ? 0 : step / (count - 1);
  return { ...node, start: formatDuration(Math.round(span.min + (span.max - span.min) * share)) };
}

function mapValues(
  record: Readonly<Record<string, unknown>>,
  change: (value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** Two nodes at one address would be one host with two kernels. */
function noTwoAlike(plans: readonly Entry[], report: Report): void {
  const names = new Set<string>();
  const owners = new Map<Address, string>();
  for (const { key, name, address: at } of plans) {
    if (names.has(name)) report.key([], key, `there are two nodes of the name ${tell(name)}`);
    names.add(name);
    const owner = owners.get(at);
    if (owner !== undefined) {
      const reason = `${formatAddress(at)} is already the address of ${owner}`;
      report.problem([key, "address"], `${reason}; give ${name} its own`);
    }
    owners.set(at, name);
  }
}

function nodePlan(kit: Dialect, scope: Scope): Form<Nameless> {
  const shape = {
    start: startTime(scope).optional(),
    address: address("Where it listens; without a port, the network's", kit.defaultPort),
    dialsFrom: ip("The ip its dials come from, by default that of its address").optional(),
    profile: profileName("Another profile than the scenario's", kit).optional(),
    config: settings(kit.config, scope, "overrides")
      .meta({ description: "Constants of this node alone" })
      .optional(),
    clock: clock.optional(),
    disk: disk.optional(),
  };
  const own = shapeOf(kit.node, scope, "complete");
  refuseTaken(kit.name, "node", own, shape);
  return z.strictObject({ ...shape, ...own }).transform((given): Nameless => {
    return {
      address: given.address,
      dialsFrom: given.dialsFrom ?? null,
      start: given.start === undefined ? (0 as Time) : given.start,
      profile: given.profile ?? null,
      config: given.config ?? {},
      settings: filled(kit.node, given, scope, "complete"),
      clock: { offset: given.clock?.offset ?? ZERO, drift: given.clock?.drift ?? 0 },
      disk: { delay: given.disk?.delay ?? ZERO, full: given.disk?.full ?? false },
    };
  });
}

const ZERO = 0 as Duration;

export const driftRate: Form<number> = z
  .number()
  .min(-100_000)
  .max(100_000)
  .meta({ description: "Parts per million by which its clocks run fast" });

const clock = z
  .strictObject({
    offset: signedDuration("Wall clock minus true time").optional(),
    drift: driftRate.optional(),
  })
  .meta({ description: "How its clocks are wrong" });

const disk = z
  .strictObject({
    delay: duration("How long a write takes").optional(),
    full: z.boolean().meta({ description: "Writes fail" }).optional(),
  })
  .meta({ description: "How its disk behaves" });

export function profileName(about: string, kit: Dialect): Form<string> {
  const names = kit.profiles.map((profile) => profile.name);
  return choice("profile", `${about}: ${names.join(", ")}`, names);
}

/** A moment, `never`, or for a repeated node a span that `stepped` has already spread. */
function startTime(scope: Scope): Form<Time | null> {
  const about = "When it starts, or never; for n{1..20} also 0s..10s, spread evenly";
  const hints = { about, pattern: START_PATTERN, examples: ["0s", "never"] };
  return text({ ...hints, write: DURATION_HINT }, (given): Time | null | Wrong => {
    if (given === "never") return null;
    if (readSpan(given) !== null) {
      return { wrong: `${tell(given)} spreads repeated nodes; one node starts at one moment` };
    }
    return readMoment(given, scope);
  });
}
