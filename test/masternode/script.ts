/**
 * Golden scripts, after etcd-io/raft and cockroachdb/datadriven: commands, a line `----`, what they
 * print, a blank line. `npx vitest run -u` writes the outputs anew. A line that begins with `#` is
 * for the reader. Commands:
 *
 *     nodes A B C=plain X=bare       masternodes; `plain` makes no blocks, `bare` speaks raw lines,
 *                                    any other word is a profile
 *     node B dials=A start=5s        one node's settings, constants, clock=-30s, or disk=full
 *     chain height=3009 expected=3011
 *     link latency=50ms              all links; `link A>B latency=200ms` one way
 *     config pingPeriod=10s          constants of all nodes
 *     run 10s                        goes on, prints the timeline of that span
 *     step 5                         goes on by so many records, prints every event
 *     pass 10s                       goes on, prints nothing
 *     addnode A B                    an operator tells A of B
 *     fault { kill: A }              as in a scenario's events
 *     dial X>A                       a bare peer dials
 *     send X>A "GetPeers"            its line; see expand.ts for what may be left out.
 *                                    `X>A/1` is the first session between them, not the last
 *     close X>A
 *     recv X Ping Pong               what a bare peer heard since it was asked last; of these types
 *     state A sessions               or registry, held, peers, chain, gates (also `gates minimum`)
 */
import { parse } from "yaml";
import { must } from "../../src/core/assert.ts";
import type { Kit } from "../../src/kit/kit.ts";
import type { Masternode } from "../../src/masternode/state.ts";
import { bareKit } from "./bare.ts";
import { optionsOf } from "./expand.ts";
import { Stage } from "./stage.ts";

/** The whole file as it should be. Throws when a command cannot be understood. */
export function playScript(text: string, kit: Kit<Masternode> = bareKit()): string {
  return [...played(text, kit)].flat().join("\n");
}

/** Whether it prints what the file says; it ends with the first block that differs. */
export function holdsScript(text: string, kit: Kit<Masternode>): boolean {
  const lines = text.split("\n");
  let at = 0;
  for (const written of played(text, kit)) {
    if (written.some((line) => line !== lines[at++])) return false;
  }
  return at === lines.length;
}

/** The lines of the file as they should be: each command, then what a block prints. */
function* played(text: string, kit: Kit<Masternode>): Generator<readonly string[]> {
  const script = new Script(kit);
  const lines = text.split("\n");
  let output: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    yield [line];
    if (line === "----") {
      yield output.length === 0 ? ["ok"] : output;
      output = [];
      while (at + 1 < lines.length && lines[at + 1] !== "") at++;
    } else if (line !== "" && !line.startsWith("#")) {
      output.push(...script.obey(line));
    }
  }
  if (output.length > 0) throw new Error("the last commands have no ----");
}

/** Keys of a scenario's node; all others are constants. */
const NODE_KEYS = [
  "start",
  "profile",
  "tier",
  "height",
  "address",
  "masternode",
  "knowsAddress",
  "dialsFrom",
];

class Script {
  readonly #kit: Kit<Masternode>;
  readonly #top: Record<string, unknown> = { seed: 3009, until: "1d" };
  readonly #nodes = new Map<string, Record<string, unknown>>();
  readonly #links: unknown[] = [];
  #stage: Stage | null = null;

  constructor(kit: Kit<Masternode>) {
    this.#kit = kit;
    this.#top["chain"] = { height: 3009, expected: 3009 };
  }

  obey(line: string): readonly string[] {
    const [, verb = "", rest = ""] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
    const prepare = this.#preparations[verb];
    if (prepare === undefined) {
      this.#stage ??= new Stage(this.#kit, this.#document());
      return this.#stage.obey(verb, rest);
    }
    if (this.#stage !== null) throw new Error(`${verb} comes before the world runs`);
    prepare(rest);
    return [];
  }

  readonly #preparations: Readonly<Record<string, (rest: string) => void>> = {
    nodes: (rest) => {
      for (const [name, kind] of optionsOf(rest)) this.#add(name, kind);
    },
    node: (rest) => {
      const [name = "", ...options] = rest.split(/\s+/);
      this.#set(name, optionsOf(options.join(" ")));
    },
    chain: (rest) => {
      this.#top["chain"] = Object.fromEntries(
        [...optionsOf(rest)].map(([key, value]) => [key, parse(value) as unknown]),
      );
    },
    link: (rest) => {
      const [first = "", ...others] = rest.split(/\s+/);
      const [from, to] = first.split(">");
      const options = optionsOf(to === undefined ? rest : others.join(" "));
      const link = Object.fromEntries([...options].map(([key, value]) => [key, parse(value)]));
      if (to === undefined) this.#top["link"] = link;
      else this.#links.push({ from, to, ...link });
    },
    config: (rest) => {
      const constants = [...optionsOf(rest)].map(([key, value]) => [key, parse(value) as unknown]);
      this.#top["config"] = Object.fromEntries(constants);
    },
  };

  #add(name: string, kind: string): void {
    const node: Record<string, unknown> = { address: `203.0.113.${10 + this.#nodes.size}` };
    if (kind === "plain") node["masternode"] = false;
    else if (kind !== "") node["profile"] = kind;
    this.#nodes.set(name, node);
  }

  #set(name: string, options: ReadonlyMap<string, string>): void {
    const node = must(this.#nodes.get(name), `node ${name}`);
    const config: Record<string, unknown> = { ...(node["config"] as object | undefined) };
    for (const [key, text] of options) {
      const value = parse(text) as unknown;
      if (key === "dials") node["dials"] = text.split("+");
      else if (key === "clock") node["clock"] = { offset: value };
      else if (key === "disk") node["disk"] = value === "full" ? { full: true } : { delay: value };
      else if (NODE_KEYS.includes(key)) node[key] = value;
      else config[key] = value;
    }
    node["config"] = config;
  }

  #document(): object {
    return { ...this.#top, links: this.#links, nodes: Object.fromEntries(this.#nodes) };
  }
}
