#!/usr/bin/env node
/** The program: the process as a value, handed to program.ts, and its answer as the exit code. */
import * as modules from "node:module";

// Compiled code is kept between starts where Node can do that (22.1 and later).
(modules as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();
const { timesim } = await import("./program.ts");

// A reader that has seen enough (`| head`) is no error.
process.stdout.on("error", (error: Error & { readonly code?: string }) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await timesim({
  stdout: { write: (text) => process.stdout.write(text), isTTY: process.stdout.isTTY === true },
  stderr: { write: (text) => process.stderr.write(text), isTTY: process.stderr.isTTY === true },
  env: process.env,
  cwd: process.cwd(),
  argv: process.argv.slice(2),
  now: () => Date.now(),
  elapsed: () => performance.now(),
  kit: null,
});
