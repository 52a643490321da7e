/** A node that runs, for its operators: the control socket, and metrics where they are wanted. */
import type * as core from "../../core/machine.ts";
import { formatUtc } from "../../core/utc.ts";
import type { HostNode } from "../../host/node.ts";
import type { Moment, Row } from "../../kit/view.ts";
import { formatAddress } from "../../core/address.ts";
import { SECOND } from "../../core/units.ts";
import { version } from "../version.ts";
import { openControl } from "./control.ts";
import { experiments } from "./experiments.ts";
import type { Ends } from "./ends.ts";
import { type Asked, methodsOf, status, statusColumns } from "./methods.ts";
import type { Metrics } from "./metrics.ts";
import type { Opened } from "./open.ts";
import type { Setup } from "./setup.ts";

type Node = HostNode<core.Protocol>;

export interface Served {
  readonly control: string;
  /** Null: nowhere. */
  readonly metrics: string | null;
}

/**
 * What counts for `/metrics`, from before the node boots: gates are told when they change, and one
 * that is shut from then on would never be heard of. Null: nobody wants it.
 */
export async function countersFor(
  { plan, kit }: Setup,
  { recorder }: Opened,
): Promise<Metrics | null> {
  if (plan.metrics === null) return null;
  return new (await import("./metrics.ts")).Metrics(recorder, statusColumns(kit));
}

export async function serve(
  setup: Setup,
  opened: Opened,
  { node, counters }: { readonly node: Node; readonly counters: Metrics | null },
  stop: (why: string) => void,
  ends: Ends,
): Promise<Served> {
  const { plan, kit } = setup;
  const asked = askedOf(setup, opened, node, () => stop("an operator said stop"));
  let metrics: string | null = null;
  if (plan.metrics !== null && counters !== null) {
    const { serveMetrics } = await import("./metrics.ts");
    counters.status = () => status(kit, asked);
    const served = await serveMetrics(counters, plan.metrics);
    ends.add(() => served.close());
    metrics = served.place;
  }
  const methods = {
    ...methodsOf(kit, asked),
    ...(plan.debug ? experiments(kit, opened, node) : {}),
  };
  const control = await openControl(opened.dir, plan.control, methods);
  ends.add(() => control.close());
  return { control: control.place, metrics };
}

function askedOf(setup: Setup, opened: Opened, node: Node, stop: () => void): Asked<core.Protocol> {
  return {
    get state() {
      return node.state;
    },
    moment: () => momentOf(opened, node),
    host: () => hostRow(setup, opened, node),
    command: (command) => node.command(command),
    stop,
  };
}

function momentOf(opened: Opened, node: Node): Moment {
  const traffic = node.sessions.map(({ id, socket }) => {
    const { received, sent, buffered } = socket;
    return [id, { received, sent, buffered }] as const;
  });
  return { uptime: opened.uptime(), wall: opened.wall(), traffic: new Map(traffic) };
}

/** In HOST_COLUMNS of methods.ts. */
function hostRow({ plan, name }: Setup, opened: Opened, node: Node): Row {
  const { received, sent } = node.traffic;
  return {
    name,
    version: version(),
    profile: plan.profile,
    listen: formatAddress(plan.listen),
    uptime: opened.uptime() / SECOND,
    wall: formatUtc(opened.wall()),
    incarnation: opened.incarnation,
    received,
    sent,
    buffered: node.sessions.reduce((sum, { socket }) => sum + socket.buffered, 0),
    unread: node.unread,
    data: opened.dir,
    log: opened.logFile,
    record: opened.record(),
    seed: opened.seed,
  };
}
