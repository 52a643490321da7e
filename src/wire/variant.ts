/**
 * Serde's externally tagged enums (section 2.3): a bare name for a variant without content, else
 * an object with the name as its only key. Inside the program a variant is an object whose `type`
 * is that name. An unknown name is no fault and is told apart from a wrong shape (rule S8).
 */
import type { Decoded } from "../core/codec.ts";
import { must } from "../core/assert.ts";
import type { Json } from "./json.ts";
import { Malformed, Mismatch } from "./mismatch.ts";
import type { Reader } from "./reader.ts";
import type { Column, Fields } from "./record.ts";
import { columnsOf, encodeFields, readFields, readPositions, sizeOfFields } from "./record.ts";
import { readJson } from "./shape.ts";
import { listSize, textSize } from "./size.ts";

type Row = Record<string, unknown>;
type Content<M> = Omit<M, "type">;

/** What stands behind one name. */
export interface Variant<M> {
  /** Undefined: nothing, the name stands alone. */
  encode(message: M): Json | undefined;
  /** Bytes of that, written; -1 for nothing. */
  size(message: M): number;
  /** Adds the content to `row`, which holds the `type` already. Null: the name stood alone. */
  read(row: Row, content: Reader | null): object | Mismatch;
}

export type Variants<M extends { readonly type: string }> = {
  readonly [K in M["type"]]: Variant<Extract<M, { readonly type: K }>>;
};

/** `"GetPeers"`, also read from `{"GetPeers":null}`. */
export function unit<M>(): Variant<M> {
  return {
    encode: () => undefined,
    size: () => -1,
    read(row, content) {
      return content === null || content.null() ? row : new Mismatch("", "nothing");
    },
  };
}

/** `{"GetBlockHash":5}`: the content is the one field's value. */
export function newtype<M>(fields: Fields<Content<M>>): Variant<M> {
  const [column, ...rest] = columnsOf(fields);
  const { name, shape } = must(rest.length === 0 ? column : null, "exactly one field");
  return {
    encode: (message) => shape.encode((message as Row)[name]),
    size: (message) => shape.size((message as Row)[name]),
    read(row, content) {
      if (content === null) return new Mismatch("", "a value");
      const value = shape.read(content);
      if (value instanceof Mismatch) return value;
      row[name] = value;
      return row;
    },
  };
}

/** `{"GetBlocks":[3010,3011]}`. */
export function tuple<M>(fields: Fields<Content<M>>): Variant<M> {
  const columns = columnsOf(fields);
  return {
    encode: (message) => columns.map(({ name, shape }) => shape.encode((message as Row)[name])),
    size: (message) => {
      let items = 0;
      for (const { name, shape } of columns) items += shape.size((message as Row)[name]);
      return listSize(columns.length, items);
    },
    read(row, content) {
      if (content === null) return new Mismatch("", `an array of ${columns.length}`);
      return readPositions(columns, row, content);
    },
  };
}

/** `{"Ping":{"nonce":1,"timestamp":2}}`, also read from `{"Ping":[1,2]}`. */
export function record<M>(fields: Fields<Content<M>>): Variant<M> {
  const columns: readonly Column[] = columnsOf(fields);
  return {
    encode: (message) => encodeFields(columns, message as Row),
    size: (message) => sizeOfFields(columns, message as Row),
    read(row, content) {
      return content === null ? new Mismatch("", "an object") : readFields(columns, row, content);
    },
  };
}

export interface Tagged<M> {
  readonly names: readonly string[];
  encode(message: M): Json;
  /** Bytes of that, written. */
  size(message: M): number;
  /** `room` bounds the memory that the message takes. */
  decode(line: Uint8Array, room: number): Decoded<M>;
}

export function tagged<M extends { readonly type: string }>(variants: Variants<M>): Tagged<M> {
  const known = new Map(Object.entries<Variant<M>>(variants));
  const shape = { read: (from: Reader) => readTagged(known, from) };
  return {
    names: [...known.keys()],
    encode(message) {
      const content = must(known.get(message.type), message.type).encode(message);
      return content === undefined ? message.type : new Map([[message.type, content]]);
    },
    size(message) {
      const { type } = message;
      const content = must(known.get(type), type).size(message);
      return content < 0 ? textSize(type) : listSize(1, textSize(type) + 1 + content);
    },
    decode(line, room) {
      const read = readJson(shape, line, room);
      if (!read.ok) return { kind: "garbled", error: read.error };
      if (read.value instanceof Unknown) return { kind: "unknown", name: read.value.name };
      return { kind: "message", message: read.value as M };
    },
  };
}

class Unknown {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** An unknown name is kept for the log: at most this much of it. */
const NAME_MAX = 64;

function readTagged<M>(
  known: ReadonlyMap<string, Variant<M>>,
  from: Reader,
): object | Unknown | Mismatch {
  const wrong = new Mismatch("", "a name or an object of one key");
  if (from.startsText()) {
    const name = from.name();
    return name instanceof Malformed ? name : readContent(known, name, null);
  }
  if (!from.startsObject()) return from.pass() ?? wrong;
  const name = from.key(0);
  if (typeof name !== "string") return name ?? wrong;
  const content = readContent(known, name, from);
  if (content instanceof Mismatch) return content;
  const more = from.key(1);
  return more === null ? content : more instanceof Malformed ? more : wrong;
}

function readContent<M>(
  known: ReadonlyMap<string, Variant<M>>,
  name: string,
  content: Reader | null,
): object | Unknown | Mismatch {
  const variant = known.get(name);
  if (variant === undefined) return content?.pass() ?? new Unknown(name.slice(0, NAME_MAX));
  const message = variant.read({ type: name }, content);
  return message instanceof Mismatch ? message.within(name) : message;
}
