#!/usr/bin/env node
/** The node as a program: as cli/main.ts does for timesim. */
import * as modules from "node:module";

(modules as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();
const { hostOf } = await import("../process.ts");
const { timed } = await import("./program.ts");

process.exitCode = await timed(hostOf());
