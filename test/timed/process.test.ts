/** The node as a process: its first start and its next, its files, its signals, its exit codes. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { genesisBlock } from "../../src/masternode/block.ts";
import { chainOf } from "../../src/masternode/chain.ts";
import { fileCodecs } from "../../src/masternode/files.ts";
import { Daemon, freshFolder, freshIp, MAIN, timed, until } from "./daemon.ts";

// Processes start slowly where many do.
vi.setConfig({ testTimeout: 120_000 });

it("was built", () => {
  expect(inject("build")).toBe("");
});

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe("a node's life", () => {
  it("begins with a key and a private folder, and goes on where it stopped", async () => {
    const chain = ["--masternode", "--seed", "one"];
    const first = await new Daemon(chain).started();
    const { dir, ip } = first;
    expect([mode(dir), mode(join(dir, "key")), mode(join(dir, ".cookie"))]).toEqual([
      ...["700", "600", "600"],
    ]);
    expect(first.err).toMatch(
      new RegExp(
        String.raw`^timed \S+ listens on ${ip}:24100, key [0-9a-f]{16}, data ${dir}, ` +
          String.raw`log ${dir}/logs/timed\.log, seed one, control 127\.0\.0\.1:\d+\n$`,
      ),
    );
    const before = (await first.ask("status")) as Readonly<Record<string, unknown>>;
    const key = readFileSync(join(dir, "key"), "utf8");
    await until("an announcement", () => first.log.includes("Broadcast masternode announcement"));
    const sequence = await ownSequence(first);
    expect((await first.stop()).code).toBe(0);
    expect(first.log).toContain("Stopping: SIGTERM");
    expect(existsSync(join(dir, "lock"))).toBe(false);
    expect(existsSync(join(dir, "control.json"))).toBe(false);

    const second = await new Daemon(chain, { dir, ip }).started();
    expect(readFileSync(join(dir, "key"), "utf8")).toBe(key);
    expect(await second.ask("status")).toMatchObject({
      publicKey: before["publicKey"],
      incarnation: 2,
      masternode: true,
    });
    await until("another", async () => (await ownSequence(second)) !== null);
    expect(await ownSequence(second)).toBeGreaterThan(Number(sequence));
    expect((await second.stop("SIGINT")).code).toBe(0);
  });

  it("is alone in its folder; what a dead one left there is in nobody's way", async () => {
    const first = await new Daemon([]).started();
    const { dir } = first;
    const second = await timed(["--listen", freshIp(), "--data", dir]);
    expect(second.code).toBe(1);
    expect(second.err).toContain(`process ${first.child.pid} uses this data directory`);
    await first.stop("SIGKILL");
    const asked = await timed(["status", "--data", dir]);
    expect(asked.code).toBe(1);
    expect(asked.err).toContain("no node answers");
    const third = await new Daemon([], { dir, ip: first.ip }).started();
    expect((await third.stop()).code).toBe(0);
  });

  it("keeps a cache of another version beside its own", async () => {
    const first = await new Daemon([]).started();
    await first.stop();
    const { dir, ip } = first;
    const other = new TextEncoder().encode("timesim-cache 99 0\n{}\n");
    writeFileSync(join(dir, "cache"), asFile("cache", other));
    const node = await new Daemon([], { dir, ip }).started();
    await node.stop();
    expect(node.log).toContain("set aside (version 99, not 1)");
    expect(readFileSync(join(dir, "cache-aside"))).toEqual(asFile("cache-aside", other));
  });

  it("ends when an operator says so, and the operator hears when", async () => {
    const node = await new Daemon([]).started();
    const asked = spawn(process.execPath, [MAIN, "stop", "--data", node.dir]);
    let out = "";
    asked.stdout.on("data", (piece: Buffer) => (out += piece.toString()));
    const code = await new Promise((resolve) => asked.once("close", resolve));
    expect([code, out]).toEqual([0, "the node has stopped\n"]);
    expect((await node.ended).code).toBe(0);
    expect(node.log).toContain("Stopping: an operator said stop");
  });

  it("leaves files for itself where it may open few", async () => {
    const ip = freshIp();
    const dir = join(freshFolder(), "data");
    const words = ["-c", `ulimit -n 64; exec "$0" "$@"`, process.execPath, MAIN];
    const child = spawn("sh", [...words, "--listen", ip, "--data", dir], { stdio: "pipe" });
    onTestFinished(() => void child.kill("SIGKILL"));
    await until("it runs", () => existsSync(join(dir, "control.json")));
    const callers = Array.from({ length: 50 }, () => {
      return connect({ host: ip, port: 24_100 }).on("error", () => undefined);
    });
    onTestFinished(() => callers.forEach((caller) => caller.destroy()));
    const log = (): string => readFileSync(join(dir, "logs/timed.log"), "utf8");
    await until("it refuses", () => log().includes("Refused a connection: 32 sockets are open"));
    expect(log()).toContain("At most 32 sockets, half of the files that may be open (ulimit -n)");
    child.kill();
    await until("it has ended", () => child.exitCode !== null);
    expect(child.exitCode).toBe(0);
    expect(log()).not.toContain("failed");
  });

  it("records no more where nothing can be written, and its status says so", async () => {
    const node = await new Daemon(["--record", "/dev/full"]).started();
    await until("the record ends", () => node.log.includes("The record ends here: ENOSPC"));
    expect(await node.ask("status")).toMatchObject({ record: null });
    expect((await node.stop()).code).toBe(0);
  });

  it("opens a new log when the old one was moved away (SIGHUP)", async () => {
    const node = await new Daemon([]).started();
    const file = join(node.dir, "logs/timed.log");
    await until("a first line", () => node.log.includes("Node started"));
    renameSync(file, `${file}.1`);
    node.child.kill("SIGHUP");
    await until("a new file", () => existsSync(file));
    await node.stop();
    expect(node.log).toContain("Stopping");
    expect(readFileSync(`${file}.1`, "utf8")).not.toContain("Stopping");
  });
});

/** As the store writes it. */
function asFile(name: string, body: Uint8Array): Buffer {
  const sum = createHash("sha256").update(body).digest("hex");
  return Buffer.concat([Buffer.from(`timesim-file 1 ${name} ${body.length} ${sum}\n`), body]);
}

