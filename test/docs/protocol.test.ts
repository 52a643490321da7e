/** docs/protocol.md: its tables and drawings are the code's, and rules stand where it says. */
import { describe, expect, it } from "vitest";
import { asFound } from "../../src/masternode/as-found/behaviour.ts";
import type { MessageTable } from "../../src/masternode/behaviour.ts";
import { repaired } from "../../src/masternode/machine.ts";
import type { MessageType } from "../../src/masternode/messages.ts";
import { citing, RULES, type Cited } from "./citations.ts";
import { flowCharts } from "./flow.ts";
import {
  pathOf,
  readPage,
  type Row,
  rowsUnder,
  withLinks,
  withRows,
  withSection,
} from "./table.ts";

const PAGE = "protocol.md";
const page = readPage(PAGE);

function handlerRows(): readonly Row[] {
  const tables: readonly MessageTable[] = [repaired, asFound].flatMap(({ messages }) => {
    return [messages.dialed, messages.accepted];
  });
  const types = [...new Set(tables.flatMap((table) => Object.keys(table) as MessageType[]))];
  return types.map((type) => [`\`${type}\``, ...tables.map((table) => table[type]?.name ?? "—")]);
}

/** What the page says of each rule, with the files that cite it. */
function ruleRows(): readonly Row[] {
  return rowsUnder(page, "Rules").map(([rule = "", gist = ""]) => {
    const names = (files: readonly Cited[]): string =>
      files.map(({ name }) => `[${name}]`).join(", ");
    return [rule, gist, names(citing("source", rule)), names(citing("check", rule))];
  });
}

/** The page as the code has it. */
function written(): string {
  const tables = withRows(withRows(page, "Handlers", handlerRows()), "Rules", ruleRows());
  const drawn = withSection(tables, "What leads to what", flowCharts());
  const cited = RULES.flatMap((rule) => [...citing("source", rule), ...citing("check", rule)]);
  return withLinks(drawn, new Map(cited.map(({ name, path }) => [name, `../${path}`])));
}

describe("docs/protocol.md", () => {
  it("has tables and drawings as the code has them (-u)", async () => {
    await expect(written()).toMatchFileSnapshot(pathOf(PAGE));
  });

  it("has a row for each rule", () => {
    expect(rowsUnder(page, "Rules").map(([rule]) => rule)).toEqual(RULES);
  });

  it.each(RULES)("rule %s is cited by a source", (rule) => {
    expect(citing("source", rule)).not.toEqual([]);
  });

  it.each(RULES)("rule %s is cited by a test or a scenario", (rule) => {
    expect(citing("check", rule)).not.toEqual([]);
  });
});
