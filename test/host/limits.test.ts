/** Nobody outside can exhaust a node (rule S7), and nobody dead keeps it busy (rule S6). */
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { must } from "../../src/core/assert.ts";
import { socketsFor } from "../../src/host/limits.ts";
import type { Traffic } from "../../src/host/port.ts";
import { kindMask } from "../../src/trace/event.ts";
import { dialing, line, peer, solo } from "./solo.ts";
import { until } from "./block.ts";

const MIB = 1_048_576;

it("closes a session whose peer does not read, once too much waits for it", async () => {
  const { node, tell, saw } = await solo({ limits: { sendBuffer: MIB } });
  (await peer()).pause();
  await saw("#1 accepted A");
  let most = 0;
  // The kernels take some MiB before anything waits here.
  for (let sent = 0; sent < 64 && node.sessions.length > 0; sent++) {
    tell(`send ${sent} note A ${MIB / 2}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    most = Math.max(most, node.sessions[0]?.socket.buffered ?? 0);
  }
  await saw("#1 closed A slow");
  expect(most).toBeLessThanOrEqual(MIB);
});

it("gives up a session whose bytes nobody acknowledges", async () => {
  const { node, tell, saw } = await solo({ limits: { userTimeout: 500_000 } });
  (await peer()).pause();
  await saw("#1 accepted A");
  // More than a receiver takes that does not read, less than waits here: the kernel has it all.
  tell(`send 1 note A ${2 * MIB}`);
  await until("the kernel has it", () => node.sessions[0]?.socket.buffered === 0);
  await saw("#1 closed A timeout");
});

it("keeps a session that is only silent, or slow", async () => {
  const { tell, facts, saw } = await solo({ limits: { userTimeout: 500_000 } });
  const [silent, slow] = [await peer(), await peer()];
  await saw("#2 accepted A");
  slow.pause();
  tell(`send 1 note #2 ${2 * MIB}`);
  const end = performance.now() + 2_500;
  while (performance.now() < end) {
    slow.read(16_384);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(facts()).toEqual(["booted", "#1 accepted A", "#2 accepted A"]);
  expect(silent.destroyed).toBe(false);
});

it("closes the session with most unread bytes, once all together have too many", async () => {
  const { node, saw, facts, notices } = await solo({ limits: { unread: 300_000 } });
  const [small, large] = [await peer(), await peer()];
  await saw("#2 accepted A");
  small.write("s".repeat(120_000));
  await until("the small one is there", () => node.unread === 120_000);
  large.write("l".repeat(200_000));
  await until("one is closed", () => node.sessions.length === 1);
  expect(facts().filter((fact) => fact.includes("closed"))).toEqual(["#2 closed A slow"]);
  expect(notices[0]).toMatch(/^Closing session 2 with 127\.11\.\d+\.1: \d+ of \d+ unread bytes$/);
  small.write(`\n${line(7)}`);
  await saw("#1 got note 7 from A");
  expect(node.unread).toBe(0);
});

it.each(["was closed", "was broken"])("keeps no begun line of a session that %s", async (how) => {
  const { node, tell } = await solo({ limits: { unread: 300_000 } });
  const talker = await peer();
  talker.write("x".repeat(200_000));
  await until("the begun line is there", () => node.unread === 200_000);
  const { socket } = must(node.sessions[0], "a session");
  if (how === "was closed") tell("close");
  else talker.write("x".repeat(200_000));
  await until("it is over", () => node.sessions.length === 0);
  expect(socket.lines.size).toBe(0);
});

it("closes the session with most to send, once all together have too much", async () => {
  const limits = { sendBuffer: 64 * MIB, unsent: 4 * MIB };
  const { node, tell, facts, saw, notices } = await solo({ limits });
  const [small, large] = [await peer(), await peer()];
  await saw("#2 accepted A");
  for (const socket of [small, large]) socket.pause();
  // The kernels take some MiB of each before anything waits here.
  for (let sent = 0; sent < 64 && node.sessions.length === 2; sent++) {
    tell(`send ${sent} note #1 ${MIB / 4}`);
    tell(`send ${sent} note #2 ${MIB / 2}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await saw("#2 closed A slow");
  expect(facts().filter((fact) => fact.includes("closed"))).toEqual(["#2 closed A slow"]);
  expect(notices[0]).toMatch(/^Closing session 2 with 127\.11\.\d+\.1: \d+ of \d+ unsent bytes$/);
});

it("refuses connections by a reset when it has as many as it may have", async () => {
  const { node, saw, notices } = await solo({ limits: { sockets: 3 } });
  const first = await peer();
  await peer();
  await peer();
  await saw("#3 accepted A");
  for (let nth = 0; nth < 5; nth++) {
    const refused = dialing().resume();
    await new Promise((resolve) => refused.once("close", resolve));
  }
  expect(node.sessions.length).toBe(3);
  expect(notices).toEqual(
    [1, 2, 4].map((so) => `Refused a connection: 3 sockets are open (${so} so far)`),
  );
  first.end();
  await saw("#1 closed A ended");
  await peer();
  await saw("#4 accepted A");
});

it("lets go of connections that only linger when it needs their place", async () => {
  const { node, tell, saw, notices } = await solo({ limits: { sockets: 2 } });
  const held = [await peer(), await peer()];
  await saw("#2 accepted A");
  tell("close"); // FIN goes out, and no answer comes
  await Promise.all(held.map((socket) => once(socket.resume(), "end")));
  for (let nth = 3; nth <= 4; nth++) {
    await peer();
    await saw(`#${nth} accepted A`);
  }
  expect(node.sessions.length).toBe(2);
  expect(notices).toEqual([]);
});

it("counts the bytes of what gave way at every moment", async () => {
  const { node, recorder, tell, saw } = await solo({ limits: { sockets: 1 } });
  (await peer()).write(line(1));
  await saw("#1 got note 1 from A");
  const before = node.traffic;
  const seen: Traffic[] = [];
  recorder.listen({ mask: kindMask("opened"), see: () => seen.push(node.traffic) });
  tell("close");
  await peer();
  await saw("#2 accepted A");
  expect(before.received).toBe(line(1).length);
  expect(seen).toEqual([before]);
});

it("says limit to a dial that would be one socket too many", async () => {
  const { tell, saw } = await solo({ limits: { sockets: 1 } });
  await peer();
  await saw("#1 accepted A");
  tell("dial 127.11.0.2:9");
  await saw("#2 refused B limit");
});

it("has fewer sockets where few files may be open", () => {
  const file = join(mkdtempSync(join(tmpdir(), "limits-")), "limits");
  const said = (soft: string): number => {
    writeFileSync(file, `Max processes 7 7\nMax open files            ${soft}      4096   files\n`);
    return socketsFor(file);
  };
  expect(["64", "1023", "1024", "1048576", "unlimited"].map(said)).toEqual([
    32, 511, 512, 512, 512,
  ]);
  expect(socketsFor("/nowhere")).toBe(512);
});
