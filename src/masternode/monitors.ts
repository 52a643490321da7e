/**
 * What is promised of every run of masternodes (docs/protocol.md), as monitors. One picture of the
 * run is kept for all; each promise stands in the file of its mechanism in monitors/.
 */
import { Calm } from "../check/calm.ts";
import { General, GENERAL } from "../check/general.ts";
import type { Complaint, InvariantSpec, Monitor, RunPlan } from "../check/invariant.ts";
import type { Crypto } from "../core/capabilities.ts";
import type { Time } from "../core/units.ts";
import { keyOfName } from "../kit/key.ts";
import type { Invariants } from "../kit/kit.ts";
import { KIND, KINDS, type TraceEvent } from "../trace/event.ts";
import { again } from "./monitors/again.ts";
import { adoption } from "./monitors/adoption.ts";
import { ahead } from "./monitors/ahead.ts";
import { answers } from "./monitors/answers.ts";
import { bans } from "./monitors/bans.ts";
import { calls } from "./monitors/calls.ts";
import { contacts } from "./monitors/contacts.ts";
import { burying, counting } from "./monitors/counting.ts";
import { greeting } from "./monitors/greeting.ts";
import { behind, growth, oneChain } from "./monitors/progress.ts";
import { company, lasting, pairs } from "./monitors/sessions.ts";
import { chain } from "./monitors/chain.ts";
import { clock } from "./monitors/clock.ts";
import { clockwork } from "./monitors/clockwork.ts";
import { doubts } from "./monitors/doubts.ts";
import { endings } from "./monitors/endings.ts";
import { early } from "./monitors/early.ts";
import { Even } from "./monitors/even.ts";
import { evidence } from "./monitors/evidence.ts";
import { forgetting } from "./monitors/forgetting.ts";
import type { Fact } from "./facts.ts";
import { Groups } from "./monitors/groups.ts";
import { hearsay } from "./monitors/hearsay.ts";
import { hearing } from "./monitors/hearing.ts";
import { Ledger } from "./monitors/ledger.ts";
import { limits } from "./monitors/limits.ts";
import { lists } from "./monitors/lists.ts";
import { marks } from "./monitors/marks.ts";
import { pauses } from "./monitors/pauses.ts";
import { operator } from "./monitors/operator.ts";
import { Picture } from "./monitors/picture.ts";
import { production } from "./monitors/production.ts";
import { prompt } from "./monitors/prompt.ts";
import { pruning } from "./monitors/pruning.ts";
import { ranks } from "./monitors/ranks.ts";
import { reasons } from "./monitors/reasons.ts";
import { redials } from "./monitors/redials.ts";
import { regular } from "./monitors/regular.ts";
import { reputation } from "./monitors/reputation.ts";
import type { Rules } from "./monitors/rule.ts";
import { saving } from "./monitors/saving.ts";
import { spread } from "./monitors/spread.ts";
import { steady } from "./monitors/steady.ts";
import { strangers } from "./monitors/strangers.ts";
import { waiting } from "./monitors/waiting.ts";
import { violations } from "./monitors/violations.ts";
import { witnesses } from "./monitors/witnesses.ts";

const general: Rules = {
  specs: GENERAL,
  make: ({ plan, calm }) => new General(plan, calm),
};

/** One more is one more line. */
const RULES: readonly Rules[] = [
  general,
  answers,
  bans,
  reputation,
  violations,
  spread,
  evidence,
  chain,
  production,
  forgetting,
  greeting,
  lasting,
  counting,
  burying,
  pairs,
  company,
  behind,
  oneChain,
  growth,
  clockwork,
  limits,
  lists,
  marks,
  hearing,
  strangers,
  hearsay,
  early,
  operator,
  adoption,
  waiting,
  reasons,
  doubts,
  steady,
  contacts,
  calls,
  regular,
  witnesses,
  pruning,
  saving,
  endings,
  again,
  ranks,
  clock,
  prompt,
  ahead,
  redials,
  pauses,
];

export function invariantsWith(crypto: Crypto): Invariants {
  const pairs = RULES.flatMap((rule) => Object.entries(rule.specs));
  const specs: Record<string, InvariantSpec> = Object.fromEntries(pairs);
  return { specs, watch: (names, plan) => new Monitors(names, plan, crypto) };
}

type Seer = (event: TraceEvent) => void;

