/**
 * What a node does, as tables: message type × link role, timer, session event, command. A profile
 * or a mutant is another table, made from outside by replacing cells; no handler holds a switch for
 * it.
 */
import type { Address } from "../core/address.ts";
import type { CloseReason, RefusedReason, Role, SessionId, TimerKey } from "../core/machine.ts";
import type { Config } from "./config.ts";
import type { Message, MessageOf, MessageType } from "./messages.ts";
import type {
  Command,
  CommandOf,
  Files,
  MasternodeCtx,
  Session,
  State,
  TimerName,
} from "./state.ts";

export type Handler<M extends Message = Message> = (
  state: State,
  session: Session,
  message: M,
  ctx: MasternodeCtx,
) => State;

/** One row per message type we act on. */
export type MessageTable = { readonly [T in MessageType]?: Handler<MessageOf<T>> };

export interface Behaviour {
  readonly name: string;
  init(config: Config, files: Partial<Files>, ctx: MasternodeCtx): State;
  /** Both roles share one table in the repaired protocol (rule S2). */
  readonly messages: Readonly<Record<Role, MessageTable>>;
  readonly timers: Readonly<
    Partial<Record<TimerName, (state: State, key: TimerKey, ctx: MasternodeCtx) => State>>
  >;
  readonly opened: Readonly<
    Record<Role, (state: State, session: number, remote: Address, ctx: MasternodeCtx) => State>
  >;
  refused(state: State, session: Session, reason: RefusedReason, ctx: MasternodeCtx): State;
  closed(state: State, session: Session, reason: CloseReason, ctx: MasternodeCtx): State;
  garbled(
    state: State,
    session: Session,
    error: string,
    what: "shape" | "too long",
    ctx: MasternodeCtx,
  ): State;
  saved(state: State, file: string, ok: boolean, ctx: MasternodeCtx): State;
  readonly commands: {
    readonly [T in Command["type"]]: (
      state: State,
      command: CommandOf<T>,
      ctx: MasternodeCtx,
    ) => State;
  };
  /** May a message be handled on this session now; else what becomes of it (rule S3). */
  admit(state: State, session: Session, message: Message, ctx: MasternodeCtx): State | "handle";
  /** Bytes that a line on a session may have now (rule S7). */
  lineLimit(state: State, session: SessionId): number;
  /** After every step that changed something: gates and their timers (rule B0). */
  judge(before: State, after: State, ctx: MasternodeCtx): State;
}
