/**
 * Every guard a masternode asks (`ctx.gate`), so that a scenario can name none that does not exist.
 * A test holds the list equal to the sources. The first five and `turn` guard production (rule B1),
 * in their order.
 */
export const OWN_GATES: readonly string[] = [
  "masternode",
  "clock",
  "due",
  "synced",
  "minimum",
  "turn",
  "announce",
  "credible",
  "dial",
  "disk",
  "early",
  "early-block",
  "handled",
];

/** With those of the profile as-found. */
export const GATES: readonly string[] = [...OWN_GATES, "catch-up", "direction", "stable", "votes"];