/** What one monitor wants to see. */
interface Watch {
  readonly mask: number;
  /** Null: all. */
  readonly facts: readonly Fact["type"][] | null;
  /** Bound: to look up the methods of fifty classes takes as long as many of these. */
  readonly see: Seer;
}

/** Who sees a kind of event. */
interface Row {
  readonly picture: boolean;
  readonly ledger: boolean;
  readonly even: boolean;
  readonly calm: boolean;
  readonly groups: boolean;
  readonly seers: readonly Seer[];
}

class Monitors implements Monitor {
  readonly mask: number;
  readonly #names: readonly string[];
  readonly #picture: Picture;
  readonly #ledger: Ledger;
  readonly #even: Even;
  readonly #calm: Calm;
  readonly #groups: Groups;
  readonly #all: readonly Monitor[];
  readonly #watches: readonly Watch[];
  /** Who wants to see a kind of event, by its number. */
  readonly #rows: readonly Row[];
  /** Who wants to see a type of fact. */
  readonly #told = new Map<string, readonly Seer[]>();
  /** Of the groups, as all had it who see facts. */
  #version = 0;

  constructor(names: readonly string[], plan: RunPlan, crypto: Crypto) {
    this.#names = names;
    this.#picture = new Picture(plan);
    this.#ledger = new Ledger(plan);
    this.#even = new Even(plan);
    this.#calm = new Calm(plan);
    this.#groups = new Groups(plan, this.#picture, this.#calm);
    const [picture, ledger, even] = [this.#picture, this.#ledger, this.#even];
    const [calm, groups] = [this.#calm, this.#groups];
    const keys = plan.plans.map(({ name }) => crypto.publicKey(keyOfName(crypto, name)));
    const scene = { plan, picture, ledger, even, calm, groups, crypto, keys };

    const rules = RULES.filter(({ specs }) => names.some((name) => Object.hasOwn(specs, name)));
    this.#all = rules.map((rule) => rule.make(scene));
    this.mask = this.#all.reduce(
      (mask, { mask: own }) => mask | own,
      Picture.mask | Ledger.mask | Even.mask | Calm.mask | Groups.mask,
    );
    const watches = this.#all.map((monitor, index): Watch => {
      const facts = rules[index]?.facts ?? null;
      return { mask: monitor.mask, facts, see: monitor.see.bind(monitor) };
    });
    this.#watches = watches;
    this.#rows = KINDS.map((_, kind) => {
      const wanted = (mask: number): boolean => (mask & (1 << kind)) !== 0;
      return {
        picture: wanted(Picture.mask),
        ledger: wanted(Ledger.mask),
        even: wanted(Even.mask),
        calm: wanted(Calm.mask),
        groups: wanted(Groups.mask | Calm.mask),
        seers: watches.filter(({ mask }) => wanted(mask)).map(({ see }) => see),
      };
    });
  }

  see(event: TraceEvent, kind: number = KIND[event.kind]): void {
    const { picture, ledger, even, calm, groups, seers } = this.#rows[kind] as Row;
    if (picture) this.#picture.see(event);
    if (ledger) this.#ledger.see(event);
    if (even) this.#even.see(event);
    if (calm) this.#calm.see(event);
    if (groups) this.#groups.see(event);
    const told = kind === KIND.fact ? this.#toldOf((event.body as Fact).type, seers) : seers;
    for (const seen of told) seen(event);
  }

  /** Whatever the fact says, new groups are judged when one is seen (`due.ts`). */
  #toldOf(type: Fact["type"], seers: readonly Seer[]): readonly Seer[] {
    if (this.#version !== this.#groups.version) {
      this.#version = this.#groups.version;
      return seers;
    }
    let told = this.#told.get(type);
    if (told === undefined) {
      told = this.#watches
        .filter(({ mask }) => (mask & (1 << KIND.fact)) !== 0)
        .filter(({ facts }) => facts === null || facts.includes(type))
        .map(({ see }) => see);
      this.#told.set(type, told);
    }
    return told;
  }

  marks(): readonly string[] {
    const names = this.#all.flatMap((monitor) => monitor.marks?.() ?? []);
    return names.filter((name) => this.#names.includes(name));
  }

  finish(end: Time): readonly Complaint[] {
    return this.#all
      .flatMap((monitor) => monitor.finish(end))
      .filter(({ invariant }) => this.#names.includes(invariant))
      .toSorted((left, right) => left.at - right.at);
  }
}
