/** The key of a node that has only a name: simulated, or on trial in a cluster. */
import type { Crypto } from "../core/capabilities.ts";
import { encodeUtf8 } from "../wire/utf8.ts";

/** By name, not by seed: a thousand seeds then share most of their signatures. 32 bytes as hex. */
export function keyOfName(crypto: Pick<Crypto, "sha256">, name: string): string {
  return crypto.sha256(encodeUtf8(`timesim/key/${name}`));
}