/** Of the node itself, in its own list. */
async function ownSequence(node: Daemon): Promise<number | null> {
  const [own] = (await node.ask("masternodes")) as readonly { readonly sequence: number | null }[];
  return own?.sequence ?? null;
}

describe("a start that cannot be", () => {
  it("never makes another key where one is damaged", async () => {
    const dir = join(freshFolder(), "data");
    mkdirSync(dir, { mode: 0o700 });
    writeFileSync(join(dir, "key"), "abc");
    const { code, err } = await timed(["--listen", freshIp(), "--data", dir]);
    expect(code).toBe(1);
    expect(err).toBe(
      `timed cannot run: ${dir}/key — the key is damaged (3 bytes): restore it from a backup; ` +
        "if there is none, move it away: a new node is made\n",
    );
    expect(readFileSync(join(dir, "key"), "utf8")).toBe("abc");
  });

  it("sees one flipped digit of a key", async () => {
    const node = await new Daemon([]).started();
    await node.stop();
    const path = join(node.dir, "key");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, (text.startsWith("0") ? "1" : "0") + text.slice(1));
    const { code, err } = await timed(["--listen", node.ip, "--data", node.dir]);
    expect(code).toBe(1);
    expect(err).toContain("the key is damaged");
    // Half a line is enough of another program's making.
    writeFileSync(path, text.slice(0, 65));
    chmodSync(path, 0o644);
    const again = await new Daemon([], { dir: node.dir, ip: node.ip }).started();
    expect(again.err).toContain(`${path} can be read by others: chmod 600 ${path}`);
    await again.stop();
  });

  it("names what is a folder and should be a file", async () => {
    for (const name of ["chain", "lock", "key"]) {
      const dir = freshFolder();
      mkdirSync(join(dir, name));
      const { code, err } = await timed(["--listen", freshIp(), "--data", dir]);
      expect(code).toBe(1);
      expect(err).toMatch(new RegExp(`^timed cannot run: ${dir}/${name} — .*it is a folder\n$`));
    }
  });

  it("is none of another network's node", async () => {
    const first = await new Daemon([]).started();
    await first.stop();
    const { dir, ip } = first;
    const made = chainOf(nodeCrypto, [genesisBlock(nodeCrypto, "testnet")]);
    if (typeof made === "string") throw new Error(made);
    writeFileSync(join(dir, "chain"), asFile("chain", fileCodecs(nodeCrypto).chain.encode(made)));
    const { code, err } = await timed(["--listen", ip, "--data", dir, "--network", "mainnet"]);
    expect(code).toBe(1);
    expect(err).toBe(
      `timed cannot run: ${dir} — the chain in it is not of mainnet: take another folder\n`,
    );
    const again = await new Daemon([], { dir, ip }).started();
    expect((await again.stop()).code).toBe(0);
  });

  it("says which address is taken", async () => {
    const node = await new Daemon([]).started();
    const folder = freshFolder();
    const record = join(folder, "run.ndjson");
    writeFileSync(record, "what led to a crash\n");
    const words = ["--listen", node.ip, "--data", join(folder, "d"), "--record", record];
    const { code, err } = await timed(words);
    expect(code).toBe(1);
    // It never booted, and has nothing to tell in place of what is there.
    expect(readdirSync(folder).toSorted()).toEqual(["d", "run.ndjson"]);
    expect(readFileSync(record, "utf8")).toBe("what led to a crash\n");
    expect(err).toContain(`timed cannot run: ${node.ip}:24100 — another program listens there`);
    const far = await timed(["--listen", "203.0.113.10", "--data", join(freshFolder(), "d")]);
    expect(far.err).toContain(
      "203.0.113.10:24100 — this machine has no such address; " +
        "behind NAT say where it listens: --bind 0.0.0.0",
    );
    // After the node has booted: it is stopped again.
    const control = /control (\S+)/.exec(node.err)?.[1] ?? "";
    const third = new Daemon(["--control", control]);
    const end = await third.ended;
    expect([end.code, end.err]).toEqual([
      ...[1, `timed cannot run: ${control} — another program listens there\n`],
    ]);
    expect(existsSync(join(third.dir, "lock"))).toBe(false);
    await node.stop();
  });

  it("exits 2 for a config that cannot be used, with its place, and makes nothing", async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "node.yaml"), "listen: 127.12.0.2\ndata: d\nannounce: 5\n");
    const { code, err } = await timed(["--config", "node.yaml", "--speed", "fast"], {}, folder);
    expect(code).toBe(2);
    expect(err).toBe(
      'node.yaml:3:1 announce — unknown key "announce"; known: name, profile, listen, bind, ' +
        "dialsFrom, peers, proxy, data, log, record, control, metrics, seed, debug, bootAt, " +
        "clock, config, chain, masternode, dials, tier, knowsAddress, height\n" +
        '--speed — expected a number; found "fast"\n',
    );
    expect(existsSync(join(folder, "d"))).toBe(false);
    expect((await timed(["--config", "none.yaml"], {}, folder)).err).toContain(
      "there is no such file",
    );
  });

  it("exits 2 for words it does not know", async () => {
    expect((await timed(["statsu"])).err).toBe(
      'statsu — no command of that name (did you mean "status"?)\n',
    );
    expect(await timed(["--lisen", "x"])).toMatchObject({ code: 2 });
    expect(await timed(["status"])).toMatchObject({ code: 2 });
    expect(await timed(["addnode", "--data", "x"])).toMatchObject({ code: 2 });
  });
});

