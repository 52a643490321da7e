/** The flags of `timed`, each the same as a key of its config file. */
import { type Command, Option } from "commander";
import type { Flag } from "../../scenario/daemon.ts";
import { NODE_FLAGS, type NodeFlag } from "../protocol.ts";

const HOST_FLAGS: readonly NodeFlag[] = [
  text("--listen <address>", ["listen"], "where others reach it: 127.0.0.2:24100"),
  text("--bind <address>", ["bind"], "where it listens, if that is another: behind NAT"),
  {
    flags: "--peer <address>",
    path: ["peers"],
    kind: "list",
    about: "a peer to call first; repeatable",
  },
  text("--data <folder>", ["data"], "its key, chain, cache and log; made if it is missing"),
  ...NODE_FLAGS,
  text("--name <name>", ["name"], "in logs (default: the machine's)"),
  text("--log <file>", ["log"], "- for the terminal (default: logs/timed.log in the data folder)"),
  text("--record <file>", ["record"], "every event, to be replayed: run.ndjson.gz, fd:N"),
  text("--control <address>", ["control"], "where status and its like ask (default: any port)"),
  text("--metrics <address>", ["metrics"], "where Prometheus asks (default: nowhere)"),
  text("--proxy <url>", ["proxy"], "calls others through socks5://user:password@ip:port"),
  text("--profile <name>", ["profile"], "which machine it runs"),
  text("--seed <seed>", ["seed"], "what its luck descends from (default: drawn)"),
  number("--speed <factor>", ["clock", "speed"], "so many times faster than real time"),
  number("--boot-at <micros>", ["bootAt"], "boots when its clock has run so long since its origin"),
  { flags: "--debug", path: ["debug"], kind: "flag", about: "operators may disturb clock, disk" },
];

function text(flags: string, path: readonly string[], about: string): NodeFlag {
  return { flags, path, kind: "text", about };
}

function number(flags: string, path: readonly string[], about: string): NodeFlag {
  return { flags, path, kind: "number", about };
}

export function addFlags(program: Command): void {
  for (const { flags, about, kind } of HOST_FLAGS) {
    const option = new Option(flags, about);
    if (kind === "list") {
      option.argParser((word: string, before?: readonly string[]) => [...(before ?? []), word]);
    }
    program.addOption(option);
  }
}

/** Those that were given. A number that is none stays text, so that its form can say so. */
export function flagsOf(options: Readonly<Record<string, unknown>>): readonly Flag[] {
  return HOST_FLAGS.flatMap(({ flags, path, kind }): Flag[] => {
    const option = new Option(flags);
    const given = options[option.attributeName()];
    if (given === undefined) return [];
    const isNumber = kind === "number" && /^\d+(\.\d+)?$/.test(String(given));
    return [{ name: option.long ?? flags, path, value: isNumber ? Number(given) : given }];
  });
}
