/** Asking a running node: one JSON-RPC call to the control socket that its data folder names. */
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import type { Settings } from "../../kit/field.ts";
import { reasonOf } from "../system.ts";
import { CONTROL_FILE, type ControlFile, COOKIE_FILE } from "./control.ts";

const TIMEOUT_MS = 10_000;

/** What came back: a result, or why there is none. */
export type Answer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly reason: string };

export async function call(dir: string, method: string, params: Settings): Promise<Answer> {
  const found = whereAbouts(dir);
  if (typeof found === "string") return { ok: false, reason: found };
  const { url, cookie } = found;
  const body = JSON.stringify({ jsonrpc: "2.0", method, params, id: 1 });
  try {
    const { status, text } = await post(url, cookie, body);
    return status === 200 ? understood(text) : { ok: false, reason: `${url} — ${status}: ${text}` };
  } catch (error) {
    const reason = `no node answers for ${dir}: ${reasonOf(error)} at ${url}`;
    return { ok: false, reason };
  }
}

interface Whereabouts {
  readonly url: string;
  readonly cookie: string;
}

/** Or why nobody can be asked. */
function whereAbouts(dir: string): Whereabouts | string {
  try {
    const file = JSON.parse(readFileSync(join(dir, CONTROL_FILE), "utf8")) as ControlFile;
    return { url: file.url, cookie: readFileSync(join(dir, COOKIE_FILE), "utf8") };
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== "ENOENT") {
      return `${dir} — ${reasonOf(error)}`;
    }
    return `no node runs with the data folder ${dir} (it has no ${CONTROL_FILE})`;
  }
}

function post(
  url: string,
  cookie: string,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const headers = {
    Authorization: `Basic ${Buffer.from(cookie).toString("base64")}`,
    "Content-Type": "application/json",
  };
  return new Promise((resolve, reject) => {
    const options = { method: "POST", headers, agent: false, timeout: TIMEOUT_MS };
    const asked = request(url, options, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(pieces).toString("utf8").trim();
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer in time")));
    asked.on("error", reject);
    asked.end(body);
  });
}

function understood(text: string): Answer {
  const answer = JSON.parse(text) as {
    readonly result?: unknown;
    readonly error?: { readonly code: number; readonly message: string };
  };
  const { error } = answer;
  return error === undefined
    ? { ok: true, result: answer.result }
    : { ok: false, reason: `${error.message} (${error.code})` };
}

/** Of the node that runs there; null if none does. */
export function pidOf(dir: string): number | null {
  try {
    return (JSON.parse(readFileSync(join(dir, CONTROL_FILE), "utf8")) as ControlFile).pid;
  } catch {
    return null;
  }
}
