/**
 * The record of a real node (host/record.ts): what its header says of the node, without its private
 * key, and the machine, config and files made of it again.
 */
import { type Address, parseAddress } from "../core/address.ts";
import { BadInput, must } from "../core/assert.ts";
import type * as core from "../core/machine.ts";
import type { UnixMicros } from "../core/units.ts";
import { type Recording, type RecordOptions, startRecord } from "../host/record.ts";
import { defaultsOf, type Settings } from "../kit/field.ts";
import type { NodeSetup, Profile } from "../kit/kit.ts";
import type { FileBody } from "../trace/event.ts";
import type { TraceHeader } from "../trace/trace.ts";
import { bytesOf } from "../wire/content.ts";
import { profileNamed, type Protocol } from "./protocol.ts";
import { version } from "./version.ts";

export interface NodeFacts {
  readonly name: string;
  readonly address: Address;
  readonly profile: string;
  readonly seed: string;
  /** What its clock shows at time 0. */
  readonly epoch: UnixMicros;
  /** How many times faster than real time that goes. */
  readonly speed: number;
  /** Its config names its key by it (core/key.ts). */
  readonly publicKey: string;
  /** As its kit was given them. */
  readonly config: Settings;
  readonly world: Settings;
  readonly node: Settings;
}

type FileCodec = {
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): { ok: true; value: unknown } | { ok: false; error: string };
};

type Setup = Pick<NodeFacts, "publicKey" | "config" | "world" | "node">;

/** What a real node calls before it boots, to be recorded from its first event on. */
export function recordFlight(
  kit: Protocol,
  facts: NodeFacts,
  options: Omit<RecordOptions, "header" | "encode">,
): Recording {
  const encode = (file: string, value: unknown): Uint8Array => {
    return must(codecOf(kit, file), "codec of file", file).encode(value);
  };
  return startRecord({ ...options, header: headerOf(kit, facts), encode });
}

function headerOf(kit: Protocol, facts: NodeFacts): TraceHeader {
  const { name, address, profile, seed, epoch, speed, publicKey, config, world, node } = facts;
  const setup: Setup = { publicKey, config, world, node };
  const by = { kit: kit.name, timesim: version(), scenario: null };
  const nodes = [{ name, address }];
  return { format: 2, origin: "host", ...by, name, seed, profile, nodes, epoch, speed, setup };
}

/** The public key of the node; null where it is no real node's record. */
export function keyIn({ setup }: TraceHeader): string | null {
  const key = ((setup ?? {}) as Partial<Setup>).publicKey;
  return typeof key === "string" ? key : null;
}

/** What the recorded node ran. Throws BadInput, or what the kit throws at settings it dislikes. */
export function machineIn(
  kit: Protocol,
  header: TraceHeader,
): { readonly machine: core.Machine<core.Protocol>; readonly config: unknown } {
  const { config, world, node, publicKey } = setupIn(header);
  const [{ name, address } = { name: "", address: 0 as Address }] = header.nodes;
  const { machine, config: own } = profileOf(kit, header.profile);
  const setup: NodeSetup = {
    ...{ name, address, world, node, key: publicKey },
    // What the node did not know yet is as it is today.
    config: { ...defaultsOf(kit.config), ...own, ...config },
    addressOf: (text) => addressIn(text, kit.defaultPort),
  };
  return { machine, config: kit.configure(setup) };
}

/** The body of a `read` event: a file that the node found, by this version's codec. */
export function foundIn(kit: Protocol, body: unknown, file: string): FileBody {
  const { file: name } = body as FileBody;
  if (Object.hasOwn(body as object, "value")) return body as FileBody;
  const bytes = bytesOf(body);
  const codec = codecOf(kit, name);
  const place = `${file}:1:1 trace — the file ${JSON.stringify(name)} that it found when it booted`;
  if (codec === undefined || bytes === null) throw new BadInput([`${place} is not known`]);
  const read = codec.decode(bytes);
  if (!read.ok) throw new BadInput([`${place} cannot be read by this version: ${read.error}`]);
  return { file: name, value: read.value };
}

function codecOf(kit: Protocol, file: string): FileCodec | undefined {
  const codecs = kit.files as unknown as Readonly<Record<string, FileCodec>>;
  return Object.hasOwn(codecs, file) ? codecs[file] : undefined;
}

function profileOf(kit: Protocol, name: string): Profile<core.Protocol> {
  const known = profileNamed(kit, name);
  return kit.profiles.find((profile) => profile.name === known) as Profile<core.Protocol>;
}

function setupIn({ setup, nodes }: TraceHeader): Setup {
  if (nodes.length !== 1) throw new BadInput(["it is of several nodes: replay the record of one"]);
  const { publicKey, config, world, node } = (setup ?? {}) as Partial<Setup>;
  const whole =
    typeof publicKey === "string" && [config, world, node].every((part) => isSettings(part));
  if (whole) return setup as Setup;
  throw new BadInput(["the header says too little of its node: setup lacks key or settings"]);
}

function isSettings(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A real node knows others by address alone. */
function addressIn(text: string, defaultPort: number): Address {
  const found = parseAddress(text, defaultPort);
  if (found === null) throw new BadInput([`${JSON.stringify(text)} is no address`]);
  return found;
}
