/**
 * The machine of the suite: the engine's toy, which also knows the two limits of lines, says what
 * kind of line it could not read, and acts when a timer says so (`arm act 0.01 close_B`) or another
 * node does (a message of type `other` is "cancel b").
 */
import type { Codec, FileCodec, FileCodecs } from "../../src/core/codec.ts";
import type { Ctx, Input, Machine, SessionId } from "../../src/core/machine.ts";
import { type Toy, toy, toyCodec, type ToyMessage, type ToyState } from "../engine/toy.ts";

/** Bytes of a line before a session has said anything, and after. */
const SHORT = 1_000;
const LONG = 60_000;

interface ActorState extends ToyState {
  /** Sessions that have said something. */
  readonly known: readonly SessionId[];
}

export const actor: Machine<Toy> = {
  ...toy,
  name: "actor",
  lineLimit: (state, session) => (knownTo(state).includes(session) ? LONG : SHORT),
  step(state, input, ctx) {
    const open = said(state, input, ctx);
    let known = knownTo(state);
    if (input.kind === "message" && !known.includes(input.session)) {
      known = [...known, input.session];
    }
    const next: ActorState = { ...open, known };
    return next;
  },
};

function said(state: ToyState, input: Input<Toy>, ctx: Ctx<Toy>): ToyState {
  if (input.kind === "garbled") {
    const peer = state.open.find(({ session }) => session === input.session)?.peer ?? "?";
    const { session, what } = input;
    const { wall, uptime } = ctx;
    ctx.emit({ type: "saw", text: `garbled ${peer}: ${what}`, session, wall, uptime });
    return state;
  }
  const next = toy.step(state, input, ctx);
  const acts = actsOf(input);
  if (acts === "") return next;
  return toy.step(next, { kind: "command", command: { type: "do", acts } }, ctx);
}

function actsOf(input: Input<Toy>): string {
  if (input.kind === "timer" && input.timer === "act")
    return String(input.key).replaceAll("_", " ");
  if (input.kind === "message" && input.message.type === "other") return "cancel b";
  return "";
}

function knownTo(state: ToyState): readonly SessionId[] {
  return "known" in state ? (state as ActorState).known : [];
}

const text: FileCodec<string> = {
  encode: (value) => new TextEncoder().encode(value),
  decode: (bytes) => ({ ok: true, value: new TextDecoder().decode(bytes) }),
};

/** What the suite saves. */
export const actorFiles: FileCodecs<Toy["files"]> = { f: text, g: text, last: text };

/** Told to a node that is stopped. */
export const STOP: Toy["command"] = { type: "do", acts: "save last words whenever; send 99" };

/** A codec that writes lines nobody can read, while `spoils` says so. */
export function spoiling(spoils: () => boolean): Codec<ToyMessage> {
  return {
    encode: (message) => (spoils() ? new TextEncoder().encode("}{") : toyCodec.encode(message)),
    decode: (line) => toyCodec.decode(line),
  };
}
