/**
 * A file of settings, a scenario above all, as YAML 1.2: its plain data, and where each part
 * stands. No merge keys, no other YAML version, no keys but plain ones: what a reader would have to
 * look up is refused.
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import type { Path } from "./forms.ts";
import { tell } from "./texts.ts";

/** Aliases are a convenience; a thousand of them are an attack. */
const ALIASES = 100;

export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly reason: string;
}

export interface Source {
  readonly data: unknown;
  /** What is wrong with the YAML itself. */
  readonly problems: readonly Problem[];
  /** The data is not to be trusted: more errors would be noise. */
  readonly broken: boolean;
  /** Of a value; of the mapping it is missing from, if it is. */
  locate(path: Path): Spot;
  locateKey(path: Path, key: string): Spot;
}

export interface Spot {
  readonly line: number;
  readonly column: number;
}

export function readSource(text: string): Source {
  const lines = new LineCounter();
  const options = { version: "1.2", uniqueKeys: true, strict: true, merge: false } as const;
  const quiet = { prettyErrors: false, logLevel: "error" } as const;
  const doc = parseDocument(text, { ...options, ...quiet, lineCounter: lines });
  const spot = (offset: number): Spot => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const syntax = syntaxProblems(doc, text, spot);
  const strange = syntax.broken ? [] : strangeParts(doc, spot);
  const problems = [...syntax.problems, ...strange];
  let data: unknown = null;
  let broken = syntax.broken || strange.length > 0;
  if (!broken) {
    try {
      data = doc.toJS({ maxAliasCount: ALIASES }) as unknown;
    } catch (error) {
      // The library's own limit; anything it cannot turn into data is the file's fault.
      const reason = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      problems.push({ ...spot(0), path: "yaml", reason });
      broken = true;
    }
  }
  const at = (node: Node | null): Spot => spot(node?.range?.[0] ?? 0);
  return {
    data,
    problems,
    broken,
    locate: (path) => at(find(doc, path)),
    locateKey: (path, key) => at(keyNode(doc, path, key) ?? find(doc, path)),
  };
}

/** `nodes.B.dials[0]`; the whole is `scenario`, or what else it is. */
export function pathText(path: Path, whole = "scenario"): string {
  if (path.length === 0) return whole;
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    // A key of which nothing would be seen.
    const name = part.trim() === "" ? JSON.stringify(part) : part;
    return text === "" ? name : `${text}.${name}`;
  }, "");
}

/** After one of these the parser still knows where it is; after any other the rest is a guess. */
const HARMLESS = ["DUPLICATE_KEY", "BAD_SCALAR_START", "TAB_AS_INDENT", "TAG_RESOLVE_FAILED"];

