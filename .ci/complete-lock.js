/* oxlint-disable typescript/no-unsafe-member-access, typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call -- a lock file has no types */
/**
 * Adds to package-lock.json the optional bindings for other platforms that a mirror of the npm
 * registry does not serve. npm 11 leaves them out of the lock it writes and then refuses it in
 * `npm ci` ("Missing: X from lock file"). Run after a dependency changed: node .ci/complete-lock.js
 */
import { readFileSync, writeFileSync } from "node:fs";

const FILE = "package-lock.json";
const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const CPUS = ["arm64", "arm", "ia32", "loong64", "ppc64", "riscv64", "s390x", "x64", "wasm32"];

const lock = JSON.parse(readFileSync(FILE, "utf8"));
const { packages } = lock;
let added = 0;

for (const owner of Object.keys(packages)) {
  for (const [name, range] of Object.entries(packages[owner].optionalDependencies ?? {})) {
    if (packages[`node_modules/${name}`] || packages[`${owner}/node_modules/${name}`]) continue;
    const words = name.split(/[-/]/);
    const cpu = CPUS.filter((word) => words.includes(word));
    const os = SYSTEMS.filter((word) => words.includes(word));
    if (cpu.length === 0 || (os.length === 0 && !words.includes("wasm32"))) continue;
    packages[`node_modules/${name}`] = {
      version: range.replace(/^[\^~]/, ""),
      cpu,
      ...(packages[owner].dev ? { dev: true } : {}),
      optional: true,
      ...(os.length > 0 ? { os } : {}),
      ...(words.includes("musl") ? { libc: ["musl"] } : {}),
      ...(words.includes("gnu") ? { libc: ["glibc"] } : {}),
    };
    added++;
  }
}

lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} bindings added to ${FILE}\n`);
