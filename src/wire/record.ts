/**
 * Structs: named fields in declaration order. The field `previousHash` is the key `previous_hash`
 * on the wire. The reference's fields must all be there, unknown keys are ignored, and an array of
 * the values in order is accepted in place of the object, as serde does (section 2.3).
 */
import type { Json } from "./json.ts";
import { isList, isObject } from "./json.ts";
import type { Shape } from "./shape.ts";
import { Mismatch } from "./shape.ts";

/** A key only our nodes know: optional in the type, left out when undefined (rules S3, A4). */
export interface Extra<T> {
  readonly extra: Shape<T>;
}

export function extra<T>(shape: Shape<T>): Extra<T> {
  return { extra: shape };
}

/** A shape for each property of T; optional properties, and only those, are extras. */
export type Fields<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K>
    ? Extra<Exclude<T[K], undefined>>
    : Shape<T[K]>;
};

export function struct<T>(fields: Fields<T>): Shape<T> {
  const columns = columnsOf(fields);
  return {
    encode: (value) => encodeFields(columns, value as Row),
    decode: (json) => decodeFields(columns, {}, json) as T | Mismatch,
  };
}

export interface Column {
  readonly name: string;
  readonly key: string;
  readonly shape: Shape<unknown>;
  readonly extra: boolean;
}

type Row = Readonly<Record<string, unknown>>;

export function columnsOf<T>(fields: Fields<T>): readonly Column[] {
  const entries = Object.entries(fields) as readonly [string, Shape<unknown> | Extra<unknown>][];
  return entries.map(([name, field]) => {
    const key = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if ("extra" in field) return { name, key, shape: field.extra, extra: true };
    return { name, key, shape: field, extra: false };
  });
}

export function encodeFields(columns: readonly Column[], row: Row): Json {
  const json = new Map<string, Json>();
  for (const { name, key, shape, extra: ours } of columns) {
    const value = row[name];
    if (!ours || value !== undefined) json.set(key, shape.encode(value));
  }
  return json;
}

/** Adds to `row`, in declaration order, what the object (or array) says of each column. */
export function decodeFields(
  columns: readonly Column[],
  row: Record<string, unknown>,
  json: Json,
): Row | Mismatch {
  if (isList(json)) return decodePositions(columns, row, json);
  if (!isObject(json)) return new Mismatch("", "an object");
  for (const { name, key, shape, extra: ours } of columns) {
    const field = json.get(key);
    // Absence and null say the same of an extra: this peer does not tell.
    if (ours && (field === undefined || field === null)) continue;
    if (field === undefined && shape.optional !== true) return new Mismatch(`.${key}`, "a value");
    const value = shape.decode(field ?? null);
    if (value instanceof Mismatch) return value.within(`.${key}`);
    row[name] = value;
  }
  return row;
}

/** The array form has no place for extras, as it has none for the reference. */
export function decodePositions(
  columns: readonly Column[],
  row: Record<string, unknown>,
  items: readonly Json[],
): Row | Mismatch {
  const known = columns.filter((column) => !column.extra);
  if (items.length !== known.length) return new Mismatch("", `an array of ${known.length}`);
  for (const [at, column] of known.entries()) {
    const value = column.shape.decode(items[at] as Json);
    if (value instanceof Mismatch) return value.within(`[${at}]`);
    row[column.name] = value;
  }
  return row;
}
