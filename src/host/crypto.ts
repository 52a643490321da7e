/**
 * The cryptography of Node, as the capability the protocol asks for. Keys, signatures
 * and verdicts are remembered: in a simulated network every node checks the same signatures, and
 * every seed makes them again. All are pure functions' memories with a bound, so forgetting costs
 * time and never changes a result.
 */
import type { KeyObject } from "node:crypto";
import { createPrivateKey, createPublicKey, hash, sign, verify } from "node:crypto";
import type { Crypto } from "../core/capabilities.ts";
import { Memory, remembered } from "./memory.ts";

/** DER before a raw Ed25519 seed (RFC 8410). */
const PKCS8_PREFIX = "302e020100300506032b657004220420";
const ED25519 = { kty: "OKP", crv: "Ed25519" };
const ZEROS = "0".repeat(64);

const CLAIM = /^[0-9a-f]{64} [0-9a-f]{64} [0-9a-f]{128}$/;

const KEYS_MAX = 8_192;
const VERDICTS_MAX = 65_536;

/** OpenSSL's decoders take 600 µs for one. */
function fromDer(seed: string): KeyObject {
  const key = Buffer.from(PKCS8_PREFIX + seed, "hex");
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

/** A twelfth of that. The public half, which nobody has yet, is passed over by Node 20. */
function fromJwk(seed: string): KeyObject {
  const d = Buffer.from(seed, "hex").toString("base64url");
  return createPrivateKey({ key: { ...ED25519, x: d, d }, format: "jwk" });
}

/** Whether this Node does so as well: then it finds the public half by itself. */
function passesOver(): boolean {
  try {
    return publicHalf(fromJwk(ZEROS)) === publicHalf(fromDer(ZEROS));
  } catch {
    return false;
  }
}

function publicHalf(key: KeyObject): string {
  return Buffer.from(String(key.export({ format: "jwk" }).x), "base64url").toString("hex");
}

/** Found out when the first key is wanted: most commands want none. */
let read: ((seed: string) => KeyObject) | null = null;

const privateKeyOf: (seed: string) => KeyObject = remembered(KEYS_MAX, (seed: string) => {
  read ??= passesOver() ? fromJwk : fromDer;
  return read(seed);
});

const publicKeyOf: (key: string) => KeyObject = remembered(KEYS_MAX, (key: string) => {
  const x = Buffer.from(key, "hex").toString("base64url");
  return createPublicKey({ key: { ...ED25519, x }, format: "jwk" });
});

interface Verdict {
  readonly publicKey: string;
  readonly digest: string;
  readonly valid: boolean;
}

/** By signature, with what it was last said to sign. Only of claims of the right form. */
const verdicts = new Memory<Verdict>(VERDICTS_MAX);

function isSignature(publicKey: string, digest: string, signature: string): boolean {
  const known = verdicts.get(signature);
  if (known?.publicKey === publicKey && known.digest === digest) return known.valid;
  if (!CLAIM.test(`${publicKey} ${digest} ${signature}`)) return false;
  const valid = checked(publicKey, digest, signature);
  verdicts.set(signature, { publicKey, digest, valid });
  return valid;
}

function checked(publicKey: string, digest: string, signature: string): boolean {
  try {
    const key = publicKeyOf(publicKey);
    return verify(null, Buffer.from(digest, "hex"), key, Buffer.from(signature, "hex"));
  } catch {
    // Today's OpenSSL says false to a key that is no curve point; another library may throw.
    return false;
  }
}

const publicKeyOfSeed: (seed: string) => string = remembered(KEYS_MAX, (seed: string) =>
  publicHalf(privateKeyOf(seed)),
);

/**
 * `seed digest` in hex. Ed25519 is deterministic, and what it signed verifies (RFC 8032): so the
 * verdict, which costs three times the signature, is known as well.
 */
const signatureOf: (wish: string) => string = remembered(VERDICTS_MAX, (wish: string) => {
  const [seed = "", digest = ""] = wish.split(" ");
  const made = sign(null, Buffer.from(digest, "hex"), privateKeyOf(seed)).toString("hex");
  verdicts.set(made, { publicKey: publicKeyOfSeed(seed), digest, valid: true });
  return made;
});

export const nodeCrypto: Crypto = {
  sha256: (data) => hash("sha256", data, "hex"),
  publicKey: publicKeyOfSeed,
  sign: (seed, digest) => signatureOf(`${seed} ${digest}`),
  verify: isSignature,
};
