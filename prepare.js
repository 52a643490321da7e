/**
 * What npm runs after an install, in a package's own folder also before its first `npx timesim`: a
 * build, unless what was built is newer than all it was made of. Nobody who runs it loses it for a
 * moment then.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const ROOT = import.meta.dirname;
const INPUTS = ["src", "package.json", "package-lock.json", "tsconfig.json", "rolldown.config.js"];
/** What a build writes last. */
const BUILT = join(ROOT, "dist/bin/timesim.js");

if (!isFresh()) {
  const run = spawnSync("npm", ["run", "-s", "build"], { cwd: ROOT, stdio: "inherit" });
  if (run.error !== undefined) throw run.error;
  process.exitCode = run.status ?? 1;
}

function isFresh() {
  if (!existsSync(BUILT)) return false;
  const built = statSync(BUILT).mtimeMs;
  return INPUTS.every((name) => everything(name).every((path) => statSync(path).mtimeMs <= built));
}

/**
 * A folder changes when a file leaves it.
 * @param {string} name
 */
function everything(name) {
  const top = join(ROOT, name);
  const below = statSync(top).isDirectory() ? readdirSync(top, { recursive: true }) : [];
  return [top, ...below.map((each) => join(top, String(each)))];
}
