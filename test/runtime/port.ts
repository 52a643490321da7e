/** A port that only remembers what it was asked, for tests of the node runtime alone. */
import { address } from "../../src/core/address.ts";
import type { Machine } from "../../src/core/machine.ts";
import { randomFrom } from "../../src/core/random.ts";
import type { Time, UnixMicros } from "../../src/core/units.ts";
import { NodeRuntime } from "../../src/runtime/node.ts";
import type { Port } from "../../src/runtime/port.ts";
import { Recorder } from "../../src/trace/recorder.ts";
import { type Toy, toy } from "../engine/toy.ts";

export interface Bench {
  readonly node: NodeRuntime<Toy>;
  readonly recorder: Recorder;
  /** `transmit 1 note 7`, `close 1`, `persist f`, … in order. */
  readonly asked: string[];
  /** Tokens of the saves, in order. */
  readonly tokens: number[];
  /** Facts and endings, in order. */
  said(): string[];
}

export function bench(machine: Machine<Toy> = toy): Bench {
  const recorder = new Recorder({ level: "full" });
  const asked: string[] = [];
  const tokens: number[] = [];
  const port = remembering(asked, tokens);
  const self = address(0x0a_00_00_01, 24_100);
  const config = { echo: false };
  const options = { machine, config, self, index: 0, port, recorder, guard: true };
  const node = new NodeRuntime<Toy>(options);
  node.boot({}, -1);
  return { node, recorder, asked, tokens, said: () => saidBy(recorder) };
}

export function remembering(asked: string[], tokens: number[]): Port<Toy> {
  let armed = 0;
  return {
    now: () => 7 as Time,
    uptime: () => 0 as Time,
    wall: () => 0 as UnixMicros,
    random: (label) => randomFrom(label),
    dial: (session) => asked.push(`dial ${session}`),
    transmit: (session, message) => asked.push(`transmit ${session} ${message.type} ${message.n}`),
    close: (session) => asked.push(`close ${session}`),
    arm: (timer, key, after) => {
      armed++;
      asked.push(`arm ${timer}/${key} ${after} = ${armed}`);
      return armed;
    },
    disarm: (handle) => asked.push(`disarm ${handle}`),
    persist: (file, _value, token) => {
      tokens.push(token);
      asked.push(`persist ${file}`);
    },
  };
}

function saidBy(recorder: Recorder): string[] {
  const lines: string[] = [];
  for (const { kind, body, a } of recorder.events()) {
    if (kind === "fact") lines.push((body as { text: string }).text);
    if (kind === "drop") lines.push(`drop ${a}: ${String(body)}`);
  }
  return lines;
}
