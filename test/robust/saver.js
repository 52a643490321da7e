/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-return -- plain JavaScript, for a Node that knows no types */
/**
 * Does nothing but save, until it is killed: `node saver.js DIR saves|keys`. Says on stdout what is durable:
 * `key NAME PUBLIC`, `start N`, `saved FILE N`.
 */
import { mkdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { nextIncarnation, readKey } from "../../dist/cli/timed/identity.js";
import { nodeCrypto } from "../../dist/host/crypto.js";
import { Store } from "../../dist/host/store.js";

const [dir = "", work] = process.argv.slice(2);
const say = (text) => writeSync(1, `${text}\n`);

/** A number, and as many letters as it says: a torn one shows. */
const codec = {
  encode: ({ n, size }) => new TextEncoder().encode(`${n} ${size} ${"x".repeat(size)}`),
  decode: (bytes) => {
    const text = new TextDecoder().decode(bytes);
    const [n, size, letters = ""] = text.split(" ");
    const isWhole = letters.length === Number(size);
    return isWhole ? { ok: true, value: { n: Number(n) } } : { ok: false, error: "torn" };
  },
};

const store = new Store(dir, { chain: codec, cache: codec }, say);
const found = store.read();
for (const { file, why } of found.aside) say(`aside ${file} ${why}`);
for (const [file, { n }] of Object.entries(found.values)) say(`found ${file} ${n}`);
const { seed } = readKey(dir, nodeCrypto);
say(`key . ${nodeCrypto.publicKey(seed)}`);
say(`start ${nextIncarnation(dir)}`);

let n = Math.max(0, ...Object.values(found.values).map((value) => value.n));

function save(file) {
  const value = { n: ++n, size: (n * 7_919) % 100_000 };
  store.write(file, value, (ok) => {
    say(ok ? `saved ${file} ${value.n}` : `failed ${file}`);
    save(file);
  });
}

/** More first starts: each makes a key of its own. */
function make() {
  const name = `first-${process.pid}-${++n}`;
  mkdirSync(join(dir, name));
  say(`key ${name} ${nodeCrypto.publicKey(readKey(join(dir, name), nodeCrypto).seed)}`);
  setImmediate(make);
}

if (work === "keys") make();
else for (const file of ["chain", "cache"]) save(file);
