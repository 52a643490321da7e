/**
 * `/metrics` for Prometheus. Counters are fed by a listener on the trace and by nothing else, so
 * they count what a record would hold; gauges are the numbers of `status`, looked at when asked.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { Address } from "../../core/address.ts";
import type { Row } from "../../kit/view.ts";
import { type GateBody, kindMask, type TraceEvent, typeOf } from "../../trace/event.ts";
import type { Recorder } from "../../trace/recorder.ts";
import { end, listening, type Listening } from "./http.ts";
import type { Columns } from "./render.ts";

const PREFIX = "timed_";
const KINDS = kindMask(
  ...(["opened", "close", "closed", "send", "deliver", "garbled"] as const),
  ...(["fact", "gate", "saved"] as const),
);

export class Metrics {
  readonly #registry = new Registry();
  /** Role by session, of those that are open. */
  readonly #roles = new Map<number, string>();
  readonly #sessions: Gauge<"role">;
  readonly #gates: Gauge<"gate">;
  readonly #messages: Counter<"direction" | "type">;
  readonly #garbled: Counter;
  readonly #facts: Counter<"type">;
  readonly #saves: Counter<"file" | "result">;
  /** By key of `status`: what takes its number. */
  readonly #takers: readonly (readonly [string, (value: number) => void])[];
  /** Answers what `shown` names. Who counts from the first event on has no node to ask yet. */
  status: () => Row = () => ({});

  /** Of `shown`, which `status` answers, each number becomes a gauge. */
  constructor(recorder: Recorder, shown: Columns) {
    const registers = [this.#registry];
    const named = <T extends string>(name: string, help: string, ...labelNames: T[]) => {
      return { name: PREFIX + name, help, labelNames, registers };
    };
    this.#sessions = new Gauge(named("sessions", "Open sessions", "role"));
    this.#gates = new Gauge(named("gate_open", "Whether a guard is open", "gate"));
    this.#messages = new Counter(named("messages_total", "Messages", "direction", "type"));
    this.#garbled = new Counter(named("garbled_total", "Lines that were no message"));
    this.#facts = new Counter(named("facts_total", "What happened, by kind", "type"));
    this.#saves = new Counter(named("saves_total", "Writes of files", "file", "result"));
    for (const role of ["dialed", "accepted"]) this.#sessions.set({ role }, 0);
    this.#takers = this.#takersOf(shown);
    collectDefaultMetrics({ register: this.#registry, prefix: PREFIX });
    recorder.listen({ mask: KINDS, see: (event) => this.#see(event) });
  }

  /** What a scrape gets. Rejects with what `status` throws. */
  async text(): Promise<string> {
    const row = this.status();
    for (const [key, take] of this.#takers) take(Number(row[key] ?? Number.NaN));
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #takersOf(shown: Columns): readonly (readonly [string, (value: number) => void])[] {
    const registers = [this.#registry];
    return Object.entries(shown)
      .filter(([, { unit }]) => unit !== "text")
      .map(([key, { unit, about: help, grows }]) => {
        const suffix = unit === "bytes" || unit === "seconds" ? `_${unit}` : "";
        const name = PREFIX + snakeCase(key) + suffix;
        if (grows !== true) {
          const gauge = new Gauge({ name, help, registers });
          return [key, (value) => gauge.set(value)];
        }
        const counter = new Counter({ name: `${name}_total`, help, registers });
        let before = 0;
        return [
          key,
          (value) => {
            counter.inc(value - before);
            before = value;
          },
        ];
      });
  }

  #see({ kind, a, b, body }: TraceEvent): void {
    if (kind === "send") this.#messages.inc({ direction: "out", type: typeOf(body) });
    else if (kind === "deliver") this.#messages.inc({ direction: "in", type: typeOf(body) });
    else if (kind === "garbled") this.#garbled.inc();
    else if (kind === "fact") this.#facts.inc({ type: typeOf(body) });
    else if (kind === "saved") {
      this.#saves.inc({ file: String(body), result: b === 1 ? "durable" : "failed" });
    } else if (kind === "gate") this.#gate(a, body as GateBody);
    else this.#session(kind === "opened" ? String(body) : null, a);
  }

  /** A guard of many things (a peer, a height) is not one number. */
  #gate(open: number, { gate, values }: GateBody): void {
    if (values["for"] === undefined) this.#gates.set({ gate }, open);
  }

  /** `role` null: it ends. */
  #session(role: string | null, session: number): void {
    const before = this.#roles.get(session);
    if (role !== null) {
      this.#roles.set(session, role);
      this.#sessions.inc({ role });
    } else if (before !== undefined) {
      this.#roles.delete(session);
      this.#sessions.dec({ role: before });
    }
  }
}

/** Answers `/metrics`, and `/healthz` as long as it answers at all. */
export function serveMetrics(metrics: Metrics, at: Address): Promise<Listening> {
  return listening(at, (request, response) => answer(metrics, request, response));
}

/** What a request's path is below, whatever host the caller thinks this is. */
const BASE = "http://host";

async function answer(
  metrics: Metrics,
  { url = "/" }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!URL.canParse(url, BASE)) return end(response, 400, "that is no path");
  const { pathname } = new URL(url, BASE);
  if (pathname === "/healthz") return end(response, 200, "ok");
  if (pathname !== "/metrics") return end(response, 404, "there are /metrics and /healthz");
  const text = await metrics.text();
  response.setHeader("Content-Type", metrics.contentType);
  end(response, 200, text);
}

/** `nextSlot` is `next_slot`. */
function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
