/**
 * Drawn worlds for fast-check, in a user's own tests. They are drawn as a campaign draws them, and
 * shrunk as `timesim shrink` does it, by changes to the scenario itself, so what is left is a short
 * scenario and no heap of dice.
 */
import fc from "fast-check";
import { BadInput } from "../core/assert.ts";
import type { Protocol } from "../core/machine.ts";
import { parseDuration, SECOND, type Time } from "../core/units.ts";
import type { Kit } from "../kit/kit.ts";
import { specsOf } from "../scenario/compile.ts";
import type { Dialect } from "../scenario/dialect.ts";
import type { Scenario } from "../scenario/model.ts";
import { unknownWord } from "../scenario/reasons.ts";
import { writeScenario } from "../scenario/write.ts";
import { mixed, named, TROUBLES } from "./draw.ts";
import type { Drawn } from "./maker.ts";
import { type Mix, shapeOf } from "./shapes.ts";
import type { Pass } from "./shrink/edit.ts";
import { PASSES } from "./shrink/passes.ts";
import { shorter } from "./shrink/times.ts";
import { applied, contentOf, type Place, walk } from "./shrink/walk.ts";
import { isLess, weigh } from "./shrink/weigh.ts";

/** What is to be drawn. Whatever is left out is drawn, too. */
export interface ScenarioOptions {
  /** A shape of worlds by name (`SHAPES`); default `quick`: 5 nodes, 2 min. */
  readonly shape?: string;
  /** How many nodes, 2 to 100, instead of the shape's number: one number, or between two. */
  readonly nodes?: number | readonly [least: number, most: number];
  /** How long a run lasts, instead of the shape's time: `"90s"`. At least a second. */
  readonly until?: string;
  /**
   * Exactly these kinds of trouble (`TROUBLES`) may befall every world; none: `[]`. Left out, each
   * world has some of them.
   */
  readonly faults?: readonly string[];
  /** The machine profile that nodes have where nothing else is drawn for them. */
  readonly profile?: string;
}

const KNOWN: readonly (keyof ScenarioOptions)[] = ["shape", "nodes", "until", "faults", "profile"];
const NODES_MIN = 2;
const NODES_MAX = 100;

export type ScenarioArbitrary = fc.Arbitrary<Scenario>;

/** Throws BadInput for options that cannot be, one line each. */
export function scenariosOf<P extends Protocol>(
  kit: Kit<P>,
  options: ScenarioOptions = {},
): ScenarioArbitrary {
  const problems = problemsOf(kit, options);
  if (problems.length > 0) throw new BadInput(problems);
  const { shape = "quick", faults, profile } = options;
  const drawn = mixed(kit, fitting(shapeOf(shape), options), faults ?? null);
  return new Scenarios(kit, drawn, profile ?? null);
}

function problemsOf<P extends Protocol>(kit: Kit<P>, options: ScenarioOptions): readonly string[] {
  const { nodes = NODES_MIN, until = "1s", faults = [], profile, shape = "quick" } = options;
  const problems = Object.keys(options)
    .filter((key) => !KNOWN.includes(key as keyof ScenarioOptions))
    .map((key) => unknownWord("option", key, KNOWN));
  const [least, most] = typeof nodes === "number" ? [nodes, nodes] : nodes;
  const whole = Number.isInteger(least) && Number.isInteger(most);
  if (!whole || least < NODES_MIN || most > NODES_MAX || least > most) {
    const wanted = `a whole number from ${NODES_MIN} to ${NODES_MAX}, or two of them, rising`;
    problems.push(`nodes — expected ${wanted}; found ${JSON.stringify(nodes)}`);
  }
  if ((parseDuration(until) ?? 0) < SECOND) {
    problems.push(`until — expected a second or more, such as 90s or 5m; found "${until}"`);
  }
  for (const kind of faults) {
    if (!TROUBLES.includes(kind)) problems.push(`faults — ${unknownWord("kind", kind, TROUBLES)}`);
  }
  const profiles = kit.profiles.map(({ name }) => name);
  if (profile !== undefined && !profiles.includes(profile)) {
    problems.push(`profile — ${unknownWord("profile", profile, profiles)}`);
  }
  if (faults.length > 0 && shapeOf(shape).parts.every((part) => part.shape.troubles === 0)) {
    problems.push(`faults — nothing goes wrong in ${shape} worlds`);
  }
  return problems;
}

