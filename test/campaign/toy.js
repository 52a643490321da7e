/**
 * A little protocol for campaigns: each node draws a number when it boots, and says it. What the
 * numbers 7 and 8 do is said by TOY in the environment: break a promise, hang, or end the thread.
 */
import { kindMask } from "timesim";

const doing = process.env.TOY ?? "";

const machine = {
  name: "toy",
  kinds: ["Hello"],
  init(_config, _files, ctx) {
    const number = ctx.random("number").below(41);
    ctx.emit({ type: "drew", number });
    ctx.gate("even", number % 2 === 0, { number });
    if (number === 7 && doing === "hang") for (;;);
    if (number === 7 && doing === "exit") process.exit(3);
    if (number === 7 && doing === "throw") throw new Error(`no ${number} here`);
    return null;
  },
  step: (state) => state,
};

const specs = {
  "no-seven": { rule: "T1", about: "no node draws a seven", mode: "always" },
  "no-high": { rule: "T2", about: "no node draws more than 38", mode: "always" },
  "a-one": { rule: "T3", about: "some node draws a one", mode: "sometimes" },
  "a-hundred": { rule: "T4", about: "some node draws a hundred", mode: "sometimes" },
};

function watch() {
  const complaints = [];
  const marks = new Set();
  return {
    mask: kindMask("fact"),
    see({ id, at, node, body: { number } }) {
      const broken = number === 7 ? "no-seven" : number > 38 ? "no-high" : null;
      if (number === 1) marks.add("a-one");
      if (broken === null || doing !== "break") return;
      const witness = number > 38 ? "high" : "";
      complaints.push({ invariant: broken, witness, node, at, event: id, text: `drew ${number}` });
    },
    finish: () => complaints,
    marks: () => [...marks],
  };
}

export const kit = {
  name: "toy",
  codec: {
    encode: () => new TextEncoder().encode("{}"),
    decode: () => ({ kind: "message", message: { type: "Hello" } }),
  },
  vocabulary: {
    gist: () => "",
    fact: ({ number }) => `drew ${number}`,
    gate: (name, open) => `${name} ${open ? "open" : "shut"}`,
    notable: () => true,
    log: () => null,
    logFormat: (_wall, host, line) => `${host} ${line.text}`,
  },
  profiles: [{ name: "plain", about: "as it is", machine, config: {} }],
  config: {},
  world: {},
  node: {},
  claims: {},
  invariants: { specs, watch },
  gates: ["even", "odd"],
  commands: {},
  files: {},
  defaultPort: 7_000,
  stop: null,
  epoch: () => 1_700_000_000_000_000,
  configure: () => ({}),
};

/** Everything fails: no node may boot. */
export const broken = {
  id: "broken",
  apply: (profile) => ({
    ...profile,
    machine: {
      ...machine,
      init() {
        throw new Error("it is broken");
      },
    },
  }),
};
