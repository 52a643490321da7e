/** The process as the value that programs take (output.ts). */
import type { Host } from "./output.ts";

export function hostOf(): Host {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on("error", (error: Error & { readonly code?: string }) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  // Nor is one of notes that has gone: the work goes on, and its result is told on stdout.
  process.stderr.on("error", () => {});
  return {
    stdout: { write: (text) => process.stdout.write(text), isTTY: process.stdout.isTTY === true },
    stderr: {
      write: (text) => process.stderr.write(text),
      isTTY: process.stderr.isTTY === true,
      get columns() {
        return process.stderr.columns;
      },
    },
    env: process.env,
    cwd: process.cwd(),
    argv: process.argv.slice(2),
    now: () => Date.now(),
    elapsed: () => performance.now(),
    kit: null,
  };
}
