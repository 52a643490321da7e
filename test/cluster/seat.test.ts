/** A node's place: its processes here are small programs that say what `timed` would say. */
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Folder } from "../../src/cluster/folder.ts";
import { Guard } from "../../src/cluster/guard.ts";
import { Seat } from "../../src/cluster/seat.ts";
import { must } from "../../src/core/assert.ts";
import { seconds, type Time, type UnixMicros } from "../../src/core/units.ts";
import { loadScenario, masternode } from "../../src/index.ts";

let dir = "";
let guard: Guard;
let seat: Seat | null = null;
beforeEach(() => {
  guard = new Guard(null);
  dir = mkdtempSync(join(tmpdir(), "seat-test-"));
});
afterEach(async () => {
  const processes = seat?.processes ?? [];
  for (const process of processes) process.signal("SIGKILL");
  await Promise.all(processes.map((process) => process.exited));
  await guard.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Seated {
  readonly seat: Seat;
  readonly failures: readonly Error[];
  readonly unkept: readonly string[];
}

/** `program` is JavaScript that has `config`, what the process was told of its node. */
function seated(program: string, keep: boolean): Seated {
  const kit = masternode();
  const scenario = loadScenario(
    kit,
    "until: 1m\nnodes: { A: { address: 127.0.0.1 } }",
    "seat.yaml",
  );
  const node = must(scenario.nodes[0], "node");
  const failures: Error[] = [];
  const unkept: string[] = [];
  const reads = `JSON.parse(fs.readFileSync(process.argv[2], "utf8"))`;
  const folder = new Folder(
    {
      ...{ dir, kit, scenario, seed: "1", profile: "reference", speed: 1, epoch: 0 },
      ...{ proxy: node.address, key: () => "" },
    },
    node,
  );
  seat = new Seat({
    ...{ index: 0, node, folder, keep, epoch: 0 as UnixMicros, guard },
    command: [process.execPath, "-e", `const config = ${reads}; ${program}`, "--"],
    inlet: () => ({ push: () => undefined }),
    failed: (error) => failures.push(error),
    unkept: (file, error) => unkept.push(`${file} ${error.message}`),
  });
  return { seat, failures, unkept };
}

test("a clock that changes while a process loads costs that process, not the run", async () => {
  const loads = `if (config.clock.offset !== "0s") console.log("ready"); setInterval(() => 0, 1e3);`;
  const { seat: own, failures } = seated(loads, false);
  const prepared = own.prepare();
  own.setClock(0 as Time, { jump: seconds(1) });
  await prepared;
  expect(own.processes).toHaveLength(2);
  expect(failures).toEqual([]);
});

test("a process whose record cannot be kept is read to its end", async () => {
  // Of what a trace is made that says nothing: more than a pipe and the buffers behind it hold.
  const header = `{ header: { format: 1, nodes: [], name: "", seed: "", profile: "", epoch: 0 } }`;
  const lines = `JSON.stringify(${header}) + "\\n".repeat(1e6)`;
  const {
    seat: own,
    failures,
    unkept,
  } = seated(`console.log("ready"); fs.writeFileSync(3, ${lines});`, true);
  symlinkSync("/dev/full", join(own.folder.path, "record-1.ndjson"));
  await own.prepare();
  await own.processes[0]?.read;
  expect(unkept).toEqual([expect.stringMatching(/record-1\.ndjson ENOSPC/)]);
  expect(failures).toEqual([]);
});
