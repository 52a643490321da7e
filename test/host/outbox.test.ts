/** What waits to be sent is known to the byte, however slowly it goes. */
import { Duplex } from "node:stream";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { Outbox } from "../../src/host/outbox.ts";
import { formatAddress } from "../../src/core/address.ts";
import { parseUnacked } from "../../src/host/unacked.ts";

/** A kernel that takes a write only when it is told to. */
class Kernel extends Duplex {
  readonly taken: number[] = [];
  text = "";
  over = false;
  readonly #next: (() => void)[] = [];

  override _writev(
    chunks: { readonly chunk: Uint8Array }[],
    done: (error?: Error | null) => void,
  ): void {
    const size = chunks.reduce((sum, { chunk }) => sum + chunk.length, 0);
    this.#next.push(() => {
      this.taken.push(size);
      for (const { chunk } of chunks) this.text += Buffer.from(chunk).toString("latin1");
      done();
    });
  }

  override _final(done: () => void): void {
    this.over = true;
    done();
  }

  override _read(): void {}

  async step(): Promise<void> {
    await setImmediate();
    this.#next.shift()?.();
    await setImmediate();
  }
}

function outbox(): { readonly kernel: Kernel; readonly box: Outbox } {
  const kernel = new Kernel();
  return { kernel, box: new Outbox(kernel as unknown as Socket) };
}

function bytes(length: number, of = "x"): Uint8Array {
  return Buffer.from(of.repeat(length));
}

it("gives a step's lines together, and long ones in pieces, in order", async () => {
  const { kernel, box } = outbox();
  for (const [length, of] of [
    [10, "a"],
    [20, "b"],
    [150_000, "c"],
    [5, "d"],
  ] as const) {
    box.put(bytes(length, of));
  }
  expect([box.waiting, box.total]).toEqual([150_035, 150_035]);
  await kernel.step();
  expect(box.waiting).toBe(150_035 - 65_536);
  box.put(bytes(7, "e"));
  for (let n = 0; n < 3; n++) await kernel.step();
  expect(kernel.taken).toEqual([65_536, 65_536, 18_970]);
  expect([box.waiting, box.total]).toEqual([0, 150_042]);
  const expected = [10, 20, 150_000, 5, 7].map((length, nth) => "abcde"[nth]?.repeat(length));
  expect(kernel.text === expected.join("")).toBe(true);
});

it("ends after what was put in before", async () => {
  const { kernel, box } = outbox();
  box.put(bytes(100_000));
  box.end();
  await kernel.step();
  expect([kernel.over, box.waiting]).toEqual([false, 100_000 - 65_536]);
  await kernel.step();
  expect([kernel.over, box.waiting]).toEqual([true, 0]);
});

it("ends at once when nothing waits", async () => {
  const { kernel, box } = outbox();
  box.put(bytes(3));
  await kernel.step();
  box.end();
  await setImmediate();
  expect([kernel.over, kernel.text]).toEqual([true, "xxx"]);
});

it("gives nothing more to a socket that has failed", async () => {
  const { kernel, box } = outbox();
  kernel.on("error", () => {});
  box.put(bytes(100_000));
  await setImmediate();
  kernel.destroy(new Error("gone"));
  box.put(bytes(1));
  await setImmediate();
  expect(kernel.taken).toEqual([]);
});

it("reads what nobody has acknowledged out of the kernel's table", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout",
    "   0: 00000000:5E24 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1",
    "   1: 0200007F:5E24 0300007F:A101 01 0000002A:00000000 01:00000016 00000000     0        0 2",
    "  12: 0200007F:5E24 0300007F:A102 01 00000000:00000007 00:00000000 00000000     0        0 3",
    "  13: 0200007F:5E24 0300007F:A103 06 00000011:00000000 00:00000000 00000000     0        0 4",
  ];
  const found = [...parseUnacked(table.join("\n"))].map(([ends, count]) => {
    const [local, remote] = ends.split(" ").map((text) => formatAddress(Number(text) as never));
    return [local, remote, count];
  });
  expect(found).toEqual([["127.0.0.2:24100", "127.0.0.3:41217", 42]]);
});
