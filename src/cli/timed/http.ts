/** A small HTTP server of this program: few callers, none of whom may waste its time. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type Address, formatIp, portOf } from "../../core/address.ts";

const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 1,
  /** So late may these times be noticed; Node's own choice is half a minute. */
  connectionsCheckingInterval: 1_000,
} as const;
const CALLERS_MAX = 16;
/** How long an end waits for answers under way, in ms: they are made at once. */
const FAREWELL_MS = 1_000;

export interface Listening {
  /** `127.0.0.1:39123`, with the port that was found. */
  readonly place: string;
  /** Answers under way are finished; nobody else is waited for. */
  close(): Promise<void>;
}

/** Answers one request by end(). */
export type Answering = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Rejects with what the system says of the address. Whoever asks for what `answer` rejects gets a
 * 500: a bug in an answer must not end the node.
 */
export async function listening(at: Address, answer: Answering): Promise<Listening> {
  const server = createServer(LIMITS, (request, response) => {
    answer(request, response).catch(() => broken(response));
  });
  boundCallers(server);
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

/** Who has been here longest gives way: he is silent, and must not keep out who has a question. */
function boundCallers(server: Server): void {
  const callers = new Set<Socket>();
  server.on("connection", (socket) => {
    callers.add(socket);
    socket.once("close", () => callers.delete(socket));
    const [oldest] = callers;
    if (callers.size <= CALLERS_MAX || oldest === undefined) return;
    callers.delete(oldest);
    oldest.destroy();
  });
}

/** Node itself looks after nobody's time any more once a server is closing. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => server.closeAllConnections(), FAREWELL_MS);
    server.close(() => {
      clearTimeout(patience);
      resolve();
    });
  });
}
