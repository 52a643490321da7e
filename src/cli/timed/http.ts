/** A small HTTP server of this program: few callers, none of whom may waste its time. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Address, formatIp, portOf } from "../../core/address.ts";

const HEADERS_MAX = 16_384;
const TIMEOUT_MS = 10_000;
const CALLERS_MAX = 16;

export interface Listening {
  /** `127.0.0.1:39123`, with the port that was found. */
  readonly place: string;
  /** Answers under way are finished. */
  close(): Promise<void>;
}

/** Answers one request by end(). */
export type Answering = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Rejects with what the system says of the address. Whoever asks for what `answer` rejects gets a
 * 500: a bug in an answer must not end the node.
 */
export async function listening(at: Address, answer: Answering): Promise<Listening> {
  const server = createServer({ maxHeaderSize: HEADERS_MAX }, (request, response) => {
    answer(request, response).catch(() => broken(response));
  });
  server.requestTimeout = TIMEOUT_MS;
  server.headersTimeout = TIMEOUT_MS;
  server.keepAliveTimeout = 1;
  server.maxConnections = CALLERS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(portOf(at), formatIp(at), () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { address, port } = server.address() as AddressInfo;
  return { place: `${address}:${port}`, close: () => closed(server) };
}

/** The whole answer; nothing more is read from who asked. */
export function end(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("Connection", "close");
  response.end(text === "" || text.endsWith("\n") ? text : `${text}\n`);
}

function broken(response: ServerResponse): void {
  if (response.headersSent || response.destroyed) response.destroy();
  else end(response, 500, "this is a bug in timed");
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
