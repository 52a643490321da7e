/** What a machine may not do, and how it is told. */
import { expect, it } from "vitest";
import { Bug, StepFailed } from "../../src/core/assert.ts";
import type { Ctx, Input, Machine } from "../../src/core/machine.ts";
import { type Toy, toy, toyCodec, type ToyState } from "./toy.ts";
import { pair, type Stage, toyWorld } from "./world.ts";

function machineThat(
  does: (state: ToyState, input: Input<Toy>, ctx: Ctx<Toy>) => ToyState,
): Machine<Toy> {
  return { ...toy, step: does };
}

function failureOf(stage: Stage, until: number): StepFailed {
  try {
    stage.run(until);
  } catch (error) {
    expect(error).toBeInstanceOf(StepFailed);
    return error as StepFailed;
  }
  throw new Error("nothing failed");
}

it("a throwing step ends the run with its node, its event and what it threw", () => {
  const stage = toyWorld().tell(5, "B", "fly");
  const failed = failureOf(stage, 9);
  expect(failed.message).toBe("the toy cannot fly");
  expect(failed.node).toBe(1);
  expect(failed.cause).toBeInstanceOf(Error);
  const crash = stage.world.recorder.event(failed.event);
  expect(crash).toMatchObject({ kind: "crash", node: 1, body: "the toy cannot fly" });
  expect(stage.world.recorder.event(crash?.cause ?? -1)?.kind).toBe("command");
});

it("a throwing init does the same", () => {
  const broken: Machine<Toy> = {
    ...toy,
    init: () => {
      throw new Error("no");
    },
  };
  const stage = toyWorld({ machine: broken });
  const crash = stage.world.recorder.event(failureOf(stage, 9).event);
  expect(stage.world.recorder.event(crash?.cause ?? -1)?.kind).toBe("boot");
});

it("an async step is a Bug, and so is an async init", () => {
  const late = async (): Promise<never> => Promise.reject(new Error("late"));
  const stage = toyWorld({ machine: machineThat(late as never) }).tell(1, "A", "look");
  expect(failureOf(stage, 2).message).toBe("step gives a promise: a machine must not be async");
  expect(failureOf(toyWorld({ machine: { ...toy, init: late as never } }), 2).message).toContain(
    "init gives a promise",
  );
});

it.each([
  ["emit", (ctx: Ctx<Toy>) => ctx.emit({ type: "saw", text: "", session: 0, wall: 0, uptime: 0 })],
  ["wall", (ctx: Ctx<Toy>) => ctx.wall],
  ["uptime", (ctx: Ctx<Toy>) => ctx.uptime],
  ["random", (ctx: Ctx<Toy>) => ctx.random("x")],
  ["setTimer", (ctx: Ctx<Toy>) => ctx.setTimer("x", 1 as never)],
  ["cancelTimer", (ctx: Ctx<Toy>) => ctx.cancelTimer("x")],
  ["save", (ctx: Ctx<Toy>) => ctx.save("f", "x", "whenever")],
  ["dial", (ctx: Ctx<Toy>) => ctx.dial(ctx.self)],
  ["gate", (ctx: Ctx<Toy>) => ctx.gate("g", true, {})],
])("ctx.%s is dead once the step has returned", (_name, use) => {
  let kept: Ctx<Toy> | null = null;
  const leaking = machineThat((state, _input, ctx) => {
    kept = ctx;
    return state;
  });
  toyWorld({ machine: leaking }).tell(1, "A", "look").run(2);
  expect(() => use(kept as unknown as Ctx<Toy>)).toThrow(Bug);
});

it("the guard catches a step that changes its state", () => {
  const mutating = machineThat((state) => {
    (state as { inputs: number }).inputs++;
    return state;
  });
  const stage = toyWorld({ machine: mutating, guard: true }).tell(1, "A", "look");
  expect(failureOf(stage, 2).cause).toBeInstanceOf(TypeError);
  toyWorld({ machine: mutating, guard: false }).tell(1, "A", "look").run(2);
});

it("the guard catches a step that changes its input", () => {
  const mutating = machineThat((state, input, ctx) => {
    if (input.kind === "message") (input.message as { n: number }).n = 7;
    return toy.step(state, input, ctx);
  });
  const stage = pair({ machine: mutating, guard: true }).tell(5, "A", "send 1");
  expect(failureOf(stage, 6).node).toBe(1);
});

