/**
 * Whose key it is. A machine names the key that it signs with and never sees the private one of a
 * real node: its config holds the public key as that name, and the capability does the rest. So
 * neither a state nor a record of a node holds what must not leave it, and what it signed can be
 * told again without the key.
 */
import type { Crypto } from "./capabilities.ts";

/** For a real node with that private key. `told` hears of whatever is signed. */
export function holding(
  crypto: Crypto,
  seed: string,
  told: (digest: string, signature: string) => void,
): Crypto {
  const own = crypto.publicKey(seed);
  return {
    ...crypto,
    publicKey: (key) => (key === own ? own : crypto.publicKey(key)),
    sign: (key, digest) => {
      // A key that the machine made up itself is no secret, and needs no telling.
      if (key !== own) return crypto.sign(key, digest);
      const signature = crypto.sign(seed, digest);
      told(digest, signature);
      return signature;
    },
  };
}

/** No valid signature of anything. */
const UNKNOWN = "0".repeat(128);

/** For a replay of that node: what was signed then by digest; else what will differ. */
export function recalling(
  crypto: Crypto,
  own: string,
  signed: ReadonlyMap<string, string>,
): Crypto {
  return {
    ...crypto,
    publicKey: (key) => (key === own ? own : crypto.publicKey(key)),
    sign: (key, digest) =>
      key === own ? (signed.get(digest) ?? UNKNOWN) : crypto.sign(key, digest),
  };
}
