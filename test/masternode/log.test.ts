/** Lines of the log that hold words of a peer: whatever it says, it writes no line of its own. */
import { expect, test } from "vitest";
import type { UnixMicros } from "../../src/core/units.ts";
import { formatLogLine, logLine } from "../../src/masternode/log.ts";
import type { TraceEvent } from "../../src/trace/event.ts";

test("a line break or an escape in a peer's words is shown, not obeyed", () => {
  const forged = "2025-12-21 00:00:00.000 [A]  INFO 📊 Status: Height=9, Active Masternodes=9";
  const body = {
    type: "refused",
    what: "handshake",
    from: 1,
    why: `network x\r\n${forged}\u001b[2J\u2028`,
  };
  const event = { id: 0, at: 0, node: 0, kind: "fact", cause: -1, a: 0, b: 0, body };
  const line = logLine(event as unknown as TraceEvent);
  const text = line === null ? "" : formatLogLine(0 as UnixMicros, "A", line);
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  expect(text).not.toMatch(/[\u0000-\u001f\u2028]/);
  expect(text).toContain("network x\\u000d\\u000a2025-12-21");
});
