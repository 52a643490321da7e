/**
 * Reward addresses as the reference spells them (section 5.6): prefix, base58 of hash and check.
 */
import type { Crypto } from "../core/capabilities.ts";
import { hexToBytes } from "../wire/bytes.ts";
import type { Network } from "./block.ts";
import type { PublicKey } from "./messages.ts";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const PAYLOAD_DIGITS = 40;
const CHECK_DIGITS = 8;

export function rewardAddressOf(crypto: Crypto, network: Network, key: PublicKey): string {
  const payload = crypto.sha256(hexToBytes(key)).slice(0, PAYLOAD_DIGITS);
  const once = crypto.sha256(hexToBytes(payload));
  const check = crypto.sha256(hexToBytes(once)).slice(0, CHECK_DIGITS);
  return `TIME${network === "testnet" ? 0 : 1}${base58(hexToBytes(payload + check))}`;
}

/** Long division of the number by 58; leading zero bytes are leading ones. */
function base58(bytes: Uint8Array): string {
  const digits: number[] = [];
  for (const byte of bytes) {
    let carry = byte;
    for (let at = 0; at < digits.length; at++) {
      carry += (digits[at] ?? 0) * 256;
      digits[at] = carry % 58;
      carry = Math.floor(carry / 58);
    }
    for (; carry > 0; carry = Math.floor(carry / 58)) digits.push(carry % 58);
  }
  const zeros = bytes.findIndex((byte) => byte !== 0);
  const ones = ALPHABET.charAt(0).repeat(zeros < 0 ? bytes.length : zeros);
  return (
    ones +
    digits
      .reverse()
      .map((digit) => ALPHABET.charAt(digit))
      .join("")
  );
}
