/** A campaign's end on a terminal: what was found, what to do about it, what was never met. */
import type { CampaignDocument } from "../campaign/document.ts";
import {
  commandsFor,
  foundLines,
  headline,
  keepCommand,
  sizeText,
  warnings,
} from "../campaign/tell.ts";
import { promises } from "../scenario/promises.ts";
import { EXIT } from "./exit.ts";
import { type Io, note, say, sayJson } from "./output.ts";
import { type Protocol, protocolOf } from "./protocol.ts";

const TOLD = 20;
/** Behind a kit's name. */
export const PROMISES_NOTHING =
  "promises nothing of every run (kit.invariants): only what throws or hangs is found";

/** The exit code of the command. */
export function printCampaign(
  io: Io,
  document: CampaignDocument,
  { out, json }: { readonly out: string; readonly json: boolean },
): number {
  const { failures, counts } = document;
  const found = failures.length > 0;
  const exit = found ? EXIT.failed : counts.worlds > 0 ? EXIT.ok : EXIT.nothing;
  if (json) {
    sayJson(io, { ...document, exit, report: out });
    return exit;
  }
  for (const failure of failures.slice(0, TOLD)) {
    const { signature, seed, worlds, smallest, folder } = failure;
    const failed = `${worlds} ${worlds === 1 ? "world" : "worlds"}`;
    say(io, `${io.paint.bad("✗")} ${io.paint.bold(signature)} · ${failed}`);
    say(io, `  found    ${foundLines(failure)[0] ?? ""}`);
    say(io, `  world    ${[`seed ${seed}`, ...sizeText(failure)].join(": ")}`);
    const [again, ...more] = commandsFor(failure, document.options, `${out}/${folder}/`);
    say(io, `  repeat   ${again}`);
    for (const command of more) say(io, `           ${command}`);
    const keep = keepCommand(`${out}/${folder}`, document.options);
    if (smallest !== null) say(io, `  keep     ${keep}`);
    say(io, "");
  }
  if (failures.length > TOLD) say(io, `and ${failures.length - TOLD} more: ${out}/campaign.json\n`);
  const all = [...unboundIn(protocolOf(io), document), ...warnings(document)];
  for (const warning of all) say(io, `${io.paint.dim("—")} ${warning}`);
  const sign = found ? io.paint.bad("✗") : io.paint.good("✓");
  say(io, `${counts.worlds === 0 ? io.paint.dim("—") : sign} ${headline(document)}`);
  note(io, io.paint.dim(`report ${out}`));
  return exit;
}

/** Whoever searches with nodes that promise nothing is to know why nothing is found. */
function unboundIn(kit: Protocol, { options }: CampaignDocument): readonly string[] {
  if (promises(kit).length === 0) return [`${kit.name} ${PROMISES_NOTHING}`];
  const profile = kit.profiles.find(({ name }) => name === options.profile);
  const { name, standing = "kept" } = profile ?? {};
  if (standing === "kept") return [];
  return [`promises bind no node of profile ${name}, which is of standing ${standing}`];
}
