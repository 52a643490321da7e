/** A small HTTP server of this program: few callers, none of whom may waste its time. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Address, formatIp, portOf } from "../../core/address.ts";

const TIMEOUT_MS = 10_000;
const CALLERS_MAX = 16;

export interface Listening {
  /** `127.0.0.1:39123`, with the port that was found. */
  readonly place: string;
  /** Answers under way are finished. */
  close(): Promise<void>;
}

export async function listening(server: Server, at: Address): Promise<Listening> {
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

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
