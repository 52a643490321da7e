/** What a node stands on, opened before it boots: folder, lock, key, clocks, log, record. */
import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { holding } from "../../core/key.ts";
import type * as core from "../../core/machine.ts";
import { after, type Time, type UnixMicros } from "../../core/units.ts";
import { HostClock } from "../../host/clock.ts";
import { nodeCrypto } from "../../host/crypto.ts";
import { LIMITS, socketsFor } from "../../host/limits.ts";
import { lockFolder } from "../../host/lock.ts";
import { type HostNode, startNode } from "../../host/node.ts";
import type { Recording } from "../../host/record.ts";
import { throughProxy } from "../../host/socks.ts";
import type { ReadAhead } from "../../host/store.ts";
import { uptimeAt, wallAt } from "../../runtime/clock.ts";
import { Recorder } from "../../trace/recorder.ts";
import { namesOf } from "../../trace/trace.ts";
import { recordFlight } from "../flight.ts";
import { type Io, note } from "../output.ts";
import { ownProtocol } from "../protocol.ts";
import type { Ends } from "./ends.ts";
import { makePrivate } from "./folder.ts";
import { type Key, nextIncarnation, readKey } from "./identity.ts";
import { Log, TERMINAL } from "./log.ts";
import type { Setup } from "./setup.ts";

const LOG_FILE = join("logs", "timed.log");

export interface Opened {
  readonly dir: string;
  readonly logFile: string;
  readonly seed: string;
  readonly publicKey: string;
  readonly incarnation: number;
  readonly clock: HostClock;
  readonly recorder: Recorder;
  readonly log: Log;
  /** Where it records; null: nowhere, or no more. */
  record(): string | null;
  /** This node's clocks now, between two inputs. */
  wall(): UnixMicros;
  uptime(): Time;
  /** Its wall clock minus what an exact one shows now, in µs. */
  offset(): number;
  /** `lost` hears of it if the record ends before the node does; `ahead`: of its files. */
  start(lost: (why: string) => void, ahead: ReadAhead): Promise<HostNode<core.Protocol>>;
}

export function open(setup: Setup, ends: Ends, io: Io): Opened {
  const { plan, kit, name } = setup;
  const dir = resolve(io.cwd, plan.data);
  makePrivate(dir);
  const lock = lockFolder(dir);
  ends.add(() => lock.release());
  const key = readKey(dir, nodeCrypto);
  const clock = new HostClock(setup.clock);
  const now = (): Time => {
    const since = clock.realLateness(clock.now) * 1_000 * plan.clock.speed;
    return after(clock.now, Math.round(since));
  };
  const wall = (): UnixMicros => wallAt(clock.line, now());
  const logFile = plan.log === null ? join(dir, LOG_FILE) : logIn(plan.log, io);
  const log = new Log(logFile, name, kit.vocabulary, wall);
  ends.add(() => log.close());
  const recorder = new Recorder({ level: "none" });
  log.follow(recorder, namesOf({ nodes: [{ name, address: plan.listen }] }));
  warnOf(key, log, io);
  let { record } = plan;
  const opened = {
    record: () => record,
    ...{ dir, logFile, clock, recorder, log, wall },
    uptime: () => uptimeAt(clock.line, now()),
    offset: () => {
      const moment = now();
      const exact = setup.clock.epoch === null ? Date.now() * 1_000 : setup.clock.epoch + moment;
      return wallAt(clock.line, moment) - exact;
    },
    seed: plan.seed ?? randomBytes(16).toString("hex"),
    publicKey: nodeCrypto.publicKey(key.seed),
    incarnation: nextIncarnation(dir),
  };
  return {
    ...opened,
    start: (lost, ahead) => {
      const ended = (why: string): void => {
        record = null;
        lost(why);
      };
      return start(setup, opened, key, { lost: ended, ahead }, ends, io);
    },
  };
}

/** Recorded, if that is wanted, from its first event on. */
async function start(
  setup: Setup,
  opened: Omit<Opened, "start">,
  key: Key,
  { lost, ahead }: { readonly lost: (why: string) => void; readonly ahead: ReadAhead },
  ends: Ends,
  io: Io,
): Promise<HostNode<core.Protocol>> {
  const { plan, profile, name } = setup;
  const { dir, clock, recorder, log, seed, incarnation, publicKey } = opened;
  let recording: Recording | null = null;
  const crypto = holding(nodeCrypto, key.seed, (digest, signature) => {
    recording?.signed(digest, signature);
  });
  const kit = ownProtocol(io, crypto);
  const { codec, files, stop } = kit;
  const { listen, bind, dialsFrom } = plan;
  const notice = (text: string): void => log.note("WARN", text);
  let node: HostNode<core.Protocol> | null = null;
  if (plan.record !== null) {
    const target = plan.record.startsWith("fd:") ? plan.record : resolve(io.cwd, plan.record);
    const { config, world, node: own } = setup.node;
    const { speed } = plan.clock;
    const facts = { name, address: listen, profile: plan.profile, seed, epoch: clock.epoch };
    const given = { speed, publicKey, config, world, node: own };
    recording = recordFlight(
      kit,
      { ...facts, ...given },
      {
        ...{ recorder, target, state: () => node?.state },
        ended: (why) => {
          notice(`The record ends here: ${why}`);
          lost(why);
        },
      },
    );
    ends.add(() => recording?.close());
  }
  const sockets = socketsFor();
  if (sockets < LIMITS.sockets) {
    notice(`At most ${sockets} sockets, half of the files that may be open (ulimit -n)`);
  }
  const config = kit.configure({ ...setup.node, key: publicKey });
  node = await startNode<core.Protocol>({
    ...{ name, seed, incarnation, dir, ahead, clock, recorder, notice, codec, files, stop, listen },
    machine: profile.machine,
    config,
    limits: { sockets },
    misfit: (found) => kit.misfit?.(config, found) ?? null,
    ...(plan.proxy === null ? {} : { dialer: throughProxy(plan.proxy) }),
    ...(bind === null ? {} : { bind }),
    ...(dialsFrom === null ? {} : { dialsFrom }),
  });
  return node;
}

function logIn(file: string, io: Io): string {
  return file === TERMINAL ? file : resolve(io.cwd, file);
}

function warnOf({ isNew, warning }: Key, log: Log, io: Io): void {
  if (isNew) log.note("INFO", "A key was made: back it up, it is this node's identity");
  if (warning === null) return;
  log.note("WARN", warning);
  note(io, io.paint.bad(warning));
}
