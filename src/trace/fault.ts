/**
 * A fault of core/fault.ts as words, `partition A | B, C for 20s (split)`: as near to what a
 * scenario's author wrote as one line allows. No default case: a new fault must be given words.
 */
import type { Ends, Fault, Latency, LinkProfile } from "../core/fault.ts";
import { unreachable } from "../core/assert.ts";
import { formatDuration } from "../core/units.ts";

/** Node faults leave their node out: the event's own column names it. */
export function faultText(fault: Fault): string {
  const lasting = fault as { readonly for?: number; readonly name?: string };
  const length = lasting.for === undefined ? "" : ` for ${formatDuration(lasting.for)}`;
  const named = lasting.name === undefined || fault.do === "heal" ? "" : ` (${lasting.name})`;
  return gist(fault) + length + named;
}

/** What every link fault does, and to which links; node faults follow below. */
function gist(fault: Fault): string {
  switch (fault.do) {
    case "partition":
      return `partition ${fault.groups.map((group) => group.join(", ")).join(" | ")}`;
    case "cut":
    case "hold":
      return `${fault.do} ${way(fault)}`;
    case "flap": {
      const [one, other] = fault.between;
      const rhythm = `down ${formatDuration(fault.down)}, up ${formatDuration(fault.up)}`;
      return `flap ${ends(one)} - ${ends(other)}, ${rhythm}`;
    }
    case "shape":
      return `shape ${way(fault)}: ${profileText(fault.link)}`;
    case "drop":
    case "duplicate":
    case "corrupt":
    case "delay": {
      const by = fault.do === "delay" ? ` by ${formatDuration(fault.by)}` : "";
      const chance = fault.chance === 1 ? "" : ` with chance ${fault.chance}`;
      return `${fault.do} ${fault.message ?? "every message"} ${way(fault)}${by}${chance}`;
    }
    case "reset":
      return `reset ${fault.between.join(" - ")}`;
    case "heal":
      return fault.name === undefined ? "heal every link" : `heal ${fault.name}`;
    default:
      return nodeGist(fault);
  }
}

/** Those whose name says it all. */
type NodeDoing = "stop" | "kill" | "power-loss" | "restart" | "hang" | "pause";
type OfNode = Extract<Fault, { do: NodeDoing | "clock" | "disk" | "move" }>;

function nodeGist(fault: OfNode): string {
  switch (fault.do) {
    case "stop":
    case "kill":
    case "restart":
    case "hang":
    case "pause":
      return fault.do;
    case "power-loss":
      return `power loss, disk ${fault.disk}`;
    case "clock": {
      const { offset, jump, drift } = fault;
      return list("clock", [
        offset === undefined ? "" : `offset ${formatDuration(offset)}`,
        jump === undefined ? "" : `jumps by ${formatDuration(jump)}`,
        drift === undefined ? "" : `drifts ${drift} ppm`,
      ]);
    }
    case "disk": {
      const { full, delay, damage } = fault;
      return list("disk", [
        full === undefined ? "" : full ? "full" : "has room",
        delay === undefined ? "" : `delay ${formatDuration(delay)}`,
        damage === undefined ? "" : `damages ${damage}`,
      ]);
    }
    case "move":
      return `move to ${fault.address}`;
    default:
      return unreachable(fault);
  }
}

function way({ from, to }: { readonly from: Ends; readonly to: Ends }): string {
  return `${ends(from)} > ${ends(to)}`;
}

/** `*` is how a rule stores it, `all` how people write it. */
function ends(value: Ends): string {
  return value === "*" ? "all" : value.join(", ");
}

/** Only the parts that the fault replaces. */
export function profileText({ latency, drawn, loss, bandwidth }: Partial<LinkProfile>): string {
  const parts = [
    latency === undefined ? "" : `latency ${latencyText(latency)}`,
    drawn === undefined ? "" : drawn,
    loss === undefined ? "" : `loss ${loss}`,
    bandwidth === undefined ? "" : `bandwidth ${bandwidth ?? "unlimited"}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function latencyText(latency: Latency): string {
  if (latency.shape === "constant") return formatDuration(latency.at);
  const [min, max] = [formatDuration(latency.min), formatDuration(latency.max)];
  if (latency.shape === "uniform") return `${min}..${max}`;
  return `about ${formatDuration(latency.mean)} in ${min}..${max}`;
}

function list(word: string, parts: readonly string[]): string {
  return `${word} ${parts.filter((part) => part !== "").join(", ")}`;
}
