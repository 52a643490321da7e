/** Addresses 127.16.*.* of one test file's own, as text. */
import { formatIp } from "../../src/core/address.ts";
import { loopback } from "../host/block.ts";

/** The n-th ip of this process's block; 2..254. */
export function block(): (nth: number) => string {
  return (nth) => formatIp(loopback(16, nth));
}