describe("what is printed", () => {
  it("help of what asks a node has no flags of a node", async () => {
    const { out } = await timed(["status", "--help"]);
    expect(out.match(/--data/g)).toHaveLength(3);
    expect(out).not.toMatch(/--listen|Global/);
  });

  it("help, with examples, for every command", async () => {
    for (const words of [[], ["status"], ["peers"], ["masternodes"], ["addnode"], ["stop"]]) {
      const { code, out } = await timed([...words, "--help"]);
      expect(code).toBe(0);
      expect(out).toContain("Examples:\n  $ timed ");
    }
  });

  it("what the node says no to, and colours only where they are wanted", async () => {
    const node = await new Daemon([]).started();
    const words = ["peers", "--data", node.dir];
    const out = async (env: Readonly<Record<string, string>> = {}): Promise<string> => {
      return (await timed(words, env)).out;
    };
    expect(await out()).not.toContain("\u001b");
    expect(await out({ FORCE_COLOR: "1" })).toContain("\u001b[");
    expect(await out({ FORCE_COLOR: "1", NO_COLOR: "1" })).not.toContain("\u001b");
    const refused = await timed(["addnode", "nobody", "--data", node.dir]);
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toContain('found "nobody" (-32602)');
    const status = await timed(["status", "--data", node.dir]);
    expect(status.out).toMatch(/^address +127\.12\.\d+\.\d+:24100$/m);
    await node.stop();
  });
});
