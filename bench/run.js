/** `npm run bench`: the queue (PHOLD) and the protocol, as tables. Read the ratios, not the rates. */
import { cpus } from "node:os";
import { phold } from "./phold.js";
import { protocol } from "./protocol.js";

const print = (line) => process.stdout.write(`${line}\n`);

print(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`);
print("\nPHOLD: one event per process, exponential delay, median of interleaved repetitions");
console.table(phold());
print("\nMasternodes for 10 virtual minutes, real signatures, a fresh process each");
console.table(
  protocol().map((row) => ({
    ...row,
    digestToNone: row.digestToNone.toFixed(2),
    fullToNone: row.fullToNone.toFixed(2),
  })),
);
