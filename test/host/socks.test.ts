/** A node that dials through a proxy: what the proxy is told, and what its answers mean. */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { address, type Address, formatAddress, parseAddress } from "../../src/core/address.ts";
import type { Dialed } from "../../src/host/dialer.ts";
import { throughProxy } from "../../src/host/socks.ts";

const REMOTE = parseAddress("203.0.113.7:24100", 0) as Address;
const GRANTED = [5, 0, 0, 1, 127, 11, 0, 9, 0x12, 0x34];
const PATIENCE = 10_000;

const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** Answers what it hears with the next of the given bytes, one byte in each packet. */
async function proxyThat(...answers: readonly (readonly number[])[]): Promise<Talk> {
  const heard: number[][] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      const answer = answers[heard.length];
      heard.push([...bytes]);
      if (answer === undefined) return;
      if (answer.length === 0) return void socket.end();
      for (const byte of answer) socket.write(Uint8Array.of(byte));
    });
  });
  servers.push(server);
  server.listen(0, "127.11.0.1");
  await once(server, "listening");
  const place = server.address();
  const port = typeof place === "object" ? (place?.port ?? 0) : 0;
  return { at: address(0x7f_0b_00_01, port), heard };
}

interface Talk {
  readonly at: Address;
  readonly heard: readonly (readonly number[])[];
}

function dial(at: Address, user = "", password = "", timeout = PATIENCE): Promise<Dialed> {
  const dialer = throughProxy({ address: at, user, password });
  return new Promise((resolve) => {
    dialer(REMOTE, "127.11.0.77", timeout, (dialed) => {
      if (dialed.ok) sockets.push(dialed.socket);
      resolve(dialed);
    });
  });
}

it("asks for the address, and learns where the proxy dials from", async () => {
  const { at, heard } = await proxyThat([5, 0], GRANTED);
  const dialed = await dial(at);
  expect(heard).toEqual([
    [5, 1, 0],
    [5, 1, 0, 1, 203, 0, 113, 7, 0x5e, 0x24],
  ]);
  expect(dialed.ok && formatAddress(dialed.local ?? REMOTE)).toBe("127.11.0.9:4660");
});

it("says who it is where it is asked", async () => {
  const { at, heard } = await proxyThat([5, 2], [1, 0], GRANTED);
  expect((await dial(at, "A", "se")).ok).toBe(true);
  expect(heard.slice(0, 2)).toEqual([
    [5, 2, 0, 2],
    [1, 1, 65, 2, 115, 101],
  ]);
});

it.each([
  ["a name", [5, 0, 0, 3, 2, 65, 66, 1, 2]],
  ["an IPv6 address", [5, 0, 0, 4, ...Array<number>(18).fill(7)]],
  ["nothing", [5, 0, 0, 1, 0, 0, 0, 0, 0, 0]],
])("does not know where it dials from if the proxy gives %s for it", async (_what, answer) => {
  const { at } = await proxyThat([5, 0], answer);
  expect(await dial(at)).toMatchObject({ ok: true, local: null });
});

it("leaves the bytes behind the answer to the session, and then the end", async () => {
  const { at } = await proxyThat([5, 0], [...GRANTED, 104, 105], []);
  const dialed = await dial(at);
  if (!dialed.ok) throw new Error(dialed.reason);
  let text = "";
  dialed.socket.on("data", (bytes) => {
    text += bytes.toString();
    if (text === "hi") dialed.socket.write("bye");
  });
  await once(dialed.socket, "end");
  expect(text).toBe("hi");
});

it.each([
  ["refused", [5, 5, 0, 1, 0, 0, 0, 0, 0, 0]],
  ["timeout", [5, 6, 0, 1, 0, 0, 0, 0, 0, 0]],
  ["unreachable", [5, 4, 0, 1, 0, 0, 0, 0, 0, 0]],
  ["unreachable", [5, 99, 0, 1, 0, 0, 0, 0, 0, 0]],
  ["unreachable", [5, 0, 0, 9, 0, 0, 0, 0, 0, 0]],
  ["unreachable", []],
])("is %s when the proxy answers %j", async (reason, answer) => {
  const { at } = await proxyThat([5, 0], answer);
  expect(await dial(at)).toEqual({ ok: false, reason });
});

it.each([
  ["speaks another protocol", [[72, 84]]],
  ["wants a name and there is none", [[5, 2]]],
  ["says half an answer and leaves", [[5], []]],
])("cannot reach anybody through a proxy that %s", async (_what, answers) => {
  const { at } = await proxyThat(...answers);
  const dialed = dial(at);
  if (answers.length === 2) await expect.poll(() => sockets.length).toBe(1);
  if (answers.length === 2) sockets[0]?.end();
  expect(await dialed).toEqual({ ok: false, reason: "unreachable" });
});

it("cannot reach anybody through a proxy that does not know its name", async () => {
  const { at } = await proxyThat([5, 2], [1, 1]);
  expect(await dial(at, "A", "x")).toEqual({ ok: false, reason: "unreachable" });
});

it("cannot reach anybody where no proxy listens", async () => {
  const { at } = await proxyThat();
  servers[0]?.close();
  expect(await dial(at)).toEqual({ ok: false, reason: "unreachable" });
});

it("waits no longer than the dial's own patience", async () => {
  const { at } = await proxyThat([5, 0]);
  expect(await dial(at, "", "", 50)).toEqual({ ok: false, reason: "timeout" });
});

it("says nothing more after it was given up, and hangs up", async () => {
  const { at, heard } = await proxyThat();
  let told = 0;
  const dialer = throughProxy({ address: at, user: "", password: "" });
  const wish = dialer(REMOTE, "127.11.0.77", PATIENCE, () => told++);
  await expect.poll(() => heard.length).toBe(1);
  const gone = once(sockets[0] as Socket, "close");
  wish.abort();
  await gone;
  expect(told).toBe(0);
});
