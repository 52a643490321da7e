/**
 * What a real node is told: its config file and the flags above it, as plain data with every
 * default filled in, or BadInput with every problem there is. The file says what a scenario says
 * of one node and of its world, in the same words; nodes go by address, for they have no names.
 *
 *   listen: 203.0.113.10                       where others reach it; without port, the usual one
 *   data: /var/lib/timed                       key, chain, cache, log
 *   peers: [203.0.113.11, 203.0.113.12:24100]  whom it calls first
 *   chain: { network: testnet }                the kit's own keys, of the world and of a node
 *   tier: Free
 *   config: { announcePeriod: 60s }            the kit's constants
 *   proxy: socks5://user@127.0.0.1:1080        calls others through it
 *   metrics: 127.0.0.1:9124                    for Prometheus; default: none
 *   clock: { offset: 2s, start: 2026-01-01T00:00:00Z, speed: 10 }
 */
import * as z from "zod";
import type { Address } from "../core/address.ts";
import { assert, BadInput } from "../core/assert.ts";
import type { Time } from "../core/units.ts";
import type { Fields, Settings } from "../kit/field.ts";
import {
  CLOCK,
  clock,
  type ClockPlan,
  endpoint,
  LOOPBACK,
  loopback,
  micros,
  nodeName,
  path,
  place,
  proxy,
  type ProxyPlan,
} from "./daemon-words.ts";
import type { Dialect } from "./dialect.ts";
import { filled, settings, shapeOf } from "./fields.ts";
import { type Form, isMapping, type Path } from "./forms.ts";
import { profileName } from "./nodes.ts";
import { foundIn, located, refusal } from "./problems.ts";
import { ASKED } from "./reasons.ts";
import { seed } from "./schema.ts";
import { OPEN, type Scope } from "./scope.ts";
import { pathText, readSource, type Source } from "./source.ts";
import { ip, peer } from "./words.ts";

export interface DaemonPlan {
  readonly name: string | null;
  readonly profile: string;
  readonly listen: Address;
  readonly bind: Address | null;
  /** The ip its dials come from; null for that of `listen`. */
  readonly dialsFrom: number | null;
  readonly peers: readonly Address[];
  readonly proxy: ProxyPlan | null;
  readonly data: string;
  readonly log: string | null;
  readonly record: string | null;
  readonly control: Address;
  readonly metrics: Address | null;
  readonly seed: string | null;
  readonly debug: boolean;
  /** Waits until its clock's time since `clock.origin` is this. */
  readonly bootAt: Time | null;
  readonly clock: ClockPlan;
  /** Overrides of the protocol's constants. */
  readonly config: Settings;
  /** The kit's own keys: of a scenario, and of a node. */
  readonly world: Settings;
  readonly node: Settings;
}

/** A value from the command line, for a path of the file. */
export interface Flag {
  /** As it was written: `--listen`. */
  readonly name: string;
  readonly path: Path;
  readonly value: unknown;
}

/** A config file, as far as it was read. */
export interface DaemonFile {
  readonly name: string;
  readonly text: string;
}

/** `usual`: what holds where neither says anything. Flags win over the file, whole values. */
export function loadDaemon(
  kit: Dialect,
  file: DaemonFile | null,
  flags: readonly Flag[],
  usual: Settings,
): DaemonPlan {
  const source = readSource(file?.text ?? "");
  const name = file?.name ?? "";
  if (source.broken) throw refusal(name, source.problems);
  const given = source.data ?? {};
  if (!isMapping(given)) {
    const reason = "expected settings such as listen: 203.0.113.10";
    throw refusal(name, [{ line: 1, column: 1, path: WHOLE, reason }]);
  }
  const data = flags.reduce<unknown>((all, flag) => withPart(all, flag.path, flag.value), {
    ...usual,
    ...given,
  });
  const read = daemonForm(kit).safeParse(data, ASKED);
  const problems = read.error === undefined ? [] : foundIn(read.error);
  const ofFlags = problems.flatMap(({ path, key, reason }): string[] => {
    const whole = key === null ? path : [...path, key];
    const flag = flags.find((each) => isWithin(whole, each.path));
    if (flag !== undefined) return [`${flag.name} — ${reason}`];
    return file === null ? [`--${pathText(whole, WHOLE)} — ${reason}`] : [];
  });
  const rest = problems.filter(({ path, key }) => {
    const whole = key === null ? path : [...path, key];
    return file !== null && !flags.some((each) => isWithin(whole, each.path));
  });
  return read.data !== undefined && source.problems.length === 0
    ? read.data
    : fail(name, source, located(rest, source, WHOLE), ofFlags);
}

