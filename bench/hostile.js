/**
 * What one line costs the reader of the wire: the worst kinds of a hostile peer, 10 to 15 MB each,
 * beside honest ones. Milliseconds of CPU are the best of five; memory is what the decoding took from the
 * heap and gave back only to the collector (`--expose-gc` to see it), without the line itself.
 *
 *   node --expose-gc bench/hostile.js [module, default dist/masternode/codec.js]
 *
 * As the command ships, in one file: npx rolldown dist/masternode/codec.js --file /tmp/codec.mjs
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const module = resolve(process.argv[2] ?? "dist/masternode/codec.js");
const { messageCodec } = await import(pathToFileURL(module).href);

const SIZE = 15_000_000;
const many = (piece, before = "", after = "") =>
  before + piece.repeat(Math.floor((SIZE - before.length - after.length) / piece.length)) + after;
const HASH = `[${Array.from({ length: 32 }, (_, at) => 200 + at).join(",")}]`;
const HEADER =
  `{"version":2,"height":5,"previous_hash":${HASH},"merkle_root":${HASH},` +
  `"timestamp":1764547200,"block_reward":10000000000}`;
const block = (transactions, rewards = "[]") =>
  `{"header":${HEADER},"transactions":${transactions},"masternode_rewards":${rewards}}`;
const spending = (script) =>
  `[{"version":1,"inputs":[],"outputs":[{"value":1,"script_pubkey":${script}}],` +
  `"lock_time":0,"timestamp":1764547200}]`;
const entry = `["1.2.3.4","r","Free",${HASH.replaceAll(/2../g, "0")}]`;
/** Rewards of about 45 bytes in bincode: what a full block of ours could hold. */
const reward = '["TIME0QChNmKtoXcSRHthZQUfQvwJfYdC",100000000]';
const rewards = `[${Array.from({ length: 20_000 }, () => reward).join(",")}]`;
const full = block(spending(`[${Array.from({ length: 90_000 }, () => 255).join(",")}]`), rewards);

const LINES = {
  "[[[[…": many("["),
  "[0,0,0…": many(",0", "[0", "]"),
  "[[],[],…": many("[],", "[", "0]"),
  '{"a":{"a":…': many('{"a":'),
  "white space": many(" "),
  "one number": many("9"),
  "one text": many("x", '"', '"'),
  escapes: many("\\n", '"', '"'),
  "Ping of numbers": many(",0", '{"Ping":[0', "]}"),
  "Ping, another key": many(",0", '{"Ping":{"nonce":1,"timestamp":2,"x":[0', "]}}"),
  "Ping, objects": many('{"a":{}},', '{"Ping":{"nonce":1,"timestamp":2,"x":[', "0]}}"),
  "Ping, long key": many("k", '{"Ping":{"nonce":1,"timestamp":2,"', '":1}}'),
  "unknown of lists": many("[],", '{"Unknown":[', "0]}"),
  "unknown of texts": many('"abcdefgh",', '{"Unknown":[', "0]}"),
  "PeersResponse, empty": many('"",', '{"PeersResponse":[', '""]}'),
  PeersResponse: many('"203.0.113.10:24100",', '{"PeersResponse":[', '""]}'),
  "PeersResponse, one": many("x", '{"PeersResponse":["', '"]}'),
  MasternodesResponse: many(`${entry},`, '{"MasternodesResponse":[', `${entry}]}`),
  "block, one script": `{"BlockAnnouncement":${block(spending(many(",0", "[0", "]")))}}`,
  "block, honest script": `{"BlockAnnouncement":${block(spending(many(",255", "[255", "]")))}}`,
  "block, outputs": `{"BlockAnnouncement":${block(`[[1,[],${many("[1,[]],", "[", "[1,[]]]")},0,0]]`)}}`,
  "block, rewards": `{"BlockAnnouncement":${block("[]", many('["",0],', "[", '["",0]]'))}}`,
  blocks: many(`${block("[]")},`, '{"BlocksResponse":[', `${block("[]")}]}`),
  "a full block of 1 MiB": `{"BlocksResponse":[${full}]}`,
  "a key of 32": `{"MasternodeAnnouncement":${many(",0", '["a","r","Free",[0', "]]")}}`,
};

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
console.log("line                     MB      ms   heap MB  kept MB  result");
for (const [name, text] of Object.entries(LINES)) {
  const line = new TextEncoder().encode(text);
  let best = Infinity;
  let result;
  for (let time = 0; time < 5; time++) {
    const start = process.cpuUsage();
    result = messageCodec.decode(line);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1_000);
  }
  result = undefined;
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  result = messageCodec.decode(line);
  const taken = process.memoryUsage().heapUsed - before;
  globalThis.gc?.();
  const kept = process.memoryUsage().heapUsed - before;
  const says = result.error ?? result.name ?? result.message.type;
  console.log(
    [
      name.padEnd(22),
      megabytes(line.length).padStart(5),
      best.toFixed(1).padStart(7),
      megabytes(taken).padStart(9),
      megabytes(kept).padStart(8),
      ` ${result.kind}: ${JSON.stringify(says.slice(0, 60))}`,
    ].join(" "),
  );
}
