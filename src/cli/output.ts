/**
 * What a command may use of the process, as one value, so that a test can run it without one.
 * Results go to stdout; progress, notes and problems to stderr.
 */
import { type Paint, paintFor } from "./color.ts";
import type { Protocol } from "./protocol.ts";

export interface Stream {
  write(text: string): unknown;
  readonly isTTY: boolean;
  /** Of a terminal that says how wide it is. */
  readonly columns?: number | undefined;
}

export interface Host {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Files are looked for here. */
  readonly cwd: string;
  /** The words after the program's name. */
  readonly argv: readonly string[];
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds of a clock that never goes back. */
  elapsed(): number;
  /** Another protocol than the program's own; null but in tests and with --machine. */
  readonly kit: Protocol | null;
}

export interface Io extends Host {
  /** `--machine`, as it was written. */
  readonly machine: string | null;
  readonly paint: Paint;
  /** The reader cannot see anything but ASCII. */
  readonly ascii: boolean;
}

/** Options of the program itself, whatever the command. */
export interface ProgramOptions {
  readonly color?: boolean;
  readonly machine?: string;
}

export async function ioFor(host: Host, { color, machine }: ProgramOptions): Promise<Io> {
  const question = { flag: color, env: host.env, isTTY: host.stdout.isTTY };
  const paint = await paintFor(question);
  return { ...host, machine: machine ?? null, paint, ascii: wantsAscii(host.env) };
}

/** With the protocol that was asked for. */
export async function withKit(io: Io): Promise<Io> {
  if (io.machine === null) return io;
  const { loadKit } = await import("./machine.ts");
  return { ...io, kit: await loadKit(io.machine, io.cwd) };
}

/** A locale that is named and is not UTF-8. None at all, as in containers, can show anything. */
function wantsAscii(env: Host["env"]): boolean {
  const names = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]];
  const locale = names.find((name) => name !== undefined && name !== "");
  return locale !== undefined && !/utf-?8/i.test(locale);
}

/** Our own signs; what protocols and files say is left as it is. As wide as before. */
const SIGNS: Readonly<Record<string, string>> = {
  "✓": "+",
  "✗": "x",
  "›": ">",
  "·": "-",
  "←": "<",
  "—": "-",
  "…": "~",
};

export function readable(text: string, io: Pick<Io, "ascii">): string {
  return io.ascii ? text.replaceAll(/[✓✗›·←—…]/g, (sign) => SIGNS[sign] ?? sign) : text;
}

/** One result: a line, or several. */
export function say(io: Io, text: string): void {
  io.stdout.write(`${readable(text, io)}\n`);
}

/** For who watches, not for who reads the result. */
export function note(io: Io, text: string): void {
  io.stderr.write(`${readable(text, io)}\n`);
}

/** The same host, and whether anything was written to its stdout so far. */
export function watched(host: Host): { readonly host: Host; readonly isSilent: () => boolean } {
  const { stdout } = host;
  let silent = true;
  const stream: Stream = {
    write: (text) => {
      silent = false;
      return stdout.write(text);
    },
    get isTTY() {
      return stdout.isTTY;
    },
    get columns() {
      return stdout.columns;
    },
  };
  return { host: { ...host, stdout: stream }, isSilent: () => silent };
}

/** Exactly one document. */
export function sayJson(io: Io, document: unknown): void {
  io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

const CHUNK = 32_768;

/** Many lines. Lets the process notice between two pieces that its reader has gone. */
export async function sayLines(io: Io, lines: Iterable<string>): Promise<void> {
  let piece = "";
  for (const line of lines) {
    piece += `${readable(line, io)}\n`;
    if (piece.length < CHUNK) continue;
    io.stdout.write(piece);
    piece = "";
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  if (piece !== "") io.stdout.write(piece);
}
