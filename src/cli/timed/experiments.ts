/**
 * What `--debug` adds to the control socket: faults that a program outside cannot do to a process,
 * in the words of a scenario. Numbers are µs and parts per million.
 */
import type * as core from "../../core/machine.ts";
import type { Duration } from "../../core/units.ts";
import type { HostNode } from "../../host/node.ts";
import type { Fields } from "../../kit/field.ts";
import { readArguments } from "../../scenario/daemon.ts";
import type { Protocol } from "../protocol.ts";
import type { Opened } from "./open.ts";
import type { Methods } from "./rpc.ts";

const CLOCK: Fields = {
  jump: {
    kind: "number",
    about: "sets its wall clock forth, or back",
    whole: true,
    optional: true,
  },
  offset: { kind: "number", about: "its wall clock minus true time", whole: true, optional: true },
  drift: { kind: "number", about: "how fast its clocks run from now on", optional: true },
};
const DISK: Fields = { full: { kind: "flag", about: "nothing can be saved, or again" } };

export function experiments(kit: Protocol, opened: Opened, node: HostNode<core.Protocol>): Methods {
  return {
    clock: {
      about: "disturb its clocks",
      fields: CLOCK,
      call: (given) => {
        const { jump = 0, offset, drift } = readArguments(kit, CLOCK, given);
        const shift = typeof offset === "number" ? offset - opened.offset() : 0;
        const by = Number(jump) + shift;
        node.setClock({
          ...(by === 0 ? {} : { jump: by as Duration }),
          ...(typeof drift === "number" ? { drift } : {}),
        });
        return true;
      },
    },
    disk: {
      about: "let its disk be full, or again",
      fields: DISK,
      call: (given) => {
        node.setDiskFull(readArguments(kit, DISK, given)["full"] === true);
        return true;
      },
    },
  };
}
