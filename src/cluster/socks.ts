/**
 * The server's side of SOCKS5 (RFC 1928) with user names (RFC 1929), as far as a proxy for nodes
 * goes: three messages in, CONNECT to an IPv4 address only. Pure: bytes in, steps out.
 */
import { type Address, address, ipOf, portOf } from "../core/address.ts";

/** What the next bytes of a client amount to. */
export type Step =
  /** Not a whole message yet. */
  | { readonly do: "wait" }
  | { readonly do: "answer"; readonly bytes: Uint8Array; readonly taken: number }
  /** The client has said who it is and whom it dials. The reply is to follow. */
  | { readonly do: "dial"; readonly user: string; readonly remote: Address; readonly taken: number }
  /** Nothing more to say but this. */
  | { readonly do: "refuse"; readonly bytes: Uint8Array; readonly why: string };

export const REPLY = {
  succeeded: 0,
  unreachable: 4,
  refused: 5,
  /** "TTL expired", for a dial that nobody answered. */
  timeout: 6,
} as const;

const VERSION = 5;
const AUTH_VERSION = 1;
const USER_AND_PASSWORD = 2;
const NO_METHOD = 0xff;
const CONNECT = 1;
const IPV4 = 1;
const IPV4_LENGTH = 10;
const NOT_A_COMMAND = 7;
const NOT_AN_ADDRESS = 8;
const FAILED = 1;

/** One client: feed it what is there, act, and drop what was taken. */
export class Greeter {
  #stage: "hello" | "user" | "request" = "hello";
  #user = "";
  readonly #knows: (user: string) => boolean;

  constructor(knows: (user: string) => boolean) {
    this.#knows = knows;
  }

  next(bytes: Uint8Array): Step {
    if (bytes.length < 2) return { do: "wait" };
    switch (this.#stage) {
      case "hello":
        return this.#hello(bytes);
      case "user":
        return this.#login(bytes);
      case "request":
        return this.#request(bytes);
    }
  }

  #hello(bytes: Uint8Array): Step {
    const [version, count = 0] = bytes;
    if (version !== VERSION) return refusal([], `SOCKS version ${version}`);
    const taken = 2 + count;
    if (bytes.length < taken) return { do: "wait" };
    if (!bytes.subarray(2, taken).includes(USER_AND_PASSWORD)) {
      return refusal([VERSION, NO_METHOD], "no user name is offered");
    }
    this.#stage = "user";
    return answer([VERSION, USER_AND_PASSWORD], taken);
  }

  #login(bytes: Uint8Array): Step {
    const nameEnd = 2 + (bytes[1] ?? 0);
    const passwordLength = bytes[nameEnd];
    if (passwordLength === undefined) return { do: "wait" };
    const taken = nameEnd + 1 + passwordLength;
    if (bytes.length < taken) return { do: "wait" };
    this.#user = new TextDecoder().decode(bytes.subarray(2, nameEnd));
    if (bytes[0] !== AUTH_VERSION || !this.#knows(this.#user)) {
      return refusal([AUTH_VERSION, FAILED], `no node is named ${JSON.stringify(this.#user)}`);
    }
    this.#stage = "request";
    return answer([AUTH_VERSION, 0], taken);
  }

  #request(bytes: Uint8Array): Step {
    if (bytes.length < 4) return { do: "wait" };
    const [version, command, , kind] = bytes;
    if (version !== VERSION) return refusal([], `SOCKS version ${version}`);
    if (command !== CONNECT) return { ...reply(NOT_A_COMMAND), why: `command ${command}` };
    if (kind !== IPV4) return { ...reply(NOT_AN_ADDRESS), why: `address type ${kind}` };
    if (bytes.length < IPV4_LENGTH) return { do: "wait" };
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const remote = address(view.getUint32(4), view.getUint16(8));
    return { do: "dial", user: this.#user, remote, taken: IPV4_LENGTH };
  }
}

/** `bound`: where the proxy connects from; what the other end will see. */
export function replyBytes(code: number, bound: Address): Uint8Array {
  const bytes = new Uint8Array(IPV4_LENGTH);
  const view = new DataView(bytes.buffer);
  bytes.set([VERSION, code, 0, IPV4]);
  view.setUint32(4, ipOf(bound));
  view.setUint16(8, portOf(bound));
  return bytes;
}

function reply(code: number): { readonly do: "refuse"; readonly bytes: Uint8Array } {
  return { do: "refuse", bytes: replyBytes(code, 0 as Address) };
}

function answer(bytes: readonly number[], taken: number): Step {
  return { do: "answer", bytes: Uint8Array.from(bytes), taken };
}

function refusal(bytes: readonly number[], why: string): Step {
  return { do: "refuse", bytes: Uint8Array.from(bytes), why };
}
