/**
 * timesim for programs: run scenarios, ask what came true, build worlds and machines of your own.
 * The command line is `timesim`; matchers for vitest are in `timesim/vitest`.
 */
export { type Address, address, formatAddress, parseAddress } from "./core/address.ts";
export { assert, BadInput, Bug, StepFailed } from "./core/assert.ts";
export type { Crypto } from "./core/capabilities.ts";
export type { Codec, Decoded, FileCodec, FileCodecs, ReadFile } from "./core/codec.ts";
export type { Fault, Latency, LinkProfile } from "./core/fault.ts";
export type {
  CloseReason,
  Ctx,
  Input,
  Machine,
  Protocol,
  RefusedReason,
  Role,
  SessionId,
} from "./core/machine.ts";
export { type Random, randomFrom } from "./core/random.ts";
export {
  type Duration,
  formatDuration,
  formatTime,
  millis,
  parseDuration,
  seconds,
  type Time,
  type UnixMicros,
} from "./core/units.ts";
export { type Veil, veiled } from "./core/veil.ts";
export { Calm } from "./check/calm.ts";
export type { ClaimContext, Watch } from "./check/claim.ts";
export { General, GENERAL } from "./check/general.ts";
export {
  type Complaint,
  type InvariantSpec,
  type Monitor,
  type NodeFacts,
  type RunPlan,
  signatureOf,
  type Standing,
} from "./check/invariant.ts";
export type { NodeSpec } from "./engine/host.ts";
export type { NetworkConfig } from "./engine/net.ts";
export { World, type WorldOptions } from "./engine/world.ts";
export { type Drawn, drawWorld, TROUBLES } from "./fuzz/draw.ts";
export { judge, type Judgement, type JudgeOptions } from "./fuzz/judge.ts";
export { type Mutant, mutated } from "./fuzz/mutant.ts";
export type { OwnInvariant, WantedInvariants } from "./fuzz/promising.ts";
export type { ScenarioArbitrary, ScenarioOptions } from "./fuzz/scenarios.ts";
export { SHAPES } from "./fuzz/shapes.ts";
export * from "./fuzz/shrink/shrink.ts";
export type { Field, Fields, Settings } from "./kit/field.ts";
export type { FuzzHints } from "./kit/fuzz.ts";
export type { Claim, CommandSpec, Invariants, Kit, NodeSetup, Profile } from "./kit/kit.ts";
export type { View } from "./kit/view.ts";
export { type ClockPlan, HostClock } from "./host/clock.ts";
export { nodeCrypto } from "./host/crypto.ts";
export { type HostNode, type HostOptions, startNode } from "./host/node.ts";
export type { Masternode } from "./masternode/state.ts";
export { loadScenario } from "./scenario/load.ts";
export type { Expectation, NodePlan, Scenario, ScenarioEvent } from "./scenario/model.ts";
export { NETWORK } from "./scenario/network.ts";
export { type Run, type RunOptions, runScenario } from "./scenario/run.ts";
export type { Row } from "./scenario/ask.ts";
export { type EventId, kindMask, type TraceEvent, typeOf, WORLD } from "./trace/event.ts";
export type { Outcome, OutcomePart, RunSummary } from "./trace/outcome.ts";
export { Recorder, type TraceLevel } from "./trace/recorder.ts";
export type { Trace } from "./trace/trace.ts";
export type { LogLine, Names, Vocabulary } from "./trace/vocabulary.ts";
export { Lines } from "./wire/lines.ts";
export { writeScenario } from "./scenario/write.ts";
export {
  expectTimeline,
  type HoldsOptions,
  holds,
  masternode,
  type OfKit,
  type Played,
  reportOf,
  scenarios,
  type ScenariosOf,
  simulate,
  timelineOf,
  type TimelineExpectation,
} from "./simulate.ts";
