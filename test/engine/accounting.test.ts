/** Random worlds: every message is accounted for, streams have no gaps, no session is half open. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { chaos, runs, settle, staged, STORM } from "./chaos.ts";
import { ledger } from "./ledger.ts";

it("sent = delivered + dropped with a reason + in flight, at any moment", () => {
  fc.assert(
    fc.property(chaos({ duplicates: false }), (plan) => {
      const stage = staged(plan, { guard: false });
      for (let at = 0; at <= STORM; at += STORM / 6) {
        stage.run(at);
        const { sent, settled } = ledger(stage.events());
        expect(settled + stage.world.inFlight).toBe(sent);
      }
    }),
    runs(150),
  );
});

it("a world left alone loses nothing, leaves no gap and no half-open session", () => {
  fc.assert(
    fc.property(chaos({ duplicates: true }), (plan) => {
      const stage = staged(plan, { guard: false });
      settle(stage, plan);
      const books = ledger(stage.events());
      expect(books).toMatchObject({ open: 0, gaps: [], halfOpen: [] });
      expect(stage.world.inFlight).toBe(0);
      expect(stage.world.connections).toBe(books.whole);
      const duplicates = plan.faults.some(({ fault }) => fault.do === "duplicate");
      if (!duplicates) expect(books.doubled).toBe(0);
    }),
    runs(150),
  );
});
