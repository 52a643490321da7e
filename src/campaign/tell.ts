/** A campaign in words: its failures, its end, and the commands that go on from there. */
import { isAbsolute } from "node:path";
import { formatTime } from "../core/units.ts";
import type { Protocol } from "../core/machine.ts";
import type { Kit } from "../kit/kit.ts";
import { block } from "../report/failure.ts";
import { partText } from "../report/part.ts";
import { specOf } from "../scenario/promises.ts";
import { quoted, withMachine } from "../scenario/repeat.ts";
import type { Asked } from "./asked.ts";
import type { CampaignDocument, FailureEntry, WorldSize } from "./document.ts";
import type { Examined } from "./examine.ts";
import { rangeText } from "./range.ts";

/** Files are named as they lie beside it: their folder may be copied, as merging does. */
export function failureText<P extends Protocol>(
  kit: Kit<P>,
  asked: Asked,
  entry: Omit<FailureEntry, "worlds">,
  { story, bites }: Pick<Examined, "story" | "bites">,
): string {
  const { signature, seed, invariant, node, at } = entry;
  const spec = specOf(kit, invariant);
  const rule = spec === undefined || spec.rule === "general" ? "" : ` (${spec.rule})`;
  const promised = spec === undefined ? [] : [spec.about + rule];
  const [first = "", ...more] = foundLines(entry);
  const when = at === 0 && node === "-" ? "" : `${formatTime(at)}  `;
  const own = block(`FAIL  ${signature}   seed ${seed}`, [
    { title: "promised", lines: promised },
    { title: "found", lines: [when + first, ...more] },
    { title: "world", lines: sizeText(entry) },
    { title: "without", lines: bites },
    { title: "mutant", lines: asked.mutant === null ? [] : [asked.mutant] },
    { title: "repeat", lines: commandsFor(entry, asked, "") },
    { title: "paths", lines: entry.smallest === null ? [] : pathsOf(asked, fileOf(entry)) },
  ]);
  return story === "" ? own : `${own}\n\n${story}`;
}

/** What was seen, with the name of who did it. */
export function foundLines({ node, text }: Pick<FailureEntry, "node" | "text">): readonly string[] {
  return partText({ node, found: text }).split("\n");
}

/** Modules are named as the campaign was told them, from where it was started. */
function pathsOf({ machine, mutant }: Asked, file: string): readonly string[] {
  const modules = [machine, mutant?.replace(/#[^#]*$/, "") ?? null];
  const names = modules.filter((path) => path !== null && !isAbsolute(path)).join(" and ");
  if (names === "") return [];
  return [`${file} is beside this file, ${names} where the campaign was started`];
}

/** `12 → 4 nodes, 9 → 1 faults, 300 → 42 s`; no line where nothing is known. */
export function sizeText({
  drawn,
  smallest,
  shrunk,
}: Pick<FailureEntry, "drawn" | "smallest" | "shrunk">): readonly string[] {
  if (drawn === null || smallest === null) return [];
  const part = (key: keyof WorldSize): string => {
    return drawn[key] === smallest[key] ? `${drawn[key]}` : `${drawn[key]} → ${smallest[key]}`;
  };
  const more = shrunk === "unfinished" ? " (time was up: timesim shrink goes on)" : "";
  return [`${part("nodes")} nodes, ${part("faults")} faults, ${part("seconds")} s${more}`];
}

/** The worlds of a failure: as it was drawn, and the smallest that fails so. */
export const FILES = { found: "found.yaml", minimal: "minimal.yaml" } as const;

/** What to paste to see it again. `prefix`: of its files, `reports/fuzz/one-session-two-3/`. */
export function commandsFor(
  { seed, shrunk, smallest }: Pick<FailureEntry, "seed" | "shrunk" | "smallest">,
  asked: Asked,
  prefix: string,
): readonly string[] {
  const seeded = seededCommand(seed, asked);
  // What cannot be drawn is in no file.
  if (smallest === null) return [seeded];
  return [playedCommand(`${prefix}${fileOf({ shrunk })}`, asked), seeded];
}

function fileOf({ shrunk }: Pick<FailureEntry, "shrunk">): string {
  return shrunk === "as found" ? FILES.found : FILES.minimal;
}

/** A file again, with what no scenario says: whose protocol, and the defect that was put in. */
export function playedCommand(
  file: string,
  { machine, mutant }: Pick<Asked, "machine" | "mutant">,
): string {
  const words = flags([
    ["--machine", machine],
    ["--mutant", mutant],
  ]);
  return `npx timesim run ${quoted(file)}${words}`;
}

/** To be kept once it is mended: whose protocol it is, and no defect. */
export function keepCommand(folder: string, { machine }: Pick<Asked, "machine">): string {
  return withMachine(`npx timesim promote ${quoted(folder)}`, machine);
}

/** The world of a seed again, with all that decides what it is; the report is left as it is. */
export function seededCommand(
  seed: number,
  { machine, mutant, profile, worlds, faults }: Asked,
): string {
  const words = flags([
    ["--machine", machine],
    ["--mutant", mutant],
    ["--profile", profile],
    ["--worlds", worlds],
    ["--faults", faults?.join(",") ?? null],
    ["--out", `reports/seed-${seed}`],
  ]);
  return `npx timesim fuzz --seed-start ${seed} --runs 1${words}`;
}

/** Each behind a space; what was not asked is left out. */
function flags(asked: readonly (readonly [string, string | null])[]): string {
  const given = asked.flatMap(([flag, word]) =>
    word === null ? [] : [` ${flag} ${quoted(word)}`],
  );
  return given.join("");
}

/** The campaign on one line, without its colour. */
export function headline({ counts, done, ended, digest, timings }: CampaignDocument): string {
  const { worlds, failing, events, virtualMs } = counts;
  const seeds = done === null ? "no seed" : `seeds ${rangeText(done)}`;
  const parts = [
    `${grouped(worlds)} ${worlds === 1 ? "world" : "worlds"} (${seeds})`,
    failing === 0 ? "nothing found" : `${grouped(failing)} failed`,
    `${grouped(events)} events`,
    `${hours(virtualMs)} of virtual time`,
    `${timings.seconds} s`,
    `${timings.worldsPerSecond} worlds/s`,
    `digest ${digest}`,
  ];
  return parts.join(" · ") + ENDED[ended];
}

const ENDED: Readonly<Record<CampaignDocument["ended"], string>> = {
  all: "",
  time: " · time was up",
  bail: " · enough was found (--bail)",
  interrupted: " · interrupted",
};

/** What zero means: one line a kind, none where all was met. */
export function warnings({ unmet, counts }: CampaignDocument): readonly string[] {
  if (counts.worlds === 0) return [];
  const kinds: readonly (readonly [string, readonly string[]])[] = [
    ["kinds of fault that no world had", unmet.faults],
    ["gates that were never shut", unmet.gates],
    ["what should happen sometimes and never did", unmet.marks],
  ];
  return kinds
    .filter(([, names]) => names.length > 0)
    .map(([about, names]) => `${about}: ${names.join(", ")}`);
}

export function hours(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 120) return `${Math.round(minutes)} min`;
  return minutes < 2_880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1_440)} days`;
}

export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}
