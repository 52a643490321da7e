/**
 * Text of a scenario file in, Scenario out, or BadInput with every problem there is, each as
 * `file:line:col path — reason (did you mean "x"?)`. Reads no file: that is the command line's.
 */
import { BadInput } from "../core/assert.ts";
import type { ClaimContext } from "../check/claim.ts";
import { WORLD } from "../trace/event.ts";
import { claimContext } from "./context.ts";
import type { Dialect } from "./dialect.ts";
import type { Path } from "./forms.ts";
import type { Expectation, Scenario } from "./model.ts";
import { foundIn, located, refusal } from "./problems.ts";
import { ASKED } from "./reasons.ts";
import type { Row } from "./rows.ts";
import { type Draft, scenarioSchema } from "./schema.ts";
import { scopeOf } from "./scope.ts";
import { pathText, type Problem, readSource, type Source, type Spot } from "./source.ts";

/** `file` is for messages and the default name; nothing is opened. */
export function loadScenario(kit: Dialect, text: string, file: string): Scenario {
  const source = readSource(text);
  if (source.broken) throw refusal(file, source.problems);
  if (source.data === null) {
    const reason = "the file is empty; a scenario needs at least until and nodes";
    throw refusal(file, [{ line: 1, column: 1, path: "scenario", reason }]);
  }
  const scope = scopeOf(source.data);
  const read = scenarioSchema(kit, scope).safeParse(source.data, ASKED);
  const problems = [
    ...source.problems,
    ...(read.error ? located(foundIn(read.error), source) : []),
  ];
  if (read.data !== undefined) problems.push(...impossible(kit, read.data, source));
  if (problems.length > 0 || read.data === undefined) throw refusal(file, problems);
  const { rows, name, about, ...rest } = read.data;
  const placeOf = ({ line, column }: Spot): string => `${file}:${line}:${column}`;
  const promisedAt = placeOf(source.locateKey([], "invariants"));
  return {
    ...rest,
    ...(rest.invariants === undefined ? {} : { promisedAt }),
    name: name ?? baseName(file),
    about: about ?? openingComment(text),
    file,
    expect: rows.flatMap((row, index) => {
      const place = placeOf(source.locate(["expect", index]));
      return row.map((one): Expectation => ({ ...one, place }));
    }),
  };
}

/** What only the claims themselves know: an event is a moment and cannot hold always. */
function impossible(kit: Dialect, draft: Draft, source: Source): Problem[] {
  const context = claimContext(draft.nodes);
  return draft.rows.flatMap((row, index) => {
    return row.flatMap((one): Problem[] => {
      const reason = rowFlaw(kit, one, context);
      if (reason === null) return [];
      const path: Path = ["expect", index, ...(one.runs === "all" ? [] : [one.runs])];
      return [{ ...source.locate(path), path: pathText(path), reason }];
    });
  });
}

function rowFlaw(kit: Dialect, row: Row, context: ClaimContext): string | null {
  const node = row.on[0];
  for (const { claim, args } of row.claims) {
    try {
      const asked = node === undefined ? WORLD : context.index(node);
      const watch = kit.claims[claim]?.watch(asked, args, context);
      if (watch?.mode !== "event" || row.when.kind !== "always") continue;
    } catch (error) {
      if (error instanceof BadInput) return error.problems.join("; ");
      throw error;
    }
    return `${claim} happens at single moments and cannot hold always; use by, at or eventually`;
  }
  return null;
}

/** `scenarios/x.yaml` → `x`. */
function baseName(file: string): string {
  const last = file.split(/[/\\]/).at(-1) ?? file;
  return last.replace(/\.(ya?ml|json)$/i, "") || file;
}

/** The first block of `#` lines before anything else, as one text; an editor's line is skipped. */
function openingComment(text: string): string {
  const words: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const comment = /^\s*#\s*(.*?)\s*$/.exec(line)?.[1];
    if (comment === undefined) {
      if (words.length > 0 || !/^\s*(---)?\s*$/.test(line)) break;
    } else if (comment !== "" && !comment.startsWith("yaml-language-server:")) {
      words.push(comment);
    }
  }
  return words.join(" ");
}
