/**
 * The one colour gate. Chalk ignores NO_COLOR and the table package colours even into a pipe, so
 * neither is asked: it is decided here once, and everything else paints with what this returns.
 */
import type Table from "cli-table3";

export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

export interface ColorQuestion {
  /** `--color` and `--no-color`; undefined when neither was given. */
  readonly flag: boolean | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTTY: boolean;
}

/** --color and --no-color, then NO_COLOR (if not empty), FORCE_COLOR, then a terminal not dumb. */
export function wantsColor({ flag, env, isTTY }: ColorQuestion): boolean {
  if (flag !== undefined) return flag;
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"] ?? "";
  if (forced !== "") return forced !== "0" && forced !== "false";
  return isTTY && env["TERM"] !== "dumb";
}

const PLAIN: Paint = {
  good: (text) => text,
  bad: (text) => text,
  dim: (text) => text,
  bold: (text) => text,
};

/** Chalk is loaded only when it has something to do: it costs a tenth of the start-up. */
export async function paintFor(question: ColorQuestion): Promise<Paint> {
  if (!wantsColor(question)) return PLAIN;
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level: 1 });
  return { good: chalk.green, bad: chalk.red, dim: chalk.dim, bold: chalk.bold };
}

const NONE = "";
const CHARS: Table.TableConstructorOptions["chars"] = {
  top: NONE,
  "top-mid": NONE,
  "top-left": NONE,
  "top-right": NONE,
  bottom: NONE,
  "bottom-mid": NONE,
  "bottom-left": NONE,
  "bottom-right": NONE,
  left: NONE,
  "left-mid": NONE,
  mid: NONE,
  "mid-mid": NONE,
  right: NONE,
  "right-mid": NONE,
  middle: "  ",
};

/** Options of every table: no frames, and above all none of the package's own colours. */
export const TABLE: Table.TableConstructorOptions = {
  chars: CHARS,
  style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
};
