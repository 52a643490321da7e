/**
 * A bare peer: a process that speaks raw lines, for scripts. It is no masternode: it dials, sends
 * and closes when told, accepts everybody, answers nothing, and writes down what it hears.
 */
import type { Address } from "../../src/core/address.ts";
import { ipOf } from "../../src/core/address.ts";
import { must } from "../../src/core/assert.ts";
import type { Codec } from "../../src/core/codec.ts";
import type { Ctx, Input, Machine, SessionId } from "../../src/core/machine.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import type { Kit, Profile } from "../../src/kit/kit.ts";
import { messageCodec, messageTypes } from "../../src/masternode/codec.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import type { Message } from "../../src/masternode/messages.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/wire/utf8.ts";

/** A line to be sent as it is, garbled or not. */
export interface Raw {
  readonly type: "Raw";
  readonly line: string;
}

export type BareCommand =
  | { readonly type: "dial"; readonly address: Address }
  | {
      readonly type: "send";
      readonly address: Address;
      readonly nth: number;
      readonly line: string;
    }
  | { readonly type: "close"; readonly address: Address; readonly nth: number };

interface Bare {
  readonly config: unknown;
  readonly state: BareState;
  readonly message: Message | Raw;
  readonly timer: string;
  readonly command: BareCommand;
  readonly fact: { readonly type: string };
  readonly files: Readonly<Record<string, unknown>>;
}

export interface BareState {
  readonly sessions: readonly BareSession[];
  /** Sessions' endings and lines as they came, oldest first. */
  readonly heard: readonly Heard[];
}

interface BareSession {
  readonly id: SessionId;
  readonly remote: Address;
}

export interface Heard {
  readonly session: SessionId;
  readonly remote: Address;
  /** A message, or what happened to the session. */
  readonly what: Message | string;
}

const bare: Machine<Bare> = {
  name: "bare",
  kinds: [...messageTypes, "Raw"],
  init: () => ({ sessions: [], heard: [] }),
  step,
};

function step(state: BareState, input: Input<Bare>, ctx: Ctx<Bare>): BareState {
  switch (input.kind) {
    case "opened": {
      const session = { id: input.session, remote: input.remote };
      const sessions = [...state.sessions, session];
      return note({ ...state, sessions }, session, `opened, ${input.role}`);
    }
    case "message":
      return note(state, sessionOf(state, input.session), input.message as Message);
    case "garbled":
      return note(state, sessionOf(state, input.session), `garbled: ${input.error}`);
    case "refused":
      return note(state, { id: input.session, remote: input.remote }, input.reason);
    case "closed": {
      const session = sessionOf(state, input.session);
      return note(without(state, session), session, `closed: ${input.reason}`);
    }
    case "command":
      return obey(state, input.command, ctx);
    default:
      return state;
  }
}

function obey(state: BareState, command: BareCommand, ctx: Ctx<Bare>): BareState {
  if (command.type === "dial") {
    ctx.dial(command.address);
    return state;
  }
  const ip = ipOf(command.address);
  const open = state.sessions.filter((session) => ipOf(session.remote) === ip);
  const session = must(open.at(command.nth), "an open session with that node");
  if (command.type === "send") {
    ctx.send(session.id, { type: "Raw", line: command.line });
    return state;
  }
  ctx.close(session.id, "told to");
  return without(state, session);
}

function sessionOf(state: BareState, id: SessionId): BareSession {
  return must(
    state.sessions.find((session) => session.id === id),
    `session ${id}`,
  );
}

function without(state: BareState, gone: BareSession): BareState {
  return { ...state, sessions: state.sessions.filter((session) => session.id !== gone.id) };
}

function note(state: BareState, session: BareSession, what: Heard["what"]): BareState {
  const heard = [...state.heard, { session: session.id, remote: session.remote, what }];
  return { ...state, heard };
}

/**
 * The masternodes' codec, and raw lines go out as they are. The world asks each line once what it
 * was made of, before it travels; only then is it looked at as its receiver will.
 */
function rawCodec(): Codec<Message> {
  const unasked = new WeakMap<Uint8Array, Raw>();
  return {
    encode(message) {
      const raw = message as Message | Raw;
      if (raw.type !== "Raw") return messageCodec.encode(raw);
      const line = encodeUtf8(raw.line);
      unasked.set(line, raw);
      return line;
    },
    decode(line) {
      const raw = unasked.get(line);
      if (raw === undefined) return messageCodec.decode(line);
      unasked.delete(line);
      return { kind: "message", message: raw as unknown as Message };
    },
  };
}

/** The kit of masternodes with one profile more. */
export function bareKit(machines: Machines = {}): Kit<Masternode> {
  const kit = kitOf(machines);
  const profiles = kit.profiles.map((profile): Profile<Masternode> => {
    return { ...profile, machine: { ...profile.machine, kinds: bare.kinds as never } };
  });
  // Its alphabets are its own; the world only carries them.
  const machine = bare as unknown as Machine<Masternode>;
  const spoken: Profile<Masternode> = { name: "bare", about: "raw lines", machine, config: {} };
  return { ...kit, codec: rawCodec(), profiles: [...profiles, spoken] };
}

/** By name of the profile: they replace the shipped ones. */
export type Machines = Readonly<Record<string, Machine<Masternode>>>;

export function kitOf(machines: Machines): Kit<Masternode> {
  const kit = masternodeKit(nodeCrypto);
  const profiles = kit.profiles.map((profile) => {
    return { ...profile, machine: machines[profile.name] ?? profile.machine };
  });
  return { ...kit, profiles };
}

/** A message as its line on the wire. */
export function lineOf(message: Message): string {
  const bytes = messageCodec.encode(message);
  return decodeUtf8(bytes, 0, bytes.length) ?? "";
}
