/** What is kept is on disk soon, and before the end (rule Q3); who cannot save says so (A4). */
import { formatDuration, type Time } from "../../core/units.ts";
import { type GateBody, kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import type { Command } from "../state.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const SAVES = "saves-cache";
const SAYS = "says-disk";

/** Facts that tell of a change of what the cache holds. */
const CHANGES: readonly Fact["type"][] = ["known", "removed", "pruned"];

export const saving: Rules = {
  specs: {
    [SAVES]: {
      rule: "Q3",
      about:
        "the cache is saved within cacheDelay of a change of what it holds, and when the node is " +
        "told to stop",
      mode: "always",
    },
    [SAYS]: {
      rule: "A4",
      about: "gate disk closes when the numbers cannot be saved, and opens when they can again",
      mode: "always",
    },
  },
  facts: CHANGES,
  make: (scene) => new Saving(scene),
};

/** Of one life. */
interface Desk {
  /** When the first change that is not saved has to be; null: there is none. */
  due: number | null;
  /** The command to stop, until the cache is saved for it. */
  stopping: number | null;
  /** Whether its numbers were saved, the last time that it tried. */
  works: boolean;
  /** As the gate says. */
  says: boolean;
}

class Saving extends RuleMonitor {
  readonly mask: number = kindMask("boot", "fact", "save", "saved", "gate", "command", "down");
  readonly #desks: Desk[] = this.perNode(empty);

  see(event: TraceEvent): void {
    const { node, kind, body } = event;
    const desk = this.#desks[node];
    if (desk === undefined || !this.isKept(node)) return;
    if (kind === "boot") this.#desks[node] = empty();
    else if (kind === "fact") this.#changed(event, desk);
    else if (kind === "save") this.#saves(event, desk);
    else if (kind === "saved") {
      if (body === "sequences") desk.works = event.b === 1;
    } else if (kind === "gate") {
      if ((body as GateBody).gate === "disk") desk.says = event.a === 1;
    } else if (kind === "command") {
      if ((body as Command).type === "stop" && event.a === 0) desk.stopping = event.id;
    } else if (kind === "down") this.#ends(event, desk);
  }

  override finish(end: Time): ReturnType<RuleMonitor["finish"]> {
    for (const [node, desk] of this.#desks.entries()) this.#overdue(node, desk, end);
    return super.finish(end);
  }

  /** What it knows from the cache is no change of it. */
  #changed({ node, at, body }: TraceEvent, desk: Desk): void {
    const fact = body as Fact;
    if (!CHANGES.includes(fact.type) || (fact.type === "known" && fact.from === null)) return;
    this.#overdue(node, desk, at);
    desk.due ??= at + this.constant(node, "cacheDelay") + this.slack;
  }

  #saves({ node, at, cause, body }: TraceEvent, desk: Desk): void {
    if (body === "sequences") this.#judgeGate(node, desk, at);
    if (body !== "cache") return;
    this.#overdue(node, desk, at);
    desk.due = null;
    if (desk.stopping === cause) desk.stopping = null;
  }

  #ends({ node, at, id }: TraceEvent, desk: Desk): void {
    this.#overdue(node, desk, at);
    this.#judgeGate(node, desk, at);
    this.#desks[node] = empty();
    if (desk.stopping === null) return;
    this.breach(SAVES, "stop", { node, at, id }, () => {
      return `${this.picture.name(node)} stops, and does not save its cache before`;
    });
  }

  #overdue(node: number, { due }: Desk, at: number): void {
    if (due === null || at <= due || !this.even.is(node)) return;
    this.breach(SAVES, "change", { node, at: due, id: null }, () => {
      const delay = formatDuration(this.constant(node, "cacheDelay"));
      return `${this.picture.name(node)} has not saved its cache ${delay} after a change`;
    });
  }

  #judgeGate(node: number, { works, says }: Desk, at: number): void {
    if (works === says) return;
    const stands = says ? "open" : "closed";
    this.breach(SAYS, stands, { node, at, id: null }, () => {
      const does = works ? "saves its numbers" : "cannot save its numbers";
      return `${this.picture.name(node)} ${does}, and has gate disk ${stands}`;
    });
  }
}

function empty(): Desk {
  return { due: null, stopping: null, works: true, says: true };
}
