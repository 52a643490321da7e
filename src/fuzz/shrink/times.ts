/** Passes over when things happen: an end as soon as the complaint allows, and fewer waits. */
import { FOREVER, MINUTE, SECOND, type Time } from "../../core/units.ts";
import type { Scenario, When } from "../../scenario/model.ts";
import type { Edit, Pass } from "./edit.ts";

const GRIDS = [10 * MINUTE, 5 * MINUTE, MINUTE, 30 * SECOND, 10 * SECOND, 5 * SECOND, SECOND];
/** What a rounder end may cost, of the whole. */
const LONGER = 0.05;

/** A run up to some moment is the same however long it goes on. */
export const shorter: Pass = {
  name: "time",
  together: false,
  edits: (_kit, _scenario, seenAt) =>
    endsFor(seenAt).map((until): Edit => {
      return (scenario) => (until < scenario.until ? { ...scenario, until } : null);
    }),
};

/** Round moments at or soon after this one, the roundest first. */
export function endsFor(seenAt: Time): readonly Time[] {
  const room = Math.max(SECOND, seenAt * LONGER);
  const ends = GRIDS.map((grid) => Math.max(grid, Math.ceil(seenAt / grid) * grid));
  const near = ends.filter((end) => end - seenAt <= room);
  return [...new Set([...near, (Math.floor(seenAt / SECOND) + 1) * SECOND])] as Time[];
}

/** Everything from some moment on happens earlier, and the run ends earlier by as much. */
export const sooner: Pass = {
  name: "waits",
  together: false,
  edits: (_kit, scenario) => {
    const moments = momentsOf(scenario);
    return moments.flatMap((moment, index) => {
      const gap = moment - (moments[index - 1] ?? 0);
      const waits = WAITS.filter((wait) => wait < gap);
      return waits.flatMap((wait): readonly Edit[] => [
        (now) => moved(now, moment, gap - wait, true),
        (now) => moved(now, moment, gap - wait, false),
      ]);
    });
  },
};

const WAITS = [0, SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE];

function momentsOf({ nodes, events }: Scenario): readonly number[] {
  const starts = nodes.flatMap(({ start }) => (start === null ? [] : [start]));
  const all = [...starts, ...events.map(({ at }) => at)].filter((moment) => moment > 0);
  return [...new Set<number>(all)].toSorted((one, other) => one - other);
}

function moved(scenario: Scenario, from: number, by: number, ends: boolean): Scenario {
  const back = <T extends number>(moment: T): T =>
    moment >= from && (moment as number) !== FOREVER ? ((moment - by) as T) : moment;
  return {
    ...scenario,
    until: ends ? back(scenario.until) : scenario.until,
    nodes: scenario.nodes.map((node) => {
      return node.start === null ? node : { ...node, start: back(node.start) };
    }),
    events: scenario.events.map((event) => ({ ...event, at: back(event.at) })),
    expect: scenario.expect.map((row) => ({ ...row, when: movedWhen(row.when, back) })),
  };
}

function movedWhen(when: When, back: <T extends number>(moment: T) => T): When {
  switch (when.kind) {
    case "at":
      return { ...when, second: back(when.second), after: back(when.after) };
    case "by":
      return { ...when, limit: back(when.limit), after: back(when.after) };
    case "eventually":
      return { ...when, after: back(when.after) };
    case "always":
    case "never":
      return { ...when, from: back(when.from), to: back(when.to) };
  }
}
