/**
 * How long things may take that are promised "once nothing hinders", from the constants that the
 * nodes of a group have. Each is the sum of what has to happen one after the other.
 */
import { SECOND } from "../../core/units.ts";
import type { ConstantName } from "../config.ts";
import type { Group, Groups } from "./groups.ts";
import type { Scene } from "./rule.ts";

export class Bounds {
  readonly #plan: Scene["plan"];
  readonly #groups: Groups;
  /** A group's constants do not change. */
  readonly #known = new WeakMap<Group, Map<ConstantName, number>>();

  constructor({ plan, groups }: Scene) {
    this.#plan = plan;
    this.#groups = groups;
  }

  /** The greatest that a node of the group has. */
  most(group: Group, name: ConstantName): number {
    let known = this.#known.get(group);
    if (known === undefined) this.#known.set(group, (known = new Map<ConstantName, number>()));
    const before = known.get(name);
    if (before !== undefined) return before;
    const values = group.nodes.map((node) => Number(this.#plan.plans[node]?.config[name]));
    const most = Math.max(...values);
    known.set(name, most);
    return most;
  }

  least(group: Group, name: ConstantName): number {
    return Math.min(...group.nodes.map((node) => Number(this.#plan.plans[node]?.config[name])));
  }

  /** Until who knows whom has a session: a pause (S6), a dial, a handshake, and who is full. */
  meeting(group: Group): number {
    const pause = this.most(group, "backoffMax") * (1 + this.most(group, "backoffSpread") / 100);
    const clean = Math.max(pause, this.most(group, "redialMax"));
    const dials = Math.ceil(this.#plan.plans.length / this.least(group, "dialsMax"));
    const spacing = this.most(group, "dialSpacing");
    const handshake = dials * this.most(group, "handshakeTimeout");
    const first = clean + spacing + handshake + 4 * group.rtt + this.#crowd(group);
    return this.#groups.clean ? first : first + this.#corpses(group) + this.#search(group);
  }

  /** Until everybody counts everybody (X4, R2): sessions first, then their greetings and lists. */
  counting(group: Group): number {
    const isMesh = group.nodes.length <= this.least(group, "sessionsWanted") + 1;
    const lists = isMesh ? 0 : this.most(group, "exchangePeriod");
    const pages = Math.ceil(group.nodes.length / Math.max(1, this.least(group, "listMax")));
    const more = this.#groups.clean ? 0 : this.most(group, "exchangePeriod");
    return this.meeting(group) + lists + more + (4 + pages) * group.rtt + SECOND;
  }

  /** Until a better chain that is told of is here: a tip, a question, and peers that fail. */
  fetching(group: Group): number {
    const tries = this.#groups.clean ? 1 : group.nodes.length;
    const failing = tries * this.most(group, "downloadTimeout");
    const ignored = this.#groups.clean ? 0 : this.most(group, "tipIgnored");
    const outside = group.alone ? 0 : this.#outside(group) * this.#lie(group);
    const told = 2 * this.most(group, "tipPeriod") + this.most(group, "searchTimeout");
    return told + failing + ignored + outside + 4 * group.rtt;
  }

  /** Between blocks while behind the clock (B5), with d who count as active and cannot produce. */
  block(group: Group): number {
    const absent = this.#plan.plans.length - group.nodes.length;
    const ranks = absent * this.most(group, "rankStep");
    const steps = this.most(group, "startStepsMax") * this.most(group, "startStep");
    const outside = group.alone ? 0 : this.#outside(group) * this.#lie(group);
    const tick = 2 * this.most(group, "tick");
    const hold = Math.max(this.most(group, "minimumHold"), this.most(group, "turnGrace"));
    const making = this.most(group, "productionTime");
    return tick + hold + ranks + steps + making + outside + 2 * group.rtt + SECOND;
  }

  /** Until two sessions of a pair are one (S4): a FIN; after trouble, a corpse has to be found. */
  settling(group: Group): number {
    const told = 2 * group.rtt + SECOND;
    if (this.#groups.clean) return told;
    return told + this.most(group, "handshakeTimeout") + this.#corpses(group);
  }

  /** That the other end is gone is found out when something is sent, and not acknowledged. */
  #corpses(group: Group): number {
    const silence = Math.min(this.most(group, "pingPeriod"), this.most(group, "tipPeriod"));
    return silence + this.#plan.userTimeout + this.most(group, "redialMax");
  }

  /** Halves that were cut apart find each other by feelers (X5). */
  #search(group: Group): number {
    const candidates = this.#plan.plans.length - group.nodes.length + 1;
    return this.most(group, "dialPeriod") + candidates * this.most(group, "feelerPeriod");
  }

  /** Where members are full, a newcomer is a guest first (S7). */
  #crowd(group: Group): number {
    const isRoomy = this.#plan.plans.length <= this.least(group, "sessionsMax");
    return isRoomy ? 0 : this.most(group, "guestRetry") + this.most(group, "guestTime");
  }

  #outside(group: Group): number {
    return this.#plan.plans.length - group.nodes.length;
  }

  /** Somebody claims a chain and does not serve it, until it is not believed (B1). */
  #lie(group: Group): number {
    const failure = this.most(group, "downloadTimeout") + this.most(group, "searchTimeout");
    return this.most(group, "tipFailuresMax") * failure;
  }
}
