/** Ctrl-C while something runs that has to be cleared away: once is a wish, twice an order. */
const EXITS = { SIGINT: 130, SIGTERM: 143 } as const;

export class Interrupted extends Error {
  readonly exit: number;

  constructor(signal: keyof typeof EXITS) {
    super(`interrupted by ${signal}`);
    this.exit = EXITS[signal];
  }
}

/**
 * Whoever ends a group of processes tells each of them, and npx, which is one, tells it on to the
 * program: in real ms, both are the one wish.
 */
const ONE_WISH = 500;

/** Of each signal, whether it is an order: one that comes after the wish. */
export function orders(): () => boolean {
  let first: number | null = null;
  return () => {
    first ??= performance.now();
    return performance.now() - first > ONE_WISH;
  };
}

/** `work` is to reject with the signal's reason, when it has cleared away. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const isOrder = orders();
  const listen = (name: keyof typeof EXITS) => (): void => {
    if (isOrder()) process.exit(EXITS[name]);
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
