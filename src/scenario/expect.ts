/**
 * The judge: every expectation of a scenario, evaluated while the run goes on, from trace events
 * alone. Listens, never records, and keeps no event, so it works at every trace level and judges a
 * saved trace or a real cluster's all the same.
 */
import { must } from "../core/assert.ts";
import { formatDuration, FOREVER, type Time } from "../core/units.ts";
import type { Claim } from "../kit/kit.ts";
import type { ClaimContext } from "../check/claim.ts";
import { KIND, KINDS, type TraceEvent, WORLD } from "../trace/event.ts";
import type { Outcome, OutcomePart } from "../trace/outcome.ts";
import type { Listener } from "../trace/recorder.ts";
import { Causes } from "./causes.ts";
import type { Expectation, Scenario, When } from "./model.ts";
import { type Decision, type Track, track } from "./track.ts";

/** All that is needed of a kit. */
export interface Claims {
  readonly claims: Readonly<Record<string, Claim>>;
}

/** The tracks of one expectation: for each node, one per claim in order. */
interface Case {
  readonly expectation: Expectation;
  readonly rows: readonly { readonly node: string; readonly tracks: readonly Track[] }[];
}

export class Judge implements Listener {
  readonly mask: number;
  readonly #cases: readonly Case[];
  /** Kept only where a chain asks for it: it has to see every event. */
  readonly #causes: Causes | null;
  /** By kind and node, the tracks that still want to see it; WORLD's want everybody's events. */
  readonly #wanting: readonly Map<number, readonly Track[]>[];
  readonly #done = new Set<Track>();

  constructor(
    kit: Claims,
    scenario: Pick<Scenario, "expect">,
    runKind: "pinned" | "sweep",
    context: ClaimContext,
  ) {
    const asked = scenario.expect.filter(({ runs }) => runs === "all" || runs === runKind);
    this.#cases = asked.map((expectation) => caseOf(kit, expectation, context));
    const tracks = this.#cases.flatMap(({ rows }) => rows.flatMap((row) => row.tracks));
    this.#wanting = KINDS.map((_, kind) => byNode(tracks, 1 << kind));
    this.#causes = asked.some(({ chained }) => chained) ? new Causes() : null;
    this.mask = tracks.reduce((mask, one) => mask | one.mask, this.#causes?.mask ?? 0);
  }

  see(event: TraceEvent): void {
    this.#causes?.see(event);
    const wanting = this.#wanting[KIND[event.kind]];
    if (wanting === undefined) return;
    this.#tell(wanting, WORLD, event);
    if (event.node !== WORLD) this.#tell(wanting, event.node, event);
  }

  #tell(wanting: Map<number, readonly Track[]>, node: number, event: TraceEvent): void {
    const tracks = wanting.get(node) ?? [];
    let finished = false;
    for (const one of tracks) {
      if (!this.#done.has(one) && one.see(event)) {
        this.#done.add(one);
        finished = true;
      }
    }
    if (finished)
      wanting.set(
        node,
        tracks.filter((one) => !this.#done.has(one)),
      );
  }

  /** No event can change an outcome any more. */
  get settled(): boolean {
    return this.#cases.every(({ rows }) =>
      rows.every(({ tracks }) => tracks.every((one) => this.#done.has(one))),
    );
  }

  /** `end`: how far the run went, which may be short of what was asked for. */
  finish(end: Time): readonly Outcome[] {
    return this.#cases.map((one) => this.#outcome(one, end));
  }

  #outcome({ expectation, rows }: Case, end: Time): Outcome {
    const parts = rows.flatMap(({ node, tracks }) => this.#parts(expectation, node, tracks, end));
    const { row, place } = expectation;
    const passed = parts.every((part) => part.passed);
    return { row, place, passed, expected: expectedText(expectation, rows), parts };
  }

  #parts(
    { chained }: Expectation,
    node: string,
    tracks: readonly Track[],
    end: Time,
  ): readonly OutcomePart[] {
    let before: { readonly sentence: string; readonly decision: Decision | null } | null = null;
    return tracks.map((one): OutcomePart => {
      const { passed, decision, found } = one.finish(end);
      const gap: string = chained && before !== null ? this.#gap(before, decision) : "";
      before = { sentence: one.sentence, decision };
      return {
        node,
        sentence: one.sentence,
        passed: passed && gap === "",
        at: decision?.at ?? null,
        event: decision?.event ?? null,
        found: [found, gap].filter((text) => text !== "").join("; "),
      };
    });
  }

  /** Why a link of a chain does not hold; empty when it does. */
  #gap(
    before: { readonly sentence: string; readonly decision: Decision | null },
    decision: Decision | null,
  ): string {
    if (decision === null || before.decision === null) return "";
    // True from the start: nothing caused it, and nothing can come before it.
    if (before.decision.event === null) return "";
    const caused = this.#causes?.before(before.decision.event, decision.event ?? -1) === true;
    if (caused) return "";
    const [first, then] = [formatDuration(before.decision.at), formatDuration(decision.at)];
    return `came true at ${then}, not because of "${before.sentence}" (${first})`;
  }
}

function caseOf(kit: Claims, expectation: Expectation, context: ClaimContext): Case {
  const { claims, on, when } = expectation;
  const about = (node: number): readonly Track[] =>
    claims.map(({ claim, args }) =>
      track(must(kit.claims[claim], "claim", claim).watch(node, args, context), when),
    );
  if (on.length === 0) return { expectation, rows: [{ node: "-", tracks: about(WORLD) }] };
  const rows = on.map((node) => ({ node, tracks: about(context.index(node)) }));
  return { expectation, rows };
}

function byNode(tracks: readonly Track[], kind: number): Map<number, readonly Track[]> {
  const found = new Map<number, readonly Track[]>();
  for (const one of tracks) {
    if ((one.mask & kind) !== 0) found.set(one.node, [...(found.get(one.node) ?? []), one]);
  }
  return found;
}

const SHOWN = 3;

/** `by 7s: B has a ready session with A, then B processed A's announcement`. */
function expectedText({ when, chained }: Expectation, rows: Case["rows"]): string {
  const sentences = rows.map(({ tracks }) =>
    tracks.map((one) => one.sentence).join(chained ? ", then " : " and "),
  );
  const more = sentences.length - SHOWN;
  const rest = more > 0 ? `; and the same for ${more} more` : "";
  return `${whenText(when)}: ${sentences.slice(0, SHOWN).join("; ")}${rest}`;
}

function whenText(when: When): string {
  const d = formatDuration;
  switch (when.kind) {
    case "at":
      return `at ${d(when.second)}${when.after > 0 ? ` (first since ${d(when.after)})` : ""}`;
    case "by":
      return `by ${d(when.limit)}${when.after > 0 ? ` (first since ${d(when.after)})` : ""}`;
    case "eventually":
      return `within ${d(when.within)}${when.after > 0 ? ` of ${d(when.after)}` : ""}`;
    case "always":
    case "never":
      return `${when.kind}${spanText(when.from, when.to)}`;
  }
}

function spanText(from: Time, to: Time): string {
  const begin = from > 0 ? ` from ${formatDuration(from)}` : "";
  return to === FOREVER ? begin : `${begin} before ${formatDuration(to)}`;
}
