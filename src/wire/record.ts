/**
 * Structs: named fields in declaration order. The field `previousHash` is the key `previous_hash`
 * on the wire. The reference's fields must all be there, unknown keys are ignored, and an array of
 * the values in order is accepted in place of the object, as serde does (section 2.3).
 */
import { type Json, writeJson, Written } from "./json.ts";
import { Malformed, Mismatch } from "./mismatch.ts";
import type { Reader } from "./reader.ts";
import type { Shape } from "./shape.ts";
import { readItems } from "./shape.ts";
import { listSize, textSize } from "./size.ts";

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
    size: (value) => sizeOfFields(columns, value as Row),
    read: (from) => readFields(columns, {}, from) as T | Mismatch,
  };
}

/** The same, for values that are written again and again: each is encoded once, by identity. */
export function once<T extends object>(shape: Shape<T>): Shape<T> {
  const written = new WeakMap<T, Written>();
  return {
    ...shape,
    encode: (value) => {
      const known = written.get(value);
      if (known !== undefined) return known;
      const made = new Written(writeJson(shape.encode(value)));
      written.set(value, made);
      return made;
    },
  };
}

export interface Column {
  readonly name: string;
  readonly key: string;
  /** Of `"key":`, in bytes. */
  readonly keySize: number;
  readonly shape: Shape<unknown>;
  readonly extra: boolean;
}

type Row = Readonly<Record<string, unknown>>;

export function columnsOf<T>(fields: Fields<T>): readonly Column[] {
  const entries = Object.entries(fields) as readonly [string, Shape<unknown> | Extra<unknown>][];
  return entries.map(([name, field]) => {
    const key = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const keySize = textSize(key) + 1;
    if ("extra" in field) return { name, key, keySize, shape: field.extra, extra: true };
    return { name, key, keySize, shape: field, extra: false };
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

export function sizeOfFields(columns: readonly Column[], row: Row): number {
  let count = 0;
  let fields = 0;
  for (const { name, keySize, shape, extra: ours } of columns) {
    const value = row[name];
    if (ours && value === undefined) continue;
    count++;
    fields += keySize + shape.size(value);
  }
  return listSize(count, fields);
}

/** Adds to `row`, in declaration order, what the object (or array) says of each column. */
export function readFields(
  columns: readonly Column[],
  row: Record<string, unknown>,
  from: Reader,
): Row | Mismatch {
  if (from.startsList()) return readPositions(columns, row, from);
  if (!from.startsObject()) return new Mismatch("", "an object");
  const found: unknown[] = columns.map(() => undefined);
  for (let at = 0; ; at++) {
    const key = from.key(at);
    if (key === null) return fill(columns, row, found);
    if (key instanceof Malformed) return key;
    const bad = readField(columns, found, key, from);
    if (bad !== null) return bad;
  }
}

/** The place of its column in `found` takes the value; nobody asks for that of an unknown key. */
function readField(
  columns: readonly Column[],
  found: unknown[],
  key: string,
  from: Reader,
): Mismatch | null {
  const place = columns.findIndex((column) => column.key === key);
  const column = columns[place];
  if (column === undefined) return from.pass();
  if (found[place] !== undefined) return from.repeated();
  // Absence and null say the same of an extra: this peer does not tell.
  const value = column.extra && from.null() ? null : column.shape.read(from);
  if (value instanceof Mismatch) return value.within(`.${key}`);
  found[place] = value;
  return null;
}

function fill(
  columns: readonly Column[],
  row: Record<string, unknown>,
  found: readonly unknown[],
): Row | Mismatch {
  for (const [place, { name, key, shape, extra: ours }] of columns.entries()) {
    const value = found[place] ?? null;
    if (ours && value === null) continue;
    if (found[place] === undefined && shape.optional !== true) {
      return new Mismatch(`.${key}`, "a value");
    }
    row[name] = value;
  }
  return row;
}

/** The array form has no place for extras, as it has none for the reference. */
export function readPositions(
  columns: readonly Column[],
  row: Record<string, unknown>,
  from: Reader,
): Row | Mismatch {
  const known = columns.filter((column) => !column.extra);
  const values = readItems(
    from,
    known.map((column) => column.shape),
  );
  if (values instanceof Mismatch) return values;
  for (const [at, column] of known.entries()) row[column.name] = values[at];
  return row;
}
