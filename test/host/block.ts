/** Loopback addresses of one test file's own, so that files and runs in parallel never meet. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAddress, type Address } from "../../src/core/address.ts";
import { must } from "../../src/core/assert.ts";

/** `second` is the suite's (127.11 is the host's), `nth` counts within a file. */
export function loopback(second: number, nth: number, port = 24_100): Address {
  const third = process.pid % 250;
  const text = `127.${second}.${third}.${nth}:${port}`;
  return must(parseAddress(text, 0), text);
}

export function folder(): string {
  return mkdtempSync(join(tmpdir(), "timesim-host-"));
}

/** Looks again and again until it is so. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seconds = 20,
): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
