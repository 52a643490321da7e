/** Who hears a heartbeat itself is a witness (rule H4), in its own eyes as well. */
import type { Time } from "../../core/units.ts";
import { kindMask, type TraceEvent } from "../../trace/event.ts";
import type { Fact } from "../facts.ts";
import type { Message } from "../messages.ts";
import { RuleMonitor, type Rules } from "./rule.ts";

export const witnesses: Rules = {
  specs: {
    "own-witness": {
      rule: "H4",
      about:
        "who attests a heartbeat that it heard itself has it as attested at once, where nobody " +
        "else has attested that masternode lately",
      mode: "always",
    },
  },
  make: (scene) => new Witnesses(scene),
};

/** A fact that a step still owes. */
interface Owed {
  readonly id: number;
  readonly at: Time;
  readonly of: string;
}

class Witnesses extends RuleMonitor {
  readonly mask: number = kindMask("send", "deliver", "timer", "fact", "boot");
  /** Whose heartbeat it is, by its hash. */
  readonly #byHash = new Map<string, string>();
  /** When others attested a masternode, by its address as it is spelled. */
  readonly #others: Map<string, number>[] = this.perNode(() => new Map<string, number>());
  readonly #owed: (Owed | null)[] = this.perNode(() => null);

  see(event: TraceEvent): void {
    const { node, kind, body } = event;
    if (!this.isKept(node)) return;
    if (kind === "send") return this.#send(event, body as Message);
    if (kind === "fact") {
      if ((body as Fact).type === "attested") this.#owed[node] = null;
      return;
    }
    const owed = this.#owed[node] ?? null;
    if (owed !== null) this.#missed(node, owed);
    if (kind === "deliver") this.#deliver(event, body as Message);
    else if (kind === "boot") this.#others[node]?.clear();
  }

  #send({ id, at, node }: TraceEvent, message: Message): void {
    if (message.type !== "HeartbeatAttestation") return;
    const { given } = this.picture.at(node);
    const heard = given as Message | null;
    if (heard?.type !== "HeartbeatBroadcast") return;
    const of = heard.heartbeat.masternodeAddress;
    this.#byHash.set(message.attestation.heartbeatHash, of);
    const last = Math.max(this.#lastOf(node, of), this.#lastOf(node, STRAY));
    const window = this.constant(node, "witnessWindow") * MARGIN;
    if (at - last > window) this.#owed[node] = { id, at, of };
  }

  #lastOf(node: number, of: string): number {
    return this.#others[node]?.get(of) ?? Number.NEGATIVE_INFINITY;
  }

  /** Whether it counts or is refused is not asked: then nothing is owed for a while. */
  #deliver({ node, at }: TraceEvent, message: Message): void {
    if (message.type !== "HeartbeatAttestation") return;
    const of = this.#byHash.get(message.attestation.heartbeatHash) ?? STRAY;
    this.#others[node]?.set(of, at);
  }

  #missed(node: number, { id, at, of }: Owed): void {
    this.#owed[node] = null;
    this.breach("own-witness", "", { node, at, id }, () => {
      const who = this.picture.name(node);
      return `${who} attests ${of}'s heartbeat as its only witness, and does not count itself`;
    });
  }
}

/** Of an attestation of which it is not known whose heartbeat it attests. */
const STRAY = "";
/** What a node's clock may differ from true time. */
const MARGIN = 1.2;
