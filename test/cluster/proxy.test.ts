import { formatAddress, ipOf } from "../../src/core/address.ts";
import { millis, seconds } from "../../src/core/units.ts";
import { afterEach, expect, test } from "vitest";
import { KIND, NO_CAUSE } from "../../src/trace/event.ts";
import { Ground, type GroundOptions, type Talk } from "./ground.ts";

let open: Ground | null = null;
afterEach(async () => {
  await open?.close();
  open = null;
});

async function ground(names: readonly string[], options: GroundOptions = {}): Promise<Ground> {
  open = await Ground.open(names, options);
  return open;
}

/** B listens, A dials it. */
async function pair(options: GroundOptions = {}): Promise<{
  readonly ground: Ground;
  readonly a: Talk;
  readonly b: Talk;
}> {
  const made = await ground(["A", "B"], options);
  const accepted = new Promise<Talk>((resolve) => {
    void made.listen("B", resolve);
  });
  const { code, talk } = await made.dial("A", "B");
  expect(code).toBe(0);
  return { ground: made, a: talk, b: await accepted };
}

const ping = (n: number): string => `{"Ping":${n}}`;

test("a dial comes through after a round trip, from the address it was promised", async () => {
  const made = await ground(["A", "B"]);
  const accepted = new Promise<Talk>((resolve) => {
    void made.listen("B", resolve);
  });
  const begun = made.pace.now;
  const { code, bound } = await made.dial("A", "B");
  expect(code).toBe(0);
  expect(made.pace.now - begun).toBeGreaterThanOrEqual(100_000);
  const { socket } = await accepted;
  expect(`${socket.remoteAddress}:${socket.remotePort}`).toBe(formatAddress(bound));
  expect(ipOf(bound)).toBe(ipOf(made.address("A")));
  expect(made.pace.now - begun).toBeGreaterThanOrEqual(150_000);
});

test("lines arrive in order, none before its latency", async () => {
  const {
    ground: made,
    a,
    b,
  } = await pair({
    link: { latency: { shape: "uniform", min: millis(20), max: millis(90) } },
  });
  const sent = made.pace.now;
  a.say(...Array.from({ length: 50 }, (_, n) => ping(n)));
  expect(await b.heard(50)).toEqual(Array.from({ length: 50 }, (_, n) => ping(n)));
  expect(Math.min(...b.times) - sent).toBeGreaterThanOrEqual(20_000);
  b.say(`{"Pong":1}`);
  expect(await a.heard(1)).toEqual([`{"Pong":1}`]);
});

test("nobody listens: refused; nobody has power: a timeout", async () => {
  const made = await ground(["A", "B", "C"], {
    running: ["A"],
    network: { dialTimeout: millis(300) },
  });
  const begun = made.pace.now;
  expect((await made.dial("A", "B")).code).toBe(6);
  expect(made.pace.now - begun).toBeGreaterThanOrEqual(300_000);
  made.proxy.boot(2);
  made.proxy.shaper.processDied(2);
  const refused = made.pace.now;
  expect((await made.dial("A", "C")).code).toBe(5);
  expect(made.pace.now - refused).toBeGreaterThanOrEqual(100_000);
});

test("what a partition holds back comes in order when it has healed", async () => {
  const { ground: made, a, b } = await pair({ speed: 10 });
  const groups = [["A"], ["B"]];
  made.proxy.shaper.inject({ do: "partition", groups, for: seconds(2) });
  const cut = made.pace.now;
  a.say(ping(1), ping(2)).socket.end(`${ping(3)}\n`);
  expect(await b.heard(3)).toEqual([ping(1), ping(2), ping(3)]);
  expect(Math.min(...b.times) - cut).toBeGreaterThanOrEqual(2_000_000);
  expect(await b.end()).toBe("fin");
  expect(made.events.map(({ kind }) => kind)).toEqual(["fault", "lift"]);
});

test("a partition that lasts longer than the user time-out ends the session", async () => {
  const { ground: made, a } = await pair({ speed: 20, network: { userTimeout: seconds(3) } });
  made.proxy.shaper.inject({ do: "cut", from: ["A"], to: ["B"] });
  a.say(ping(1));
  expect(await a.end()).toBe("ECONNRESET");
  expect(made.drops).toEqual([`${ping(1)}: timeout`]);
});

