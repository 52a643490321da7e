/** `timesim zoo`: mutants of the protocol, put to the campaign that it has to pass itself. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Asked } from "../../campaign/asked.ts";
import type { Rehearsed } from "../../campaign/rehearse.ts";
import { type Verdict, zoo as judged } from "../../campaign/zoo.ts";
import { BadInput } from "../../core/assert.ts";
import { mutated } from "../../fuzz/mutant.ts";
import type { Scenario } from "../../scenario/model.ts";
import { promises } from "../../scenario/promises.ts";
import { didYouMean } from "../../scenario/suggest.ts";
import { EXIT } from "../exit.ts";
import { readScenarios } from "../files.ts";
import { askedOf, kitFor, threadsOf } from "../fuzzed.ts";
import { countOf } from "../numbers.ts";
import { Interrupted, untilInterrupted } from "../interrupt.ts";
import { LiveLine } from "../live.ts";
import { type AnyMutant, mutantsIn } from "../mutant.ts";
import { type Io, note, say, sayJson } from "../output.ts";
import { PROMISES_NOTHING } from "../printed.ts";
import { type Protocol, protocolOf } from "../protocol.ts";
import { reportFolder } from "../reportfolder.ts";
import { selectFiles } from "../select.ts";
import { version } from "../version.ts";
import { type ZooDocument, zooDocument } from "../zoodocument.ts";
import type { ZookeeperSetup } from "../zookeeper.ts";
import { zooLine, zooTable } from "../zootable.ts";

export interface ZooArgs {
  readonly budget?: string;
  readonly mutants?: string;
  readonly only?: string;
  readonly scenarios?: readonly string[];
  readonly workers?: string;
  readonly worlds?: string;
  readonly seedStart?: string;
  readonly least?: string;
  readonly hungAfter?: string;
  readonly maxShrinkTime?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const OURS = "test/zoo/index.ts";
const OUT = "reports/zoo";
const BUDGET = 2_000;
const LEAST = 95;
const SHRINK_TIME = "20s";
const PLAIN_MS = 10_000;
/** Where the program is built, its worker lies beside it. */
const ZOOKEEPER = new URL("./zookeeper.js", import.meta.url);

export async function zoo(args: ZooArgs, io: Io): Promise<number> {
  const module = moduleOf(args.mutants, io.cwd);
  const budget = countOf("--budget", args.budget, BUDGET, 0);
  const least = countOf("--least", args.least, LEAST, 0);
  const asked = askedFor(args, budget, io);
  // What a worker cannot load is said here, once and with its name.
  const kit = await kitFor(asked, io.cwd);
  const mutants = chosen(await mutantsIn("--mutants", module, io.cwd), args.only);
  for (const mutant of mutants) mutated(kit, mutant);
  if (budget > 0 && promises(kit).length === 0) note(io, `${kit.name} ${PROMISES_NOTHING}`);
  const scenarios = scenariosOf(args, budget, kit, io);
  if (budget === 0) refuseWorlds(args);
  const threads = threadsOf(args.workers);
  const { out = OUT } = args;
  const setup: ZookeeperSetup = { asked, module, cwd: io.cwd, scenarios };
  const line = new LiveLine(io, PLAIN_MS);
  const start = io.elapsed();
  try {
    return await untilInterrupted(async (stop) => {
      const folder = reportFolder(io, out, "zoo.json");
      try {
        const verdicts: Verdict[] = [];
        let order: readonly Rehearsed[] = [];
        const judging = judged({
          ...{ asked, budget, mutants, scenarios, worker: ZOOKEEPER, setup, threads, stop },
          version: version(),
          rehearsed: (found) => (order = found),
        });
        const interrupted = await untilStopped(judging, (verdict) => {
          verdicts.push(verdict);
          for (const [name, data] of Object.entries(verdict.files)) {
            folder.put(`${verdict.id ?? "as-it-is"}/${name}`, data);
          }
          if (line.due() !== null) line.show(zooLine(verdicts, mutants.length));
        });
        line.end();
        const ended = interrupted === null ? "all" : "interrupted";
        if (interrupted !== null && verdicts.length === 0) throw interrupted;
        const seconds = Math.round((io.elapsed() - start) / 100) / 10;
        const frame = { asked, budget, scenarios: order, least, threads, seconds, ended } as const;
        const document = zooDocument(verdicts, frame);
        folder.finish(`${JSON.stringify(document, null, 2)}\n`);
        const exit = print(io, document, out, args.json === true);
        return interrupted?.exit ?? exit;
      } catch (error) {
        folder.drop();
        throw error;
      }
    });
  } catch (error) {
    line.end();
    if (error instanceof Interrupted) return error.exit;
    throw error;
  }
}

