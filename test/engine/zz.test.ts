import { it } from "vitest";
import { settle, staged } from "./chaos.ts";
const plan: any = {"nodes":4,"seed":"","wire":"objects","link":{"latency":{"shape":"uniform","min":0,"max":50000},"drawn":"per-link","loss":0,"bandwidth":5000},"network":{},"drift":0,"acts":[{"at":0.065,"node":"A","acts":"send 0 note all 0"},{"at":11.238,"node":"A","acts":"spray 0 note all 90"},{"at":0,"node":"A","acts":"save g 0 whenever; send 0 other"},{"at":0,"node":"A","acts":"send 0 note all 0"},{"at":0,"node":"A","acts":"save f 0 before-sends; send 0 note; close A"},{"at":0,"node":"A","acts":"arm t 0; draw luck"}],"faults":[{"at":11.237,"fault":{"do":"pause","node":"A","for":18666000}},{"at":0.08,"fault":{"do":"cut","from":["A","D"],"to":"*","for":30007000}}]};
it("x", () => {
  const stage = staged(plan, { guard: false });
  settle(stage, plan);
  for (const e of stage.events()) if (e.at > 60000) console.log(e.id, e.at/1e6, e.node, e.kind, e.cause, e.a, typeof e.body === "object" ? JSON.stringify(e.body)?.slice(0,60) : e.body);
});
