/**
 * Serde's externally tagged enums (section 2.3): a bare name for a variant without content, else
 * an object with the name as its only key. Inside the program a variant is an object whose `type`
 * is that name. An unknown name is no fault and is told apart from a wrong shape (rule S8).
 */
import type { Decoded } from "../core/codec.ts";
import { must } from "../core/assert.ts";
import type { Json } from "./json.ts";
import { isList, isObject } from "./json.ts";
import type { Column, Fields } from "./record.ts";
import { columnsOf, decodeFields, decodePositions, encodeFields } from "./record.ts";
import { Mismatch } from "./shape.ts";

type Row = Record<string, unknown>;
type Content<M> = Omit<M, "type">;

/** What stands behind one name. */
export interface Variant<M> {
  /** Undefined: nothing, the name stands alone. */
  encode(message: M): Json | undefined;
  /** Adds the content to `row`, which holds the `type` already. */
  decode(row: Row, content: Json | undefined): object | Mismatch;
}

export type Variants<M extends { readonly type: string }> = {
  readonly [K in M["type"]]: Variant<Extract<M, { readonly type: K }>>;
};

/** `"GetPeers"`, also read from `{"GetPeers":null}`. */
export function unit<M>(): Variant<M> {
  return {
    encode: () => undefined,
    decode: (row, content) => ((content ?? null) === null ? row : new Mismatch("", "nothing")),
  };
}

/** `{"GetBlockHash":5}`: the content is the one field's value. */
export function newtype<M>(fields: Fields<Content<M>>): Variant<M> {
  const [column, ...rest] = columnsOf(fields);
  const { name, shape } = must(rest.length === 0 ? column : null, "exactly one field");
  return {
    encode: (message) => shape.encode((message as Row)[name]),
    decode(row, content) {
      if (content === undefined) return new Mismatch("", "a value");
      const value = shape.decode(content);
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
    decode(row, content) {
      const items = content !== undefined && isList(content) ? content : [];
      return decodePositions(columns, row, items);
    },
  };
}

/** `{"Ping":{"nonce":1,"timestamp":2}}`, also read from `{"Ping":[1,2]}`. */
export function record<M>(fields: Fields<Content<M>>): Variant<M> {
  const columns: readonly Column[] = columnsOf(fields);
  return {
    encode: (message) => encodeFields(columns, message as Row),
    decode: (row, content) => decodeFields(columns, row, content ?? null),
  };
}

export interface Tagged<M> {
  readonly names: readonly string[];
  encode(message: M): Json;
  decode(json: Json): Decoded<M>;
}

export function tagged<M extends { readonly type: string }>(variants: Variants<M>): Tagged<M> {
  const known = new Map(Object.entries<Variant<M>>(variants));
  return {
    names: [...known.keys()],
    encode(message) {
      const content = must(known.get(message.type), message.type).encode(message);
      return content === undefined ? message.type : new Map([[message.type, content]]);
    },
    decode(json) {
      const tag = readTag(json);
      if (tag === null)
        return { kind: "garbled", error: "expected a name or an object of one key" };
      const variant = known.get(tag.name);
      if (variant === undefined) return { kind: "unknown", name: tag.name.slice(0, NAME_MAX) };
      const message = variant.decode({ type: tag.name }, tag.content);
      return message instanceof Mismatch
        ? { kind: "garbled", error: message.within(tag.name).toString() }
        : { kind: "message", message: message as M };
    },
  };
}

/** An unknown name is kept for the log: at most this much of it. */
const NAME_MAX = 64;

function readTag(json: Json): { name: string; content: Json | undefined } | null {
  if (typeof json === "string") return { name: json, content: undefined };
  const [only] = isObject(json) && json.size === 1 ? json : [];
  return only === undefined ? null : { name: only[0], content: only[1] };
}