const WHOLE = "config";

function fail(
  file: string,
  source: Source,
  found: ReturnType<typeof located>,
  ofFlags: readonly string[],
): never {
  throw new BadInput([...refusal(file, [...source.problems, ...found]).problems, ...ofFlags]);
}

function isWithin(path: Path, flag: Path): boolean {
  return flag.every((part, at) => path[at] === part);
}

/** The data with one part replaced; what stands in the way of its path goes. */
function withPart(data: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const record = isMapping(data) ? data : {};
  return { ...record, [key]: withPart(record[key], rest, value) };
}

/** What an operator says to a running node, `{ peer: "203.0.113.9" }`, read as a file would be. */
export function readArguments(kit: Dialect, fields: Fields, given: unknown): Settings {
  const scope: Scope = { ...OPEN, addressPort: kit.defaultPort };
  const read = settings(fields, scope, "complete").safeParse(given, ASKED);
  if (read.data !== undefined) return read.data;
  throw new BadInput(
    foundIn(read.error).map(({ path, key, reason }) => {
      return `${pathText(key === null ? path : [...path, key], "parameters")} — ${reason}`;
    }),
  );
}

function daemonForm(kit: Dialect): Form<DaemonPlan> {
  const scope: Scope = { ...OPEN, addressPort: kit.defaultPort };
  const port = kit.defaultPort;
  const shape = {
    name: nodeName.optional(),
    profile: profileName("Which machine it runs", kit).optional(),
    listen: place("Where others reach it; without a port, the network's", port),
    bind: place("Where it listens, if that is another address: behind NAT", port).optional(),
    dialsFrom: ip("The ip its dials come from, by default that of listen").optional(),
    peers: z.array(peer("A peer to call first", port)).optional(),
    proxy: proxy("Calls others through it: socks5://user:password@127.0.0.1:1080").optional(),
    data: path("Folder of its key, chain, cache and log, made if it is missing"),
    log: path("Its log; - for the terminal; default: logs/timed.log in the data folder").optional(),
    record: path("Writes every event there, to be replayed: run.ndjson.gz").optional(),
    control: loopback("Where timed status and its like reach it; default: any port").optional(),
    metrics: endpoint("Where Prometheus finds /metrics; default: nowhere").optional(),
    seed: seed.optional(),
    debug: z.boolean().meta({ description: "Operators may disturb clock and disk" }).optional(),
    bootAt: micros("Boots when its clock has run so long since its origin, in µs").optional(),
    clock: clock.optional(),
    config: settings(kit.config, scope, "overrides")
      .meta({ description: "Constants of the protocol" })
      .optional(),
  };
  const world = shapeOf(kit.world, scope, "complete");
  const node = shapeOf(kit.node, scope, "complete");
  const taken = Object.keys({ ...world, ...node }).find((name) => name in shape);
  assert(taken === undefined, `kit ${kit.name} names a field ${taken ?? ""}, which is taken`);
  return z.strictObject({ ...shape, ...world, ...node }).transform((given): DaemonPlan => {
    return {
      name: given.name ?? null,
      profile: given.profile ?? kit.profiles[0]?.name ?? "",
      listen: given.listen,
      bind: given.bind ?? null,
      dialsFrom: given.dialsFrom ?? null,
      peers: given.peers ?? [],
      proxy: given.proxy ?? null,
      data: given.data,
      log: given.log ?? null,
      record: given.record ?? null,
      control: given.control ?? LOOPBACK,
      metrics: given.metrics ?? null,
      seed: given.seed ?? null,
      debug: given.debug ?? false,
      bootAt: (given.bootAt ?? null) as Time | null,
      clock: given.clock ?? CLOCK,
      config: given.config ?? {},
      world: filled(kit.world, given, scope, "complete"),
      node: filled(kit.node, given, scope, "complete"),
    };
  });
}
