/** A process that stood still hears first what was said to it meanwhile (rule P4). */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, inject, it } from "vitest";
import { formatIp, portOf } from "../../src/core/address.ts";
import { folder, loopback, until } from "./block.ts";

const HERE = loopback(11, 70);
const DUE = 1_000;
const BUILT = join(import.meta.dirname, "../../dist");

/** Says on a line what its machine is told. A message "arm" arms a timer. */
const CODE = `
import { startNode } from "${BUILT}/host/node.js";
import { HostClock } from "${BUILT}/host/clock.js";
import { Recorder } from "${BUILT}/trace/recorder.js";
const say = (text) => process.stdout.write(text + "\\n");
const machine = {
  name: "pausing", kinds: ["note"], init: () => 0,
  step(state, input, ctx) {
    say(input.kind === "message" ? input.message.text : input.kind);
    if (input.message?.text === "arm") ctx.setTimer("due", ${DUE} * 1000);
    return state;
  },
};
const codec = {
  encode: () => new Uint8Array(),
  decode: (line) => ({ kind: "message", message: { type: "note", text: String(Buffer.from(line)) } }),
};
await startNode({
  machine, codec, config: null, files: {}, stop: null, name: "P", seed: "1", incarnation: 1,
  listen: ${HERE}, dir: process.argv[1], clock: new HostClock(), recorder: new Recorder({ level: "none" }),
});
say("ready");`;

let child: ChildProcess | null = null;
const peers: Socket[] = [];
const dir = folder();

afterEach(() => {
  for (const peer of peers.splice(0)) peer.destroy();
  child?.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

async function peer(): Promise<Socket> {
  const socket = connect(portOf(HERE), formatIp(HERE));
  socket.on("error", () => {});
  peers.push(socket);
  await once(socket, "connect");
  return socket;
}

// Once more if this machine was so slow that the timer rang before the process was stopped.
it("reads all that came during SIGSTOP before a timer that came due", { retry: 2 }, async () => {
  expect(inject("build")).toBe("");
  const node = spawn(process.execPath, ["--input-type=module", "-e", CODE, dir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child = node;
  let said = "";
  node.stdout.on("data", (bytes: Buffer) => {
    said += bytes.toString();
  });
  await until("it listens", () => said.includes("ready\n"));
  const old = await peer();
  old.write("arm\n");
  await until("it is armed", () => said.includes("arm\n"));
  node.kill("SIGSTOP");
  await until("it stands still", () => / T /.test(readFileSync(`/proc/${node.pid}/stat`, "utf8")));
  const many = Array.from({ length: 2_000 }, (_, n) => `${n} ${"x".repeat(100)}\n`).join("");
  old.write(many);
  const fresh = await peer();
  fresh.write("fresh\n");
  await sleep(DUE + 300);
  node.kill("SIGCONT");
  await until("the timer rings", () => said.includes("timer\n"));
  const heard = said.slice(0, said.indexOf("timer\n")).split("\n");
  expect(heard.filter((line) => /^\d/.test(line)).length).toBe(2_000);
  expect(heard).toContain("fresh");
  expect(heard.filter((line) => line === "opened").length).toBe(2);
});
