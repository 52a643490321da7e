/**
 * One Markdown page as data: its fenced blocks, its relative links, and the console sessions in
 * it. Knows the little of Markdown that our pages use.
 */

export interface Block {
  /** The word after the fence: `ts`, `yaml`, `console` … */
  readonly language: string;
  /** Line of the fence, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { fence: string; language: string; line: number; lines: string[] } | null = null;
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = /^\s*(`{3,}|~{3,})\s*([\w-]*)/.exec(line);
    if (open === null) {
      const [, mark = "", language = ""] = fence ?? [];
      if (fence !== null) open = { fence: mark, language, line: index + 1, lines: [] };
    } else if (fence !== null && fence[1] === open.fence && fence[2] === "") {
      blocks.push({ language: open.language, line: open.line, lines: open.lines });
      open = null;
    } else {
      open.lines.push(line);
    }
  }
  if (open !== null) throw new Error(`the block of line ${open.line} is never closed`);
  return blocks;
}

/** Name of the file that a block holds, if it opens with `// file NAME` or `# file NAME`. */
export function fileName(block: Block): string | null {
  return /^(?:\/\/|#) file ([\w./-]+)$/.exec(block.lines[0] ?? "")?.[1] ?? null;
}

/** The page with fenced blocks and code spans blanked, lines kept. */
function proseOf(markdown: string): string {
  const lines = markdown.split("\n");
  for (const block of blocksOf(markdown)) {
    lines.fill("", block.line - 1, block.line + block.lines.length + 1);
  }
  return lines.map((line) => line.replaceAll(/`[^`]*`/g, "``")).join("\n");
}

export interface Link {
  readonly line: number;
  /** `../src/core/units.ts`, `page.md#heading` or `#heading`. */
  readonly target: string;
}

/** `[text](target)`, images and `[name]: target`; web addresses are left out. */
export function linksOf(markdown: string): readonly Link[] {
  const links: Link[] = [];
  for (const [index, line] of proseOf(markdown).split("\n").entries()) {
    for (const match of line.matchAll(/\]\(<?([^)\s>]+)[^)]*\)|^\s*\[[^\]]+\]:\s*<?([^\s>]+)/g)) {
      const target = match[1] ?? match[2] ?? "";
      if (!/^[a-z][a-z+.-]*:/i.test(target)) links.push({ line: index + 1, target });
    }
  }
  return links;
}

/** Anchors of the headings, as GitHub makes them. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const seen = new Map<string, number>();
  const blocks = blocksOf(markdown);
  for (const [index, line] of markdown.split("\n").entries()) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    const isCode = blocks.some((b) => index + 1 > b.line && index < b.line + b.lines.length);
    if (heading === undefined || isCode) continue;
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = text.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return anchors;
}

export interface Step {
  readonly line: number;
  /** After `$ `. */
  readonly command: string;
  readonly output: readonly string[];
}

/** `$ command` lines, each with the output below it. A `\` at the end of a line continues it. */
export function stepsOf(block: Block): readonly Step[] {
  const steps: { line: number; command: string; output: string[] }[] = [];
  let continues = false;
  for (const [index, line] of block.lines.entries()) {
    const last = steps.at(-1);
    if (continues && last !== undefined) {
      last.command = `${last.command.slice(0, -1).trimEnd()} ${line.trim()}`;
    } else if (line.startsWith("$ ")) {
      steps.push({ line: block.line + 1 + index, command: line.slice(2).trim(), output: [] });
    } else {
      last?.output.push(line);
    }
    continues = steps.at(-1)?.output.length === 0 && line.endsWith("\\");
  }
  return steps;
}

/** Words of a command; quotes group, nothing else is special. */
export function wordsOf(command: string): readonly string[] {
  const words = command.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g);
  return [...words].map((word) => word[0].replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

/** Whether the output is as shown; a line that is only `…` stands for any lines, or none. */
export function matches(shown: readonly string[], actual: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return actual.length === 0;
  if (first.trim() !== "…") {
    return first.trimEnd() === actual[0]?.trimEnd() && matches(rest, actual.slice(1));
  }
  return Array.from({ length: actual.length + 1 }).some((_, skipped) =>
    matches(rest, actual.slice(skipped)),
  );
}
