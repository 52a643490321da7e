/**
 * `timed` itself: a node from its start to its end. Its one order: the folder is locked before
 * anything in it is touched, what may fail is opened before anybody hears of the node, and at the
 * end all is let go in the reverse order, whatever went wrong.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { address, formatAddress, ipOf, portOf } from "../../core/address.ts";
import { BadInput, StepFailed } from "../../core/assert.ts";
import type { UnixMicros } from "../../core/units.ts";
import { rehearse } from "../../host/rehearsal.ts";
import { type ReadAhead, readAhead } from "../../host/store.ts";
import type { Flag } from "../../scenario/daemon.ts";
import { EXIT } from "../exit.ts";
import { type Io, note } from "../output.ts";
import { NODE_PEERS } from "../protocol.ts";
import { isSystemError, reasonOf } from "../system.ts";
import { Ends } from "./ends.ts";
import { open, type Opened } from "./open.ts";
import { countersFor, serve, type Served } from "./serve.ts";
import { Parent } from "./parent.ts";
import { begun, type Setup, setupOf } from "./setup.ts";
import { listenToSignals } from "./signals.ts";

export interface RunArgs {
  /** Its config file. */
  readonly file: string | null;
  readonly flags: readonly Flag[];
  /** For the word of the program that started it. */
  readonly awaits: boolean;
}

export async function run({ file, flags, awaits }: RunArgs, io: Io): Promise<number> {
  const setup = setupOf(file, flags, io);
  const ends = new Ends();
  try {
    const parent = awaits ? new Parent() : null;
    if (parent === null) return await live(setup, null, ends, io);
    ends.add(() => parent.release());
    rehearsed(setup);
    const word = await parent.word();
    if (word === null) return EXIT.failed;
    return await live(begun(setup, word.origin, word.bootAt), parent, ends, io);
  } catch (error) {
    if (!(error instanceof BadInput) && !isSystemError(error)) throw error;
    for (const line of problemsOf(error)) note(io, io.paint.bad(`timed cannot run: ${line}`));
    return EXIT.failed;
  } finally {
    await ends.all();
  }
}

/** It is to boot on the dot: all that its first minute needs is warm then. */
function rehearsed({ kit, profile, node }: Setup): void {
  const { codec } = kit;
  const { address: self } = node;
  const peer = { ...node.node, [NODE_PEERS]: [formatAddress(self)] };
  const other = { ...node, name: "rehearsal", address: address(ipOf(self) + 1, portOf(self)) };
  rehearse({
    ...{ machine: profile.machine, codec, wall: (Date.now() * 1_000) as UnixMicros },
    cast: [
      { self, config: kit.configure(node) },
      { self: other.address, config: kit.configure({ ...other, node: peer }) },
    ],
  });
}

/** Until a signal, an operator or its own failure ends it. */
async function live(setup: Setup, parent: Parent | null, ends: Ends, io: Io): Promise<number> {
  const opened = open(setup, ends, io);
  const { log } = opened;
  const signals = listenToSignals({
    reopen: () => {
      const why = log.reopen();
      if (why !== null) note(io, io.paint.bad(why));
    },
    flush: () => log.flush(),
    broken: (error) => failed(error, setup, opened, io),
  });
  ends.add(() => signals.release());
  // Before it waits for its boot, which is not to wait for this.
  const counters = await countersFor(setup, opened);
  void parent?.gone.then((why) => signals.stop(why));
  const waits = opened.clock.realDelay(setup.bootAt) > 0;
  const ahead = waits ? readAhead(opened.dir, setup.kit.files) : NOTHING_READ;
  const isStopped = await Promise.race([signals.asked, bootTime(setup, opened)]);
  if (isStopped !== null) return EXIT.ok;
  // A record that flows to whoever started this node ends with them.
  const node = await opened.start((why) => {
    if (parent !== null) signals.stop(`the record cannot go on: ${why}`);
  }, ahead);
  let isUp = true;
  ends.add(async () => {
    if (isUp) await node.stop();
  });
  const stop = (why: string): void => signals.stop(why);
  const served = await serve(setup, opened, { node, counters }, stop, ends);
  note(io, startLine(setup, opened, served));
  const end = await Promise.race([signals.asked, node.failed]);
  isUp = false;
  if (end instanceof Error) return failed(end, setup, opened, io);
  log.note("INFO", `Stopping: ${end}`);
  await node.stop();
  // Its last step, told to stop, may throw as any other.
  const broken = await Promise.race([node.failed, Promise.resolve(null)]);
  return broken === null ? EXIT.ok : failed(broken, setup, opened, io);
}

/** Who boots at once has nothing to gain by reading its files twice. */
const NOTHING_READ: ReadAhead = new Map();

/** Resolves to null when it is time to boot. */
async function bootTime({ bootAt }: Setup, { clock }: Opened): Promise<null> {
  for (let left = clock.realDelay(bootAt); left > 0; left = clock.realDelay(bootAt)) {
    // A long timer may come a little early.
    await sleep(Math.min(left, LONGEST_WAIT_MS));
  }
  return null;
}

const LONGEST_WAIT_MS = 60_000;

/** A step threw, or the program itself: what is known of it is said. */
function failed(error: Error, { plan }: Setup, { log }: Opened, io: Io): number {
  const what = error instanceof StepFailed ? `A step failed at event ${error.event}` : "A bug";
  const text = `${what}: ${error.message}`;
  log.note("ERROR", text);
  note(io, io.paint.bad(`timed: ${text}`));
  const cause = error.cause instanceof Error ? error.cause : error;
  note(io, cause.stack ?? cause.message);
  if (plan.record !== null) note(io, `to see it again: npx timesim replay ${plan.record}`);
  return EXIT.bug;
}

/** One line that says where everything is. */
function startLine({ plan, name }: Setup, opened: Opened, { control, metrics }: Served): string {
  const { dir, logFile, seed, publicKey } = opened;
  const parts = [
    `timed ${name} listens on ${formatAddress(plan.listen)}`,
    `key ${publicKey.slice(0, 16)}`,
    `data ${dir}`,
    `log ${logFile}`,
    `seed ${seed}`,
    `control ${control}`,
    ...(metrics === null ? [] : [`metrics http://${metrics}/metrics`]),
    ...(plan.record === null ? [] : [`record ${plan.record}`]),
  ];
  return parts.join(", ");
}

function problemsOf(error: BadInput | (Error & { readonly path?: string })): readonly string[] {
  if (error instanceof BadInput) return error.problems;
  const { path, address, port } = error as { path?: string; address?: string; port?: number };
  const place = path ?? (address === undefined ? null : `${address}:${port}`);
  const isElsewhere = (error as { code?: unknown }).code === "EADDRNOTAVAIL";
  const hint = isElsewhere ? "; behind NAT say where it listens: --bind 0.0.0.0" : "";
  return [place === null ? error.message : `${place} — ${reasonOf(error)}${hint}`];
}
