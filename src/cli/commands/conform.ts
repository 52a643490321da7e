/** `timesim conform`: a scenario in both worlds, and where they differ. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runCluster } from "../../cluster/cluster.ts";
import { Comparison, frameOf } from "../../cluster/conform/compare.ts";
import { lateOf } from "../../cluster/conform/late.ts";
import { modelOf } from "../../cluster/conform/model.ts";
import { allTiming, timingOf } from "../../cluster/conform/timing.ts";
import { expressible } from "../../cluster/expressible.ts";
import { BadInput } from "../../core/assert.ts";
import { type Duration, formatDuration, millis, type Time } from "../../core/units.ts";
import type { Scenario } from "../../scenario/model.ts";
import { ofRealNodes } from "../../scenario/promises.ts";
import { quoted } from "../../scenario/repeat.ts";
import { wordsFor } from "../../trace/text.ts";
import type { Trace } from "../../trace/trace.ts";
import { agreesIn, type Conformed, documentOf, printConformed } from "../conformed.ts";
import { EXIT } from "../exit.ts";
import { readScenarios, traceBytes, traceOf } from "../files.ts";
import { Interrupted, untilInterrupted } from "../interrupt.ts";
import { LiveLine } from "../live.ts";
import { openRecorded } from "../open.ts";
import { countOf } from "../numbers.ts";
import { type Io, note, say, sayJson } from "../output.ts";
import { type Ask, askOf, type PlayFlags } from "../play.ts";
import { type Protocol, protocolOf } from "../protocol.ts";
import { groundFor, type RealFlags, speedOf } from "../real.ts";
import { selectFiles } from "../select.ts";
import { checkFolder, targetProblems } from "../system.ts";
import { Watch } from "../watch.ts";

export interface ConformArgs
  extends Pick<RealFlags, "speed" | "net">, Pick<PlayFlags, "profile" | "until"> {
  readonly paths: readonly string[];
  readonly runs?: string;
  readonly sims?: string;
  /** Traces of real runs, instead of playing some. */
  readonly recorded?: readonly string[];
  /** Folder in which the traces of real runs are left. */
  readonly keep?: string;
  readonly wrongModel?: boolean;
  readonly json?: boolean;
}

/** A scenario that real nodes cannot play, and why. */
interface Left {
  readonly file: string;
  readonly reasons: readonly string[];
}

/** What there is at the end, or when Ctrl-C comes. */
interface Found {
  readonly done: readonly Conformed[];
  readonly left: readonly Left[];
  readonly cut: Interrupted | null;
}

