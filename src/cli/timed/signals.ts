/**
 * What the system tells the program. The first SIGTERM or SIGINT is a wish to end, the second one
 * an order; SIGHUP means that somebody moved the log away.
 */
const SIGNAL_EXITS = { SIGINT: 130, SIGTERM: 143 } as const;

export interface Signals {
  /** Resolves with what asked for the end first: a signal, or `why` of stop(). */
  readonly asked: Promise<string>;
  /** The end is wished for by somebody inside: an operator's command. */
  stop(why: string): void;
  /** Signals mean again what they mean to any program. */
  release(): void;
}

/** `atOnce` runs before the process ends at the second signal: what it can still do in no time. */
export function listenToSignals(reopen: () => void, atOnce: () => void): Signals {
  let stop: (why: string) => void = () => undefined;
  const asked = new Promise<string>((resolve) => {
    stop = resolve;
  });
  let isEnding = false;
  const end = (signal: keyof typeof SIGNAL_EXITS) => (): void => {
    if (isEnding) {
      atOnce();
      process.exit(SIGNAL_EXITS[signal]);
    }
    isEnding = true;
    stop(signal);
  };
  const handlers = { SIGINT: end("SIGINT"), SIGTERM: end("SIGTERM"), SIGHUP: reopen };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  return {
    asked,
    stop,
    release: () => {
      for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
    },
  };
}
