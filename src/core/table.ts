/**
 * An immutable table sorted by a numeric key: chunks of at most 32 entries, so that a change copies
 * one chunk and the list of chunks. It iterates in key order (rule 5 of the style page: history of
 * insertion never decides behaviour). Unchanged means the same reference.
 */
export interface Table<V> {
  readonly size: number;
  readonly chunks: readonly Chunk<V>[];
}

interface Chunk<V> {
  readonly keys: readonly number[];
  readonly values: readonly V[];
}

const CHUNK_MAX = 32;
const CHUNK_FILL = 16;
const EMPTY: Table<never> = { size: 0, chunks: [] };

export function emptyTable<V>(): Table<V> {
  return EMPTY;
}

/** Later values replace earlier ones. Rising keys are laid out at once, without a copy a step. */
export function tableOf<V>(entries: Iterable<readonly [number, V]>): Table<V> {
  const chunks: { readonly keys: number[]; readonly values: V[] }[] = [];
  const strays: (readonly [number, V])[] = [];
  let size = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const entry of entries) {
    const [key, value] = entry;
    if (key <= last) {
      strays.push(entry);
      continue;
    }
    last = key;
    // Chunks are left half empty: what comes next is often a neighbour.
    if (size % CHUNK_FILL === 0) chunks.push({ keys: [], values: [] });
    const chunk = chunks.at(-1);
    chunk?.keys.push(key);
    chunk?.values.push(value);
    size++;
  }
  let table: Table<V> = { size, chunks };
  for (const [key, value] of strays) table = put(table, key, value);
  return table;
}

export function get<V>(table: Table<V>, key: number): V | undefined {
  const chunk = table.chunks[chunkFor(table.chunks, key)];
  if (chunk === undefined) return undefined;
  const index = lowerBound(chunk.keys, key);
  return chunk.keys[index] === key ? chunk.values[index] : undefined;
}

export function has<V>(table: Table<V>, key: number): boolean {
  return get(table, key) !== undefined;
}

/** The table with `value` under `key`; the same table when it already stands there. */
export function put<V>(table: Table<V>, key: number, value: V): Table<V> {
  const at = chunkFor(table.chunks, key);
  const chunk = table.chunks[at];
  if (chunk === undefined) return { size: 1, chunks: [{ keys: [key], values: [value] }] };
  const index = lowerBound(chunk.keys, key);
  if (chunk.keys[index] === key) {
    if (chunk.values[index] === value) return table;
    const changed = { keys: chunk.keys, values: chunk.values.with(index, value) };
    return { size: table.size, chunks: table.chunks.with(at, changed) };
  }
  const grown = {
    keys: chunk.keys.toSpliced(index, 0, key),
    values: chunk.values.toSpliced(index, 0, value),
  };
  const parts = grown.keys.length > CHUNK_MAX ? split(grown) : [grown];
  return { size: table.size + 1, chunks: table.chunks.toSpliced(at, 1, ...parts) };
}

export function remove<V>(table: Table<V>, key: number): Table<V> {
  const at = chunkFor(table.chunks, key);
  const chunk = table.chunks[at];
  if (chunk === undefined) return table;
  const index = lowerBound(chunk.keys, key);
  if (chunk.keys[index] !== key) return table;
  const rest = { keys: chunk.keys.toSpliced(index, 1), values: chunk.values.toSpliced(index, 1) };
  const parts = rest.keys.length === 0 ? [] : [rest];
  return { size: table.size - 1, chunks: table.chunks.toSpliced(at, 1, ...parts) };
}

/** Visits in key order. */
export function each<V>(table: Table<V>, visit: (value: V, key: number) => void): void {
  for (const chunk of table.chunks) {
    for (let index = 0; index < chunk.keys.length; index++) {
      visit(chunk.values[index] as V, chunk.keys[index] as number);
    }
  }
}

export function values<V>(table: Table<V>): V[] {
  const found: V[] = [];
  for (const chunk of table.chunks) for (const value of chunk.values) found.push(value);
  return found;
}

/** The entry of the given rank in key order, 0 ≤ rank < size. */
export function at<V>(table: Table<V>, rank: number): V | undefined {
  let rest = rank;
  for (const chunk of table.chunks) {
    if (rest < chunk.keys.length) return chunk.values[rest];
    rest -= chunk.keys.length;
  }
  return undefined;
}

/** The last chunk whose first key is not above `key`; 0 when all are. */
function chunkFor<V>(chunks: readonly Chunk<V>[], key: number): number {
  let low = 0;
  let high = chunks.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((chunks[middle]?.keys[0] as number) <= key) low = middle;
    else high = middle;
  }
  return low;
}

function lowerBound(keys: readonly number[], key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as number) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function split<V>(chunk: Chunk<V>): Chunk<V>[] {
  const middle = chunk.keys.length >>> 1;
  return [
    { keys: chunk.keys.slice(0, middle), values: chunk.values.slice(0, middle) },
    { keys: chunk.keys.slice(middle), values: chunk.values.slice(middle) },
  ];
}
