/** A zoo as a table: one line a mutant, the protocol itself first, then the sums. */
import type { Paint } from "./color.ts";
import { columns } from "./table.ts";
import type { ZooDocument, ZooRow } from "./zoodocument.ts";

export function zooTable(document: ZooDocument, out: string, paint: Paint): string {
  const { protocol, mutants } = document;
  const head = ["", "mutant", "broken promise", "seeds", "time", "smallest world", ""];
  const rows = [protocol, ...mutants].map((row) => line(row, paint));
  const survivors = mutants.filter(({ found }) => found === null);
  return [
    columns([head, ...rows]),
    "",
    ...survivors.map(({ id, about }) => `not caught: ${id ?? ""}  ${about}`),
    ...(survivors.length === 0 ? [] : [""]),
    sums(document, paint),
    `${out}/zoo.json, and a folder for each that was caught`,
  ].join("\n");
}

function line(row: ZooRow, paint: Paint): string[] {
  const { id, found, worlds, smallest, seconds, tags, shrunk } = row;
  const isGood = (id === null) === (found === null);
  const said = found?.signature ?? (id === null ? "nothing found" : "not caught");
  const small =
    smallest === null
      ? ""
      : `${smallest.nodes} nodes, ${smallest.faults} faults, ${smallest.seconds} s`;
  return [
    isGood ? paint.good("✓") : paint.bad("✗"),
    id ?? "(the protocol as it is)",
    said,
    String(worlds),
    `${seconds}s`,
    shrunk === "minimal" || small === "" ? small : `${small} (${shrunk})`,
    tags.join(" "),
  ];
}

function sums({ sums: all, protocol, timings, least, passed }: ZooDocument, paint: Paint): string {
  const { mutants, caught, medianNodes, medianFaults, tags } = all;
  const share = mutants === 0 ? 0 : Math.floor((caught * 1_000) / mutants) / 10;
  const parts = [
    `${caught} of ${mutants} caught (${share} %, asked for ${least} %)`,
    ...Object.entries(tags).map(([tag, each]) => `${tag}: ${each.caught} of ${each.mutants}`),
    ...(medianNodes === null ? [] : [`median ${medianNodes} nodes, ${medianFaults} faults`]),
    protocol.found === null
      ? `the protocol itself passes ${protocol.worlds} worlds`
      : `the protocol itself fails: ${protocol.found.signature}, seed ${protocol.found.seed}`,
    `${timings.seconds} s with ${timings.workers} workers`,
  ];
  const text = parts.join(" · ");
  return passed ? paint.good(text) : paint.bad(text);
}
