/** Times of any length: a timer of Node that is asked for more than it can do is due at once. */

/** The longest wait that Node's timers can do, in ms: almost 25 days. */
export const WAIT_MAX: number = 2 ** 31 - 1;

/** Aborts after so many ms. Keeps no process alive. */
export function abortAfter(ms: number): AbortSignal {
  const controller = new AbortController();
  const wait = (left: number): void => {
    const next = Math.min(left, WAIT_MAX);
    setTimeout(() => (left > next ? wait(left - next) : controller.abort()), next).unref();
  };
  wait(ms);
  return controller.signal;
}
