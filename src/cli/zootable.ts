/** A zoo as a table: one line a mutant, the protocol itself first, then the sums. */
import { isCaught, type Verdict } from "../campaign/zoo.ts";
import type { Paint } from "./color.ts";
import { columns } from "./table.ts";
import type { ZooDocument, ZooRow } from "./zoodocument.ts";

export function zooTable(document: ZooDocument, out: string, paint: Paint): string {
  const { protocol, mutants } = document;
  const head = ["", "mutant", "broken promise", "seeds", "time", "smallest world", ""];
  const judged = protocol === null ? mutants : [protocol, ...mutants];
  const rows = judged.map((row) => line(row, paint));
  const survivors = mutants.filter((row) => !isCaught(row));
  return [
    columns([head, ...rows]),
    "",
    ...survivors.map(({ id, about }) => `not caught: ${id ?? ""}  ${about}`.trimEnd()),
    ...(survivors.length === 0 ? [] : [""]),
    sums(document, paint),
    `${out}/zoo.json, and a folder for each that was caught in a world`,
  ].join("\n");
}

function line(row: ZooRow, paint: Paint): string[] {
  const { id, worlds, seconds, tags } = row;
  const isGood = (id === null) === !isCaught(row);
  return [
    isGood ? paint.good("✓") : paint.bad("✗"),
    id ?? "(the protocol as it is)",
    brokenText(row),
    String(worlds),
    `${seconds}s`,
    smallestText(row),
    tags.join(" "),
  ];
}

const ROW_MAX = 60;

function brokenText({ id, found, broken }: ZooRow): string {
  if (broken === null) return found?.signature ?? (id === null ? "nothing found" : "not caught");
  const { file, row } = broken;
  return `${file}: ${row.length > ROW_MAX ? `${row.slice(0, ROW_MAX - 1)}…` : row}`;
}

function smallestText({ broken, smallest, shrunk }: ZooRow): string {
  if (broken !== null) return "the scenario";
  if (smallest === null) return "";
  const text = `${smallest.nodes} nodes, ${smallest.faults} faults, ${smallest.seconds} s`;
  return shrunk === "minimal" ? text : `${text} (${shrunk})`;
}

function sums(document: ZooDocument, paint: Paint): string {
  const { sums: all, scenarios, timings, least, passed } = document;
  const { mutants, caught, byScenario, medianNodes, medianFaults, tags } = all;
  const share = mutants === 0 ? 0 : Math.floor((caught * 1_000) / mutants) / 10;
  const parts = [
    `${caught} of ${mutants} caught (${share} %, asked for ${least} %)`,
    ...(scenarios.length === 0 ? [] : [`${byScenario} of them by scenarios`]),
    ...Object.entries(tags).map(([tag, each]) => `${tag}: ${each.caught} of ${each.mutants}`),
    ...(medianNodes === null ? [] : [`median ${medianNodes} nodes, ${medianFaults} faults`]),
    protocolText(document),
    ...(document.ended === "all" ? [] : ["interrupted"]),
    `${timings.seconds} s with ${timings.workers} workers`,
  ];
  const text = parts.join(" · ");
  return passed ? paint.good(text) : paint.bad(text);
}

function protocolText({ scenarios, protocol, budget }: ZooDocument): string {
  if (protocol === null) return "the protocol itself was not judged";
  const { found, worlds } = protocol;
  if (found !== null) return `the protocol itself fails: ${found.signature}, seed ${found.seed}`;
  const played = scenarios.length === 0 ? [] : [`${scenarios.length} scenarios`];
  const asked = [...played, ...(budget === 0 ? [] : [`${worlds} worlds`])];
  return `the protocol itself passes ${asked.join(" and ")}`;
}

/** How far it is, `count` mutants in all; the protocol itself is none of them. */
export function zooLine(
  verdicts: readonly Pick<Verdict, "id" | "broken" | "found">[],
  count: number,
): string {
  const mutants = verdicts.filter(({ id }) => id !== null);
  const caught = mutants.filter(isCaught).length;
  return `zoo · ${mutants.length} of ${count} mutants · ${caught} caught`;
}
