/**
 * What a machine may compute but not bring along: cryptography. All functions are pure, so results
 * may be remembered. Bytes are lowercase hex: immutable, comparable, printable. Node passes
 * `node:crypto` (host/crypto.ts); a browser passes another.
 */
export interface Crypto {
  /** 32 bytes as hex. Of a text: of its UTF-8, lone surrogates as U+FFFD. */
  sha256(data: Uint8Array | string): string;
  /** Ed25519 public key of a 32-byte seed, both hex. RFC 8032. */
  publicKey(seed: string): string;
  /** Signature (64 bytes, hex) over the bytes of `digest` (hex). Deterministic. */
  sign(seed: string, digest: string): string;
  /** False for wrong signatures, wrong sizes and keys that are no curve point. */
  verify(publicKey: string, digest: string, signature: string): boolean;
}
