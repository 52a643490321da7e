/** Forms that only a real node's file needs: endpoints, proxies, a clock against the machine's. */
import * as z from "zod";
import { type Address, address, ipOf, isUnusable, parseAddress, portOf } from "../core/address.ts";
import type { Duration, Time, UnixMicros } from "../core/units.ts";
import { parseUtc } from "../core/utc.ts";
import { custom, type Form, text } from "./forms.ts";
import { badName, driftRate } from "./nodes.ts";
import { tell } from "./texts.ts";
import { address as nodeAddress, signedDuration } from "./words.ts";

const LOOPBACK_IP = 0x7f_00_00_01;
/** Any port of this machine alone. */
export const LOOPBACK: Address = address(LOOPBACK_IP, 0);

export interface ProxyPlan {
  readonly address: Address;
  readonly user: string;
  readonly password: string;
}

/** Where a node listens: at a port that others know, at an ip of its own or at all of them. */
export function place(about: string, defaultPort: number): Form<Address> {
  const isIp = (given: Address): boolean => {
    return ipOf(given) === 0 || !isUnusable(address(ipOf(given), defaultPort));
  };
  return nodeAddress(about, defaultPort)
    .refine((given) => portOf(given) !== 0, "others cannot know which port 0 becomes: name one")
    .refine(isIp, "no machine has such an ip");
}

/** An ip with its port: nothing is usual here. */
export function endpoint(about: string): Form<Address> {
  const write = "an endpoint is written 127.0.0.1:9124";
  return text<Address>({ about, examples: ["127.0.0.1:9124"], write }, (given) => {
    const read = /:\d+$/.test(given) ? parseAddress(given, 0) : null;
    return read ?? { wrong: `${write}; found ${tell(given)}` };
  });
}

/** An endpoint that no other machine reaches. */
export function loopback(about: string): Form<Address> {
  return endpoint(about).refine(
    (given) => ipOf(given) >>> 24 === 127,
    "must be on this machine: 127.0.0.1 and a port",
  );
}

const SOCKS = /^socks5:\/\/(?:([^:@/\s]*)(?::([^@/\s]*))?@)?([^@/\s]+)$/;
/** RFC 1929 counts their bytes in one. */
const CREDENTIAL_MAX = 255;

export function proxy(about: string): Form<ProxyPlan> {
  const write = "a proxy is written socks5://127.0.0.1:1080 or socks5://user:password@ip:port";
  return text<ProxyPlan>({ about, examples: ["socks5://127.0.0.1:1080"], write }, (given) => {
    const [, user = "", password = "", place = ""] = SOCKS.exec(given) ?? [];
    const read = /:\d+$/.test(place) ? parseAddress(place, 0) : null;
    if (read === null) return { wrong: write };
    const parts = [user, password].map(unescaped);
    const [name = null, secret = null] = parts;
    if (name === null || secret === null) return { wrong: `${write}; a %xx in it is broken` };
    if (Math.max(name.length, secret.length) > CREDENTIAL_MAX) {
      return { wrong: `user and password have at most ${CREDENTIAL_MAX} letters` };
    }
    return { address: read, user: name, password: secret };
  });
}

function unescaped(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

export function path(about: string): Form<string> {
  return z.string().min(1, "must not be empty").meta({ description: about });
}

export const nodeName: Form<string> = text<string>(
  { about: "Its name in logs; default: the machine's", write: "expected a name as text" },
  (given) => {
    const wrong = badName(given);
    return wrong === null ? given : { wrong };
  },
);

export function micros(about: string): Form<number> {
  return z.number().int().min(0).meta({ description: about });
}

export interface ClockPlan {
  /** Wall clock minus true time. */
  readonly offset: Duration;
  /** Parts per million fast. */
  readonly drift: number;
  /** So many times faster than the machine's. */
  readonly speed: number;
  /** Where its time begins, by the machine's monotonic or wall clock; null: when it starts. */
  readonly origin: { readonly monotonic: Time } | { readonly wall: UnixMicros } | null;
  /** What its wall clock shows then; null: what the kit says, or without origin the machine. */
  readonly epoch: UnixMicros | null;
}

const ZERO = 0 as Duration;
export const CLOCK: ClockPlan = { offset: ZERO, drift: 0, speed: 1, origin: null, epoch: null };
const SPEED_MAX = 1_000;

export const clock: Form<ClockPlan> = z
  .strictObject({
    offset: signedDuration("Wall clock minus true time").optional(),
    drift: driftRate.optional(),
    speed: z
      .number()
      .positive("must be above 0")
      .max(SPEED_MAX)
      .meta({ description: "How many times faster than real time everything goes" })
      .optional(),
    start: moment(
      "Time 0 of the world, by this machine's clock: the chain then stands as chain says",
    ).optional(),
    origin: micros("Time 0 of the world, by this machine's monotonic clock, in µs").optional(),
    epoch: moment("What its wall clock shows at time 0; default: what chain says").optional(),
  })
  .meta({ description: "Its clock against the machine's" })
  .transform((given, ctx): ClockPlan => {
    const { offset = ZERO, drift = 0, speed = 1, start, origin, epoch = null } = given;
    if (start !== undefined && origin !== undefined) {
      ctx.addIssue({ code: "custom", message: "start and origin say the same; keep one" });
    }
    return { offset, drift, speed, epoch, origin: originOf(start, origin) };
  });

function originOf(start: UnixMicros | undefined, origin: number | undefined): ClockPlan["origin"] {
  if (start !== undefined) return { wall: start };
  return origin === undefined ? null : { monotonic: origin as Time };
}

/** UTC as text, or whole microseconds since 1970 as other programs write it. */
function moment(about: string): Form<UnixMicros> {
  const example = "2026-01-01T00:00:00Z";
  const look = (): z.ZodType => z.union([z.string(), z.number().int()]);
  return custom(about, look, (value, report) => {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) {
      return value as UnixMicros;
    }
    const read = typeof value === "string" ? parseUtc(value) : null;
    if (read === null) report.problem([], `a moment is written ${example}; found ${tell(value)}`);
    return read ?? undefined;
  });
}
