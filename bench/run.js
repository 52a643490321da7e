/**
 * `npm run bench`: the queue (PHOLD), the engine (a flood), the protocol and the flight recorder, as
 * tables. Read the ratios, not the rates.
 */
import { cpus } from "node:os";
import { flood } from "./flood.js";
import { phold } from "./phold.js";
import { protocol } from "./protocol.js";
import { record } from "./record.js";

const print = (line) => process.stdout.write(`${line}\n`);

print(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`);
print("\nPHOLD: one event per process, exponential delay, median of interleaved repetitions");
console.table(
  phold().map((row) => ({
    ...row,
    eventsPerSecond: Math.round(row.eventsPerSecond),
    bare: Math.round(row.bare),
    heap: Math.round(row.heap),
    ofBare: row.ofBare.toFixed(2),
    ofHeap: row.ofHeap.toFixed(2),
  })),
);
print("\nGossip flood for 10 virtual minutes, events/s of one process's time");
console.table(flood().map((row) => ({ ...row, ofBare: row.ofBare.toFixed(2) })));
print("\nMasternodes for 10 virtual minutes, real signatures, a fresh process each");
console.table(
  protocol().map((row) => ({
    ...row,
    digestToNone: row.digestToNone.toFixed(2),
    fullToNone: row.fullToNone.toFixed(2),
  })),
);
print("\nFlight recorder: real masternodes over loopback, processor time an event");
console.table(record());
