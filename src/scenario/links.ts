/** Links as they are written: `40ms..80ms`, or a mapping of latency, drawn, loss, bandwidth. */
import * as z from "zod";
import type { Latency, LinkProfile } from "../core/fault.ts";
import type { Duration } from "../core/units.ts";
import {
  branch,
  compact,
  complain,
  custom,
  type Form,
  isMapping,
  type Maybe,
  text,
} from "./forms.ts";
import type { LinkPlan } from "./model.ts";
import type { Scope } from "./scope.ts";
import { LATENCY_PATTERN, RANGE_HINT, readLatency, tell } from "./texts.ts";
import { chance, duration, ends } from "./words.ts";

/** A link nobody described: a fair continental distance, nothing lost, no limit. */
export const LINK: LinkProfile = {
  latency: { shape: "constant", at: 50_000 as Duration },
  drawn: "per-message",
  loss: 0,
  bandwidth: null,
};

/** An exponential without a `max` is cut at this many times its mean: 1 in 22,000 draws is. */
const TAIL = 10;

const latencyText: Form<Latency> = text(
  {
    about: "One way: 50ms, or 40ms..80ms drawn evenly",
    pattern: LATENCY_PATTERN,
    examples: ["50ms", "40ms..80ms"],
    write: RANGE_HINT,
  },
  readLatency,
);

const exponential: Form<Latency> = z
  .strictObject({
    exponential: duration("The mean"),
    min: duration("The least; default 0s").optional(),
    max: duration(`Longer draws are cut to this; default ${TAIL} times the mean`).optional(),
  })
  .transform((given, ctx): Latency => {
    const mean = given.exponential;
    const min = given.min ?? (0 as Duration);
    const max = given.max ?? ((mean * TAIL) as Duration);
    if (min > mean) complain(ctx, ["min"], "must not be above the mean");
    if (max < mean) complain(ctx, ["max"], "must not be below the mean");
    return { shape: "exponential", min, mean, max };
  });

const latency: Form<Latency> = branch("One-way latency", [latencyText, exponential], (value) =>
  isMapping(value) ? 1 : 0,
);

const bandwidth: Form<number | null> = custom(
  "Bytes per second, or unlimited",
  () => z.union([z.number().positive(), z.literal("unlimited")]),
  (value, report) => {
    if (value === "unlimited") return null;
    if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
    report.problem([], `bytes per second: a number above 0, or unlimited; found ${tell(value)}`);
    return undefined;
  },
);

/** Keys of a link, all optional. */
export const linkShape: { readonly [Key in keyof LinkProfile]: Maybe<LinkProfile[Key]> } = {
  latency: latency.optional(),
  drawn: z
    .enum(["per-link", "per-message"])
    .meta({ description: "Draw the latency once per directed link, or for each message" })
    .optional(),
  loss: chance("Chance that a segment is lost and has to be sent again").optional(),
  bandwidth: bandwidth.optional(),
};

const linkMapping: Form<Partial<LinkProfile>> = z.strictObject(linkShape).transform(compact);
const linkText: Form<Partial<LinkProfile>> = latencyText.transform((at) => ({ latency: at }));

export const link: Form<Partial<LinkProfile>> = branch(
  "How links behave: a latency, or a mapping",
  [linkText, linkMapping],
  (value) => (isMapping(value) ? 1 : 0),
);

/** `{ from: A, to: [B, C], latency: 200ms }`, or `between: [A, B]` for both ways. */
export function linkPlans(scope: Scope): Form<readonly LinkPlan[]> {
  const side = ends("A node, a list, or all", scope);
  const shape = {
    from: side.optional(),
    to: side.optional(),
    between: z.tuple([side, side]).meta({ description: "Both ways" }).optional(),
    ...linkShape,
  };
  return z.strictObject(shape).transform((given, ctx): readonly LinkPlan[] => {
    const { from, to, between, ...rest } = given;
    const profile = compact(rest);
    if (Object.keys(profile).length === 0) {
      complain(ctx, [], "changes nothing; add latency, drawn, loss or bandwidth");
    }
    if (between !== undefined && from === undefined && to === undefined) {
      const [a, b] = between;
      return [
        { from: a, to: b, link: profile },
        { from: b, to: a, link: profile },
      ];
    }
    if (between === undefined && from !== undefined && to !== undefined) {
      return [{ from, to, link: profile }];
    }
    complain(ctx, [], "say which links: from and to for one way, or between: [A, B] for both");
    return z.NEVER;
  });
}
