/**
 * Faults as events write them: the verb is the key, its value says to whom. Link faults last until
 * lifted and may have `for` and `name` beside the verb; node faults are single events.
 */
import * as z from "zod";
import { formatAddress } from "../core/address.ts";
import type { Ends, Fault, LinkFault, NodeFault } from "../core/fault.ts";
import { type Dialect, messageTypes } from "./dialect.ts";
import { branch, compact, complain, custom, type Form, isMapping } from "./forms.ts";
import { linkShape } from "./links.ts";
import { driftRate } from "./nodes.ts";
import { unknownWord } from "./reasons.ts";
import type { Scope } from "./scope.ts";
import { tell } from "./texts.ts";
import {
  address,
  chance,
  choice,
  duration,
  ends,
  nodeName,
  nodeNames,
  signedDuration,
} from "./words.ts";

/** One YAML event may mean several faults: `kill: [A, B]`, so that a list reads as a list. */
export interface FaultForm {
  readonly about: string;
  /** May take `for` and `name`. */
  readonly lasts: boolean;
  form(scope: Scope, kit: Dialect): Form<readonly Fault[]>;
}

export const FAULTS: Readonly<Record<string, FaultForm>> = {
  partition: link("Nodes of different groups cannot reach each other", partition),
  cut: link("One way: nothing from `from` reaches `to`", (scope) => oneWay("cut", scope)),
  hold: link("Bytes wait and arrive in order when lifted", (scope) => oneWay("hold", scope)),
  flap: link("Down and up again, both ways", flap),
  shape: link("Replaces parts of the link, one way", shape),
  drop: link("Messages vanish (a test-only fault)", (scope, kit) => onMessages("drop", scope, kit)),
  duplicate: link("Messages arrive twice", (scope, kit) => onMessages("duplicate", scope, kit)),
  corrupt: link("The receiver cannot decode", (scope, kit) => onMessages("corrupt", scope, kit)),
  delay: link("Messages arrive later", delay),
  stop: node("Clean: the stop command, then FIN on every session", (scope) => each("stop", scope)),
  kill: node("The process dies, its kernel says FIN", (scope) => each("kill", scope)),
  restart: node("Boots from what is on disk", (scope) => each("restart", scope)),
  hang: node("Stands still for ever, its kernel still accepts", (scope) => each("hang", scope)),
  "power-loss": node("Silence; writes not yet durable are lost", powerLoss),
  pause: node("Stands still for a while", pause),
  clock: node("Sets or moves a node's clocks", clock),
  disk: node("Makes a disk slow, full, or well again, or damages a file", disk),
  move: node("The host gets another address", move),
  reset: node("RST on every session between two nodes", reset),
  heal: node("Lifts all link faults (true), or those of a name", heal),
};

function link(about: string, form: (scope: Scope, kit: Dialect) => Form<LinkFault>): FaultForm {
  return { about, lasts: true, form: (scope, kit) => form(scope, kit).transform((one) => [one]) };
}

function node(
  about: string,
  form: (scope: Scope, kit: Dialect) => Form<readonly NodeFault[]>,
): FaultForm {
  return { about, lasts: false, form };
}

const SIDE = "A node, a list, or all";

function partition(scope: Scope): Form<LinkFault> {
  const group = nodeNames("Nodes that still reach each other", scope);
  return z
    .array(group)
    .min(1)
    .meta({ description: "Groups: [[A], [B, C]]; nodes in none form one more" })
    .transform((groups, ctx): LinkFault => {
      const all = groups.flat();
      const twice = all.find((name, index) => all.indexOf(name) !== index);
      if (twice !== undefined) complain(ctx, [], `${twice} is in two groups; put it in one`);
      return { do: "partition", groups };
    });
}

/** One way, always: who wants both ways writes two events, and the trace shows which one acts. */
function sides(scope: Scope): { readonly from: Form<Ends>; readonly to: Form<Ends> } {
  return { from: ends(SIDE, scope), to: ends(SIDE, scope) };
}

function oneWay(verb: "cut" | "hold", scope: Scope): Form<LinkFault> {
  return z.strictObject(sides(scope)).transform((given) => ({ do: verb, ...given }));
}

function flap(scope: Scope): Form<LinkFault> {
  const side = ends(SIDE, scope);
  return z
    .strictObject({
      between: z.tuple([side, side]),
      down: duration("How long it is down"),
      up: duration("How long it is up"),
    })
    .transform((given, ctx): LinkFault => {
      if (given.down + given.up === 0) complain(ctx, ["down"], "0s down and 0s up never changes");
      return { do: "flap", ...given };
    });
}

function shape(scope: Scope): Form<LinkFault> {
  return z.strictObject({ ...sides(scope), ...linkShape }).transform((given, ctx): LinkFault => {
    const { from, to, ...rest } = given;
    const profile = compact(rest);
    if (Object.keys(profile).length === 0) {
      complain(ctx, [], "changes nothing; add latency, drawn, loss or bandwidth");
    }
    return { do: "shape", from, to, link: profile };
  });
}

