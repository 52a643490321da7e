/** What a scenario does, as sentences: `B loses power; its disk is torn`. */
import { unreachable } from "../../core/assert.ts";
import type { Ends, Fault } from "../../core/fault.ts";
import { formatDuration, MILLISECOND, type Time } from "../../core/units.ts";
import type { Fields, Settings } from "../../kit/field.ts";
import type { Scenario, ScenarioEvent } from "../../scenario/model.ts";
import { NETWORK_FIELDS } from "../../scenario/network.ts";
import { faultText, profileText } from "../../trace/fault.ts";
import { unusual, unusualLink, unusualNetwork, type Way } from "./usual.ts";

/** `at 1m30s`. Nobody reads microseconds. */
export function moment(at: Time): string {
  return `at ${seconds(at)}`;
}

export function seconds(at: Time): string {
  return formatDuration(Math.round(at / MILLISECOND) * MILLISECOND);
}

/** Without its time and without a full stop. */
export function eventSentence(event: ScenarioEvent): string {
  if (!("fault" in event)) {
    const given = Object.values(event.args)
      .map((value) => told(value))
      .join(" ");
    return `${event.node} is told ${event.command} ${given}`.trimEnd();
  }
  const { fault } = event;
  const length = (fault as { readonly for?: number }).for;
  const lasting =
    length === undefined || fault.do === "pause" ? "" : ` for ${formatDuration(length)}`;
  return sentence(fault) + lasting;
}

function sentence(fault: Fault): string {
  switch (fault.do) {
    case "stop":
      return `${fault.node} is stopped, cleanly`;
    case "kill":
      return `${fault.node} is killed`;
    case "restart":
      return `${fault.node} restarts from what is on its disk`;
    case "hang":
      return `${fault.node} hangs: its kernel accepts, and nobody answers`;
    case "power-loss":
      return `${fault.node} loses power${LOSSES[fault.disk]}`;
    case "pause":
      return `${fault.node} stands still for ${formatDuration(fault.for)}`;
    case "move":
      return `${fault.node} gets another address, ${fault.address}`;
    case "clock":
    case "disk":
      return `${fault.node}: ${faultText(fault)}`;
    case "reset":
      return `every session between ${fault.between.join(" and ")} is reset`;
    case "heal":
      return fault.name === undefined ? "all links are well again" : `${fault.name} is over`;
    default:
      return linkSentence(fault);
  }
}

const LOSSES = {
  kept: "",
  torn: "; a file that was being written is torn",
  lost: " and its disk",
} as const;

type LinkFault = Extract<
  Fault,
  {
    do:
      | "partition"
      | "cut"
      | "hold"
      | "flap"
      | "shape"
      | "drop"
      | "duplicate"
      | "corrupt"
      | "delay";
  }
>;

function linkSentence(fault: LinkFault): string {
  switch (fault.do) {
    case "partition": {
      const sides = fault.groups.map(list);
      const all = sides.length === 1 ? [...sides, "all others"] : sides;
      return `${all.join(" | ")} cannot reach each other`;
    }
    case "cut":
      return `nothing from ${ends(fault.from)} reaches ${ends(fault.to)}`;
    case "hold":
      return `what ${ends(fault.from)} sends to ${ends(fault.to)} waits on the way`;
    case "flap": {
      const [one, other] = fault.between.map(ends);
      const rhythm = `${formatDuration(fault.down)} down, ${formatDuration(fault.up)} up`;
      return `the link between ${one ?? ""} and ${other ?? ""} comes and goes, ${rhythm}`;
    }
    case "shape":
      return `links change: ${faultText(fault)}`;
    case "drop":
    case "duplicate":
    case "corrupt":
    case "delay": {
      const share = fault.chance === 1 ? "" : `, each with chance ${fault.chance}`;
      const type = fault.message === undefined ? "" : `${fault.message} `;
      const what = `${type}messages from ${ends(fault.from)} to ${ends(fault.to)}`;
      const by = fault.do === "delay" ? ` by ${formatDuration(fault.by)}` : "";
      return `${what} are ${DONE[fault.do]}${by}${share}`;
    }
    default:
      return unreachable(fault);
  }
}

const DONE = {
  drop: "lost",
  duplicate: "delivered twice",
  corrupt: "garbled on the way",
  delay: "late",
} as const;

function ends(names: Ends): string {
  return names === "*" ? "anybody" : list(names);
}

/** What a world has of its own, and how its links and its TCP are, where that is not as usual. */
export function worldSentences(
  fields: Fields,
  { world, link, links, network }: Pick<Scenario, "world" | "link" | "links" | "network">,
): readonly string[] {
  const has = unusual(fields, world).map((way) => settingText(fields, world, way));
  const lines = Object.fromEntries(unusualLink(link).map((key) => [key, link[key]]));
  const tcp = unusualNetwork(network).map((key) =>
    settingText(NETWORK_FIELDS, { ...network }, [key]),
  );
  return [
    ...(has.length === 0 ? [] : [`The world has ${list(has)}.`]),
    ...(Object.keys(lines).length === 0 ? [] : [`Links have ${profileText(lines)}.`]),
    ...links.map(({ from, to, link: own }) => {
      return `Links from ${ends(from)} to ${ends(to)} have ${profileText(own)}.`;
    }),
    ...(tcp.length === 0 ? [] : [`TCP is as usual but for ${list(tcp)}.`]),
  ];
}

/** `A, B and C`. */
export function list(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

/** `pingPeriod 23s`, `relay every 2s`. */
export function settingText(fields: Fields, settings: Settings, way: Way): string {
  const [key = "", ...rest] = way;
  const field = fields[key];
  const value = settings[key];
  if (field?.kind === "group") {
    return `${key} ${settingText(field.fields, (value ?? {}) as Settings, rest)}`;
  }
  const length = field?.kind === "duration" && typeof value === "number";
  return `${key} ${length ? formatDuration(value) : told(value)}`;
}

function told(value: unknown): string {
  return Array.isArray(value) ? list(value.map(String)) : String(value);
}
