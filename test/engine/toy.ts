/**
 * A toy protocol for tests of the engine: it does what commands say, in words (`dial B`, `send 1`,
 * `save f 1 before-sends; send 2`), and says as a fact whatever it is told. No cleverness: what a
 * test reads is what the engine did.
 */
import { address, ipOf, parseAddress } from "../../src/core/address.ts";
import type { Address } from "../../src/core/address.ts";
import { assert } from "../../src/core/assert.ts";
import type { Codec } from "../../src/core/codec.ts";
import type { Ctx, Input, Machine, SessionId } from "../../src/core/machine.ts";
import { seconds } from "../../src/core/units.ts";

export interface ToyMessage {
  readonly type: "note" | "other" | "echo";
  readonly n: number;
  readonly pad: string;
}

export interface ToyFact {
  readonly type: "saw";
  readonly text: string;
  readonly session: number;
  readonly wall: number;
  readonly uptime: number;
}

export interface ToySession {
  readonly session: SessionId;
  readonly peer: string;
}

export interface ToyState {
  readonly open: readonly ToySession[];
  readonly inputs: number;
}

export interface Toy {
  readonly config: { readonly echo: boolean };
  readonly state: ToyState;
  readonly message: ToyMessage;
  readonly timer: string;
  readonly command: { readonly type: "do"; readonly acts: string };
  readonly fact: ToyFact;
  readonly files: Readonly<Record<string, string>>;
}

const PORT = 24_100;

/** A is 10.0.0.1, B 10.0.0.2 and so on; anything longer is an address. */
export function placeOf(name: string): Address {
  if (/^[A-Z]$/.test(name)) return address(0x0a_00_00_00 + name.charCodeAt(0) - 64, PORT);
  const parsed = parseAddress(name, PORT);
  assert(parsed !== null, `no place: ${name}`);
  return parsed;
}

/** By ip alone: an acceptor knows the dialer by an ephemeral port. */
function nameOf(place: Address): string {
  return String.fromCharCode(64 + (ipOf(place) & 255));
}

export const toyCodec: Codec<ToyMessage> = {
  encode: (message) => new TextEncoder().encode(JSON.stringify(message)),
  decode: (line) => {
    try {
      return { kind: "message", message: JSON.parse(new TextDecoder().decode(line)) as ToyMessage };
    } catch {
      return { kind: "garbled", error: "no JSON" };
    }
  },
};

export const toy: Machine<Toy> = {
  name: "toy",
  kinds: ["note", "other", "echo"],
  init(_config, files, ctx) {
    const names = Object.keys(files).toSorted((one, other) => (one < other ? -1 : 1));
    say(ctx, ["booted", ...names.map((name) => `${name}=${files[name]}`)].join(" "), 0);
    return { open: [], inputs: 0 };
  },
  step,
};

/** Answers notes with echoes. */
export const echoing: Machine<Toy> = {
  ...toy,
  name: "echoing",
  step(state, input, ctx) {
    const next = step(state, input, ctx);
    if (input.kind === "message" && input.message.type === "note") {
      ctx.send(input.session, { type: "echo", n: input.message.n, pad: "" });
    }
    return next;
  },
};

function step(state: ToyState, input: Input<Toy>, ctx: Ctx<Toy>): ToyState {
  const session = "session" in input ? input.session : (0 as SessionId);
  const text = tell(state, input);
  if (text !== "") say(ctx, text, session);
  let open = state.open;
  if (input.kind === "opened") open = [...open, { session, peer: nameOf(input.remote) }];
  if (input.kind === "closed") open = without(open, session);
  if (input.kind === "command") {
    for (const act of input.command.acts.split("; ")) open = perform(open, act.split(" "), ctx);
  }
  return { open, inputs: state.inputs + 1 };
}

function tell(state: ToyState, input: Input<Toy>): string {
  const peer = "session" in input ? peerOf(state, input.session) : "";
  switch (input.kind) {
    case "opened":
      return `${input.role === "dialed" ? "opened" : "accepted"} ${nameOf(input.remote)}`;
    case "refused":
      return `refused ${nameOf(input.remote)} ${input.reason}`;
    case "message":
      return `got ${input.message.type} ${input.message.n} from ${peer}`;
    case "garbled":
      return `garbled ${peer}`;
    case "closed":
      return `closed ${peer} ${input.reason}`;
    case "timer":
      return `timer ${input.timer}${input.key === "" ? "" : `/${input.key}`}`;
    case "saved":
      return `saved ${input.file} ${input.ok ? "ok" : "failed"}`;
    case "command":
      return "";
  }
}

function perform(
  open: readonly ToySession[],
  [verb = "", what = "", ...more]: readonly string[],
  ctx: Ctx<Toy>,
): readonly ToySession[] {
  switch (verb) {
    case "dial":
      ctx.dial(placeOf(what));
      return open;
    case "send": // send 7 [kind] [peer] [bytes]
    case "spray": // the same, seven times
      for (let n = Number(what); n < Number(what) + (verb === "send" ? 1 : 7); n++) {
        for (const { session } of those(open, more[1])) {
          const type = (more[0] ?? "note") as ToyMessage["type"];
          ctx.send(session, { type, n, pad: "x".repeat(Number(more[2] ?? 0)) });
        }
      }
      return open;
    case "shout": // shout session n: a send on a session that may not be open
      ctx.send(Number(what) as SessionId, { type: "note", n: Number(more[0]), pad: "" });
      return open;
    case "close": {
      const gone = what.startsWith("#") ? Number(what.slice(1)) : null;
      // `close #3` gives up a dial or a session by its number.
      if (gone !== null) ctx.close(gone as SessionId, "test");
      const closing = those(open, gone === null ? what : `#${gone}`);
      if (gone === null) for (const { session } of closing) ctx.close(session, "test");
      return open.filter((each) => !closing.includes(each));
    }
    case "save":
      ctx.save(what, more[0] ?? "", more[1] === "before-sends" ? "before-sends" : "whenever");
      return open;
    case "arm": // arm name seconds [key]
      ctx.setTimer(what, seconds(Number(more[0])), more[1] ?? "");
      return open;
    case "cancel":
      ctx.cancelTimer(what, more[0] ?? "");
      return open;
    case "gate": // gate name open|shut value
      ctx.gate(what, more[0] === "open", { have: Number(more[1]) });
      return open;
    case "look":
      say(ctx, "looked", 0);
      return open;
    case "draw":
      say(ctx, `drew ${ctx.random(what).below(1_000_000)}`, 0);
      return open;
    default:
      throw new Error(`the toy cannot ${verb}`);
  }
}

/** Sessions with a peer, or of a number; all when nothing is said. */
function those(open: readonly ToySession[], which = ""): readonly ToySession[] {
  if (which === "" || which === "all") return open;
  return open.filter((each) => each.peer === which || `#${each.session}` === which);
}

function without(open: readonly ToySession[], session: SessionId): readonly ToySession[] {
  return open.filter((each) => each.session !== session);
}

function peerOf(state: ToyState, session: SessionId): string {
  return state.open.find((each) => each.session === session)?.peer ?? "?";
}

function say(ctx: Ctx<Toy>, text: string, session: number): void {
  ctx.emit({ type: "saw", text, session, wall: ctx.wall, uptime: ctx.uptime });
}
