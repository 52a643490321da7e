/** Campaigns through a real redis: workers come, are killed, and the report is the same. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { CampaignDocument } from "../../src/campaign/document.ts";
import { Place, ROOT } from "./host.ts";

const MAIN = join(ROOT, "dist/bin/timesim.js");
const MACHINE = ["--machine", join(ROOT, "test/campaign/toy.js")];
const place = new Place();

const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
const inCi = !["", "false"].includes(process.env["CI"] ?? "");
if (!hasRedis && !inCi) {
  process.stderr.write("queue.test.ts is skipped: there is no redis-server on this machine\n");
}

interface Ran {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

const children: ChildProcess[] = [];

function start(words: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...words], {
    cwd: place.path,
    env: { ...process.env, TOY: "break", ...env },
  });
  children.push(child);
  return child;
}

async function ended(child: ChildProcess): Promise<Ran> {
  let [out, err] = ["", ""];
  child.stdout?.on("data", (data: Buffer) => (out += data.toString()));
  child.stderr?.on("data", (data: Buffer) => (err += data.toString()));
  await once(child, "close");
  return { exit: child.exitCode, out, err };
}

/** Until it has said so. */
async function heard(child: ChildProcess, words: string): Promise<void> {
  let said = "";
  await new Promise<void>((resolve, reject) => {
    const listen = (data: Buffer): void => {
      said += data.toString();
      if (said.includes(words)) resolve();
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("close", () => reject(new Error(`it ended: ${said}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** One that remembers nothing. */
async function redisAt(port: number): Promise<ChildProcess> {
  const words = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const server = spawn("redis-server", words, { cwd: place.path });
  children.push(server);
  await heard(server, "Ready to accept connections");
  return server;
}

/** What redis knows of jobs; ranges have names of their own. */
const JOBS = "bull:timesim:range-*";

function report(folder: string): Omit<CampaignDocument, "timings"> {
  const { timings: _, ...document } = JSON.parse(
    place.read(`${folder}/campaign.json`),
  ) as CampaignDocument;
  return document;
}

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

it("was built", () => {
  expect(inject("build")).toBe("");
});

it("runs in CI", () => {
  if (inCi) expect(hasRedis, "apt-get install redis-server").toBe(true);
});

describe.skipIf(!hasRedis)("a campaign through redis", () => {
  let url = "";

  beforeAll(async () => {
    const port = await freePort();
    await redisAt(port);
    url = `redis://127.0.0.1:${port}`;
  });

  const WORDS = ["fuzz", "--runs", "100", "--worlds", "quick", ...MACHINE];

  /** How many ranges somebody works at. */
  async function active(client: Redis): Promise<number> {
    return client.llen("bull:timesim:active");
  }

  it("is the same with a worker killed in the middle", async () => {
    const client = new Redis(url);
    const worker = ["worker", "--queue", url, "--workers", "1", ...MACHINE];
    const first = start(worker);
    await heard(first, "worker ready");
    const campaign = ended(start([...WORDS, "--queue", url, "--out", "queued"]));
    while ((await active(client)) === 0) await new Promise((go) => setTimeout(go, 10));
    first.kill("SIGKILL");
    await once(first, "close");
    // Nobody works, and a range is lost.
    expect(await active(client)).toBe(1);
    const second = start(worker);
    const [queued, alone] = await Promise.all([
      campaign,
      ended(start([...WORDS, "--out", "alone"])),
    ]);
    expect(queued.exit, queued.err).toBe(1);
    expect(alone.exit, alone.err).toBe(1);
    expect(JSON.stringify(report("queued"))).toBe(JSON.stringify(report("alone")));
    expect(report("queued").counts.worlds).toBe(100);
    const close = ended(second);
    second.kill("SIGINT");
    expect((await close).exit).toBe(0);
    expect(await client.keys(JOBS)).toEqual([]);
    client.disconnect();
  });

  it("survives a redis that forgets all, and one that is away", async () => {
    const port = await freePort();
    const own = `redis://127.0.0.1:${port}`;
    const words = ["fuzz", "--runs", "400", "--worlds", "quick", ...MACHINE];
    const first = await redisAt(port);
    const campaign = ended(start([...words, "--queue", own, "--out", "lost"]));
    let client = new Redis(own);
    while ((await client.llen("bull:timesim:wait")) < 16) {
      await new Promise((go) => setTimeout(go, 10));
    }
    client.disconnect();
    first.kill("SIGKILL");
    await once(first, "close");
    // For so long that somebody tries to reach it.
    await new Promise((go) => setTimeout(go, 3_000));
    await redisAt(port);
    client = new Redis(own);
    const worker = start(["worker", "--queue", own, "--workers", "1", ...MACHINE]);
    const { exit, err } = await campaign;
    expect(exit, err).toBe(1);
    expect(err).not.toMatch(/Error|Warning/);
    const alone = await ended(start([...words, "--out", "alone"]));
    expect(alone.exit, alone.err).toBe(1);
    expect(JSON.stringify(report("lost"))).toBe(JSON.stringify(report("alone")));
    expect(await client.keys(JOBS)).toEqual([]);
    worker.kill("SIGINT");
    client.disconnect();
  });

  it("that is stopped takes back what nobody began", async () => {
    const client = new Redis(url);
    const child = start([...WORDS, "--queue", url, "--out", "stopped"]);
    const run = ended(child);
    while ((await client.llen("bull:timesim:wait")) < 4) {
      await new Promise((go) => setTimeout(go, 10));
    }
    child.kill("SIGINT");
    const { exit, out, err } = await run;
    expect(exit, err).toBe(4);
    expect(out).toContain("0 worlds (no seed)");
    expect(await client.keys(JOBS)).toEqual([]);
    client.disconnect();
  });

  it("is refused by a worker of another machine", async () => {
    const worker = start(["worker", "--queue", url, "--workers", "1"]);
    await heard(worker, "worker ready");
    const { exit, err } = await ended(start([...WORDS, "--queue", url, "--out", "other"]));
    expect(err).toContain("a worker was started without --machine, the campaign has --machine");
    expect(exit).toBe(2);
    worker.kill("SIGINT");
  });
});

describe("--queue", () => {
  const QUEUE = ["worker", "--queue"];

  it("says that there is no redis", async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    const { exit, err } = await place.timesim([...QUEUE, url]);
    expect(err).toMatch(/^--queue redis:\S+ — no redis can be reached there: .*ECONNREFUSED/);
    expect(exit).toBe(2);
  });

  it("says what an address looks like", async () => {
    const { exit, err } = await place.timesim([...QUEUE, "localhost"]);
    expect(err).toContain("--queue localhost — expected an address such as redis://127.0.0.1:6379");
    expect(exit).toBe(2);
  });

  it("says which packages are missing", async () => {
    const hooks = `export async function resolve(name, context, next) {
      if (name !== "bullmq") return next(name, context);
      throw Object.assign(new Error("no bullmq"), { code: "ERR_MODULE_NOT_FOUND" });
    }`;
    const without = `import { register } from "node:module";
      register("data:text/javascript,${encodeURIComponent(hooks)}");`;
    const option = `--import=data:text/javascript,${encodeURIComponent(without)}`;
    const child = start([...QUEUE, "redis://127.0.0.1:1"], { NODE_OPTIONS: option });
    const { exit, err } = await ended(child);
    expect(err).toContain("npm install bullmq@6 ioredis@6");
    expect(exit).toBe(2);
  });
});
