/**
 * How a protocol's events are said. Passed in by the protocol, so that trace, report and checks
 * print a protocol's words without knowing one. All functions are pure.
 */
import type { Address } from "../core/address.ts";
import type { UnixMicros } from "../core/units.ts";
import type { TraceEvent } from "./event.ts";

/** Names for what events hold as numbers. */
export interface Names {
  /** `A`; `-` for the world. */
  node(index: number): string;
  /** The node that listens there, else the address itself. */
  address(value: Address): string;
}

export interface LogLine {
  readonly level: "DEBUG" | "INFO" | "WARN" | "ERROR";
  readonly text: string;
}

export interface Vocabulary {
  /** The gist of a message or command without its type: `seq 12, port 24100`. May be empty. */
  gist(body: unknown, names: Names): string;
  /** A fact as a sentence without its subject: `counts 2 active: A, B`. */
  fact(body: unknown, names: Names): string;
  /** A closed or opened gate as a sentence without its subject. */
  gate(name: string, open: boolean, values: Readonly<Record<string, number | string>>): string;
  /** Whether a fact is a change a reader of the timeline wants (else it is detail). */
  notable(body: unknown): boolean;
  /** The line the real node would have logged for this event, or null. */
  log(event: TraceEvent, names: Names): LogLine | null;
  /** `2025-12-21 21:50:05.240 [host]  INFO text`, the real node's file format. */
  logFormat(wall: UnixMicros, host: string, line: LogLine): string;
}
