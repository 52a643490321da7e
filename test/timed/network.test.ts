/**
 * Three shells, three nodes, as docs/real-nodes.md has them: they find each other, make the two
 * blocks that are missing, and know each other again after a restart. Ten times as fast as there.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Daemon, freshFolder, timed, until } from "./daemon.ts";

/** Seconds of the nodes' time, roughly: what is asserted does not hang on it. */
const SPEED = 10;

/** The settings that all three share: the chain stands at 3009 when the first one starts. */
function shared(): string {
  const file = join(freshFolder(), "chain.yaml");
  const start = new Date().toISOString();
  writeFileSync(
    file,
    `chain: { height: 3009, expected: 3011 }\nclock: { start: ${start}, speed: ${SPEED} }\n` +
      "masternode: true\n",
  );
  return file;
}

const GREPS = [
  /Active Masternodes=3/,
  /Registering.*PeerConnectionRegistry/,
  /Broadcast masternode announcement/,
  /Received masternode announcement/,
];

interface Status {
  readonly height: number;
  readonly active: number;
  readonly tip: string;
  readonly incarnation: number;
}

async function statusOf(node: Daemon): Promise<Status> {
  return (await node.ask("status")) as Status;
}

describe("three nodes", () => {
  it("make the blocks that are missing, and know each other after a restart", async () => {
    const config = ["--config", shared()];
    const a = await new Daemon([...config, "--metrics", "127.0.0.1:0"]).started();
    const b = await new Daemon([...config, "--peer", a.ip]).started();
    const c = await new Daemon(config).started();
    for (const node of [a, b]) {
      expect(await timed(["addnode", c.ip, "--data", node.dir])).toMatchObject({ code: 0 });
    }
    for (const node of [a, b, c]) {
      await until("3011 on all", () => node.log.includes("Added block 3011"));
    }
    const states = await Promise.all([a, b, c].map(statusOf));
    expect(states.map(({ height, active }) => [height, active])).toEqual([
      ...[
        [3011, 3],
        [3011, 3],
        [3011, 3],
      ],
    ]);
    expect(new Set(states.map(({ tip }) => tip)).size).toBe(1);
    for (const node of [a, b, c]) for (const grep of GREPS) expect(node.log).toMatch(grep);
    await metricsOf(a);

    // Nobody tells it whom to call.
    expect((await b.stop()).code).toBe(0);
    const again = await new Daemon(config, { dir: b.dir, ip: b.ip }).started();
    expect(await statusOf(again)).toMatchObject({ height: 3011, incarnation: 2 });
    await until("it finds the others", async () => (await statusOf(again)).active === 3);
    const ends = await Promise.all([a, again, c].map((node) => node.stop()));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
  });
});

it("says in its metrics which gate is shut, also one that is so from its boot on", async () => {
  const lonely = await new Daemon(["--masternode", "--metrics", "127.0.0.1:0"]).started();
  const { value } = await scraped(lonely);
  expect(value('timed_gate_open{gate="minimum"}')).toBe(0);
  expect(value('timed_gate_open{gate="masternode"}')).toBe(1);
  await lonely.stop();
});

/** What Prometheus reads: a number by its series, NaN where there is none. */
async function scraped(
  node: Daemon,
): Promise<{ readonly url: string; readonly value: (series: string) => number }> {
  const url = /metrics (http:\S+)/.exec(node.err)?.[1] ?? "";
  const response = await fetch(url);
  expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  const text = await response.text();
  const value = (name: string): number => {
    const line = text.split("\n").find((each) => each.startsWith(`${name} `)) ?? "";
    return Number(line.split(" ")[1] ?? Number.NaN);
  };
  return { url, value };
}

/** Against what happened. */
async function metricsOf(node: Daemon): Promise<void> {
  const { url, value } = await scraped(node);
  expect(value("timed_height")).toBe(3011);
  expect(value("timed_expected")).toBeGreaterThanOrEqual(3011);
  expect(value("timed_active")).toBe(3);
  expect(value('timed_sessions{role="accepted"}') + value('timed_sessions{role="dialed"}')).toBe(2);
  expect(value('timed_gate_open{gate="minimum"}')).toBe(1);
  expect(
    value('timed_messages_total{direction="in",type="MasternodeAnnouncement"}'),
  ).toBeGreaterThan(1);
  expect(value('timed_messages_total{direction="out",type="Tip"}')).toBeGreaterThan(0);
  expect(value('timed_facts_total{type="ready"}')).toBeGreaterThanOrEqual(2);
  expect(value('timed_saves_total{file="chain",result="durable"}')).toBeGreaterThanOrEqual(2);
  expect(value("timed_unread_bytes")).toBe(0);
  expect(value("timed_received_bytes_total")).toBeGreaterThan(1_000);
  expect(value("timed_nodejs_eventloop_lag_p99_seconds")).toBeGreaterThanOrEqual(0);
  expect((await fetch(url.replace("/metrics", "/healthz"))).status).toBe(200);
  expect((await fetch(url.replace("/metrics", "/"))).status).toBe(404);
}
