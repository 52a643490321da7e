#!/usr/bin/env node
/** The program: the process as a value, handed to program.ts, and its answer as the exit code. */
import * as modules from "node:module";

// Compiled code is kept between starts where Node can do that (22.1 and later).
(modules as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();
const { hostOf } = await import("./process.ts");
const { timesim } = await import("./program.ts");

process.exitCode = await timesim(hostOf());
