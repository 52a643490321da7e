/** The world of a golden script, and the verbs that act on it or look at it (script.ts). */
import { parse } from "yaml";
import { type Address, ipOf } from "../../src/core/address.ts";
import { must } from "../../src/core/assert.ts";
import { FOREVER, parseDuration, type Time } from "../../src/core/units.ts";
import type { World } from "../../src/engine/world.ts";
import type { Kit } from "../../src/kit/kit.ts";
import type { Message } from "../../src/masternode/messages.ts";
import type { Command, Masternode } from "../../src/masternode/state.ts";
import { timeline, timelineLine } from "../../src/report/timeline.ts";
import { compile } from "../../src/scenario/compile.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario } from "../../src/scenario/model.ts";
import type { KindName, TraceEvent } from "../../src/trace/event.ts";
import { Recorder } from "../../src/trace/recorder.ts";
import { gist, whenAndWho, type Words, wordsFor } from "../../src/trace/text.ts";
import type { Trace, TraceHeader } from "../../src/trace/trace.ts";
import { type BareCommand, type BareState, type Heard, lineOf, type Raw } from "./bare.ts";
import { expand } from "./expand.ts";
import { VIEWS } from "./views.ts";

type Verb = (rest: string) => readonly string[];

/** By text: a script is played by hundreds of mutants, and machines are no part of a scenario. */
const loaded = new Map<string, Scenario>();

export class Stage {
  readonly #kit: Kit<Masternode>;
  readonly #document: object;
  readonly #names: readonly string[];
  readonly #world: World<Masternode>;
  readonly #recorder = new Recorder({ level: "full" });
  readonly #words: Words;
  /** Events from here on were not told yet. */
  #mark = 0;
  /** How much of what each bare peer heard was shown. */
  readonly #shown = new Map<string, number>();