/** A misspelt message type would be a fault that never strikes, and a test that tests nothing. */
function messages(scope: Scope, kit: Dialect) {
  const known = messageTypes(kit);
  return {
    ...sides(scope),
    message: choice("message", "Only messages of this type", known).optional(),
    chance: chance("How likely each message meets it; default 1").optional(),
  };
}

function onMessages(
  verb: "drop" | "duplicate" | "corrupt",
  scope: Scope,
  kit: Dialect,
): Form<LinkFault> {
  return z
    .strictObject(messages(scope, kit))
    .transform((given): LinkFault => ({ do: verb, ...compact(given), chance: given.chance ?? 1 }));
}

/** The luck of a rule goes by its text: one order, whether a chance is written or not. */
function delay(scope: Scope, kit: Dialect): Form<LinkFault> {
  return z
    .strictObject({ ...messages(scope, kit), by: duration("How much later") })
    .transform(({ by, chance: likely = 1, ...given }) => {
      return { do: "delay", ...compact(given), by, chance: likely };
    });
}

function each(
  verb: "stop" | "kill" | "restart" | "hang",
  scope: Scope,
): Form<readonly NodeFault[]> {
  const form = nodeNames(SIDE, scope);
  return form.transform((names) => names.map((name) => ({ do: verb, node: name })));
}

/** `power-loss: A` keeps the disk: the mildest of the three, so nothing harsh is implied. */
function powerLoss(scope: Scope): Form<readonly NodeFault[]> {
  const nodes = nodeNames(SIDE, scope);
  const what = "What is left of writes that were not durable: none, half a line, no disk at all";
  const full = z.strictObject({
    node: nodes,
    disk: choice("disk", what, ["kept", "torn", "lost"]).optional(),
  });
  const short = nodes.transform((names) => ({ node: names, disk: undefined }));
  return branch("Who loses power", [short, full], (value) => (isMapping(value) ? 1 : 0)).transform(
    (given) =>
      given.node.map((name) => {
        return { do: "power-loss", node: name, disk: (given.disk ?? "kept") as "kept" };
      }),
  );
}

function pause(scope: Scope): Form<readonly NodeFault[]> {
  return z
    .strictObject({ node: nodeNames(SIDE, scope), for: duration("How long") })
    .transform((given) => given.node.map((name) => ({ do: "pause", node: name, for: given.for })));
}

function clock(scope: Scope): Form<readonly NodeFault[]> {
  return z
    .strictObject({
      node: nodeNames(SIDE, scope),
      offset: signedDuration("Sets wall clock minus true time").optional(),
      jump: signedDuration("Moves the wall clock at once").optional(),
      drift: driftRate.optional(),
    })
    .transform((given, ctx) => {
      const { node: names, ...rest } = given;
      const change = compact(rest);
      if (Object.keys(change).length === 0) {
        complain(ctx, [], "changes nothing; add offset, jump or drift");
      }
      return names.map((name): NodeFault => ({ do: "clock", node: name, ...change }));
    });
}

function disk(scope: Scope, kit: Dialect): Form<readonly NodeFault[]> {
  const damage = "A file, as the protocol names it, that changes on the disk";
  return z
    .strictObject({
      node: nodeNames(SIDE, scope),
      full: z.boolean().meta({ description: "Writes fail" }).optional(),
      delay: duration("How long a write takes").optional(),
      damage: choice("file", damage, Object.keys(kit.files)).optional(),
    })
    .transform((given, ctx) => {
      const { node: names, ...rest } = given;
      const change = compact(rest);
      if (Object.keys(change).length === 0)
        complain(ctx, [], "changes nothing; add full, delay or damage");
      return names.map((name): NodeFault => ({ do: "disk", node: name, ...change }));
    });
}

/** The address is written out with its port, so that equal scenarios are equal as data. */
function move(scope: Scope, kit: Dialect): Form<readonly NodeFault[]> {
  return z
    .strictObject({
      node: nodeName("Who moves", scope),
      address: address("Where to", kit.defaultPort),
    })
    .transform((given) => [
      { do: "move", node: given.node, address: formatAddress(given.address) },
    ]);
}

function reset(scope: Scope): Form<readonly NodeFault[]> {
  const name = nodeName("One end", scope);
  return z
    .tuple([name, name])
    .meta({ description: "The two nodes: [A, B]" })
    .transform((between) => [{ do: "reset", between }]);
}

/** Names are checked over the whole file, not by time: a fault may be healed before it begins. */
function heal(scope: Scope): Form<readonly NodeFault[]> {
  const looks = (): z.ZodType => z.union([z.literal(true), z.string()]);
  return custom("true, or the name of a fault", looks, (value, report) => {
    if (value === true) return [{ do: "heal" }];
    if (typeof value !== "string") {
      report.problem([], `true heals all, a name one fault; found ${tell(value)}`);
      return undefined;
    }
    if (scope.faultNames === null || scope.faultNames.includes(value)) {
      return [{ do: "heal", name: value }];
    }
    report.problem([], unknownWord("fault name", value, scope.faultNames));
    return undefined;
  });
}
