/** What an operator could tell a node: one JSON-RPC call to its control socket. */
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A node that has just booted may not listen yet: so often it is tried again. */
const TRIES = 200;
const AGAIN = 10;

/** Rejects with what the node said, or with why it could not be asked. */
export async function tell(
  dir: string,
  method: string,
  params: Readonly<Record<string, unknown>>,
  still: () => boolean,
): Promise<void> {
  const body = JSON.stringify({ jsonrpc: "2.0", method, params, id: 1 });
  for (let left = TRIES; ; left--) {
    try {
      const answer = JSON.parse(await post(dir, body)) as { error?: { message: string } };
      if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const early = code === "ENOENT" || code === "ECONNREFUSED" || code === "ECONNRESET";
      if (!early || left === 0 || !still()) throw error;
      await sleep(AGAIN);
    }
  }
}

function post(dir: string, body: string): Promise<string> {
  const { url } = JSON.parse(readFileSync(join(dir, "control.json"), "utf8")) as { url: string };
  const cookie = readFileSync(join(dir, ".cookie"));
  const headers = {
    Authorization: `Basic ${cookie.toString("base64")}`,
    "Content-Type": "application/json",
  };
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: "POST", headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => resolve(Buffer.concat(pieces).toString("utf8")));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}