  /** `document`: a scenario as a file would hold it. */
  constructor(kit: Kit<Masternode>, document: object) {
    this.#kit = kit;
    this.#document = document;
    const scenario = this.#load({});
    const { seed, nodes, world, config } = scenario;
    this.#names = nodes.map((node) => node.name);
    const options = { seed, profile: "repaired", recorder: this.#recorder, guard: true };
    this.#world = compile(kit, scenario, { ...options, wire: "bytes" });
    const header = { nodes, epoch: kit.epoch(world, config) } as unknown as TraceHeader;
    this.#words = wordsFor(header, { ...kit.vocabulary, gist: rawGist(kit) });
  }

  obey(verb: string, rest: string): readonly string[] {
    return must(this.#verbs[verb], `command ${verb}`)(rest);
  }

  readonly #verbs: Readonly<Record<string, Verb>> = {
    run: (rest) => {
      const mark = this.#mark;
      this.#pass(rest);
      const trace = { events: () => this.#recorder.events() } as unknown as Trace;
      // What was told stands in the script.
      const rows = timeline(trace, this.#words).filter((row) => {
        return row.event >= mark && !row.text.startsWith("is told");
      });
      return rows.map((row) => timelineLine(row, this.#words));
    },
    pass: (rest) => {
      this.#pass(rest);
      return [];
    },
    step: (rest) => {
      const mark = this.#mark;
      for (let left = Number(rest); left > 0; left--) this.#world.step(FOREVER);
      this.#mark = this.#recorder.count;
      const events = [...this.#recorder.events()].filter((event) => event.id >= mark);
      return events.map((event) => {
        const head = whenAndWho(event, this.#words);
        return `${head}  ${event.kind.padEnd(7)}  ${gist(event, this.#words)}`;
      });
    },
    addnode: (rest) => {
      const [node = "", peer = ""] = rest.split(/\s+/);
      this.#tell(node, { type: "addnode", address: this.#address(peer) });
      return [];
    },
    fault: (rest) => {
      const event = { at: "0s", ...(parse(rest) as object) };
      for (const each of this.#load({ events: [event] }).events) {
        if ("fault" in each) this.#world.inject(each.fault);
      }
      return [];
    },
    dial: (rest) => this.#bare(rest, (address) => ({ type: "dial", address })),
    send: (rest) =>
      this.#bare(rest, (address, nth, line) => ({ type: "send", address, nth, line })),
    close: (rest) => this.#bare(rest, (address, nth) => ({ type: "close", address, nth })),
    recv: (rest) => {
      const [name = "", ...types] = rest.split(/\s+/);
      const heard = this.#heardBy(name);
      const shown = this.#shown.get(name) ?? 0;
      // A process that restarted begins a new page.
      const fresh = heard.slice(shown > heard.length ? 0 : shown);
      this.#shown.set(name, heard.length);
      const wanted = fresh.filter((each) => types.length === 0 || types.includes(typeOf(each)));
      return wanted.map((each) => this.#heardText(each));
    },
    state: (rest) => {
      const [name = "", view = "", ...only] = rest.split(/\s+/);
      const state = must(this.#world.state(name), `a running ${name}`);
      const boot = must(this.#eventsOf(name, "boot").at(-1), "a boot");
      const clock = must(this.#eventsOf(name, "clock").at(-1), "a clock");
      const { now } = this.#world;
      const lines = must(
        VIEWS[view],
        `view ${view}`,
      )({
        state,
        uptime: now - boot.at,
        wall: clock.a + now - clock.at,
        words: this.#words,
        gates: this.#eventsOf(name, "gate").filter((event) => event.id > boot.id),
      });
      return lines.filter((line) => only.every((word) => line.includes(word)));
    },
  };

  #pass(text: string): void {
    const length = must(parseDuration(text), `a length, not ${text}`);
    this.#world.run((this.#world.now + length) as Time);
    this.#mark = this.#recorder.count;
  }

  #load(more: object): Scenario {
    const text = JSON.stringify({ ...this.#document, ...more });
    const scenario = loaded.get(text) ?? loadScenario(this.#kit, text, "script");
    loaded.set(text, scenario);
    return scenario;
  }

  #tell(node: string, command: Command | BareCommand): void {
    this.#world.commandAt(this.#world.now, node, command as Command);
    this.#world.run(this.#world.now);
  }

  /** `X>A/1 line` */
  #bare(
    rest: string,
    make: (address: Address, nth: number, line: string) => BareCommand,
  ): readonly string[] {
    const found = /^(\w+)>(\w+)(?:\/(\d+))?\s*(.*)$/.exec(rest);
    const [, from = "", to = "", nth, line = ""] = must(found, `who to whom in ${rest}`);
    const index = nth === undefined ? -1 : Number(nth) - 1;
    this.#world.run(this.#world.now);
    const { nodes } = this.#world.options;
    const wall = this.#words.epoch + this.#world.now;
    const boot = this.#world.state(to)?.identity?.node ?? "";
    const { epoch } = this.#words;
    const scene = { nodes, wall, epoch, nonce: this.#nonce(from), boot };
    this.#tell(from, make(this.#address(to), index, expand(line, scene)));
    return [];
  }

  #nonce(name: string) {
    const pings = this.#heardBy(name).flatMap(({ what }) => {
      return typeof what !== "string" && what.type === "Ping" ? [what.nonce] : [];
    });
    return pings.at(-1) ?? null;
  }

  #heardBy(name: string): readonly Heard[] {
    const state = this.#world.state(name) as unknown as BareState | null;
    return must(state, `a running ${name}`).heard;
  }

  #heardText({ session, remote, what }: Heard): string {
    const { nodes } = this.#world.options;
    const peer = nodes.find((node) => ipOf(node.address) === ipOf(remote))?.name ?? "?";
    const said = typeof what === "string" ? what : shortened(lineOf(what));
    return `${peer}/${session}  ${said}`;
  }

  #address(name: string): Address {
    const node = this.#world.options.nodes.find((each) => each.name === name);
    return must(node, `node ${name}`).address;
  }

  #eventsOf(name: string, kind: KindName): readonly TraceEvent[] {
    const node = this.#names.indexOf(name);
    const events = [...this.#recorder.events()];
    return events.filter((event) => event.node === node && event.kind === kind);
  }
}

function typeOf({ what }: Heard): string {
  return typeof what === "string" ? (what.split(/\W/)[0] ?? "") : what.type;
}

/** Keys, hashes, signatures, boot numbers and what blocks hold say nothing to a reader. */
function shortened(line: string): string {
  return line
    .replaceAll(BLOCK, "#$1")
    .replaceAll(/\[\d+(?:,\d+){15,}\]/g, (bytes) => `<${bytes.split(",").length}>`)
    .replaceAll(/"node":"(\w{4})\w+"/g, '"node":"$1…"');
}

const BLOCK =
  /\{"header":\{"version":1,"height":(\d+),[^{}]*\},"transactions":\[(?:(?!"header").)*?\],"masternode_rewards":\[(?:\[[^\]]*\],?)*\]\}/g;

function rawGist(kit: Kit<Masternode>): Kit<Masternode>["vocabulary"]["gist"] {
  return (body, names) => {
    const raw = body as Raw | Message | BareCommand;
    if (raw.type === "Raw" || raw.type === "send") return shortened(raw.line);
    if (raw.type === "dial" || raw.type === "close") return names.address(raw.address);
    return kit.vocabulary.gist(body, names);
  };
}
