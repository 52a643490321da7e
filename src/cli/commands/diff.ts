/** `timesim diff`: where two runs part, laid side by side by cause. */
import { formatDuration, formatTime } from "../../core/units.ts";
import { differenceSections, pathOf, type Side } from "../../report/difference.ts";
import { block, type Section } from "../../report/failure.ts";
import { plural } from "../../report/summary.ts";
import { coneCommand } from "../../scenario/repeat.ts";
import { align, type Alignment, type Apart, type Run, type Shift } from "../../trace/align.ts";
import { eventLine, wordsFor } from "../../trace/text.ts";
import { EXIT } from "../exit.ts";
import { openTrace } from "../open.ts";
import { type Io, say, sayJson } from "../output.ts";
import { protocolOf } from "../protocol.ts";

export interface DiffArgs {
  readonly paths: readonly [string, string];
  readonly times?: boolean;
  readonly exact?: boolean;
  readonly json?: boolean;
}

/** Traces, or scenarios, which are played. */
export function diff(args: DiffArgs, io: Io): number {
  const kit = protocolOf(io);
  const [one, other] = args.paths.map((path): Named => {
    const trace = openTrace({ path }, kit, io);
    return { path, trace, words: wordsFor(trace.header, kit.vocabulary) };
  }) as [Named, Named];
  const found = align(one, other, { exact: args.exact ?? false });
  const parted = found.one !== null || found.other !== null;
  const same = !parted && (args.times !== true || found.shift === null);
  const exit = same ? EXIT.ok : EXIT.failed;
  if (args.json === true) sayJson(io, documentOf(one, other, found, exit));
  else print(io, one, other, found, same);
  return exit;
}

interface Named extends Run {
  readonly path: string;
}

function print(io: Io, one: Named, other: Named, found: Alignment, same: boolean): void {
  say(io, `${io.paint.bold("a")}  ${factsOf(one)}\n${io.paint.bold("b")}  ${factsOf(other)}`);
  const sum = plural(found.matched, "event");
  const slips = found.shift === null ? "" : `, ${found.shifted} at other times`;
  if (!same) {
    const sections = [...storiesOf(io, one, other, found), ...timesOf(one, found)];
    const head = `DIFFERS  ${one.path} › ${other.path}`;
    const [title = "", ...rest] = block(head, sections).split("\n");
    say(io, `\n${[io.paint.bad(title), ...rest].join("\n")}`);
    const [left, right] = [found.one?.count ?? 0, found.other?.count ?? 0];
    const rest2 = `${left} only in a, ${right} only in b`;
    say(io, `\n${io.paint.bad("✗")} ${sum} in both${slips}; ${rest2}`);
    return;
  }
  say(io, `\n${io.paint.good("✓")} the same ${sum} from the same causes${slips}`);
  for (const { title, lines } of timesOf(one, found)) {
    for (const line of lines) say(io, `  ${title}: ${line}`);
  }
}

function factsOf({ path, trace }: Named): string {
  const { name, seed, profile } = trace.header;
  const facts = [name, `seed ${seed}`, `profile ${profile}`, plural(trace.footer.events, "event")];
  return `${path}: ${facts.join(" · ")}`;
}

/** Both sides of the place where they part, and for each whether the other ever comes to it. */
function storiesOf(
  { machine }: Io,
  one: Named,
  other: Named,
  found: Alignment,
): readonly Section[] {
  if (found.one === null && found.other === null) return [];
  const sides = sidesOf(one, other, found);
  const look = (named: Named, apart: Apart | null): readonly string[] => {
    return apart === null ? [] : [coneCommand(named.path, apart.event.id, machine)];
  };
  const [first, second, ...rest] = differenceSections(sides, []) as [
    Section,
    Section,
    ...Section[],
  ];
  return [
    { title: first.title, lines: [...first.lines, ...fateOf(found.one, "b")] },
    { title: second.title, lines: [...second.lines, ...fateOf(found.other, "a")] },
    ...rest,
    { title: "look further", lines: [...look(one, found.one), ...look(other, found.other)] },
  ];
}

function sidesOf(one: Named, other: Named, found: Alignment): readonly [Side, Side] {
  const side = (title: string, named: Named, apart: Apart | null): Side => ({
    title: `only in ${title}`,
    event: apart?.event ?? null,
    instead: `all that happens in ${title} happens in the other`,
    before: (id) => named.trace.event(id),
    words: named.words,
  });
  return [side("a", one, found.one), side("b", other, found.other)];
}

function fateOf(apart: Apart | null, where: string): readonly string[] {
  if (apart === null) return [];
  const { event, elsewhere } = apart;
  if (elsewhere === null) return [`→ never in ${where}`];
  const late = elsewhere.at - event.at;
  const when = late === 0 ? "at the same time" : `${formatDuration(Math.abs(late))} ${side(late)}`;
  return [`→ in ${where} ${when}, from another cause (#${elsewhere.id})`];
}

function side(late: number): string {
  return late > 0 ? "later" : "earlier";
}

function timesOf(one: Named, { shift }: Alignment): readonly Section[] {
  if (shift === null) return [];
  const late = shift.other.at - shift.one.at;
  const amount = `${formatDuration(Math.abs(late))} ${side(late)} in b`;
  const line = eventLine(shift.one, one.words).trim();
  const there = `${formatTime(shift.other.at)}, #${shift.other.id}`;
  return [{ title: "first shift", lines: [line, `→ ${amount} (${there})`] }];
}

function documentOf(one: Named, other: Named, found: Alignment, exit: number): unknown {
  const [left, right] = sidesOf(one, other, found);
  const part = (side: Side, named: Named, apart: Apart | null): unknown =>
    apart === null
      ? null
      : {
          event: apart.event,
          text: eventLine(apart.event, named.words),
          past: pathOf(side),
          elsewhere: apart.elsewhere,
          count: apart.count,
        };
  return {
    format: 1,
    a: one.path,
    b: other.path,
    ...{ same: exit === EXIT.ok, exit, matched: found.matched, shifted: found.shifted },
    onlyInA: part(left, one, found.one),
    onlyInB: part(right, other, found.other),
    firstShift: found.shift === null ? null : shiftOf(found.shift),
  };
}

function shiftOf({ one, other }: Shift): unknown {
  return { a: one, b: other, laterMicros: other.at - one.at };
}
