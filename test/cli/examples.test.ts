/** What the examples in help name: scenarios, mutants, failures of a report, and flags. */
import { describe, expect, it } from "vitest";
import { selectFiles } from "../../src/cli/select.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import { promises } from "../../src/scenario/promises.ts";
import { wordsOf } from "../docs/page.ts";
import { mutants } from "../zoo/index.ts";
import { Place } from "./host.ts";

const place = new Place();
const MUTANTS = mutants.map(({ id }) => id);
const PROMISES = promises(masternodeKit(nodeCrypto));

async function help(...command: readonly string[]): Promise<string> {
  return (await place.timesim([...command, "--help"])).out;
}

/** Without what is said of them, and where their output goes. */
function examplesIn(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/^ {2}\$ timesim (.*)$/gm)].map(([, line = ""]) => {
    return wordsOf(line.replace(/ {2,}.*| [|>].*/, ""));
  });
}

/** A failure's folder is named after a promise that was broken, and a seed. */
function isFailure(folder: string): boolean {
  return /-\d+$/.test(folder) && PROMISES.some((name) => folder.startsWith(`${name}-`));
}

function exists(word: string, before: string, flags: string): boolean {
  if (word.startsWith("--")) return flags.includes(` ${word} `);
  if (before === "--only") return MUTANTS.includes(word);
  if (word.startsWith("scenarios")) return selectFiles([word], place.path).length > 0;
  const folder = /^reports\/fuzz\/([^/]+)/.exec(word)?.[1];
  return folder === undefined || isFailure(folder);
}

describe("examples in help", async () => {
  const overview = await help();
  const commands = [...overview.matchAll(/^ {2}([a-z]+) (?:\[options\]|<| {2})/gm)].map(
    ([, name = ""]) => name,
  );
  const pages = await Promise.all(commands.map((command) => help(command)));

  it("are read", () => {
    expect(commands).toEqual(expect.arrayContaining(["run", "fuzz", "zoo", "promote", "schema"]));
    expect(examplesIn(pages.join("\n")).length).toBeGreaterThan(commands.length);
  });

  it("name what there is", () => {
    const wrong = examplesIn([overview, ...pages].join("\n")).flatMap(
      ([command = "", ...words]) => {
        const flags = pages[commands.indexOf(command)] ?? "";
        const bad = words.filter((word, index) => !exists(word, words[index - 1] ?? "", flags));
        return bad.map((word) => `${command}: ${word}`);
      },
    );
    expect(wrong).toEqual([]);
  });
});
