/**
 * Worlds of toys for tests, with seconds for times and stories for results: every fact is one line,
 * `5.100000 A opened B`.
 */
import { ipOf } from "../../src/core/address.ts";
import type { Fault, LinkProfile } from "../../src/core/fault.ts";
import type { Machine } from "../../src/core/machine.ts";
import { formatTime, millis, seconds, type Time, type UnixMicros } from "../../src/core/units.ts";
import type { NetworkConfig } from "../../src/engine/net.ts";
import { World } from "../../src/engine/world.ts";
import type { KindName, TraceEvent } from "../../src/trace/event.ts";
import { Recorder, type TraceLevel } from "../../src/trace/recorder.ts";
import { placeOf, type Toy, toy, toyCodec, type ToyFact, type ToyMessage } from "./toy.ts";
import type { Codec } from "../../src/core/codec.ts";

export interface ToyOptions {
  readonly nodes?: number;
  readonly seed?: string;
  readonly wire?: "objects" | "bytes";
  readonly guard?: boolean;
  readonly level?: TraceLevel;
  readonly machine?: Machine<Toy>;
  readonly codec?: Codec<ToyMessage>;
  /** All links, or those that the function gives something for. */
  readonly link?: Partial<LinkProfile> | ((from: string, to: string) => Partial<LinkProfile>);
  readonly network?: Partial<NetworkConfig>;
  /** Seconds; null waits for a restart. */
  readonly start?: (name: string) => number | null;
  /** The node whose ip its dials come from. */
  readonly source?: (name: string) => string;
  readonly clock?: (name: string) => { readonly offset: number; readonly drift: number };
  /** Seconds from save to durable. */
  readonly disk?: number;
  readonly stop?: string;
  readonly proxied?: boolean;
}

export const EPOCH = 1_766_000_000_000_000 as UnixMicros;

export const LINK: LinkProfile = {
  latency: { shape: "constant", at: millis(50) },
  drawn: "per-message",
  loss: 0,
  bandwidth: null,
};

const NETWORK: NetworkConfig = {
  userTimeout: seconds(30),
  dialTimeout: seconds(127),
  keepalive: seconds(120),
  rtoMin: millis(200),
  rtoMax: seconds(20),
  sendBuffer: 8 * 1_048_576,
  receiveBuffer: 4 * 1_048_576,
};

export function namesOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => String.fromCharCode(65 + index));
}

/** A world, its names, and the words in which tests speak with it. */
export class Stage {
  readonly world: World<Toy>;
  readonly names: readonly string[];

  constructor(world: World<Toy>, names: readonly string[]) {
    this.world = world;
    this.names = names;
  }

  /** At that second: `tell(5, "A", "dial B")`. */
  tell(at: number, node: string, acts: string): this {
    this.world.commandAt(moment(at), node, { type: "do", acts });
    return this;
  }

  faultAt(at: number, fault: Fault): this {
    this.world.injectAt(moment(at), fault);
    return this;
  }

  run(until: number): this {
    this.world.run(moment(until));
    return this;
  }

  fork(): Stage {
    return new Stage(this.world.fork(), this.names);
  }

  /** What nodes saw from that second on, without boots from an empty disk. */
  story(from = 0, node = ""): string[] {
    return this.facts(from, node)
      .filter(({ fact }) => fact.text !== "booted")
      .map(({ at, name, fact }) => `${formatTime(at)} ${name} ${fact.text}`);
  }

  /** The same without times and names: what one node saw. */
  saw(node: string, from = 0): string[] {
    return this.facts(from, node)
      .map(({ fact }) => fact.text)
      .filter((text) => text !== "booted");
  }

  facts(from = 0, node = ""): { readonly at: number; readonly name: string; fact: ToyFact }[] {
    return this.events("fact")
      .map((event) => ({
        at: event.at as number,
        name: this.names[event.node] ?? "-",
        fact: event.body as ToyFact,
      }))
      .filter(({ at, name }) => at >= seconds(from) && (node === "" || name === node));
  }

  events(kind?: KindName): TraceEvent[] {
    return [...this.world.recorder.events()].filter((event) => (kind ?? event.kind) === event.kind);
  }

  get digest(): string {
    return this.world.recorder.digest;
  }
}

export function toyWorld(options: ToyOptions = {}): Stage {
  const names = namesOf(options.nodes ?? 2);
  const {
    start = () => 0,
    source = (name) => name,
    clock = () => ({ offset: 0, drift: 0 }),
  } = options;
  const world = new World<Toy>({
    seed: options.seed ?? "toy",
    epoch: EPOCH,
    nodes: names.map((name) => ({
      name,
      address: placeOf(name),
      source: ipOf(placeOf(source(name))),
      machine: options.machine ?? toy,
      config: { echo: false },
      start: inMicros(start(name)),
      clock: clock(name),
      disk: { delay: seconds(options.disk ?? 0.01), full: false },
    })),
    types: toy.kinds,
    codec: options.codec ?? toyCodec,
    wire: options.wire ?? "objects",
    network: { ...NETWORK, ...options.network },
    link: (from, to) => ({ ...LINK, ...linkOf(options, names[from] ?? "", names[to] ?? "") }),
    recorder: new Recorder({ level: options.level ?? "full" }),
    guard: options.guard ?? true,
    stop: options.stop === undefined ? null : { type: "do", acts: options.stop },
    proxied: options.proxied ?? false,
  });
  return new Stage(world, names);
}

/** Two nodes with one session, dialed by A at 1 s and open on both ends at 1.15 s. */
export function pair(options: ToyOptions = {}): Stage {
  return toyWorld(options).tell(1, "A", "dial B").run(2);
}

function linkOf(options: ToyOptions, from: string, to: string): Partial<LinkProfile> {
  return typeof options.link === "function" ? options.link(from, to) : (options.link ?? {});
}

function inMicros(start: number | null): number | null {
  return start === null ? null : seconds(start);
}

/** Seconds since the run began. */
function moment(count: number): Time {
  return Math.round(count * 1_000_000) as Time;
}
