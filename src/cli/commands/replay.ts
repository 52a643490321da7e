/** `timesim replay`: whether this version of the code does what a recorded run did. */
import { BadInput } from "../../core/assert.ts";
import { formatDuration, type Time } from "../../core/units.ts";
import { agreedBefore, differenceSections, pathOf, type Side } from "../../report/difference.ts";
import { block } from "../../report/failure.ts";
import { plural } from "../../report/summary.ts";
import { coneCommand } from "../../scenario/repeat.ts";
import type { ReadTrace as Recorded } from "../../trace/stored.ts";
import { eventLine, type Words, wordsFor } from "../../trace/text.ts";
import { type Again, type Outcome, refeed, rerun } from "../again.ts";
import { EXIT } from "../exit.ts";
import { keyIn } from "../flight.ts";
import { nodeIndex, openRecorded } from "../open.ts";
import { type Io, say, sayJson } from "../output.ts";
import { Progress } from "../progress.ts";
import { protocolOf, recordedProtocol } from "../protocol.ts";

export interface ReplayArgs {
  readonly path: string;
  readonly inputs?: boolean;
  readonly node?: string;
  readonly json?: boolean;
}

export function replay(args: ReplayArgs, io: Io): number {
  const usual = protocolOf(io);
  const recorded = openRecorded(args.path, usual, io);
  const { trace, cut, signed } = recorded;
  const key = keyIn(trace.header);
  const kit = key === null ? usual : recordedProtocol(io, key, signed);
  const node = args.node === undefined ? null : nodeIndex(trace, args.node);
  const byInputs = args.inputs ?? trace.header.origin === "host";
  if (byInputs && (trace.event(0) === null || node === -1)) {
    const reason = node === -1 ? "the world has no inputs" : "it lacks its first events";
    throw new BadInput([`${args.path}:1:1 trace — its inputs cannot be fed: ${reason}`]);
  }
  const progress = new Progress(io, trace.header.name, trace.footer.virtual / 1e6, "s");
  const tick = (at: Time): void => progress.tick(Math.floor(at / 1e6), null);
  const again: Again = { trace, file: args.path, cut: cut !== null, node, tick };
  const outcome = byInputs ? refeed(kit, again) : rerun(kit, again);
  progress.end();
  const verdict = verdictOf(recorded, outcome, node);
  const exit = verdict === null ? EXIT.ok : EXIT.failed;
  const words = wordsFor(trace.header, kit.vocabulary);
  const told: Told = { args, machine: io.machine, recorded, outcome, words };
  if (args.json === true) sayJson(io, documentOf(told, byInputs, exit, verdict));
  else print(io, told, byInputs, verdict);
  return exit;
}

interface Told {
  readonly args: ReplayArgs;
  readonly machine: string | null;
  readonly recorded: Recorded;
  readonly outcome: Outcome;
  readonly words: Words;
}

/** Null when all is as it was. */
function verdictOf({ trace, cut }: Recorded, outcome: Outcome, node: number | null): string | null {
  const { difference, equal, digest, ending } = outcome;
  if (difference !== null) return `differs after ${plural(equal, "equal event")}`;
  const { footer } = trace;
  if (ending !== null && ending.recorded !== ending.now) {
    const { recorded, now } = ending;
    return `no event differs, but the last state does: digest ${now}, recorded was ${recorded}`;
  }
  const comparable = cut === null && node === null && footer.digest !== "-";
  if (!comparable || footer.digest === digest) return null;
  // An input that no effect depends on was changed in the file.
  return `no event differs, but the recording was changed: digest ${footer.digest}, not ${digest}`;
}

function print(io: Io, told: Told, byInputs: boolean, verdict: string | null): void {
  const { args, recorded, outcome } = told;
  const { header, footer } = recorded.trace;
  const how = byInputs ? "its inputs fed again" : "played again";
  const until = formatDuration(footer.virtual);
  const facts = [`seed ${header.seed}`, `profile ${header.profile}`, `until ${until}`, how];
  say(io, `${io.paint.bold(header.name)} · ${facts.join(" · ")}`);
  if (verdict === null) {
    const whose = args.node === undefined ? "" : ` of ${args.node}`;
    const cut = recorded.cut === null ? "" : ", as far as the recording goes";
    const { digest, ending } = outcome;
    const same = ending === null ? `digest ${digest}` : `the same last state ${ending.now}`;
    const sum = `${plural(outcome.equal, "event")}${whose} again${cut}, ${same}`;
    say(io, `\n${io.paint.good("✓")} ${sum}`);
    return;
  }
  if (outcome.difference !== null) {
    const { difference } = outcome;
    const agreed = agreedBefore(difference, (id) => recorded.trace.event(id));
    const sections = [
      ...differenceSections(sidesOf(told), agreed),
      { title: "look further", lines: [furtherOf(told)] },
    ];
    const head = `DIFFERS  ${args.path} › event #${difference.index}`;
    const [title = "", ...rest] = block(head, sections).split("\n");
    say(io, `\n${[io.paint.bad(title), ...rest].join("\n")}`);
  }
  say(io, `\n${io.paint.bad("✗")} ${verdict}`);
}

function sidesOf({ recorded, outcome, words }: Told): readonly [Side, Side] {
  const { one = null, other = null } = outcome.difference ?? {};
  const before = (id: number) => recorded.trace.event(id);
  const ended = "the recording has ended";
  return [
    { title: "recorded", event: one, instead: ended, before, words },
    { title: "now", event: other, instead: outcome.why, before: outcome.found, words },
  ];
}

/** The recording's cone of what differs: what led there, and what came of it then. */
function furtherOf({ args, machine, outcome }: Told): string {
  const { one = null, other = null } = outcome.difference ?? {};
  return coneCommand(args.path, one?.id ?? other?.cause ?? 0, machine);
}

function documentOf(told: Told, byInputs: boolean, exit: number, verdict: string | null): unknown {
  const { args, recorded, outcome, words } = told;
  const { trace, cut } = recorded;
  const { name, seed, profile, timesim } = trace.header;
  const { difference, equal, digest, ending } = outcome;
  const side = (one: Side): unknown => ({
    event: one.event,
    text: one.event === null ? one.instead : eventLine(one.event, words),
    past: pathOf(one),
  });
  const [one, other] = sidesOf(told);
  return {
    format: 1,
    trace: args.path,
    ...{ scenario: name, seed, profile, recordedBy: timesim },
    how: byInputs ? "inputs" : "run",
    node: args.node ?? null,
    cut,
    passed: exit === EXIT.ok,
    exit,
    verdict,
    events: equal,
    digest,
    state: ending?.now ?? null,
    difference:
      difference === null
        ? null
        : { index: difference.index, recorded: side(one), now: side(other), look: furtherOf(told) },
  };
}
