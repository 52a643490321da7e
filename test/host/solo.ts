/** One real node that does what it is told, and bare sockets that talk to it. */
import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { afterEach } from "vitest";
import { type Address, formatIp, portOf } from "../../src/core/address.ts";
import type { Machine } from "../../src/core/machine.ts";
import { HostClock } from "../../src/host/clock.ts";
import { type HostNode, type HostOptions, startNode } from "../../src/host/node.ts";
import type { KindName, TraceEvent } from "../../src/trace/event.ts";
import { Recorder } from "../../src/trace/recorder.ts";
import { actorFiles } from "../conformance/actor.ts";
import { factText } from "../conformance/stage.ts";
import { type Toy, toy, toyCodec, type ToyFact } from "../engine/toy.ts";
import { expectReplay } from "../record/replayed.ts";
import { folder, loopback, until } from "./block.ts";

export interface Solo {
  readonly node: HostNode<Toy>;
  readonly notices: readonly string[];
  readonly dir: string;
  readonly recorder: Recorder;
  readonly machine: Machine<Toy>;
  readonly tell: (acts: string) => void;
  readonly facts: () => readonly string[];
  readonly events: (kind: KindName) => readonly TraceEvent[];
  readonly saw: (what: string) => Promise<void>;
}

const running: Solo[] = [];
const peers: Socket[] = [];

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.destroy();
  for (const { node, dir, recorder, machine } of running.splice(0)) {
    await node.kill();
    rmSync(dir, { recursive: true });
    expectReplay({ recorder, machine, name: "solo", seed: "1", state: node.state });
  }
});

const HERE: Address = loopback(11, 50);

export async function solo(
  options: Partial<HostOptions<Toy>> = {},
  machine: Machine<Toy> = toy,
): Promise<Solo> {
  const recorder = new Recorder({ level: "full" });
  const notices: string[] = [];
  const dir = folder();
  const node = await startNode<Toy>({
    ...{ machine, config: { echo: false }, codec: toyCodec, files: actorFiles, stop: null },
    ...{ name: "solo", seed: "1", incarnation: 1, listen: HERE, dir, recorder, guard: true },
    clock: new HostClock(),
    notice: (text) => notices.push(text),
    ...options,
  });
  const events = (kind: KindName): readonly TraceEvent[] =>
    [...recorder.events()].filter((event) => event.kind === kind);
  const facts = (): readonly string[] =>
    events("fact").map(({ body }) => factText((body as ToyFact).text, (body as ToyFact).session));
  const made: Solo = {
    ...{ node, notices, dir, recorder, machine, events, facts },
    tell: (acts) => node.command({ type: "do", acts }),
    saw: (what) => until(`saw "${what}"`, () => facts().includes(what)),
  };
  running.push(made);
  return made;
}

/** Comes from 127.11.x.1, which the toy calls A. */
export async function peer(): Promise<Socket> {
  const socket = dialing();
  await once(socket, "connect");
  return socket;
}

/** May be refused. */
export function dialing(): Socket {
  const socket = connect({
    ...{ host: formatIp(HERE), port: portOf(HERE) },
    localAddress: formatIp(loopback(11, 1)),
    allowHalfOpen: true,
  });
  socket.on("error", () => {});
  peers.push(socket);
  return socket;
}

export function line(n: number, pad = ""): string {
  return `${JSON.stringify({ type: "note", n, pad })}\n`;
}
