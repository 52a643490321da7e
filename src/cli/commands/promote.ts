/** `timesim promote`: keeps a failure's minimal scenario as a regression test. */
import { existsSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { BadInput } from "../../core/assert.ts";
import type { Scenario } from "../../scenario/model.ts";
import { EXIT } from "../exit.ts";
import { readBytes, scenarioOf } from "../files.ts";
import { type Io, say, sayJson } from "../output.ts";
import { askOf, play } from "../play.ts";
import { profileNamed, type Protocol, protocolOf } from "../protocol.ts";
import { makeFolders, Troubles, writeWhole } from "../system.ts";

export interface PromoteArgs {
  readonly failure: string;
  readonly as?: string;
  readonly profile?: string;
  readonly known?: boolean;
  readonly to: string;
  readonly json?: boolean;
}

/** What a folder of a failure holds, the best first. */
const FILES = ["minimal.yaml", "found.yaml"];

export function promote(args: PromoteArgs, io: Io): number {
  const kit = protocolOf(io);
  const source = fileOf(args.failure, io.cwd);
  const bytes = readBytes(source, io.cwd);
  const read = scenarioOf(kit, bytes, source);
  const profile = args.profile === undefined ? read.profile : profileNamed(kit, args.profile);
  const scenario = { ...read, profile };
  const name = nameOf(args, scenario);
  const target = join(args.to, `${name}.yaml`);
  if (existsSync(resolve(io.cwd, target))) {
    throw new BadInput([`${target} — it is there already: choose another name with --as`]);
  }
  const failed = failedRows(kit, scenario, io);
  if (failed.length > 0 && args.known !== true) {
    const rows = failed.map((row) => `${source} — it still fails: ${row}`);
    throw new BadInput([...rows, "--known keeps it all the same, and timesim run will fail"]);
  }
  makeFolders(resolve(io.cwd, args.to));
  const text = renamed(bytes.toString("utf8"), { name, profile });
  const told = failed.length > 0 ? text : inPast(text);
  const whole = withSchema(told, args.to, io);
  const kept = new Troubles(io).attempt(target, () => writeWhole(resolve(io.cwd, target), whole));
  if (kept === null) return EXIT.usage;
  if (args.json === true) sayJson(io, { format: 1, from: source, to: target, failed });
  else say(io, `${source} → ${target}${failed.length > 0 ? " (it still fails)" : ""}`);
  return EXIT.ok;
}

/** Else the story of a file that passes would be a riddle. The last words of what opens it. */
function inPast(text: string): string {
  const opening = /^(?:#.*\n)*/.exec(text)?.[0] ?? "";
  const more = opening === "" ? "" : `${opening}#\n`;
  const rest = text.slice(opening.length);
  return `${more}# What is told here happened once, and must not happen again.\n${rest}`;
}

function fileOf(failure: string, cwd: string): string {
  if (statSync(resolve(cwd, failure), { throwIfNoEntry: false })?.isDirectory() !== true) {
    return failure;
  }
  const found = FILES.find((file) => existsSync(resolve(cwd, failure, file)));
  if (found !== undefined) return join(failure, found);
  throw new BadInput([`${failure} — no failure's folder: it has neither ${FILES.join(" nor ")}`]);
}

function nameOf({ as }: PromoteArgs, scenario: Scenario): string {
  const name = as ?? scenario.name;
  if (/^[a-z0-9][a-z0-9-]{0,79}$/.test(name)) return name;
  const what = as === undefined ? `its name is ${JSON.stringify(name)}; give one with --as` : name;
  throw new BadInput([`--as — a name is of small letters, digits and dashes: ${what}`]);
}

/** What breaks when it is run as it stands. */
function failedRows(kit: Protocol, scenario: Scenario, io: Io): readonly string[] {
  const { summary } = play(kit, scenario, scenario.seed, askOf({}, kit, io), "digest");
  const { crash, outcomes } = summary;
  if (crash === null && outcomes.length === 0) {
    throw new BadInput([`${scenario.file} — it expects nothing: add invariants or expect`]);
  }
  const rows = outcomes.filter(({ passed }) => !passed).map(({ row }) => row);
  return crash === null ? rows : [`${crash.node} crashes: ${crash.error}`, ...rows];
}

/** The file says the new ones, too. */
function renamed(text: string, keys: Readonly<Record<string, string>>): string {
  return Object.entries(keys).reduce((now, [key, value]) => {
    return now.replace(new RegExp(`^${key}: .*$`, "m"), () => `${key}: ${value}`);
  }, text);
}

const SCHEMA = "schema/scenario.schema.json";

/** For editors, where there is a schema. */
function withSchema(text: string, folder: string, { cwd }: Io): string {
  if (text.includes("yaml-language-server") || !existsSync(resolve(cwd, SCHEMA))) return text;
  const path = relative(resolve(cwd, folder), resolve(cwd, SCHEMA)).replaceAll("\\", "/");
  return `# yaml-language-server: $schema=${path}\n${text}`;
}
