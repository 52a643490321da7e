/**
 * What a running node answers on its control socket: the kit's views and commands by their names,
 * `status` with what the host knows, and `stop`. Any kit will do.
 */
import { type Address, parseAddress } from "../../core/address.ts";
import { BadInput } from "../../core/assert.ts";
import type { Protocol } from "../../core/machine.ts";
import type { Settings } from "../../kit/field.ts";
import type { Kit } from "../../kit/kit.ts";
import type { Moment, Row } from "../../kit/view.ts";
import { readArguments } from "../../scenario/daemon.ts";
import { type Columns } from "./render.ts";
import type { Method, Methods } from "./rpc.ts";

/** A node that runs, as far as its operators may touch it. */
export interface Asked<P extends Protocol> {
  readonly state: P["state"];
  moment(): Moment;
  /** In HOST_COLUMNS. */
  host(): Row;
  command(command: P["command"]): void;
  stop(): void;
}

/** What the host adds to the kit's `status`. */
const HOST_COLUMNS: Columns = {
  name: { unit: "text", about: "in logs" },
  version: { unit: "text", about: "of this program" },
  profile: { unit: "text", about: "which machine it runs" },
  listen: { unit: "text", about: "where others reach it, as configured" },
  uptime: { unit: "seconds", about: "since it booted, by its own clock" },
  wall: { unit: "text", about: "its wall clock, UTC" },
  incarnation: { unit: "count", about: "how often it was started" },
  received: { unit: "bytes", about: "from peers, since it booted", grows: true },
  sent: { unit: "bytes", about: "to peers, since it booted", grows: true },
  buffered: { unit: "bytes", about: "to peers, not yet taken by the kernel" },
  unread: { unit: "bytes", about: "of lines that peers have begun" },
  data: { unit: "text", about: "its folder" },
  log: { unit: "text", about: "its log" },
  record: { unit: "text", about: "where it records every event" },
  seed: { unit: "text", about: "what its luck descends from" },
};

const STATUS = "status";

export function statusColumns<P extends Protocol>(kit: Kit<P>): Columns {
  return { ...kit.views?.[STATUS]?.columns, ...HOST_COLUMNS };
}

export function methodsOf<P extends Protocol>(kit: Kit<P>, node: Asked<P>): Methods {
  const methods: Record<string, Method> = {};
  for (const [name, view] of Object.entries(kit.views ?? {})) {
    const ask = (): readonly Row[] => view.look(node.state, node.moment());
    const call = (): unknown => (view.shape === "record" ? ask()[0] : ask());
    methods[name] = { about: view.about, fields: {}, call };
  }
  methods[STATUS] = { about: "where the node stands", fields: {}, call: () => status(kit, node) };
  for (const [name, spec] of Object.entries(kit.commands)) {
    const call = (given: Settings): boolean => {
      const read = readArguments(kit, spec.fields, given);
      node.command(spec.make(read, (text) => addressIn(text, kit.defaultPort)));
      return true;
    };
    methods[name] = { about: spec.about, fields: spec.fields, call };
  }
  const stop = (): boolean => {
    node.stop();
    return true;
  };
  methods["stop"] = { about: "end the node cleanly", fields: {}, call: stop };
  return methods;
}

export function status<P extends Protocol>(kit: Kit<P>, node: Asked<P>): Row {
  const [row = {}] = kit.views?.[STATUS]?.look(node.state, node.moment()) ?? [];
  return { ...row, ...node.host() };
}

/** A real node's `addressOf`: others have no names. */
export function addressIn(text: string, defaultPort: number): Address {
  const read = parseAddress(text, defaultPort);
  if (read !== null) return read;
  throw new BadInput([`${JSON.stringify(text)} is no address`]);
}
