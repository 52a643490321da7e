/**
 * What a node keeps on a real disk, as bytes (rules Q3, Q4): a chain is a block a line, so that no
 * document grows with it. Whether a file is whole is for the store's check sum to say; here it is
 * read with the eyes of a stranger all the same, and what does not link is no chain.
 */
import type { Crypto } from "../core/capabilities.ts";
import type { FileCodec, FileCodecs, ReadFile } from "../core/codec.ts";
import { values } from "../core/table.ts";
import { writeJson } from "../wire/json.ts";
import { struct } from "../wire/record.ts";
import { readJson, type Shape, u64 } from "../wire/shape.ts";
import { decodeUtf8, encodeUtf8 } from "../wire/utf8.ts";
import { chainOf } from "./chain.ts";
import { block } from "./codec.ts";
import type { Block } from "./messages.ts";
import type { Chain, Files, Sequences } from "./state.ts";

const sequences = struct<Sequences>({ announcement: u64, heartbeat: u64 });

const text: FileCodec<string> = {
  encode: (value) => encodeUtf8(value),
  decode(bytes) {
    const read = decodeUtf8(bytes, 0, bytes.length);
    return read === null ? { ok: false, error: "not UTF-8" } : { ok: true, value: read };
  },
};

const NEWLINE = 10;

export function fileCodecs(crypto: Crypto): FileCodecs<Files> {
  // The last is a cache of another version, whole to the store (docs/decisions/0015).
  return {
    sequences: json(sequences),
    chain: chainCodec(crypto),
    cache: text,
    "cache-aside": text,
  };
}

function json<T>(shape: Shape<T>): FileCodec<T> {
  return {
    encode: (value) => encodeUtf8(writeJson(shape.encode(value))),
    decode: (bytes) => readJson(shape, bytes),
  };
}

/** Each is written again with every block that comes after it: it is made once, or was read. */
const lines = new WeakMap<Block, Uint8Array>();

function chainCodec(crypto: Crypto): FileCodec<Chain> {
  const line = json(block);
  const lineOf = (stored: Block): Uint8Array => {
    const known = lines.get(stored) ?? line.encode(stored);
    lines.set(stored, known);
    return known;
  };
  return {
    encode: (chain) => joined(values(chain.blocks).map(({ block }) => lineOf(block))),
    decode(bytes): ReadFile<Chain> {
      const blocks: Block[] = [];
      for (let from = 0; from < bytes.length;) {
        const newline = bytes.indexOf(NEWLINE, from);
        if (newline < 0) return { ok: false, error: "not whole" };
        const read = line.decode(bytes.subarray(from, newline));
        if (!read.ok) return { ok: false, error: `block ${blocks.length}: ${read.error}` };
        blocks.push(read.value);
        lines.set(read.value, Uint8Array.from(bytes.subarray(from, newline)));
        from = newline + 1;
      }
      const chain = chainOf(crypto, blocks);
      return typeof chain === "string" ? { ok: false, error: chain } : { ok: true, value: chain };
    },
  };
}

function joined(lines: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(lines.reduce((sum, line) => sum + line.length + 1, 0));
  let at = 0;
  for (const line of lines) {
    bytes.set(line, at);
    bytes[at + line.length] = NEWLINE;
    at += line.length + 1;
  }
  return bytes;
}
