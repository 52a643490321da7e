/**
 * Propagation delays from named distributions. Only + − × ÷ are used: `Math.log` may differ between
 * engines in the last bit, and a trace must not.
 */
import type { Latency } from "../core/fault.ts";

const TWO_32 = 4_294_967_296;
const LN_2 = 0.693_147_180_559_945_3;

/** Whole microseconds from one uniform 32-bit draw. */
export function sample(latency: Latency, draw: number): number {
  switch (latency.shape) {
    case "constant":
      return latency.at;
    case "uniform":
      return latency.min + Math.floor((draw / TWO_32) * (latency.max - latency.min + 1));
    case "exponential": {
      const mean = latency.mean - latency.min;
      const drawn = latency.min + Math.round(mean * negativeLog((draw + 0.5) / TWO_32));
      return Math.min(drawn, latency.max);
    }
  }
}

/** The middle of a distribution, for the first retransmission time-out. */
export function typical(latency: Latency): number {
  if (latency.shape === "constant") return latency.at;
  return latency.shape === "uniform" ? (latency.min + latency.max) / 2 : latency.mean;
}

/** −ln(u) for 0 < u < 1: exponent apart, then 2·atanh((m−1)/(m+1)) as a series. */
function negativeLog(u: number): number {
  let m = u;
  let halvings = 0;
  while (m < 0.5) {
    m *= 2;
    halvings++;
  }
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let power = s;
  let sum = 0;
  for (let odd = 1; odd <= 33; odd += 2) {
    sum += power / odd;
    power *= square;
  }
  return halvings * LN_2 - 2 * sum;
}
