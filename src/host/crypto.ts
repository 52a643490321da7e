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

/** DER before a raw Ed25519 seed and before a raw public key (RFC 8410). */
const PKCS8_PREFIX = "302e020100300506032b657004220420";
const SPKI_PREFIX = "302a300506032b6570032100";

const CLAIM = /^[0-9a-f]{64} [0-9a-f]{64} [0-9a-f]{128}$/;

const KEYS_MAX = 8_192;
const VERDICTS_MAX = 65_536;

const privateKeyOf: (seed: string) => KeyObject = remembered(KEYS_MAX, (seed: string) =>
  createPrivateKey({ key: Buffer.from(PKCS8_PREFIX + seed, "hex"), format: "der", type: "pkcs8" }),
);

const publicKeyOf: (key: string) => KeyObject = remembered(KEYS_MAX, (key: string) =>
  createPublicKey({ key: Buffer.from(SPKI_PREFIX + key, "hex"), format: "der", type: "spki" }),
);

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

const publicKeyOfSeed: (seed: string) => string = remembered(KEYS_MAX, (seed: string) => {
  const spki = createPublicKey(privateKeyOf(seed)).export({ format: "der", type: "spki" });
  return spki.subarray(-32).toString("hex");
});

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
