/** What is written to a real disk reads back the same, and what is damaged is no file. */
import { describe, expect, it } from "vitest";
import { nodeCrypto } from "../../src/host/crypto.ts";
import { fileCodecs } from "../../src/masternode/files.ts";
import { simulate } from "../../src/simulate.ts";
import { blockAt } from "../../src/masternode/chain.ts";

const codecs = fileCodecs(nodeCrypto);

describe("files of a masternode", () => {
  it("keep a chain that a run made, block by block", () => {
    const { world } = simulate("scenarios/discovery-timeline.yaml");
    const chain = world.state("A")?.chain;
    if (chain === undefined) throw new Error("A does not run");
    const read = codecs.chain.decode(codecs.chain.encode(chain));
    if (!read.ok) throw new Error(read.error);
    expect([read.value.height, read.value.tip]).toEqual([3_011, chain.tip]);
    expect(blockAt(read.value, 3_010)).toEqual(blockAt(chain, 3_010));
    expect(codecs.chain.encode(read.value)).toEqual(codecs.chain.encode(chain));
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
