/**
 * What the trace layer itself knows of an event's body (event.ts), whatever the protocol: enough
 * for all that reads a trace and knows none. Needed where no sum says that a line is as written.
 */
import type { KindName } from "./event.ts";

interface Form {
  /** For a message: `a fact's body must be ${said}`. */
  readonly said: string;
  readonly fits: (body: unknown) => boolean;
}

const TEXT: Form = { said: "a text", fits: (body) => typeof body === "string" };
const TYPED: Form = { said: "{ type, … }", fits: (body) => has(body, "type") };
const DOING: Form = { said: "{ do, … }", fits: (body) => has(body, "do") };
const FILE: Form = {
  said: "a file's name, or { file, … }",
  fits: (body) => typeof body === "string" || has(body, "file"),
};
const GATE: Form = {
  said: "{ gate, values }",
  fits: (body) => has(body, "gate") && isValues(body["values"]),
};

/** Kinds that are left out say all in their numbers. */
const FORMS: Readonly<Partial<Record<KindName, Form>>> = {
  ...{ opened: TEXT, refused: TEXT, garbled: TEXT, drop: TEXT, close: TEXT, closed: TEXT },
  ...{ timer: TEXT, save: TEXT, saved: TEXT, down: TEXT, aside: TEXT, crash: TEXT },
  ...{ send: TYPED, deliver: TYPED, command: TYPED, fact: TYPED },
  ...{ gate: GATE, fault: DOING, lift: DOING, read: FILE },
};

/** What such a body must be, where this is none; null where it will do. */
export function bodyFlaw(kind: KindName, body: unknown): string | null {
  const form = FORMS[kind];
  return form === undefined || form.fits(body) ? null : form.said;
}

type Data = Readonly<Record<string, unknown>>;

/** A record with a text of that name. */
function has(body: unknown, key: string): body is Data {
  return typeof body === "object" && body !== null && typeof (body as Data)[key] === "string";
}

function isValues(values: unknown): boolean {
  if (typeof values !== "object" || values === null) return false;
  return Object.values(values).every((value) => ["number", "string"].includes(typeof value));
}
