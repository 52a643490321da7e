/** What is written to a real disk reads back the same, and what is damaged is no file. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { values } from "../../src/core/table.ts";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { fileCodecs } from "../../src/masternode/files.ts";
import { simulate } from "../../src/simulate.ts";
import { blockAt, chainOf } from "../../src/masternode/chain.ts";
import type { Chain } from "../../src/masternode/state.ts";

const codecs = fileCodecs(nodeCrypto);

function sameBytes(one: Chain, other: Chain): boolean {
  return Buffer.compare(codecs.chain.encode(one), codecs.chain.encode(other)) === 0;
}

function chainless(): never {
  throw new Error("A does not run");
}

describe("files of a masternode", () => {
  it("keep a chain that a run made, block by block", () => {
    const { world } = simulate("scenarios/discovery-timeline.yaml");
    const chain = world.state("A")?.chain;
    if (chain === undefined) throw new Error("A does not run");
    const read = codecs.chain.decode(codecs.chain.encode(chain));
    if (!read.ok) throw new Error(read.error);
    expect([read.value.height, read.value.tip]).toEqual([3_011, chain.tip]);
    expect(blockAt(read.value, 3_010)).toEqual(blockAt(chain, 3_010));
    expect(sameBytes(read.value, chain)).toBe(true);
  });

  it("keep whatever chains runs come to, whole or up to any block", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, length) => {
        const { world } = simulate("scenarios/discovery-timeline.yaml", { seed: String(seed) });
        for (const { name } of world.options.nodes.slice(0, 2)) {
          const chain = world.state(name)?.chain;
          if (chain === undefined) throw new Error(`${name} does not run`);
          const blocks = values(chain.blocks).map(({ block }) => block);
          const part = chainOf(nodeCrypto, blocks.slice(0, 1 + (length % blocks.length)));
          if (typeof part === "string") throw new Error(part);
          for (const each of [chain, part]) {
            const read = codecs.chain.decode(codecs.chain.encode(each));
            if (!read.ok) throw new Error(read.error);
            expect([read.value.height, read.value.tip]).toEqual([each.height, each.tip]);
            expect(sameBytes(read.value, each)).toBe(true);
          }
        }
      }),
      { numRuns: 2, seed: 4 },
    );
  });

  it("are written again with each block in a part of the time", () => {
    const { world } = simulate("scenarios/discovery-timeline.yaml", { until: 0 as never });
    const { blocks } = world.state("A")?.chain ?? chainless();
    // Blocks that nobody has written or read.
    const fresh = chainOf(nodeCrypto, structuredClone(values(blocks).map(({ block }) => block)));
    if (typeof fresh === "string") throw new Error(fresh);
    const time = (): number => {
      const start = performance.now();
      codecs.chain.encode(fresh);
      return performance.now() - start;
    };
    const first = time();
    expect(Math.min(...Array.from({ length: 9 }, time)) * 3).toBeLessThan(first);
  });

  it("keep any text, and any numbers that count", () => {
    const count = fc.maxSafeNat();
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        count,
        count,
        (text, announcement, heartbeat) => {
          const sequences = { announcement, heartbeat };
          const numbers = codecs.sequences.decode(codecs.sequences.encode(sequences));
          expect(numbers).toEqual({ ok: true, value: sequences });
          expect(codecs.cache.decode(codecs.cache.encode(text))).toEqual({ ok: true, value: text });
        },
      ),
    );
  });

  it("take damaged bytes for no chain or for another, and throw nothing", () => {
    const { world } = simulate("scenarios/discovery-timeline.yaml", { until: 0 as never });
    const all = values(world.state("A")?.chain.blocks ?? chainless());
    const chain = chainOf(
      nodeCrypto,
      all.slice(0, 5).map(({ block }) => block),
    );
    if (typeof chain === "string") throw new Error(chain);
    const whole = codecs.chain.encode(chain);
    const at = fc.nat({ max: whole.length - 1 });
    fc.assert(
      fc.property(at, fc.uint8Array({ minLength: 1, maxLength: 8 }), at, (from, bytes, end) => {
        const damaged = Uint8Array.from(whole);
        damaged.set(bytes.slice(0, whole.length - from), from);
        const read = codecs.chain.decode(damaged);
        if (read.ok) expect(codecs.chain.encode(read.value).length).toBeGreaterThan(0);
        const cut = codecs.chain.decode(whole.subarray(0, end));
        expect(cut.ok).toBe(end > 0 && whole[end - 1] === 10);
      }),
    );
  });

  it("keep sequences and text", () => {
    const sequences = { announcement: 1_764_547_200_123, heartbeat: 7 };
    expect(codecs.sequences.decode(codecs.sequences.encode(sequences))).toEqual({
      ok: true,
      value: sequences,
    });
    expect(codecs.cache.decode(codecs.cache.encode("é\n"))).toEqual({ ok: true, value: "é\n" });
  });

  it.each([
    ["nothing", "", "no blocks"],
    ["a cut line", "{", "not whole"],
    ["no block", "{}\n", "block 0: .header: expected a value"],
  ])("take %s for no chain", (_, text, error) => {
    expect(codecs.chain.decode(new TextEncoder().encode(text))).toEqual({ ok: false, error });
  });

  it("take no chain whose blocks do not link", () => {
    const { world } = simulate("scenarios/discovery-timeline.yaml", { until: 0 as never });
    const chain = world.state("A")?.chain;
    if (chain === undefined) throw new Error("A does not run");
    const lines = new TextDecoder().decode(codecs.chain.encode(chain)).split("\n");
    const [genesis = "", first = "", second = ""] = lines;
    const gap = new TextEncoder().encode(`${genesis}\n${second}\n${first}\n`);
    expect(codecs.chain.decode(gap)).toEqual({ ok: false, error: "block 1: height 2" });
  });

  it("take bytes that are no text for no cache", () => {
    expect(codecs.cache.decode(new Uint8Array([0xff]))).toEqual({ ok: false, error: "not UTF-8" });
  });
});
