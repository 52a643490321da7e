/** Ctrl-C while something runs that has to be cleared away: once is a wish, twice an order. */
const EXITS = { SIGINT: 130, SIGTERM: 143 } as const;

export class Interrupted extends Error {
  readonly exit: number;

  constructor(signal: keyof typeof EXITS) {
    super(`interrupted by ${signal}`);
    this.exit = EXITS[signal];
  }
}

/** `work` is to reject with the signal's reason, when it has cleared away. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const listen = (name: keyof typeof EXITS) => (): void => {
    if (controller.signal.aborted) process.exit(EXITS[name]);
    controller.abort(new Interrupted(name));
  };
  const listeners = { SIGINT: listen("SIGINT"), SIGTERM: listen("SIGTERM") };
  for (const [name, listener] of Object.entries(listeners)) process.on(name, listener);
  try {
    return await work(controller.signal);
  } finally {
    for (const [name, listener] of Object.entries(listeners)) process.off(name, listener);
  }
}
