/** A file's bytes inside JSON: as text where they are text, which people can read, else as hex. */
import { bytesToHex, hexToBytes, isHex } from "./bytes.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

export type Content = { readonly text: string } | { readonly hex: string };

export function contentOf(bytes: Uint8Array): Content {
  const text = decodeUtf8(bytes, 0, bytes.length);
  return text === null ? { hex: bytesToHex(bytes) } : { text };
}

/** Null for what is neither. */
export function bytesOf(content: unknown): Uint8Array | null {
  const { text, hex } = (content ?? {}) as { readonly text?: unknown; readonly hex?: unknown };
  if (typeof text === "string") return encodeUtf8(text);
  return typeof hex === "string" && isHex(hex) ? hexToBytes(hex) : null;
}
