/**
 * What the system tells the program. The first SIGTERM or SIGINT is a wish to end, a later one an
 * order; SIGHUP means that somebody moved the log away. An error that nobody caught is told, and
 * the program ends at once: what it would do from then on nobody knows.
 */
import { EXIT } from "../exit.ts";
import { orders } from "../interrupt.ts";

const SIGNAL_EXITS = { SIGINT: 130, SIGTERM: 143 } as const;

export interface Signals {
  /** Resolves with what asked for the end first: a signal, or `why` of stop(). */
  readonly asked: Promise<string>;
  /** The end is wished for by somebody inside: an operator's command. */
  stop(why: string): void;
  /** Signals mean again what they mean to any program. */
  release(): void;
}

export interface SignalActs {
  reopen(): void;
  /** Before the process ends at once: what it can still do in no time. */
  flush(): void;
  broken(error: Error): void;
}

export function listenToSignals(acts: SignalActs): Signals {
  let stop: (why: string) => void = () => undefined;
  const asked = new Promise<string>((resolve) => {
    stop = resolve;
  });
  const isOrder = orders();
  const end = (signal: keyof typeof SIGNAL_EXITS) => (): void => {
    if (isOrder()) {
      acts.flush();
      process.exit(SIGNAL_EXITS[signal]);
    }
    stop(signal);
  };
  const broken = (error: Error): void => {
    acts.broken(error);
    acts.flush();
    process.exit(EXIT.bug);
  };
  const handlers: readonly (readonly [string, (error: Error) => void])[] = [
    ["SIGINT", end("SIGINT")],
    ["SIGTERM", end("SIGTERM")],
    ["SIGHUP", () => acts.reopen()],
    ["uncaughtException", broken],
  ];
  for (const [event, handler] of handlers) process.on(event, handler);
  return {
    asked,
    stop,
    release: () => {
      for (const [event, handler] of handlers) process.off(event, handler);
    },
  };
}
