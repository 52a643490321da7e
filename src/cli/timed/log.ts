/**
 * The log of a real node: the lines that the protocol makes of its events, by the node's own clock,
 * the same as `timesim log` prints of a run. A disk that is full costs lines and never the node;
 * how many is said in the first one that fits again.
 */
import { closeSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { SonicBoom } from "sonic-boom";
import type { UnixMicros } from "../../core/units.ts";
import { EVERY_KIND } from "../../trace/event.ts";
import type { Recorder } from "../../trace/recorder.ts";
import type { LogLine, Names, Vocabulary } from "../../trace/vocabulary.ts";
import { Walls } from "../../trace/walls.ts";
import { makeFolders, reasonOf } from "../system.ts";

/** Unwritten text that is kept while the disk does not take it. */
const WAITING_MAX = 1_048_576;
/**
 * So often, each time after 100 ms, a pipe that is full is tried again at the end of the program,
 * which waits 2 s for who does not read, and not for ever.
 */
const RETRIES_MAX = 20;
const FILE_MODE = 0o640;
const STDOUT = 1;
/** Standing for the terminal. */
export const TERMINAL = "-";

export class Log {
  readonly #file: SonicBoom;
  readonly #path: string;
  readonly #host: string;
  readonly #vocabulary: Vocabulary;
  readonly #wall: () => UnixMicros;
  #lost = 0;
  /** How often a full pipe will be tried again; as long as the node runs, always. */
  #retries = Number.POSITIVE_INFINITY;

  /**
   * Throws what the system says of a file that cannot be opened. `host` stands in every line;
   * `wall` is the node's clock, for lines of the program itself.
   */
  constructor(path: string, host: string, vocabulary: Vocabulary, wall: () => UnixMicros) {
    this.#path = path;
    if (path !== TERMINAL) touch(path);
    const target = path === TERMINAL ? { fd: STDOUT } : { dest: path, mode: FILE_MODE };
    const retryEAGAIN = (): boolean => this.#retries-- > 0;
    this.#file = new SonicBoom({ ...target, maxLength: WAITING_MAX, sync: false, retryEAGAIN });
    this.#host = host;
    this.#vocabulary = vocabulary;
    this.#wall = wall;
    this.#file.on("drop", () => this.#lost++);
    // What could not be written waits, and is tried again with the next line.
    this.#file.on("error", () => undefined);
  }

  /** Writes what is recorded from here on. */
  follow(recorder: Recorder, names: Names): void {
    const walls = new Walls({ epoch: 0 as UnixMicros });
    recorder.listen({
      mask: EVERY_KIND,
      see: (event) => {
        walls.see(event);
        const line = this.#vocabulary.log(event, names);
        if (line !== null) this.#write(walls.wall(event.node, event.at), line);
      },
    });
  }

  /** A line of the program itself. */
  note(level: LogLine["level"], text: string): void {
    this.#write(this.#wall(), { level, text });
  }

  #write(wall: UnixMicros, line: LogLine): void {
    if (this.#lost > 0) this.#tellLost(wall);
    this.#file.write(`${this.#vocabulary.logFormat(wall, this.#host, line)}\n`);
  }

  #tellLost(wall: UnixMicros): void {
    const lost = this.#lost;
    const text = `${lost} log lines could not be written`;
    const line = this.#vocabulary.logFormat(wall, this.#host, { level: "WARN", text });
    this.#file.write(`${line}\n`);
    // Unless this one was lost as well.
    if (this.#lost === lost) this.#lost = 0;
    else this.#lost = lost;
  }

  /**
   * After somebody moved the file away (SIGHUP). Answers why it cannot be made anew, if so: then it
   * goes on where it is.
   */
  reopen(): string | null {
    if (this.#path === TERMINAL) return null;
    try {
      touch(this.#path);
      this.#file.reopen();
      return null;
    } catch (error) {
      const why = `${this.#path} cannot be opened anew: ${reasonOf(error)}`;
      this.note("WARN", why);
      return why;
    }
  }

  /** Everything is written, as far as the disk or who reads it takes it. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#file.once("close", () => resolve());
      this.#file.once("error", () => resolve());
      this.#retries = RETRIES_MAX;
      this.#file.on("write", () => (this.#retries = RETRIES_MAX));
      this.#file.end();
    });
  }

  /** Before the process ends at once. */
  flush(): void {
    this.#retries = Math.min(this.#retries, RETRIES_MAX);
    try {
      this.#file.flushSync();
    } catch {
      // Nowhere to say it.
    }
  }
}

/** There, and to be written: the library would say so only later. */
function touch(path: string): void {
  makeFolders(dirname(path));
  closeSync(openSync(path, "a", FILE_MODE));
}
