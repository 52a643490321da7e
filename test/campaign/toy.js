/* oxlint-disable typescript/no-unsafe-member-access, typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-return -- plain, and without imports, so that a worker has it at once */
/**
 * A little protocol for campaigns: each node draws a number when it boots, and says it. What a seven
 * does is said by TOY in the environment: break a promise, hang, end the thread, or throw.
 */
const doing = process.env.TOY ?? "";

const machine = {
  name: "toy",
  kinds: ["Hello"],
  init(_config, _files, ctx) {
    const number = ctx.random("number").below(41);
    ctx.emit({ type: "drew", number });
    ctx.gate("even", number % 2 === 0, { number });
    if (number === 7) seven();
    return null;
  },
  step: (state) => state,
};

function seven() {
  if (doing === "hang") for (;;);
  if (doing === "exit") process.exit(3);
  if (doing === "throw") throw new Error("no 7 here");
}

const EVERY_KIND = 2 ** 31 - 1;

const invariants = {
  specs: {
    "no-seven": { rule: "T1", about: "no node draws a seven", mode: "always" },
    "no-high": { rule: "T2", about: "no node draws more than 38", mode: "always" },
    "a-one": { rule: "T3", about: "some node draws a one", mode: "sometimes" },
    "a-hundred": { rule: "T4", about: "some node draws a hundred", mode: "sometimes" },
  },
  watch() {
    const complaints = [];
    const marks = new Set();
    return {
      mask: EVERY_KIND,
      see({ id, at, node, kind, body }) {
        if (kind !== "fact") return;
        const { number } = body;
        if (number === 1) marks.add("a-one");
        if (doing !== "break" || (number !== 7 && number < 39)) return;
        const [invariant, witness] = number === 7 ? ["no-seven", ""] : ["no-high", "high"];
        complaints.push({ invariant, witness, node, at, event: id, text: `drew ${number}` });
      },
      finish: () => complaints,
      marks: () => [...marks],
    };
  },
};

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
  invariants,
  gates: ["even", "odd"],
  commands: {},
  files: {},
  defaultPort: 7_000,
  stop: null,
  epoch: () => 1_700_000_000_000_000,
  configure: () => null,
};

/** No node boots. */
export const mutants = [
  { id: "broken", apply: (profile) => ({ ...profile, machine: { ...machine, init: fail } }) },
];

function fail() {
  throw new Error("it is broken");
}
