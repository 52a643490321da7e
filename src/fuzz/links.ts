/** How links of a drawn world behave, and TCP itself. */
import type { Latency, LinkProfile } from "../core/fault.ts";
import { type Duration, millis, seconds } from "../core/units.ts";
import type { NetworkConfig } from "../engine/net.ts";
import type { LinkPlan } from "../scenario/model.ts";
import { NETWORK } from "../scenario/network.ts";
import { among, type Die, likely, rest } from "./dice.ts";
import type { LinkGenes } from "./genes.ts";

const { round } = Math;

const LATENCIES: readonly (readonly [Latency, LinkProfile["drawn"]])[] = [
  [{ shape: "constant", at: millis(50) }, "per-message"],
  [uniform(40, 80), "per-link"],
  [uniform(1, 400), "per-link"],
  [uniform(20, 100), "per-message"],
  [{ shape: "constant", at: millis(5) }, "per-message"],
  [exponential(40, 10, 400), "per-message"],
  [uniform(1, 400), "per-message"],
  // By satellite, or through an onion router.
  [uniform(500, 1_500), "per-link"],
  [uniform(400, 1_200), "per-message"],
];
const LOSSES = [0, 0, 0, 0, 0.01, 0.05, 0.2] as const;
const BANDWIDTHS = [null, null, null, 1_250_000, 125_000, 40_000] as const;

export function uniform(min: number, max: number): Latency {
  return { shape: "uniform", min: millis(min), max: millis(max) };
}

function exponential(mean: number, min: number, max: number): Latency {
  return { shape: "exponential", min: millis(min), mean: millis(mean), max: millis(max) };
}

export function linkOf(genes: LinkGenes): LinkProfile {
  const [latency, drawn] = among(LATENCIES, genes.latency);
  const { loss, bandwidth } = genes;
  return { latency, drawn, loss: among(LOSSES, loss), bandwidth: among(BANDWIDTHS, bandwidth) };
}

/** How long something is under way, more or less. */
export function tripOf({ latency }: LinkProfile): Duration {
  if (latency.shape === "constant") return latency.at;
  if (latency.shape === "exponential") return latency.mean;
  return round((latency.min + latency.max) / 2) as Duration;
}

/** Links unlike the others: a far one, a bad one, a narrow one. */
export function linkPlanOf(genes: LinkGenes, names: readonly string[]): LinkPlan {
  const from = [among(names, genes.from)];
  const far = among([150, 300, 600, 1_200], genes.latency);
  const link: Partial<LinkProfile> = {
    latency: uniform(far, far + round(far / 2)),
    ...(likely(40, genes.loss) ? { loss: 0.1 } : {}),
    ...(likely(40, genes.bandwidth) ? { bandwidth: 60_000 } : {}),
  };
  return { from, to: likely(50, genes.to) ? [among(names, genes.to)] : "*", link };
}

/** TCP's constants that a host may have otherwise. */
export const SOCKETS: readonly (readonly [keyof NetworkConfig, readonly Duration[]])[] = [
  ["userTimeout", [seconds(15), seconds(60)]],
  ["dialTimeout", [seconds(60), seconds(20)]],
  ["keepalive", [seconds(20), seconds(120)]],
  ["rtoMax", [seconds(5)]],
];

export function networkOf(rolls: readonly Die[]): NetworkConfig {
  const changed = SOCKETS.flatMap(([name, values], index) => {
    const rolled = rolls[index] ?? 0;
    return likely(50, rolled) ? [[name, among(values, rest(50, rolled))]] : [];
  });
  return { ...NETWORK, ...(Object.fromEntries(changed) as Partial<NetworkConfig>) };
}