function fitting(mix: Mix, { nodes, until }: ScenarioOptions): Mix {
  const [from, to = from] = typeof nodes === "number" ? [nodes] : (nodes ?? []);
  const lasts = until === undefined ? null : parseDuration(until);
  const parts = mix.parts.map(({ weight, shape }) => ({
    weight,
    shape: {
      ...shape,
      ...(from === undefined || to === undefined ? {} : { sizes: [{ weight: 1, from, to }] }),
      ...(lasts === null ? {} : { lasts: [lasts / SECOND] }),
    },
  }));
  return { ...mix, parts };
}

/** Scenarios whose text somebody has been told. */
const told = new WeakSet<Scenario>();

/** A report of fast-check shows it in one line from now on, for its text stands elsewhere. */
export function isTold(scenario: Scenario): void {
  told.add(scenario);
}

class Scenarios<P extends Protocol> extends fc.Arbitrary<Scenario> {
  readonly #kit: Kit<P>;
  readonly #drawn: fc.Arbitrary<Drawn>;
  readonly #profile: string | null;

  constructor(kit: Kit<P>, drawn: fc.Arbitrary<Drawn>, profile: string | null) {
    super();
    this.#kit = kit;
    this.#drawn = drawn;
    this.#profile = profile;
  }

  /** Never biased: a shape says itself what is likely. */
  override generate(random: fc.Random): fc.Value<Scenario> {
    const drawn = this.#drawn.generate(random, undefined).value;
    const { scenario } = named(drawn, random.nextInt(0, SEED_MAX));
    const played = { ...scenario, profile: this.#profile ?? scenario.profile };
    return new fc.Value(shown(this.#kit, played), BEGINNING);
  }

  override canShrinkWithoutContext(value: unknown): value is Scenario {
    return typeof value === "object" && value !== null && "nodes" in value && "until" in value;
  }

  override shrink(scenario: Scenario, place: unknown): fc.Stream<fc.Value<Scenario>> {
    return fc.stream(smaller(this.#kit, scenario, (place as Place | undefined) ?? BEGINNING));
  }
}

const SEED_MAX = 2 ** 31 - 1;
const BEGINNING: Place = { pass: 0, chunk: 0, offset: 0 };

/**
 * Every scenario that is lighter by one step: from where the last step that failed was taken to the
 * end, and then once more from the beginning, for what that step has made possible.
 */
function* smaller<P extends Protocol>(
  kit: Kit<P>,
  scenario: Scenario,
  from: Place,
): Generator<fc.Value<Scenario>, void> {
  const weight = weigh(kit, scenario);
  const tried = new Set<string>();
  for (const start of from === BEGINNING ? [from] : [from, BEGINNING]) {
    for (const { edits, place } of walk(LIGHTER, kit, scenario, scenario.until, start)) {
      const next = applied(kit, scenario, edits);
      const content = next === null ? "" : contentOf(next);
      if (next === null || tried.has(content) || !isLess(weigh(kit, next), weight)) continue;
      tried.add(content);
      if (!isPlayable(kit, next)) continue;
      yield new fc.Value(shown(kit, next), place);
    }
  }
}

/** A node may stand higher than a world without its chain expects: that shows nothing. */
function isPlayable<P extends Protocol>(kit: Kit<P>, scenario: Scenario): boolean {
  try {
    specsOf(kit, scenario, scenario.profile);
    return true;
  } catch (error) {
    if (error instanceof BadInput) return false;
    throw error;
  }
}

/** Nobody says when a property failed: shortest runs first, which cost least. */
const ends: Pass = {
  name: "time",
  together: false,
  edits: (_kit, { until }) =>
    [1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600]
      .map((count) => (count * SECOND) as Time)
      .filter((end) => end < until)
      .map((end) => (now) => (end < now.until ? { ...now, until: end } : null)),
};

const LIGHTER: readonly Pass[] = PASSES.map((pass) => (pass === shorter ? ends : pass));

/** As fast-check is to show it: as a file. */
function shown(kit: Dialect, scenario: Scenario): Scenario {
  const value = { ...scenario };
  const text = (): string => {
    const { name, nodes, events, until } = value;
    const size = `${nodes.length} nodes, ${events.length} events, ${until / SECOND} s`;
    return told.has(value) ? `${name}: ${size}` : `\n${writeScenario(kit, value)}`;
  };
  return Object.defineProperty(value, fc.toStringMethod, { value: text });
}
