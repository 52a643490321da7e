/** Hand-made traces and a vocabulary of three words, for what reads traces. */
import { address } from "../../src/core/address.ts";
import type { Duration, Time, UnixMicros } from "../../src/core/units.ts";
import { KIND, type KindName, NO_CAUSE, type TraceEvent } from "../../src/trace/event.ts";
import { Recorder } from "../../src/trace/recorder.ts";
import { type Words, wordsFor } from "../../src/trace/text.ts";
import type { Trace, TraceHeader } from "../../src/trace/trace.ts";
import type { Vocabulary } from "../../src/trace/vocabulary.ts";

export const A = address(0xcb00710a, 24_100);
export const B = address(0xcb00710b, 24_100);

export const HEADER: TraceHeader = {
  format: 2,
  origin: "sim",
  kit: "toy",
  timesim: "0.0.0",
  scenario: null,
  name: "toy",
  seed: "7",
  profile: "usual",
  nodes: [
    { name: "A", address: A },
    { name: "B2", address: B },
  ],
  epoch: 1_000_000_000_000_000 as UnixMicros,
};

interface ToyFact {
  readonly type: string;
  readonly is?: number;
}

export const vocabulary: Vocabulary = {
  gist: (body) => `gist ${String((body as ToyFact).is ?? "")}`.trim(),
  fact: (body) => `${(body as ToyFact).type} ${(body as ToyFact).is ?? ""}`.trim(),
  gate: (name, open, values) => {
    return `gate ${name} ${open ? "opens" : "is closed"} ${JSON.stringify(values)}`;
  },
  notable: (body) => (body as ToyFact).type !== "detail",
  log: ({ kind, body }) => {
    return kind === "fact" ? { level: "INFO", text: (body as ToyFact).type } : null;
  },
  logFormat: (wall, host, { text }) => `${wall} ${host} ${text}`,
};

export const words: Words = wordsFor(HEADER, vocabulary);

/** An event in short: [second, node, kind, what differs from the usual]. */
export type Step = readonly [
  second: number,
  node: number,
  kind: KindName,
  rest?: Partial<Pick<TraceEvent, "cause" | "a" | "b" | "body">>,
];

export function traceOf(steps: readonly Step[], header: TraceHeader = HEADER): Trace {
  const recorder = new Recorder({ level: "full" });
  for (const [second, node, kind, rest = {}] of steps) {
    const { cause = NO_CAUSE, a = 0, b = 0, body = null } = rest;
    const at = Math.round(second * 1e6) as Time;
    recorder.record(at, node, KIND[kind], cause, a, b, body);
  }
  const virtual = Math.round((steps.at(-1)?.[0] ?? 0) * 1e6) as Duration;
  return {
    header,
    footer: { digest: recorder.digest, events: recorder.count, virtual, outcomes: [] },
    event: (id) => recorder.event(id),
    events: () => recorder.events(),
  };
}

export const counts = (is: number): { readonly body: ToyFact } => ({ body: { type: "count", is } });

export const gate = (
  open: boolean,
  values: Readonly<Record<string, number | string>> = {},
): { readonly a: number; readonly body: unknown } => {
  return { a: open ? 1 : 0, body: { gate: "door", values } };
};
