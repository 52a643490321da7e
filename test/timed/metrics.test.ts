/** The socket for Prometheus: whatever comes over it, the node lives on. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, expect, it } from "vitest";
import type { Listening } from "../../src/cli/timed/http.ts";
import { Metrics, serveMetrics } from "../../src/cli/timed/metrics.ts";
import type { Row } from "../../src/kit/view.ts";
import { LOOPBACK } from "../../src/scenario/daemon-words.ts";
import { Recorder } from "../../src/trace/recorder.ts";

const open: Listening[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function serve(status: () => Row): Promise<string> {
  const shown = { received: { unit: "bytes", about: "from peers", grows: true } } as const;
  const metrics = new Metrics(new Recorder({ level: "none" }), shown);
  metrics.status = status;
  const served = await serveMetrics(metrics, LOOPBACK);
  open.push(served);
  return served.place;
}

/** What a bare socket is answered. */
async function said(place: string, head: string): Promise<string> {
  const [host = "", port = ""] = place.split(":");
  const socket = connect(Number(port), host);
  let text = "";
  socket.on("data", (piece: Buffer) => (text += piece.toString()));
  socket.write(`${head}\r\nHost: x\r\n\r\n`);
  await once(socket, "close");
  return text;
}

it("answers 400 to what is no path, and goes on", async () => {
  const place = await serve(() => ({ received: 7 }));
  for (const path of ["//", "http://", "http://[/metrics"]) {
    expect(await said(place, `GET ${path} HTTP/1.1`)).toMatch(/^HTTP\/1\.1 400 /);
  }
  for (const path of ["/metrics", "/metrics?name=x", "http://here/metrics"]) {
    expect(await said(place, `GET ${path} HTTP/1.1`)).toContain("timed_received_bytes_total 7\n");
  }
  expect(await said(place, "GET /healthz HTTP/1.1")).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nok\n$/s);
});

it("answers 500 where a number cannot be had, and goes on", async () => {
  let received = 7;
  const place = await serve(() => {
    if (received === 0) throw new Error("broken");
    return { received };
  });
  const status = async (): Promise<number> => (await fetch(`http://${place}/metrics`)).status;
  expect(await status()).toBe(200);
  for (received of [0, 6]) expect(await status()).toBe(500);
  received = 8;
  expect(await status()).toBe(200);
});
