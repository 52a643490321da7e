/** What a comparison of both worlds came to: for a person, and as a document. */
import type { Late } from "../cluster/conform/late.ts";
import type { Verdict } from "../cluster/conform/compare.ts";
import type { Story, Told } from "../cluster/conform/story.ts";
import type { RowTiming } from "../cluster/conform/timing.ts";
import { formatDuration, MILLISECOND } from "../core/units.ts";
import { differenceSections, pathOf, type Side } from "../report/difference.ts";
import { block } from "../report/failure.ts";
import { plural } from "../report/summary.ts";
import { eventLine, type Words } from "../trace/text.ts";
import type { Trace } from "../trace/trace.ts";
import { type Io, say } from "./output.ts";
import { columns } from "./table.ts";

/** One scenario, compared. */
export interface Conformed {
  readonly file: string;
  readonly name: string;
  readonly seed: string;
  readonly profile: string;
  /** Null: recorded runs, of whatever speed. */
  readonly speed: number | null;
  /** Simulated runs that were played, and on how much they agree. */
  readonly simulated: number;
  readonly promises: number;
  readonly late: Late;
  readonly runs: readonly Compared[];
  readonly exact: Trace;
  readonly words: Words;
  readonly rows: readonly RowTiming[];
  readonly all: Pick<RowTiming, "moments" | "p50" | "p95">;
  readonly repeat: string;
}

export interface Compared {
  readonly trace: Trace;
  readonly verdict: Verdict;
}

export function agreesIn({ runs }: Conformed): boolean {
  return runs.every(({ verdict }) => verdict.agrees);
}

export function printConformed(io: Io, done: Conformed): void {
  const { name, seed, profile, speed, simulated, promises, late, runs } = done;
  const pace = speed === null ? "recorded" : `speed ${speed}`;
  say(io, `${io.paint.bold(name)} · seed ${seed} · profile ${profile} · ${pace}`);
  const lateness = `${shortly(late.p50)} late at p50, ${shortly(late.p95)} at p95`;
  say(
    io,
    `  ${simulated} simulated runs agree on ${plural(promises, "promise")}; real ${lateness}`,
  );
  for (const [index, { verdict }] of runs.entries()) say(io, runLine(io, index, verdict));
  const first = runs.findIndex(({ verdict }) => !verdict.agrees);
  if (first >= 0) printFirst(io, done, first);
  if (done.rows.length > 0) say(io, `\n${timingTable(io, done)}`);
  const good = runs.filter(({ verdict }) => verdict.agrees).length;
  const sign = good === runs.length ? io.paint.good("✓") : io.paint.bad("✗");
  const verb = runs.length === 1 ? "agrees" : "agree";
  say(io, `\n${sign} ${good} of ${plural(runs.length, "real run")} ${verb} with the model`);
}

function runLine(io: Io, index: number, verdict: Verdict): string {
  const { agrees, stories, explained, alike, of } = verdict;
  const also = explained === 0 ? "" : `, ${explained} races that simulated runs show as well`;
  const usual = `as many as ${alike} of the last ${of} simulated runs broke when they came`;
  const rest = stories.length === 0 ? "" : ` but for ${stories.length}, ${usual}`;
  const said = agrees
    ? io.paint.good(`agrees${rest}`)
    : io.paint.bad(`differs in ${stories.length}`);
  return `  run ${index + 1}  ${said}${io.paint.dim(also)}`;
}

const FURTHER = 5;

/** Where the first run that differs parts from the model; the rest may come of that. */
function printFirst(io: Io, done: Conformed, run: number): void {
  const compared = done.runs[run];
  const [first, ...rest] = compared?.verdict.stories ?? [];
  if (compared === undefined || first === undefined) return;
  const sections = differenceSections(sidesOf(done, compared.trace, first), []);
  const further = rest.slice(0, FURTHER).map(({ sentence }) => sentence);
  const left = rest.length - further.length;
  const more = left > 0 ? [...further, `… and ${left} more`] : further;
  const text = block(`DIFFERS  ${done.file} › run ${run + 1}   seed ${done.seed}`, [
    { title: "difference", lines: [first.sentence] },
    ...sections,
    { title: "further", lines: more },
    { title: "repeat", lines: [done.repeat] },
  ]);
  const [head = "", ...lines] = text.split("\n");
  say(io, `\n${[io.paint.bad(head), ...lines].join("\n")}`);
}

function sidesOf(done: Conformed, real: Trace, story: Story): readonly [Side, Side] {
  const side = (title: string, trace: Trace, told: Told): Side => ({
    title,
    event: told.event,
    instead: told.instead,
    before: (id) => trace.event(id),
    words: done.words,
  });
  return [side("simulated", done.exact, story.simulated), side("real", real, story.real)];
}

/** Real minus simulated. */
function timingTable(io: Io, { rows, all }: Conformed): string {
  const head = ["real − simulated", "moments", "p50", "p95"].map((word) => io.paint.dim(word));
  const line = (name: string, { moments, p50, p95 }: Conformed["all"]): readonly string[] => {
    return [name, String(moments), signed(p50), signed(p95)];
  };
  return columns([head, ...rows.map((row) => line(row.row, row)), line("all", all)], "  ");
}

function signed(length: number | null): string {
  if (length === null) return "-";
  return length < 0 ? shortly(length) : `+${shortly(length)}`;
}

/** To the millisecond: nobody's clock is better over sockets. */
function shortly(length: number): string {
  return formatDuration(Math.round(length / MILLISECOND) * MILLISECOND);
}

export function documentOf(done: Conformed): unknown {
  const { file, name, seed, profile, speed, simulated, promises, late, runs, rows, all } = done;
  return {
    ...{ file, name, seed, profile, speed, agrees: agreesIn(done), simulated, promises },
    lateMicros: late,
    runs: runs.map(({ trace, verdict: { agrees, stories, explained, alike, of } }) => ({
      ...{ agrees, explained, alike: { runs: alike, of }, events: trace.footer.events },
      differences: stories.map((story) => storyOf(done, trace, story)),
    })),
    timingMicros: { rows, all },
    repeat: done.repeat,
  };
}

function storyOf(done: Conformed, real: Trace, story: Story): unknown {
  const [simulated, other] = sidesOf(done, real, story).map((side) => ({
    event: side.event,
    text: side.event === null ? side.instead : eventLine(side.event, side.words),
    past: pathOf(side),
  }));
  return { at: story.at, difference: story.sentence, simulated, real: other };
}
