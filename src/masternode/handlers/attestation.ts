/**
 * Attestation (rule H4): who hears a heartbeat from its masternode itself says so to its sessions.
 * It tells how well a masternode is heard; whether it is active is not its business.
 */
import { type Address, parseAddress } from "../../core/address.ts";
import { get, put, remove } from "../../core/table.ts";
import { attestationDigest, heartbeatHash } from "../digests.ts";
import type { MessageOf, SignedHeartbeat, WitnessAttestation } from "../messages.ts";
import { changedEntry, changedIdentity } from "../records.ts";
import {
  broadcast,
  type MasternodeCtx,
  type Session,
  type State,
  type Witnessing,
  withRegistry,
  withState,
} from "../state.ts";
import {
  hashKey,
  isWitness,
  mattersNot,
  nextWitnessing,
  withWitness,
  witnessCount,
} from "../witness.ts";
import { isOwn, spelled } from "./identity.ts";
import { unixSeconds } from "./ping.ts";

/** A new heartbeat is the latest: under its hash, and attested by nobody yet. */
export function unattested(
  state: State,
  of: Address,
  last: Witnessing | null,
  heartbeat: SignedHeartbeat,
  steady: boolean,
  ctx: MasternodeCtx,
): readonly [State, Witnessing] {
  const hash = heartbeatHash(state.config.crypto, heartbeat);
  const latest = { hash, sequence: heartbeat.sequenceNumber };
  const witnessing = nextWitnessing(last, latest, steady, ctx.uptime, state.config);
  if (witnessing.unwitnessed && last?.unwitnessed === false) ctx.emit({ type: "unwitnessed", of });
  const { hashes } = state.registry;
  const others = last === null ? hashes : remove(hashes, hashKey(last.hash));
  return [withRegistry(state, { hashes: put(others, hashKey(hash), of) }), witnessing];
}

/** We heard the latest heartbeat first hand: once for each. */
export function attest(state: State, of: Address, ctx: MasternodeCtx): State {
  const witnessing = witnessingOf(state, of, ctx);
  const { address, announcement } = state.identity;
  if (witnessing === null || address === null || announcement === null) return state;
  if (isWitness(witnessing, address)) return state;
  const attestation = sign(state, witnessing, address, ctx);
  broadcast(state, { type: "HeartbeatAttestation", attestation }, ctx, null);
  return witnessed(state, of, witnessing, address, ctx);
}

export function acceptAttestation(
  state: State,
  session: Session,
  { attestation }: MessageOf<"HeartbeatAttestation">,
  ctx: MasternodeCtx,
): State {
  const of = get(state.registry.hashes, hashKey(attestation.heartbeatHash));
  const witnessing = of === undefined ? null : witnessingOf(state, of, ctx);
  if (of === undefined || witnessing?.hash !== attestation.heartbeatHash) return state;
  if (mattersNot(witnessing, state.config)) return state;
  const witness = parseAddress(attestation.witnessAddress, state.config.defaultPort);
  if (witness === null || witness === of || isWitness(witnessing, witness)) return state;
  const entry = get(state.registry.entries, witness);
  if (entry === undefined || entry.bound === "not") return state;
  const bound = attestation.witnessPubkey === entry.publicKey;
  if (bound && verifies(state, attestation)) return witnessed(state, of, witnessing, witness, ctx);
  const why = bound ? "signature" : "another key is bound";
  ctx.emit({ type: "refused", what: "attestation", of: witness, from: session.peer, why });
  return state;
}

/** Said when it becomes attested, and not for each witness more. */
function witnessed(
  state: State,
  of: Address,
  before: Witnessing,
  witness: Address,
  ctx: MasternodeCtx,
): State {
  const witnessing = withWitness(before, witness, ctx.uptime, state.config);
  if (witnessing.attested && !before.attested) {
    const { sequence, since } = witnessing;
    const uptime = ctx.uptime - (since ?? ctx.uptime);
    ctx.emit({ type: "attested", of, sequence, witnesses: witnessCount(witnessing), uptime });
  }
  const entry = get(state.registry.entries, of);
  if (entry === undefined)
    return withState(state, { identity: changedIdentity(state.identity, { witnessing }) });
  return withRegistry(state, {
    entries: put(state.registry.entries, of, changedEntry(entry, { witnessing })),
  });
}

/** Our own is in no entry. */
function witnessingOf(state: State, of: Address, ctx: MasternodeCtx): Witnessing | null {
  if (isOwn(state, of, ctx)) return state.identity.witnessing;
  return get(state.registry.entries, of)?.witnessing ?? null;
}

function sign(
  state: State,
  { hash }: Witnessing,
  own: Address,
  ctx: MasternodeCtx,
): WitnessAttestation {
  const { crypto, keySeed } = state.config;
  const unsigned = {
    heartbeatHash: hash,
    witnessAddress: spelled(state, own),
    witnessPubkey: state.identity.publicKey,
    witnessTimestamp: unixSeconds(ctx),
  };
  return { ...unsigned, signature: crypto.sign(keySeed, attestationDigest(crypto, unsigned)) };
}

function verifies(state: State, attestation: WitnessAttestation): boolean {
  const { crypto } = state.config;
  const digest = attestationDigest(crypto, attestation);
  return crypto.verify(attestation.witnessPubkey, digest, attestation.signature);
}
