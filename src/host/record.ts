/**
 * The flight recorder of a real node: it listens to the node's recorder and writes the same trace
 * as the simulator does (trace/writer.ts), line by line while the node runs. Its one rule: a record
 * is whole or ends; where it cannot be written further it stops, and the node goes on.
 */
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { crc32 } from "node:zlib";
import { digestOf } from "../core/digest.ts";
import type { Duration } from "../core/units.ts";
import { EVERY_KIND, type FileBody, type TraceEvent } from "../trace/event.ts";
import type { Recorder } from "../trace/recorder.ts";
import type { TraceHeader } from "../trace/trace.ts";
import { TraceWriter } from "../trace/writer.ts";
import { contentOf } from "../wire/content.ts";
import { Outlet } from "./outlet.ts";

export interface RecordOptions {
  /** Nothing is recorded yet. */
  readonly recorder: Recorder;
  /** `origin: "host"`; never the private key. */
  readonly header: TraceHeader;
  /** `fd:3`, or a file; packed if its name ends in .gz. */
  readonly target: string;
  /** A file that was found at boot, as its codec writes it. */
  readonly encode: (file: string, value: unknown) => Uint8Array;
  /** The machine's state, asked for at the end. */
  readonly state: () => unknown;
  /** Told once, if the record ends before it is whole: disk full, too slow, nobody reads. */
  readonly ended: (why: string) => void;
  /** Bytes that may wait to be written. Default 64 MiB. */
  readonly pendingMax?: number;
}

export interface Recording {
  /** What the node signed, both as hex: a replay has no key. */
  readonly signed: (digest: string, signature: string) => void;
  /** Writes the end. After it, nothing is recorded. Never rejects. */
  readonly close: () => Promise<void>;
}

const PENDING_MAX = 64 * 1_048_576;
/** A node signs few things again: heartbeats of the last minutes. */
const REMEMBERED = 1_024;

/** Throws what the system says if nothing can be written there. */
export function startRecord(options: RecordOptions): Recording {
  const { recorder, header, target, encode, state, ended, pendingMax = PENDING_MAX } = options;
  const former = keepFormer(target);
  const outlet = new Outlet({ target, pendingMax, shut: ended });
  const writer = new TraceWriter(crc32);
  const told = new Set<string>();
  let last = 0;
  const put = (line: string): void => outlet.write(`${line}\n`);
  const see = (event: TraceEvent): void => {
    if (!outlet.open) return;
    last = event.at;
    put(writer.event(event.kind === "read" ? withText(event, encode) : event));
  };
  put(writer.header(header));
  recorder.listen({ mask: EVERY_KIND, see });
  return {
    signed: (digest, signature) => {
      if (!outlet.open || told.has(digest)) return;
      if (told.size >= REMEMBERED) told.clear();
      told.add(digest);
      put(writer.signed(digest, signature));
    },
    close: async () => {
      const events = recorder.count;
      const virtual = last as Duration;
      const digest = "-";
      const end = { digest, events, virtual, outcomes: [], state: digestOf(state()) };
      if (outlet.open) put(writer.footer(end));
      await outlet.close();
      if (events === 0) takeBack(target, former);
    },
  };
}

function withText(
  event: TraceEvent,
  encode: (file: string, value: unknown) => Uint8Array,
): TraceEvent {
  if (event.a >= 0) return event;
  const { file, value } = event.body as FileBody;
  return { ...event, body: { file, ...contentOf(encode(file, value)) } };
}

/**
 * The record of a crash must not be lost to the restart: it gets its last moment for a name. Null:
 * there was none.
 */
function keepFormer(target: string): string | null {
  if (target.startsWith("fd:") || !existsSync(target)) return null;
  const stat = statSync(target);
  if (!stat.isFile() || stat.size === 0) return null;
  const moment = stat.mtime.toISOString().replaceAll(":", "-");
  const [, stem = target, end = ""] = /^(.*?)((?:\.ndjson)?(?:\.gz)?)$/.exec(target) ?? [];
  const former = `${stem}.${moment}${end}`;
  renameSync(target, former);
  return former;
}

/** Who could not boot has nothing to tell, however often it is started. */
function takeBack(target: string, former: string | null): void {
  try {
    if (target.startsWith("fd:") || !statSync(target).isFile()) return;
    if (former === null) rmSync(target);
    else renameSync(former, target);
  } catch {
    // Somebody else's business by now.
  }
}