/** Hands on each verdict there is until Ctrl-C; null: all of them. */
async function untilStopped(
  judging: AsyncIterable<Verdict>,
  judged: (verdict: Verdict) => void,
): Promise<Interrupted | null> {
  try {
    for await (const verdict of judging) judged(verdict);
    return null;
  } catch (error) {
    if (error instanceof Interrupted) return error;
    throw error;
  }
}

/** To a scenario in which nobody runs what mutants stand in for, a defect is nothing. */
function scenariosOf(
  { scenarios: words = [] }: ZooArgs,
  budget: number,
  kit: Protocol,
  io: Io,
): readonly Scenario[] {
  const all = readScenarios(kit, selectFiles(words, io.cwd), io.cwd);
  const first = kit.profiles[0]?.name ?? "";
  const about = all.filter(({ nodes, profile }) => {
    return nodes.some((node) => (node.profile ?? profile) === first);
  });
  for (const scenario of all) {
    if (!about.includes(scenario))
      note(io, `${scenario.file}: not played, nobody in it is ${first}`);
  }
  if (about.length > 0) return about;
  if (words.length > 0)
    throw new BadInput([`--scenarios ${words.join(" ")} — none is meant by it`]);
  if (budget === 0)
    throw new BadInput(["--budget 0 — that leaves --scenarios, and there are none"]);
  return [];
}

/** Nothing that is asked for is passed over in silence. */
function refuseWorlds({ worlds, seedStart }: ZooArgs): void {
  const said = { "--worlds": worlds, "--seed-start": seedStart };
  const idle = Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (idle.length === 0) return;
  throw new BadInput([`--budget 0 draws no worlds, for which ${idle.join(", ")} would be`]);
}

function print(io: Io, document: ZooDocument, out: string, json: boolean): number {
  if (json) sayJson(io, document);
  else say(io, zooTable(document, out, io.paint));
  return document.passed ? EXIT.ok : EXIT.failed;
}

function moduleOf(named: string | undefined, cwd: string): string {
  if (named !== undefined) return named;
  if (existsSync(resolve(cwd, OURS))) return OURS;
  throw new BadInput([`no mutants: there is no ${OURS} here; name a module, --mutants ./mine.ts`]);
}

/** The campaign that the protocol passes; nothing in it depends on a mutant. */
function askedFor(args: ZooArgs, budget: number, io: Io): Asked {
  const { worlds, seedStart, hungAfter, maxShrinkTime = SHRINK_TIME } = args;
  const words = {
    maxShrinkTime,
    ...(worlds === undefined ? {} : { worlds }),
    ...(seedStart === undefined ? {} : { seedStart }),
    ...(hungAfter === undefined ? {} : { hungAfter }),
  };
  return { ...askedOf(words, protocolOf(io), io.machine), runs: budget };
}

function chosen(mutants: readonly AnyMutant[], only: string | undefined): readonly AnyMutant[] {
  const ids = mutants.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new BadInput([`two mutants have the id ${twice}`]);
  if (only === undefined) return mutants;
  const wanted = idsIn(only, ids);
  for (const word of wanted) {
    if (ids.includes(word)) continue;
    const hint = didYouMean(word, ids) || `; there are ${ids.join(", ")}`;
    throw new BadInput([`--only ${word} — no mutant of that id${hint}`]);
  }
  return mutants.filter(({ id }) => wanted.includes(id));
}

/** With commas between; an id may hold one itself. */
function idsIn(text: string, ids: readonly string[]): readonly string[] {
  const words = text.split(",").map((word) => word.trim());
  const found: string[] = [];
  let from = 0;
  while (from < words.length) {
    let to = words.length;
    while (to > from + 1 && !ids.includes(words.slice(from, to).join(", "))) to--;
    found.push(words.slice(from, to).join(", "));
    from = to;
  }
  return found;
}