function syntaxProblems(
  doc: Document,
  text: string,
  spot: (offset: number) => Spot,
): { readonly problems: Problem[]; readonly broken: boolean } {
  const problems: Problem[] = [];
  let broken = false;
  const found = [...doc.errors, ...doc.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  for (const error of found) {
    // How deep is too deep hangs on the stack, so the place would differ from run to run.
    const offset = error.code === "RESOURCE_EXHAUSTION" ? 0 : error.pos[0];
    problems.push({ ...spot(offset), path: "yaml", reason: inWords(error, text) });
    if (error.code !== "DUPLICATE_KEY") broken = true;
    if (!HARMLESS.includes(error.code)) break;
  }
  const { explicit, version } = doc.directives?.yaml ?? {};
  if (explicit === true && version !== "1.2") {
    problems.push({ ...spot(0), path: "yaml", reason: "only YAML 1.2 is read; remove %YAML" });
    broken = true;
  }
  return { problems, broken };
}

function inWords(error: YAMLError, text: string): string {
  const rest = text.slice(error.pos[0]);
  const word = /^("[^"\n]*"|'[^'\n]*'|[^\s:,{}[\]]+)/.exec(rest)?.[1] ?? "";
  switch (error.code) {
    case "DUPLICATE_KEY":
      return `the key ${word} is given twice; keep one`;
    case "MULTIPLE_DOCS":
      return "one document a file; remove the line --- and what follows";
    case "TAB_AS_INDENT":
      return "indent with spaces, not tabs";
    case "TAG_RESOLVE_FAILED":
      return `the tag ${word} means nothing here; remove it`;
    case "BAD_SCALAR_START":
      return `a text cannot start with ${rest.charAt(0)}; quote it`;
    case "RESOURCE_EXHAUSTION":
      return "is nested too deep";
    default:
      return phrase(error.message);
  }
}

/** The library's sentence, with a way out for the mistakes that happen. */
function phrase(message: string): string {
  const first = (message.split("\n")[0] ?? "").replace(/[.:]+$/, "");
  const text = first.charAt(0).toLowerCase() + first.slice(1);
  if (/flow-(map|seq)-start at node end/.test(text)) {
    return `${text}; quote a text that holds a bracket: "10.0.0.{1..20}"`;
  }
  const opened = /^flow (map|sequence) .* end with a ([\]}])/.exec(text);
  if (opened !== null) {
    const [, kind, end] = opened;
    const start = kind === "map" ? "{" : "[";
    return `the ${start} opened above must be closed with ${end} before this, its lines indented`;
  }
  if (text.startsWith("nested mappings are not allowed")) {
    return `${text}; check the indentation, or quote a text that holds ": "`;
  }
  return text;
}

/** Well-formed YAML that nobody needs, and that plain data cannot hold. */
function strangeParts(doc: Document, spot: (offset: number) => Spot): Problem[] {
  const problems: Problem[] = [];
  const add = (node: unknown, reason: string): void => {
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    problems.push({ ...spot(offset), path: "yaml", reason });
  };
  visit(doc, {
    Pair: (_, pair) => {
      const key: unknown = isAlias(pair.key) ? pair.key.resolve(doc) : pair.key;
      if (!isScalar(key) || key.value === null) add(pair.key ?? pair.value, "a key must be a word");
    },
    Alias: (_, alias, ancestors) => {
      const target = alias.resolve(doc);
      if (target === undefined)
        add(alias, `*${alias.source} has no anchor &${alias.source} before it`);
      else if (ancestors.includes(target)) add(alias, `*${alias.source} contains itself`);
    },
  });
  return problems;
}

/** The deepest node there is on the path; when a key is missing, the key of what lacks it. */
function find(doc: Document, path: Path): Node | null {
  let node: unknown = doc.contents;
  let key: unknown = null;
  for (const part of path) {
    const inside: unknown = isAlias(node) ? node.resolve(doc) : node;
    if (isMap(inside)) {
      const pair = inside.items.findLast((item) => wordOf(doc, item.key) === String(part));
      if (pair === undefined) return nodeOr(key, node);
      key = pair.key;
      node = pair.value ?? pair.key;
    } else if (isSeq(inside) && typeof part === "number" && part < inside.items.length) {
      node = inside.items[part];
      key = node;
    } else {
      break;
    }
  }
  return nodeOr(node, key);
}

function keyNode(doc: Document, path: Path, key: string): Node | null {
  const owner: unknown = path.length === 0 ? doc.contents : find(doc, path);
  const map: unknown = isAlias(owner) ? owner.resolve(doc) : owner;
  if (!isMap(map)) return null;
  const pair = map.items.findLast((item) => wordOf(doc, item.key) === key);
  return pair !== undefined && isNode(pair.key) ? pair.key : null;
}

function wordOf(doc: Document, key: unknown): string {
  const scalar: unknown = isAlias(key) ? key.resolve(doc) : key;
  return isScalar(scalar) ? String(scalar.value) : tell(scalar);
}

function nodeOr(first: unknown, second: unknown): Node | null {
  if (isNode(first)) return first;
  return isNode(second) ? second : null;
}
