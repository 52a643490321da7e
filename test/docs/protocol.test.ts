/** docs/protocol.md: its handler table is the code's, and rules stand where it says. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { asFound } from "../../src/masternode/as-found/behaviour.ts";
import type { MessageTable } from "../../src/masternode/behaviour.ts";
import { repaired } from "../../src/masternode/machine.ts";
import type { MessageType } from "../../src/masternode/messages.ts";
import { pathOf, readPage, type Row, rowsUnder, withRows } from "./table.ts";

const PAGE = "protocol.md";
const SOURCES = join(import.meta.dirname, "../../src/masternode");
const page = readPage(PAGE);

function handlerRows(): readonly Row[] {
  const tables: readonly MessageTable[] = [repaired, asFound].flatMap(({ messages }) => {
    return [messages.dialed, messages.accepted];
  });
  const types = [...new Set(tables.flatMap((table) => Object.keys(table) as MessageType[]))];
  return types.map((type) => [`\`${type}\``, ...tables.map((table) => table[type]?.name ?? "—")]);
}

/** `[ping]: ../src/…`, by name. */
const targets = new Map(
  [...page.matchAll(/^\[(\w+)\]: (\S+)$/gm)].map(([, name = "", target = ""]) => [name, target]),
);

/** Rule numbers that a text names, `P1 to P4` and `H1–H4` as all four. */
function rulesIn(text: string): readonly string[] {
  const found = text.matchAll(/\b([A-Z])(\d)\b(?:(?: to |–)\1(\d)\b)?/g);
  return [...found].flatMap(([, letter = "", first = "", last = first]) => {
    const count = Number(last) - Number(first) + 1;
    return Array.from({ length: count }, (_, step) => `${letter}${Number(first) + step}`);
  });
}

const FAMILIES = /^[SPARXHCYBQ]\d$/;

describe("docs/protocol.md", () => {
  it("has the handlers of both profiles (-u rewrites the table)", async () => {
    const written = withRows(page, "Handlers", handlerRows());
    await expect(written).toMatchFileSnapshot(pathOf(PAGE));
  });

  it.each(rowsUnder(page, "Rules there are"))("rule %s: %s", (rule = "", _gist, where = "") => {
    const names = [...where.matchAll(/\[(\w+)\]/g)].map((match) => match[1] ?? "");
    expect(names).not.toEqual([]);
    const files = names.map((name) => pathOf(targets.get(name) ?? name));
    const silent = files.filter((file) => !rulesIn(readFileSync(file, "utf8")).includes(rule));
    expect(silent).toEqual([]);
  });

  it("names every rule that the sources cite", () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" });
    const texts = files
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(SOURCES, file), "utf8"));
    const cited = new Set(texts.flatMap(rulesIn).filter((rule) => FAMILIES.test(rule)));
    const said = rulesIn(page);
    expect([...cited].filter((rule) => !said.includes(rule))).toEqual([]);
  });
});
