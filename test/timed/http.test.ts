/** Callers of the control and metrics sockets who say nothing: they cost the others nothing. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { end, listening, type Listening } from "../../src/cli/timed/http.ts";
import { LOOPBACK } from "../../src/scenario/daemon-words.ts";

let server: Listening;
const silent: Socket[] = [];

beforeEach(async () => {
  server = await listening(LOOPBACK, (_, response) => Promise.resolve(end(response, 200, "here")));
});
afterEach(async () => {
  for (const socket of silent.splice(0)) socket.destroy();
  await server.close();
});

async function fallSilent(): Promise<void> {
  const [host = "", port = ""] = server.place.split(":");
  const socket = connect(Number(port), host);
  socket.on("error", () => {});
  silent.push(socket);
  await once(socket, "connect");
}

it("answers while more are silent than may be here", async () => {
  for (let nth = 0; nth < 40; nth++) await fallSilent();
  for (let nth = 0; nth < 5; nth++) {
    expect(await (await fetch(`http://${server.place}/`)).text()).toBe("here\n");
  }
});

it("ends while somebody is silent", async () => {
  await fallSilent();
  await server.close();
  await expect(fetch(`http://${server.place}/`)).rejects.toThrow("fetch failed");
});
