/**
 * What leads to what, as Mermaid draws it: an arrow from each row of the handler table (a message,
 * a timer, an event of a session) to the messages that its handler sends. Found by playing the
 * golden scripts, so an arrow that stands there was seen.
 */
import type { Input } from "../../src/core/machine.ts";
import { veiled } from "../../src/core/veil.ts";
import { createMachine, repaired } from "../../src/masternode/machine.ts";
import type { MessageType } from "../../src/masternode/messages.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { scripts } from "../masternode/checks.ts";

/** A message stands in the first group that names it. */
const GROUPS: Readonly<Record<string, readonly MessageType[]>> = {
  Sessions: ["Handshake", "Ack", "Ping", "Pong"],
  Discovery: [
    ...(["MasternodeAnnouncement", "GetMasternodes", "MasternodesResponse"] as const),
    ...(["GetMasternodePage", "MasternodePage", "GetPeers", "PeersResponse"] as const),
  ],
  Liveness: [
    ...(["HeartbeatBroadcast", "HeartbeatAttestation"] as const),
    ...(["GetAnnouncements", "Announcements"] as const),
  ],
};
const REST = "Chain";

/** One block of Mermaid for each group, each under its heading. */
export function flowCharts(): string {
  const arrows = [...seen()].sort();
  const names = [...Object.keys(GROUPS), REST];
  return names.map((name) => chart(name, arrows)).join("\n");
}

function chart(group: string, arrows: readonly string[]): string {
  const lines = arrows.filter((arrow) => groupOf(arrow.split(" --> ")[1] ?? "") === group);
  const body = lines.map((arrow) => `  ${arrow}`).join("\n");
  return `### ${group}\n\n\`\`\`mermaid\nflowchart LR\n${body}\n\`\`\`\n`;
}

function groupOf(type: string): string {
  const found = Object.entries(GROUPS).find(([, types]) => types.some((each) => each === type));
  return found?.[0] ?? REST;
}

function seen(): ReadonlySet<string> {
  const arrows = new Set<string>();
  const machine = veiled(createMachine(repaired), (ctx, input) => ({
    send(session, message) {
      arrows.add(`${sourceOf(input)} --> ${message.type}`);
      ctx.send(session, message);
    },
  }));
  for (const { holds } of scripts()) holds({ repaired: machine });
  return arrows;
}

/** Timers are round, events of a session and commands slanted, messages square. */
function sourceOf(input: Input<Masternode> | null): string {
  if (input === null) return "boot[/boot/]";
  if (input.kind === "message") return input.message.type;
  if (input.kind === "timer") return `t-${input.timer}([${input.timer}])`;
  if (input.kind === "command") return `c-${input.command.type}[/${input.command.type}/]`;
  return `e-${input.kind}[/${input.kind}/]`;
}
