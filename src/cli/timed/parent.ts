/**
 * The program that started this one and wants many of it to begin at one moment (`--await`). It is
 * told `ready` on stdout once all is loaded, answers one line on stdin, and is there as long as
 * stdin is: a node does not outlive who started it.
 *
 *   {"origin":"123456789","bootAt":5000000}     ns of the monotonic clock; µs after it
 */
import { BadInput } from "../../core/assert.ts";
import type { Time } from "../../core/units.ts";

export interface Word {
  /** Where its time begins, by the machine's monotonic clock, in ns. */
  readonly origin: bigint;
  readonly bootAt: Time;
}

/** Longer words are none. */
const WORD_MAX = 4_096;

export class Parent {
  /** Resolves when stdin ends. */
  readonly gone: Promise<string>;
  readonly #line: Promise<string>;

  constructor() {
    const { stdin } = process;
    let text = "";
    let told: (line: string) => void = () => undefined;
    let ended: (why: string) => void = () => undefined;
    this.#line = new Promise((resolve) => {
      told = resolve;
    });
    this.gone = new Promise((resolve) => {
      ended = resolve;
    });
    stdin.setEncoding("utf8");
    stdin.on("data", (piece: string) => {
      // What follows the line is not for us.
      if (text.includes("\n") || text.length > WORD_MAX) return;
      text += piece;
      if (text.includes("\n") || text.length > WORD_MAX) told(text.split("\n")[0] ?? "");
    });
    for (const event of ["end", "close", "error"]) {
      stdin.on(event, () => ended("who started it has gone"));
    }
  }

  /** Null if the parent goes without a word. */
  async word(): Promise<Word | null> {
    process.stdout.write("ready\n");
    const line = await Promise.race([this.#line, this.gone.then(() => null)]);
    return line === null ? null : wordIn(line);
  }

  /** The process may end by itself again. */
  release(): void {
    process.stdin.destroy();
  }
}

function wordIn(line: string): Word {
  const { origin, bootAt } = parsed(line) ?? {};
  const isWord = typeof origin === "string" && /^-?\d{1,20}$/.test(origin);
  if (isWord && Number.isSafeInteger(bootAt)) {
    return { origin: BigInt(origin), bootAt: bootAt as Time };
  }
  const found = line.length > 80 ? `${line.slice(0, 80)}…` : line;
  const expected = 'expected {"origin":"<ns>","bootAt":<µs>}';
  throw new BadInput([`stdin:1:1 — ${expected}; found ${JSON.stringify(found)}`]);
}

function parsed(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" ? (value as Readonly<Record<string, unknown>> | null) : null;
  } catch {
    return null;
  }
}
