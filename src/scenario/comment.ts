/** Comments in a written scenario: what stands beside the data, for who reads the file. */
import { isScalar, isSeq, type Node, type YAMLMap } from "yaml";

export interface Comments {
  /** Paragraphs, which are the scenario's `about` when it is loaded. */
  readonly opening: readonly string[];
  /** One for each event, in their order. */
  readonly events?: readonly string[];
}

/** As the loader reads the comment that a file opens with. */
export function aboutOf({ opening }: Comments): string {
  return opening.join(" ").replaceAll(/\s+/g, " ").trim();
}

export function comment(contents: YAMLMap, { opening, events = [] }: Comments): void {
  const [first] = contents.items;
  if (isScalar(first?.key)) {
    // A blank line would end it for the loader.
    first.key.commentBefore = opening.map((text) => linesOf(text, "")).join("\n \n");
  }
  const list = contents.get("events");
  if (!isSeq(list)) return;
  for (const [index, text] of events.entries()) {
    const item = list.items[index] as Node | undefined;
    if (item !== undefined) item.commentBefore = linesOf(text, "  ");
  }
}

const WIDTH = 98;

/** Broken between words, without the sign, which the writer adds. */
function linesOf(text: string, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && longer.length > WIDTH - indent.length) {
      lines.push(` ${line}`);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, ` ${line}`].join("\n");
}
