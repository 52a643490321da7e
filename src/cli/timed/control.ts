/**
 * The control socket: JSON-RPC 2.0 over HTTP, on this machine only, for whoever can read the cookie
 * file of the data folder. Knows no protocol: methods are handed in. A caller can waste neither
 * memory nor time: requests are short and must come at once.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Address } from "../../core/address.ts";
import { removeFile, writePrivate } from "./folder.ts";
import { end, listening, type Listening } from "./http.ts";
import { answerTo, type Methods } from "./rpc.ts";

/** Who listens where, for the client. */
export const CONTROL_FILE = "control.json";
export const COOKIE_FILE = ".cookie";
const COOKIE_USER = "__cookie__";

const BODY_MAX = 65_536;

export interface ControlFile {
  readonly url: string;
  readonly pid: number;
}

export async function openControl(dir: string, at: Address, methods: Methods): Promise<Listening> {
  const cookie = `${COOKIE_USER}:${randomBytes(32).toString("hex")}`;
  const expected = Buffer.from(`Basic ${Buffer.from(cookie).toString("base64")}`);
  const socket = await listening(at, (request, response) => {
    return serve(request, response, expected, methods);
  });
  const file: ControlFile = { url: `http://${socket.place}/`, pid: process.pid };
  writePrivate(join(dir, COOKIE_FILE), cookie);
  writePrivate(join(dir, CONTROL_FILE), `${JSON.stringify(file)}\n`);
  return {
    place: socket.place,
    close: () => {
      // They lead nowhere now.
      for (const name of [CONTROL_FILE, COOKIE_FILE]) removeFile(join(dir, name));
      return socket.close();
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  expected: Buffer,
  methods: Methods,
): Promise<void> {
  if (!isAllowed(request, expected)) {
    response.setHeader("WWW-Authenticate", 'Basic realm="timed"');
    return end(response, 401, `the cookie is in ${COOKIE_FILE} of the data folder`);
  }
  if (request.method !== "POST") {
    response.setHeader("Allow", "POST");
    return end(response, 405, "JSON-RPC 2.0 by POST");
  }
  const text = await bodyOf(request);
  if (text === null) return end(response, 413, `at most ${BODY_MAX} bytes`);
  const answer = await answerTo(text, methods);
  if (answer === null) return end(response, 204, "");
  response.setHeader("Content-Type", "application/json");
  end(response, 200, answer);
}

function isAllowed({ headers }: IncomingMessage, expected: Buffer): boolean {
  const given = Buffer.from(headers.authorization ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Null when it is too long; what is left of it is not read. */
function bodyOf(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    request.on("data", (piece: Buffer) => {
      size += piece.length;
      if (size > BODY_MAX) resolve(null);
      else pieces.push(piece);
    });
    request.on("end", () => resolve(Buffer.concat(pieces).toString("utf8")));
    request.on("error", reject);
  });
}
