/** A client that knows TCP and nothing else: every line it sends stands in the test that sends it. */
import { connect, createServer, type Server, type Socket } from "node:net";

export class BareSocket {
  /** Every line that came, oldest first. */
  readonly lines: string[] = [];
  /** The other end is gone, one way or the other. */
  closed = false;
  readonly #socket: Socket;
  #text = "";
  #answers = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      const [rest = "", ...lines] = (this.#text + text).split("\n").toReversed();
      this.#text = rest;
      for (const line of lines.toReversed()) this.#take(line);
    });
    socket.on("error", () => undefined);
    socket.on("end", () => (this.closed = true));
    socket.on("close", () => (this.closed = true));
  }

  /** Each with its newline. */
  say(...lines: readonly string[]): void {
    this.raw(lines.map((line) => `${line}\n`).join(""));
  }

  raw(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Pongs for Pings from here on. */
  answerPings(): void {
    this.#answers = true;
  }

  #take(line: string): void {
    this.lines.push(line);
    if (this.#answers && line.startsWith('{"Ping"')) this.say(line.replace("Ping", "Pong"));
  }

  /** Bytes that the kernel has not taken yet. */
  get waiting(): number {
    return this.#socket.writableLength;
  }

  /** Has it come? */
  has(part: string): boolean {
    return this.lines.some((line) => line.includes(part));
  }

  /** From here on what comes is left in the kernel. */
  stopReading(): void {
    this.#socket.pause();
  }

  end(): void {
    this.#socket.destroy();
  }
}

/**
 * `from`: the ip that the other end sees. `keepsOpen`: it does not hang up when the other end does.
 * Rejects with what the kernel says.
 */
export function dial(
  from: string,
  to: string,
  port = 24_100,
  keepsOpen = false,
): Promise<BareSocket> {
  return new Promise((resolve, reject) => {
    const options = { host: to, port, localAddress: from, allowHalfOpen: keepsOpen };
    const socket = connect(options);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(new BareSocket(socket));
    });
  });
}

/** Who listens there; `called` for each that dials it, with the ip it comes from. */
export function listen(
  ip: string,
  called: (socket: BareSocket, from: string) => void,
  port = 24_100,
): Promise<Server> {
  const server = createServer((socket) => {
    called(new BareSocket(socket), socket.remoteAddress ?? "");
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, ip, () => resolve(server));
  });
}
