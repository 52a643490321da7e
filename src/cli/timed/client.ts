/** `timed status`, `timed addnode`, `timed stop` and their like: they ask a running node. */
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BadInput } from "../../core/assert.ts";
import type { Settings } from "../../kit/field.ts";
import type { Row } from "../../kit/view.ts";
import { EXIT } from "../exit.ts";
import { type Io, note, say, sayJson } from "../output.ts";
import { isLocked } from "../../host/lock.ts";
import { type Answer, call, pidOf } from "./call.ts";
import { type Columns, recordText, tableText } from "./render.ts";

export interface AskArgs {
  readonly data?: string;
  readonly json?: boolean;
}

/** A view: one row if it is a record, else a table. */
export async function look(
  name: string,
  shape: "record" | "list",
  shown: Columns,
  args: AskArgs,
  io: Io,
): Promise<number> {
  const answer = await call(folderOf(args, io), name, {});
  if (!answer.ok) return unreachable(answer, io);
  if (args.json === true) sayJson(io, answer.result);
  else if (shape === "record") say(io, recordText(io, shown, answer.result as Row));
  else say(io, tableText(io, shown, answer.result as readonly Row[]));
  return EXIT.ok;
}

export async function tell(name: string, given: Settings, args: AskArgs, io: Io): Promise<number> {
  const answer = await call(folderOf(args, io), name, given);
  if (!answer.ok) return unreachable(answer, io);
  if (args.json === true) sayJson(io, answer.result);
  else say(io, `${name}: the node was told`);
  return EXIT.ok;
}

const GONE_LOOK_MS = 50;
/** Longer than a node takes that waits for its disk. */
const GONE_MS = 60_000;

/** Returns when the process has ended, so that a script may go on. */
export async function stop(args: AskArgs, io: Io): Promise<number> {
  const dir = folderOf(args, io);
  const pid = pidOf(dir);
  const answer = await call(dir, "stop", {});
  if (!answer.ok) return unreachable(answer, io);
  const until = io.elapsed() + GONE_MS;
  while (pid !== null && holds(pid, dir)) {
    if (io.elapsed() > until) {
      note(io, io.paint.bad(`process ${pid} was told to stop and still runs`));
      return EXIT.failed;
    }
    await sleep(GONE_LOOK_MS);
  }
  if (args.json === true) sayJson(io, answer.result);
  else say(io, "the node has stopped");
  return EXIT.ok;
}

/** The folder is let go last: then all is on disk, even if the process is not yet reaped. */
function holds(pid: number, dir: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== "EPERM") return false;
  }
  return isLocked(dir);
}

function folderOf({ data }: AskArgs, io: Io): string {
  if (data !== undefined) return resolve(io.cwd, data);
  throw new BadInput(["--data — is missing: the folder of the node that is asked"]);
}

function unreachable(answer: Extract<Answer, { readonly ok: false }>, io: Io): number {
  note(io, io.paint.bad(answer.reason));
  return EXIT.failed;
}