export async function conform(args: ConformArgs, io: Io): Promise<number> {
  const kit = protocolOf(io);
  const job = jobOf(args, kit, io);
  const scenarios = readScenarios(kit, selectFiles(args.paths, io.cwd), io.cwd);
  if (args.recorded !== undefined && scenarios.length !== 1) {
    throw new BadInput(["--recorded — traces of one scenario: name just that one"]);
  }
  const done: Conformed[] = [];
  const left: Left[] = [];
  try {
    for (const scenario of scenarios) {
      const played = { ...scenario, until: job.ask.until ?? scenario.until };
      const reasons = args.recorded === undefined ? expressible(kit, played, job.speed) : [];
      if (reasons.length > 0) left.push({ file: scenario.file, reasons });
      else done.push(await compared(job, scenario));
      const last = done.at(-1);
      if (args.json !== true && reasons.length === 0 && last !== undefined) {
        printConformed(io, last);
        if (scenarios.length > 1) say(io, "");
      }
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    note(io, io.paint.bad(error.message));
    return finish(args, io, { done, left, cut: error });
  }
  return finish(args, io, { done, left, cut: null });
}

function finish({ paths, json }: ConformArgs, io: Io, { done, left, cut }: Found): number {
  const good = done.every(agreesIn);
  const found = !good ? EXIT.failed : done.length > 0 ? EXIT.ok : EXIT.nothing;
  const exit = cut?.exit ?? found;
  if (json === true) {
    const scenarios = done.map(documentOf);
    sayJson(io, { format: 1, agrees: exit === EXIT.ok, exit, scenarios, notPlayed: left });
    return exit;
  }
  if (left.length > 0) {
    say(io, "real nodes cannot play:");
    for (const { file, reasons } of left) say(io, `  ${file}: ${reasons.join("; ")}`);
  }
  if (done.length > 1) {
    const agreed = done.filter(agreesIn).length;
    const sign = good ? io.paint.good("✓") : io.paint.bad("✗");
    say(io, `${sign} ${agreed} of ${done.length} scenarios agree in both worlds`);
  }
  if (done.length + left.length === 0 && cut === null)
    note(io, `no scenario is meant by ${paths.join(" ")}`);
  return exit;
}

/** The words of the command, understood. */
interface Job {
  readonly args: ConformArgs;
  readonly io: Io;
  readonly kit: Protocol;
  readonly ask: Ask;
  readonly speed: number;
  readonly runs: number;
  readonly sims: number;
}

function jobOf(args: ConformArgs, kit: Protocol, io: Io): Job {
  const { recorded, keep } = args;
  const idle = (["speed", "runs", "keep"] as const).find((name) => args[name] !== undefined);
  if (recorded !== undefined && idle !== undefined) {
    throw new BadInput([`--${idle} — recorded runs were played already`]);
  }
  const problems = keep === undefined ? [] : targetProblems(io.cwd, [[keep, checkFolder]]);
  if (problems.length > 0) throw new BadInput(problems);
  return {
    ...{ args, io, kit, ask: askOf(args, kit, io), speed: speedOf(args.speed) },
    runs: countOf("--runs", args.runs, RUNS, 1),
    sims: countOf("--sims", args.sims, SIMS, 2, COUNT_MAX),
  };
}

const RUNS = 5;
const SIMS = 20;
/** More than anybody waits for. */
const COUNT_MAX = 10_000;

/** Real worlds are this late at least, and what is nearer in time has no order between them. */
const LATE_MIN = millis(5);
const CLEAR = 8;
/** Lateness drawn evenly has its middle at half of the most; its tail is what stalls stand for. */
const TAIL = 3;
/** So many times more simulated runs may be asked whether they do likewise. */
const MORE = 5;
/** How often a judge that is at work says so where no terminal is. */
const PLAIN_MS = 10_000;
/** `--wrong-model`: every tenth message. */
const LOSES = 0.1;

/** Real runs first: the model is shaken by as much as they were late. */
async function compared(job: Job, scenario: Scenario): Promise<Conformed> {
  const { kit, ask, args, sims } = job;
  const traces =
    args.recorded === undefined ? await played(job, scenario) : recordedRuns(job, scenario);
  const [header] = traces.map((trace) => trace.header);
  if (header === undefined) throw new BadInput(["--recorded — name at least one trace"]);
  // As it was played: on loopback addresses, and held to what is asked of real nodes.
  const recorded = header.scenario as Scenario;
  const own = { ...recorded, invariants: ofRealNodes(kit, recorded.invariants ?? []).asked };
  const until = endOf(traces, ask.until ?? own.until);
  const { seed, profile } = header;
  const proxied = header.origin === "host";
  const options = { seed, profile, until, proxied, version: ask.version };
  const exact = modelOf(kit, own, { ...options, late: LATE_MIN, loses: 0 })(0);
  const late = lateOf(traces, exact, own);
  const usual = Math.max(LATE_MIN, 2 * late.p50, late.p95 / TAIL) as Duration;
  const loses = args.wrongModel === true ? LOSES : 0;
  const words = wordsFor(header, kit.vocabulary);
  const model = modelOf(kit, own, { ...options, late: usual, loses });
  const line = new LiveLine(job.io, PLAIN_MS);
  const limits = {
    ...{ runs: sims, more: sims * MORE, clear: usual * CLEAR },
    simulated: (count: number) => {
      if (line.due() !== null) line.show(`${header.name} · judging · ${count} simulated runs`);
    },
  };
  const comparison = new Comparison(model, frameOf(own, until, words), limits);
  const verdicts = comparison.judge(traces);
  line.end();
  const simulated = comparison.exact.footer.outcomes;
  const real = traces.map((trace) => trace.footer.outcomes);
  return {
    ...{ file: scenario.file, name: header.name, seed, profile, late, words },
    runs: verdicts.map((verdict, run) => ({ trace: traces[run] as Trace, verdict })),
    speed: args.recorded === undefined ? job.speed : null,
    ...{ simulated: comparison.simulated, promises: comparison.promises },
    exact: comparison.exact,
    rows: timingOf(simulated, real),
    all: allTiming(simulated, real),
    repeat: repeatOf(job, scenario),
  };
}

/** No further than every run went. */
function endOf(traces: readonly Trace[], until: Time): Time {
  return Math.min(until, ...traces.map(({ footer }) => footer.virtual)) as Time;
}

/** Real ms: nobody waits for how it goes, and a cause that comes late would be a difference. */
const LAG = 2_000;

async function played(job: Job, scenario: Scenario): Promise<readonly Trace[]> {
  const { args, io, kit, ask, runs } = job;
  const { speed, net } = args;
  const { profile, until } = ask;
  const traces: Trace[] = [];
  /** All on the same addresses. */
  let block: number | null = null;
  for (let run = 1; run <= runs; run++) {
    const asked = { ...scenario, until: until ?? scenario.until };
    const ground = await groundFor(io, kit, asked, { speed, net });
    const watch = new Watch(io, `${scenario.name} ${run} of ${runs}`, until ?? scenario.until);
    const { trace, cut } = await untilInterrupted((signal) =>
      runCluster(kit, scenario, {
        ...ground,
        block: (block ??= ground.block),
        lag: LAG,
        ...(profile === null ? {} : { profile }),
        ...(until === null ? {} : { until }),
        signal,
        watch: (look) => watch.tick(look),
      }),
    ).finally(() => watch.end());
    if (cut !== null) {
      note(io, `${run - 1} of ${runs} runs were played, and not judged (--keep leaves them)`);
      throw cut;
    }
    traces.push(keptTrace(job, trace, run));
  }
  return traces;
}

/**
 * As text, of which readers parse what they look at: events of five runs of twenty nodes are more
 * than fits into a heap. Its file is written at once: what was played for an hour outlives what
 * comes after.
 */
function keptTrace({ args, io }: Job, trace: Trace, run: number): Trace {
  const name = `${trace.header.name}-${run}.ndjson`;
  const path = args.keep === undefined ? name : join(args.keep, `${name}.gz`);
  const bytes = traceBytes(trace, path);
  if (args.keep !== undefined) {
    writeFileSync(resolve(io.cwd, path), bytes);
    note(io, io.paint.dim(`trace ${path}`));
  }
  return traceOf(bytes, path, io).trace;
}

function recordedRuns({ args, io, kit }: Job, scenario: Scenario): readonly Trace[] {
  const traces = (args.recorded ?? []).map((path) => {
    const { trace } = openRecorded(path, kit, io);
    if (trace.header.name === scenario.name) return { path, trace };
    throw new BadInput([`${path}:1:1 trace — it is of ${trace.header.name}, not ${scenario.name}`]);
  });
  const [first] = traces;
  for (const { path, trace } of traces) {
    const { seed, profile } = trace.header;
    if (seed === first?.trace.header.seed && profile === first.trace.header.profile) continue;
    throw new BadInput([`${path}:1:1 trace — it has another seed or profile than ${first?.path}`]);
  }
  return traces.map(({ trace }) => trace);
}

function repeatOf({ args, speed, runs, sims, ask }: Job, scenario: Scenario): string {
  const words = [`npx timesim conform ${quoted(scenario.file)}`];
  for (const path of args.recorded ?? []) words.push(`--recorded ${quoted(path)}`);
  if (args.recorded === undefined) {
    if (speed !== 1) words.push(`--speed ${speed}`);
    if (runs !== RUNS) words.push(`--runs ${runs}`);
  }
  if (sims !== SIMS) words.push(`--sims ${sims}`);
  if (ask.profile !== null) words.push(`--profile ${ask.profile}`);
  if (ask.until !== null) words.push(`--until ${formatDuration(ask.until)}`);
  if (args.wrongModel === true) words.push("--wrong-model");
  return words.join(" ");
}
