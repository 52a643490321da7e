/**
 * What has to come about within a bound once nothing hinders it. A subject is wanting from the
 * moment when it falls short of the goal in an undisturbed group; when it no longer is, or its
 * group is no longer what it was, or the run is over, that must not have lasted too long.
 */
import { Calm } from "../../check/calm.ts";
import type { Complaint } from "../../check/invariant.ts";
import type { Time } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import { Bounds } from "./bounds.ts";
import type { Group, Groups } from "./groups.ts";
import { RuleMonitor, type Scene } from "./rule.ts";

/** In what way a subject falls short. */
export interface Want {
  readonly witness: string;
  readonly node: number;
  readonly text: () => string;
}

interface Wanting {
  readonly group: Group;
  readonly since: number;
  readonly bound: number;
  want: Want;
}

export abstract class DueMonitor extends RuleMonitor {
  readonly mask: number = kindMask("fact") | Calm.mask;
  protected readonly groups: Groups;
  protected readonly bounds: Bounds;
  protected abstract readonly invariant: string;
  readonly #wanting = new Map<number, Wanting>();
  #version = 0;

  constructor(scene: Scene) {
    super(scene);
    this.groups = scene.groups;
    this.bounds = new Bounds(scene);
  }

  see(event: TraceEvent): void {
    if (this.#version !== this.groups.version) {
      this.#version = this.groups.version;
      this.#regroup(event.at);
    }
    this.look(event);
  }

  override finish(end: Time): readonly Complaint[] {
    for (const [subject] of this.#wanting) this.#settle(subject, end);
    return super.finish(end);
  }

  /** Judges what the event may have changed. */
  protected abstract look(event: TraceEvent): void;
  /** Judges every subject of a group. */
  protected abstract judgeAll(group: Group, at: number): void;

  /** What a subject lacks now; null: nothing, and nobody asks how long that may take. */
  protected judge(
    subject: number,
    group: Group,
    want: Want | null,
    at: number,
    bound: () => number,
  ): void {
    const wanting = this.#wanting.get(subject);
    if (want === null) {
      if (wanting !== undefined) this.#settle(subject, at);
    } else if (wanting === undefined) {
      this.#wanting.set(subject, { group, since: at, bound: bound(), want });
    } else wanting.want = want;
  }

  /** It got a little further: the time counts anew. */
  protected advanced(subject: number, at: number): void {
    this.#settle(subject, at);
  }

  #settle(subject: number, at: number): void {
    const wanting = this.#wanting.get(subject);
    this.#wanting.delete(subject);
    if (wanting === undefined || at - wanting.since <= wanting.bound) return;
    const { want, since, bound } = wanting;
    const { witness, node, text } = want;
    const moment = { node, at: since + bound, id: null };
    this.breach(this.invariant, witness, moment, () => {
      const length = Math.round(bound / 100_000) / 10;
      return `${text()}, for ${length} s from ${Math.round(since / 100_000) / 10} s on`;
    });
  }

  #regroup(at: number): void {
    for (const [subject, { group }] of this.#wanting) {
      if (!this.groups.all.includes(group)) this.#settle(subject, at);
    }
    for (const group of this.groups.all) this.judgeAll(group, at);
  }
}

/** Each node of a group is a subject, and facts of its own tell how it stands. */
export abstract class NodeMonitor extends DueMonitor {
  /** Types of those facts. */
  protected abstract readonly told: readonly Fact["type"][];

  protected look({ kind, node, at, body }: TraceEvent): void {
    if (kind !== "fact" || !this.told.includes((body as Fact).type)) return;
    const group = this.groups.of(node);
    if (group !== null) this.judgeNode(node, group, at);
  }

  protected judgeAll(group: Group, at: number): void {
    for (const node of group.nodes) this.judgeNode(node, group, at);
  }

  protected abstract judgeNode(node: number, group: Group, at: number): void;
}
