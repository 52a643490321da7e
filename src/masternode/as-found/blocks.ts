/** An announced block as found: it follows the tip, or it is an error (section 7.7). */
import { append, blockFault, hashAt } from "../chain.ts";
import { blockHash } from "../block.ts";
import { adopt } from "../handlers/adopt.ts";
import type { MessageOf } from "../messages.ts";
import { broadcast, type MasternodeCtx, type Session, type State } from "../state.ts";

export function acceptAnnouncedBlock(
  state: State,
  session: Session,
  message: MessageOf<"BlockAnnouncement">,
  ctx: MasternodeCtx,
): State {
  const { block } = message;
  const { config, chain } = state;
  const { height } = block.header;
  if (hashAt(chain, height) === blockHash(config.crypto, block.header)) return state;
  const why = blockFault(config, chain, block);
  if (why !== null) {
    ctx.emit({ type: "refused", what: `block ${height}`, from: session.peer, why });
    return state;
  }
  const next = adopt(state, append(config.crypto, chain, block), "announcement", ctx);
  broadcast(next, message, ctx, session.id);
  return next;
}
