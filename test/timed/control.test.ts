/** The control socket: JSON-RPC 2.0 over HTTP, with a cookie, for this machine alone. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAddress } from "../../src/core/address.ts";
import { call } from "../../src/cli/timed/call.ts";
import { COOKIE_FILE, CONTROL_FILE, openControl } from "../../src/cli/timed/control.ts";
import type { Listening } from "../../src/cli/timed/http.ts";
import { type Asked, methodsOf } from "../../src/cli/timed/methods.ts";
import { answerTo, type Methods, RpcError } from "../../src/cli/timed/rpc.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { masternodeKit } from "../../src/masternode/kit.ts";
import type { Command, Masternode } from "../../src/masternode/state.ts";
import { LOOPBACK } from "../../src/scenario/daemon-words.ts";
import { play, stateOf } from "../masternode/worlds.ts";

const METHODS: Methods = {
  add: {
    about: "two numbers",
    fields: {
      a: { kind: "number", about: "one" },
      b: { kind: "number", about: "another" },
    },
    call: ({ a, b }) => Number(a) + Number(b),
  },
  fail: {
    about: "our own mistake",
    fields: {},
    call: () => {
      throw new Error("broken");
    },
  },
  refuse: {
    about: "a reason of its own",
    fields: {},
    call: () => {
      throw new RpcError(-32_000, "not now");
    },
  },
  later: { about: "a promise", fields: {}, call: () => Promise.resolve("at last") },
};

describe("JSON-RPC 2.0", () => {
  const said = (text: string): Promise<string | null> => answerTo(text, METHODS);

  it.each([
    ["by position", `{"jsonrpc":"2.0","method":"add","params":[1,2],"id":7}`],
    ["by name", `{"jsonrpc":"2.0","method":"add","params":{"b":2,"a":1},"id":"x"}`],
    ["without parameters", `{"jsonrpc":"2.0","method":"later","id":null}`],
    ["no JSON: -32700", `{"jsonrpc":`],
    ["no call: -32600", `{"jsonrpc":"1.0","method":"add","id":1}`],
    ["a number: -32600", `5`],
    ["parameters that are none: -32600", `{"jsonrpc":"2.0","method":"add","params":5,"id":1}`],
    ["an unknown method: -32601", `{"jsonrpc":"2.0","method":"sub","id":1}`],
    ["a method of every object: -32601", `{"jsonrpc":"2.0","method":"toString","id":1}`],
    ["too many parameters: -32602", `{"jsonrpc":"2.0","method":"add","params":[1,2,3],"id":1}`],
    ["a strange parameter: -32602", `{"jsonrpc":"2.0","method":"add","params":{"c":1},"id":1}`],
    ["a method that is broken: -32603", `{"jsonrpc":"2.0","method":"fail","id":1}`],
    ["a code of its own", `{"jsonrpc":"2.0","method":"refuse","id":1}`],
    [
      "a batch, where a notification is not answered",
      `[{"jsonrpc":"2.0","method":"add","params":[1,2]},5,{"jsonrpc":"2.0","method":"later","id":2}]`,
    ],
    ["an empty batch", `[]`],
    ["a batch without end", `[${"5,".repeat(64)}5]`],
  ])("%s", async (_, text) => {
    expect(await said(text)).toMatchSnapshot();
  });

  it("does not answer notifications", async () => {
    expect(await said(`{"jsonrpc":"2.0","method":"fail"}`)).toBeNull();
    expect(await said(`[{"jsonrpc":"2.0","method":"add","params":[1,2]}]`)).toBeNull();
  });
});

describe("the socket", () => {
  const dir = mkdtempSync(join(tmpdir(), "timed-control-"));
  const told: Command[] = [];
  let stops = 0;
  let control: Listening;

  const { world } = play([{ name: "A" }, { name: "B", dials: ["A"] }], 30);
  const node: Asked<Masternode> = {
    state: stateOf(world, "A"),
    moment: () => ({ uptime: 30_000_000, wall: 0, traffic: new Map() }) as never,
    host: () => ({ name: "here", uptime: 30 }),
    command: (command) => told.push(command),
    stop: () => stops++,
  };

  beforeAll(async () => {
    control = await openControl(dir, LOOPBACK, methodsOf(masternodeKit(nodeCrypto), node));
  });
  afterAll(async () => {
    await control.close();
    rmSync(dir, { recursive: true });
  });

  interface Reply {
    readonly status: number;
    readonly text: string;
  }

  function ask(body: string, authorization?: string, method = "POST"): Promise<Reply> {
    const cookie = readFileSync(join(dir, COOKIE_FILE), "utf8");
    const usual = `Basic ${Buffer.from(cookie).toString("base64")}`;
    const headers = { Authorization: authorization ?? usual };
    return new Promise((resolve, reject) => {
      const options = { method, headers, agent: false };
      const asked = request(`http://${control.place}/`, options, (response) => {
        let text = "";
        response.on("data", (piece: Buffer) => (text += piece.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }

  it("stands on loopback, its cookie is private", () => {
    expect(control.place).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(statSync(join(dir, COOKIE_FILE)).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, CONTROL_FILE)).mode & 0o777).toBe(0o600);
  });

  it("answers 401 without the cookie, and with a wrong one", async () => {
    for (const wrong of [
      "",
      "Basic x",
      `Basic ${Buffer.from("__cookie__:00").toString("base64")}`,
    ]) {
      expect((await ask("{}", wrong)).status).toBe(401);
    }
  });

  it("answers 405 to what is no POST, and 413 to what is too long", async () => {
    expect((await ask("", undefined, "PUT")).status).toBe(405);
    expect((await ask(" ".repeat(65_537))).status).toBe(413);
    expect((await ask(" ".repeat(65_536))).status).toBe(200);
  });

  it("answers 204 where nothing is to be said", async () => {
    expect(await ask(`{"jsonrpc":"2.0","method":"status"}`)).toEqual({ status: 204, text: "" });
  });

  it("outlives who hangs up in the middle", async () => {
    const [ip = "", port = ""] = control.place.split(":");
    const cookie = Buffer.from(readFileSync(join(dir, COOKIE_FILE), "utf8")).toString("base64");
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), ip, () => {
        socket.write(`POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${cookie}\r\n`);
        socket.write(`Content-Length: 100\r\n\r\n{`, () => socket.destroy());
      });
      socket.on("close", () => resolve());
    });
    expect((await ask(`{"jsonrpc":"2.0","method":"status","id":1}`)).status).toBe(200);
  });

  it("knows the kit's views and commands, and what the host adds", async () => {
    const status = await call(dir, "status", {});
    expect(status).toMatchObject({ ok: true, result: { active: 2, name: "here", uptime: 30 } });
    expect(await call(dir, "masternodes", {})).toMatchObject({
      ok: true,
      result: [{ status: "self" }, { status: "active" }],
    });
    expect(await call(dir, "addnode", { peer: "127.12.0.9" })).toEqual({ ok: true, result: true });
    expect(told).toEqual([{ type: "addnode", address: parseAddress("127.12.0.9", 24_100) }]);
    expect(await call(dir, "stop", {})).toEqual({ ok: true, result: true });
    expect(stops).toBe(1);
  });

  it.each([
    ["a name for an address", { peer: "nobody" }],
    ["nothing", {}],
    ["a number", { peer: 5 }],
    ["an address of nobody", { peer: "224.0.0.1" }],
  ])("says what is wrong with %s", async (_, params) => {
    expect(await call(dir, "addnode", params)).toMatchSnapshot();
  });

  it("says so where no node runs, and where one has died", async () => {
    const empty = mkdtempSync(join(tmpdir(), "timed-empty-"));
    const reason = async (): Promise<string> => {
      const answer = await call(empty, "status", {});
      return answer.ok ? "it answers" : answer.reason;
    };
    expect(await reason()).toContain("no node runs with the data folder");
    writeFileSync(join(empty, CONTROL_FILE), `{"url":"http://127.0.0.1:1/","pid":1}`);
    writeFileSync(join(empty, COOKIE_FILE), "x:y");
    expect(await reason()).toContain("no node answers");
    rmSync(empty, { recursive: true });
  });
});
