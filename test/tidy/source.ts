/**
 * One source file seen as code: comments gone, texts emptied, every other character where it was,
 * so that a match cannot come from prose and its line number is right. Knows just enough of
 * TypeScript for tidy/rules.ts; no parser is worth a dependency here.
 */

const COMMENT = /\/\/[^\n]*|\/\*[^]*?\*\//y;
const STRING = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y;
const REGEX = /\/(?![*/])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;
/** From a back-tick or a closing `}` to the next `${` or the end of the template. */
const TEMPLATE = /[`}](?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/y;
/** What a regular expression may follow; after anything else a `/` divides. */
const BEFORE_REGEX = /(?:^|[^\w$)\]}"'`\s]|\b(?:return|typeof|case|in|of|throw|else|yield))\s*$/;

/** The text with comments, texts, templates and regular expressions blanked, length unchanged. */
export function blank(text: string): string {
  let code = "";
  let depth = 0;
  const templates: number[] = [];
  const take = (token: RegExp): string | undefined => {
    token.lastIndex = code.length;
    return token.exec(text)?.[0];
  };
  while (code.length < text.length) {
    const char = text[code.length] ?? "";
    const resumes = char === "}" && templates.at(-1) === depth - 1;
    const template = char === "`" || resumes ? take(TEMPLATE) : undefined;
    if (template !== undefined) {
      if (resumes) templates.pop();
      const opens = template.endsWith("{");
      if (opens) templates.push(resumes ? depth - 1 : depth);
      depth += (opens ? 1 : 0) - (resumes ? 1 : 0);
      code += spaces(template, 1);
      continue;
    }
    const quoted = char === '"' || char === "'" ? take(STRING) : undefined;
    const slash = char === "/" ? take(COMMENT) : undefined;
    const regex = char === "/" && slash === undefined && BEFORE_REGEX.test(code.slice(-200));
    const skipped = slash ?? (regex ? take(REGEX) : undefined);
    if (char === "{") depth += 1;
    if (char === "}") depth -= 1;
    code += quoted !== undefined ? spaces(quoted, 1) : spaces(skipped ?? "", 0) || char;
  }
  return code;
}

/** Blanks all but line ends and `keep` characters at either end. */
function spaces(token: string, keep: number): string {
  const inside = token.slice(keep, token.length - keep).replaceAll(/[^\n]/g, " ");
  return token.slice(0, keep) + inside + token.slice(token.length - keep);
}

export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < index; at = text.indexOf("\n", at + 1)) {
    line += 1;
  }
  return line;
}

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

const IMPORT = /\b(?:import|export)\b(?:[^"'`;()=]*?\bfrom)?\s*\(?\s*(["'])([ ]*)\1/dg;
const WORKER = /\bnew URL\(\s*(["'])([ ]*)\1\s*,\s*import\.meta\.url/dg;

/** Static, dynamic and type imports and re-exports. */
export function imports(text: string, code: string): readonly Import[] {
  return [...code.matchAll(IMPORT)].map((match) => importOf(text, match));
}

/** `new URL("./worker.ts", import.meta.url)`: how a worker thread names its file. */
export function workers(text: string, code: string): readonly Import[] {
  return [...code.matchAll(WORKER)].map((match) => importOf(text, match));
}

function importOf(text: string, match: RegExpExecArray): Import {
  const [from, to] = match.indices?.[2] ?? [0, 0];
  return { specifier: text.slice(from, to), line: lineAt(text, match.index) };
}