test("held lines wait without end and come at once", async () => {
  const { ground: made, a, b } = await pair({ speed: 10, network: { userTimeout: seconds(1) } });
  made.proxy.shaper.inject({ do: "hold", from: "*", to: ["B"], for: seconds(3) });
  const held = made.pace.now;
  a.say(ping(1));
  await b.heard(1);
  expect(made.pace.now - held).toBeGreaterThanOrEqual(3_000_000);
});

test("a reset reaches both ends", async () => {
  const { ground: made, a, b } = await pair();
  made.proxy.shaper.inject({ do: "reset", between: ["A", "B"] });
  expect(await Promise.all([a.end(), b.end()])).toEqual(["ECONNRESET", "ECONNRESET"]);
});

test("FIN comes behind what was sent before, and is answered", async () => {
  const { a, b } = await pair({ link: { bandwidth: 10_000 } });
  a.say(ping(1), ping(2));
  a.socket.end();
  expect(await b.heard(2)).toEqual([ping(1), ping(2)]);
  expect(await b.end()).toBe("fin");
  expect(await a.end()).toBe("fin");
});

test("a narrow link takes its time, and a wide sender waits for it", async () => {
  const { ground: made, a, b } = await pair({ link: { bandwidth: 2_000_000 }, speed: 1 });
  const line = `{"Ping":"${"x".repeat(199_989)}"}`;
  const sent = made.pace.now;
  a.say(...Array.from({ length: 10 }, () => line));
  await b.heard(10);
  expect(made.pace.now - sent).toBeGreaterThanOrEqual(1_000_000);
  expect(b.lines.every((each) => each === line)).toBe(true);
});

test("who does not read stops who writes", async () => {
  const { a, b } = await pair();
  b.socket.pause();
  const line = `${ping(1)}${" ".repeat(65_000)}\n`;
  let sent = 0;
  while (a.socket.writableLength < 1_048_576 && sent < 2_000) {
    a.socket.write(line);
    sent++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(a.socket.writableLength).toBeGreaterThanOrEqual(1_048_576);
  b.socket.resume();
  expect(await b.heard(sent)).toHaveLength(sent);
});

test("power loss is silence, and a rebooted host answers with a reset", async () => {
  const { ground: made, a, b } = await pair({ speed: 10 });
  made.proxy.shaper.powerLost(1);
  b.socket.destroy();
  a.say(ping(1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(a.ended).toBeNull();
  made.proxy.boot(1);
  expect(await a.end()).toBe("ECONNRESET");
});

test("a process that dies says FIN to those who knew it", async () => {
  const { ground: made, a, b } = await pair();
  made.proxy.shaper.processDied(1);
  b.say(`{"Pong":1}`);
  b.socket.destroySoon();
  expect(await a.heard(1)).toEqual([`{"Pong":1}`]);
  expect(await a.end()).toBe("fin");
});

test("messages are dropped, doubled and spoilt as the rules say", async () => {
  const { ground: made, a, b } = await pair();
  const { shaper } = made.proxy;
  shaper.inject({ do: "drop", from: "*", to: "*", message: "Ping", chance: 1, name: "d" });
  a.say(ping(1), `{"Pong":1}`);
  expect(await b.heard(1)).toEqual([`{"Pong":1}`]);
  expect(made.drops).toEqual([`${ping(1)}: link fault: drop`]);
  shaper.inject({ do: "heal", name: "d" });
  shaper.inject({ do: "duplicate", from: "*", to: "*", message: "Ping", chance: 1 });
  a.say(ping(2));
  expect((await b.heard(3)).slice(1)).toEqual([ping(2), ping(2)]);
  shaper.inject({ do: "heal" });
  shaper.inject({ do: "corrupt", from: "*", to: "*", chance: 1 });
  a.say(ping(3));
  expect((await b.heard(4))[3]).not.toContain("Ping");
});

test("who does not say who he is, is not served", async () => {
  const made = await ground(["A", "B"]);
  expect((await made.dial("Z", "B")).code).toBe(-1);
});

test("a socket that fails when all is over finds time standing still", async () => {
  const { ground: made } = await pair();
  const { shaper } = made.proxy;
  shaper.inject({ do: "cut", from: ["A"], to: ["B"], for: millis(20) });
  shaper.close();
  const ended = shaper.time;
  await expect.poll(() => made.pace.now - ended).toBeGreaterThan(40_000);
  shaper.record(0, KIND.fault, NO_CAUSE, null);
  expect(shaper.time).toBe(ended);
});
