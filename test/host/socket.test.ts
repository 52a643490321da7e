/** What bare sockets can do to a session, and what the machine is told of it. */
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it, vi } from "vitest";
import { address, type Address } from "../../src/core/address.ts";
import { throughProxy } from "../../src/host/socks.ts";
import { type Toy, toy, toyCodec, type ToyMessage } from "../engine/toy.ts";
import type { Codec } from "../../src/core/codec.ts";
import type { Machine } from "../../src/core/machine.ts";
import { must } from "../../src/core/assert.ts";
import { loopback, until } from "./block.ts";
import { line, peer, solo } from "./solo.ts";

it("takes a line apart that comes byte by byte, and several that come at once", async () => {
  const { saw, facts } = await solo();
  const socket = await peer();
  socket.setNoDelay(true);
  for (const byte of Buffer.from(line(1))) {
    socket.write(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.write(line(2) + line(3).replace("\n", "\r\n") + line(4).slice(0, 9));
  await saw("#1 got note 3 from A");
  socket.write(line(4).slice(9));
  await saw("#1 got note 4 from A");
  expect(facts().length).toBe(6);
});

it("hears what came with the end before the end, and nothing of half a line", async () => {
  const { saw, facts } = await solo();
  (await peer()).end(`${line(1)}${line(2)}{"type":"no`);
  await saw("#1 closed A ended");
  expect(facts().slice(2)).toEqual([
    "#1 got note 1 from A",
    "#1 got note 2 from A",
    "#1 closed A ended",
  ]);
});

it("hears others between the lines of one that has much to say, and all of them before its end", async () => {
  const { saw, facts } = await solo({}, slow);
  const [long, short] = [await peer(), await peer()];
  await saw("#2 accepted A");
  long.end(Array.from({ length: 60 }, (_, n) => line(n)).join(""));
  short.write(line(100));
  await saw("#1 closed A ended");
  const said = Array.from({ length: 60 }, (_, n) => `#1 got note ${n} from A`);
  const heard = facts().slice(3);
  expect(heard.filter((fact) => fact.startsWith("#1"))).toEqual([...said, "#1 closed A ended"]);
  expect(heard.indexOf("#2 got note 100 from A")).toBeLessThan(heard.indexOf(said[59] ?? ""));
});

/** A step of it takes 2 ms. */
const slow: Machine<Toy> = {
  ...toy,
  step: (state, input, ctx) => {
    for (const end = performance.now() + 2; performance.now() < end;);
    return toy.step(state, input, ctx);
  },
};

it("is told of a reset, once", async () => {
  const { saw, events } = await solo();
  const socket = await peer();
  await saw("#1 accepted A");
  socket.resetAndDestroy();
  await saw("#1 closed A ended");
  expect(events("closed").map(({ body }) => body)).toEqual(["reset"]);
});

it("sends the last of a long answer and FIN to a peer that has said FIN", async () => {
  const { node, tell, saw } = await solo();
  const socket = await peer();
  await saw("#1 accepted A");
  tell("send 1 note A 3000000; close");
  let size = 0;
  socket.on("data", (bytes: Buffer) => {
    size += bytes.length;
  });
  socket.end();
  await once(socket, "end");
  expect(size).toBe(line(1, "x".repeat(3_000_000)).length);
  expect(node.traffic).toEqual({ received: 0, sent: size });
});

it.each(["fails", "is killed"])(
  "goes with a node that %s, also where it only lingers",
  async (how) => {
    const { node, tell, saw } = await solo();
    const talker = await peer();
    await saw("#1 accepted A");
    const { socket } = must(node.sessions[0], "a session");
    tell("close"); // FIN goes out, and no answer comes
    await once(talker.resume(), "end");
    expect(node.sessions).toEqual([]);
    if (how === "fails") {
      tell("explode");
      await node.failed;
    } else await node.kill();
    await socket.closed;
  },
);

it("tells what is unknown from what is garbled, and throws neither at the node", async () => {
  const codec: Codec<ToyMessage> = {
    encode: (message) => toyCodec.encode(message),
    decode: (bytes) =>
      bytes[0] === 0x3f ? { kind: "unknown", name: "Query" } : toyCodec.decode(bytes),
  };
  const { saw, events } = await solo({ codec });
  const socket = await peer();
  socket.write(`?\n\u0000\u00ff{\n\n${line(1)}`);
  await saw("#1 got note 1 from A");
  expect(events("garbled").map(({ b, body }) => [b, body])).toEqual([
    [1, "Query"],
    [0, "no JSON"],
    [0, "no JSON"],
  ]);
});

it("gives up a dial that nobody answers, after its time", async () => {
  const silent = createServer();
  silent.listen(0, "127.11.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as { port: number };
  const proxy = { address: address(0x7f_0b_00_01, port), user: "", password: "" };
  const { tell, saw } = await solo({
    dialer: throughProxy(proxy),
    limits: { dialTimeout: 50_000 },
  });
  tell("dial B");
  await saw("#1 refused B timeout");
  silent.close();
});

it("says which address the other end has for it, just before it is open", async () => {
  const other = createServer();
  other.listen(24_100, loopbackText(60));
  await once(other, "listening");
  const came = once(other, "connection");
  const { tell, events } = await solo();
  tell(`dial ${loopbackText(60)}:24100`);
  const [socket] = (await came) as [{ remotePort: number; destroy: () => void }];
  await until("it is open", () => events("opened").length === 1);
  const [[bound], [opened]] = [events("bound"), events("opened")];
  expect(bound).toMatchObject({ a: 1, b: loopback(11, 50, socket.remotePort) });
  expect(opened?.id).toBe((bound?.id ?? 0) + 1);
  socket.destroy();
  other.close();
});

it("tells once that the wall clock was set, before the input that reads it", async () => {
  const { tell, events, saw } = await solo();
  expect(events("clock").length).toBe(1);
  const back = Date.now() - 3_600_000;
  const clock = vi.spyOn(Date, "now").mockReturnValue(back);
  tell("look");
  tell("look");
  clock.mockRestore();
  await saw("looked");
  const [, set] = events("clock");
  const looked = events("fact").at(-1)?.body as { wall: number };
  expect(Math.abs((set?.a ?? 0) - back * 1_000)).toBeLessThan(1_000_000);
  expect(looked.wall).toBeGreaterThanOrEqual(set?.a ?? 0);
  const kinds = events("clock").length;
  expect(kinds).toBe(2);
});

function loopbackText(nth: number): string {
  const place: Address = loopback(11, nth);
  const ip = Math.floor(place / 65_536);
  return [ip >>> 24, (ip >>> 16) & 255, (ip >>> 8) & 255, ip & 255].join(".");
}