it("the guard catches a machine that changes what it has sent", () => {
  const mutating = machineThat((state, input, ctx) => {
    if (input.kind !== "command" || !input.command.acts.startsWith("loose")) {
      return toy.step(state, input, ctx);
    }
    const message = { type: "note", n: 1, pad: "" } as const;
    for (const { session } of state.open) ctx.send(session, message);
    (message as { n: number }).n = 2;
    return state;
  });
  const stage = pair({ machine: mutating, guard: true }).tell(5, "A", "loose");
  expect(failureOf(stage, 6).cause).toBeInstanceOf(TypeError);
});

it("the guard changes nothing of what is recorded", () => {
  const [on, off] = [true, false].map((guard) => pair({ guard }).tell(5, "A", "send 1").run(9));
  expect(on?.digest).toBe(off?.digest);
});

it("a timer of a length that is no whole number of microseconds is a Bug", () => {
  const stage = toyWorld({
    machine: machineThat((state, _input, ctx) => {
      ctx.setTimer("x", 0.5 as never);
      return state;
    }),
  });
  expect(() => stage.tell(1, "A", "look").run(2)).toThrow("timer x: bad length 0.5");
});

it.each([null, "10.0.0.2:24100", Number.NaN])(
  "a dial of %j, which is no address, is a Bug",
  (to) => {
    const machine = machineThat((state, _input, ctx) => {
      ctx.dial(to as never);
      return state;
    });
    const stage = toyWorld({ machine }).tell(1, "A", "look");
    expect(() => stage.run(2)).toThrow(`dial: ${to} is no address`);
  },
);

it("a message of a type that the machine does not name is a Bug", () => {
  const stage = pair().tell(5, "A", "send 1 strange");
  expect(() => stage.run(6)).toThrow("message type strange in machine.kinds");
});

it("a fact that is no plain data is a Bug, and the trace is one that can be kept", () => {
  const rich = machineThat((state, _input, ctx) => {
    ctx.emit({ type: "saw", text: 5n } as never);
    return state;
  });
  const stage = toyWorld({ machine: rich }).tell(1, "A", "look");
  expect(failureOf(stage, 2).message).toMatch(/plain data: .*, no bigint/);
  expect(() => JSON.stringify([...stage.world.recorder.events()])).not.toThrow();
});

it("bytes with a newline in them are a Bug, for a real stream would be cut there", () => {
  const text = (message: object): string => JSON.stringify(message, null, 2);
  const codec = { ...toyCodec, encode: (said: object) => new TextEncoder().encode(text(said)) };
  pair({ codec }).tell(5, "A", "send 1").run(6);
  const stage = pair({ codec, wire: "bytes" }).tell(5, "A", "send 1");
  expect(() => stage.run(6)).toThrow("the codec's line has a newline in it: note");
});

it("every input is caused by something, and causes come before effects", () => {
  const stage = pair({ nodes: 3 }).tell(2, "B", "dial C").tell(3, "A", "send 1");
  stage.tell(3, "A", "arm x 2; save f y before-sends; send 2; close").run(20);
  for (const { id, kind, cause } of stage.events()) {
    expect(cause).toBeLessThan(id);
    if (kind !== "command" && kind !== "fault" && kind !== "boot") {
      expect(cause).toBeGreaterThanOrEqual(0);
    }
  }
});

it("a gate becomes an event when it flips, and while closed when its values change", () => {
  const stage = toyWorld({ nodes: 1 });
  const acts = ["g shut 1", "g shut 1", "g shut 2", "g open 3", "g open 4", "g shut 4", "h shut 1"];
  for (const [index, each] of acts.entries()) stage.tell(index + 1, "A", `gate ${each}`);
  stage.run(20);
  const said = stage.events("gate").map(({ a, body }) => [a, JSON.stringify(body)]);
  expect(said).toEqual([
    [0, '{"gate":"g","values":{"have":1}}'],
    [0, '{"gate":"g","values":{"have":2}}'],
    [1, '{"gate":"g","values":{"have":3}}'],
    [0, '{"gate":"g","values":{"have":4}}'],
    [0, '{"gate":"h","values":{"have":1}}'],
  ]);
});
