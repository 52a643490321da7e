/** Whose tips fail is not asked again for a while (rule B1), so that a liar holds nobody up. */
import type { Address } from "../../core/address.ts";
import { formatDuration } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

const DOUBTS = "doubts";

export const doubts: Rules = {
  specs: {
    [DOUBTS]: {
      rule: "B1",
      about:
        "a peer of which tipFailuresMax downloads failed, each within tipIgnored of the one " +
        "before, is asked for no blocks for tipIgnored, unless it served one since",
      mode: "always",
    },
  },
  facts: ["download", "search", "download-failed", "tip"],
  make: (scene) => new Doubts(scene),
};

interface Failures {
  count: number;
  last: number;
}

class Doubts extends RuleMonitor {
  readonly mask: number = kindMask("boot", "fact");
  /** By the peer's address. */
  readonly #failed: Map<Address, Failures>[] = this.perNode(() => new Map<Address, Failures>());

  see(event: TraceEvent): void {
    const { node, kind } = event;
    const failed = this.#failed[node];
    if (failed === undefined || !this.isKept(node)) return;
    if (kind === "boot") failed.clear();
    else if (kind === "fact") this.#learn(event, event.body as Fact, failed);
  }

  #learn(event: TraceEvent, fact: Fact, failed: Map<Address, Failures>): void {
    switch (fact.type) {
      case "download":
      case "search":
        return this.#asks(event, fact.peer, failed);
      case "download-failed":
        return this.#fails(event, fact.peer, failed);
      case "tip":
        // Whoever brought it is forgiven, or so much so that it is asked.
        failed.delete(this.#speaker(event.node));
        return;
      default:
    }
  }

  #speaker(node: number): Address {
    const { peers, givenIn } = this.picture.at(node);
    return peers.get(givenIn) ?? (-1 as Address);
  }

  #fails({ node, at }: TraceEvent, peer: Address, failed: Map<Address, Failures>): void {
    const before = failed.get(peer);
    const lately = before !== undefined && at - before.last < this.#memory(node);
    failed.set(peer, { count: lately ? before.count + 1 : 1, last: at });
  }

  #asks(event: TraceEvent, peer: Address, failed: Map<Address, Failures>): void {
    const { node, at } = event;
    const before = failed.get(peer);
    if (before === undefined || before.count < this.constant(node, "tipFailuresMax")) return;
    if (at - before.last >= this.#memory(node) || !this.even.is(node)) return;
    this.breach(DOUBTS, "", event, () => {
      const [who, whom] = [this.picture.name(node), this.plan.address(peer)];
      const since = formatDuration(at - before.last);
      return `${who} asks ${whom} again, ${since} after failure ${before.count} of its tips`;
    });
  }

  /** As long as failures count; a moment less, for the clock of a real node. */
  #memory(node: number): number {
    return this.constant(node, "tipIgnored") - this.slack;
  }
}
