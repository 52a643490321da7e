/**
 * When a heartbeat is attested (rule H4), as pure rules: by min(3, w) distinct witnesses and at
 * least one, where w are those who attested that masternode to us in the last 180 s.
 */
import type { Address } from "../core/address.ts";
import type { Time } from "../core/units.ts";
import type { Config } from "./config.ts";
import type { Hash } from "./messages.ts";
import type { Witness, Witnessing } from "./state.ts";

/** 48 bits that find a hash in a table; whoever finds compares the rest. */
export function hashKey(hash: Hash): number {
  return Number.parseInt(hash.slice(0, 12), 16);
}

/** Another heartbeat is the latest now. `steady`: its masternode was active all the time. */
export function nextWitnessing(
  last: Witnessing | null,
  latest: { readonly hash: Hash; readonly sequence: number },
  steady: boolean,
  now: Time,
  config: Config,
): Witnessing {
  const { hash, sequence } = latest;
  if (last === null) return fresh(hash, sequence);
  const witnesses = recent(last.witnesses, now, config);
  return {
    hash,
    sequence,
    witnesses,
    attested: false,
    since: last.attested && steady ? last.since : null,
    unwitnessed: steady && witnesses.length === 0,
  };
}

function fresh(hash: Hash, sequence: number): Witnessing {
  return { hash, sequence, witnesses: [], attested: false, since: null, unwitnessed: false };
}

/** One more has attested the latest heartbeat. */
export function withWitness(
  { hash, sequence, ...before }: Witnessing,
  address: Address,
  now: Time,
  config: Config,
): Witnessing {
  const others = recent(before.witnesses, now, config).filter((each) => each.address !== address);
  const witnesses = [...others, { address, sequence, at: now }];
  const needed = Math.max(1, Math.min(config.witnessesNeeded, witnesses.length));
  const attested = before.attested || count(witnesses, sequence) >= needed;
  const since = attested ? (before.since ?? now) : before.since;
  return { hash, sequence, witnesses, attested, since, unwitnessed: false };
}

/** Those of the latest heartbeat. */
export function witnessCount({ witnesses, sequence }: Witnessing): number {
  return count(witnesses, sequence);
}

/** Has it attested the latest heartbeat? */
export function isWitness({ witnesses, sequence }: Witnessing, address: Address): boolean {
  return witnesses.some((each) => each.address === address && each.sequence === sequence);
}

/**
 * One witness more changes nothing: three suffice for this heartbeat, and as w they require three
 * of the next, as more would. Most attestations are such.
 */
export function mattersNot({ witnesses, sequence }: Witnessing, config: Config): boolean {
  return count(witnesses, sequence) >= config.witnessesNeeded;
}

function count(witnesses: readonly Witness[], sequence: number): number {
  let found = 0;
  for (const witness of witnesses) if (witness.sequence === sequence) found++;
  return found;
}

function recent(witnesses: readonly Witness[], now: Time, config: Config): readonly Witness[] {
  const old = (witness: Witness): boolean => now - witness.at >= config.witnessWindow;
  return witnesses.some(old) ? witnesses.filter((witness) => !old(witness)) : witnesses;
}
