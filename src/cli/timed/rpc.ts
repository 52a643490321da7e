/**
 * JSON-RPC 2.0 as text in, text out: one call, a batch, or a notification (which is not answered).
 * Knows no transport. What a method throws as `RpcError` or BadInput is its caller's fault; all
 * else is ours and is said without its stack.
 */
import { BadInput } from "../../core/assert.ts";
import type { Fields, Settings } from "../../kit/field.ts";

export interface Method {
  readonly about: string;
  /** By position in this order, or by name. */
  readonly fields: Fields;
  /** `given` holds what was written, unchecked but for its names. */
  call(given: Settings): unknown;
}

export type Methods = Readonly<Record<string, Method>>;

const RPC = {
  parse: -32_700,
  request: -32_600,
  method: -32_601,
  params: -32_602,
  internal: -32_603,
} as const;

export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

type Id = string | number | null;

/** More calls in one batch than any operator has. */
const BATCH_MAX = 64;

/** Null where nothing is to be answered. */
export async function answerTo(text: string, methods: Methods): Promise<string | null> {
  const request = parsed(text);
  if (request instanceof RpcError) return JSON.stringify(failure(null, request));
  if (!Array.isArray(request)) {
    const answer = await answerOne(request, methods);
    return answer === null ? null : JSON.stringify(answer);
  }
  if (request.length === 0 || request.length > BATCH_MAX) {
    const reason = `a batch has 1 to ${BATCH_MAX} calls`;
    return JSON.stringify(failure(null, new RpcError(RPC.request, reason)));
  }
  const answers: object[] = [];
  for (const one of request) {
    const answer = await answerOne(one, methods);
    if (answer !== null) answers.push(answer);
  }
  return answers.length === 0 ? null : JSON.stringify(answers);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    return new RpcError(RPC.parse, `this is no JSON: ${messageOf(error)}`);
  }
}

async function answerOne(request: unknown, methods: Methods): Promise<object | null> {
  if (!isRequest(request)) {
    const reason = 'expected {"jsonrpc":"2.0","method":"…","params":…,"id":…}';
    return failure(null, new RpcError(RPC.request, reason));
  }
  const { id, method, params } = request;
  try {
    const result: unknown = await called(method, params, methods);
    return id === undefined ? null : { jsonrpc: "2.0", result: result ?? null, id };
  } catch (error) {
    return id === undefined ? null : failure(id, error);
  }
}

/** A result, or the promise of one. */
function called(name: string, params: unknown, methods: Methods): unknown {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) {
    const known = Object.keys(methods).join(", ");
    throw new RpcError(RPC.method, `no method ${JSON.stringify(name)}; there are ${known}`);
  }
  return method.call(argumentsOf(name, method.fields, params));
}

function argumentsOf(name: string, fields: Fields, params: unknown): Settings {
  const names = Object.keys(fields);
  const takes = names.length === 0 ? "no parameters" : `(${names.join(", ")})`;
  if (params === undefined) return {};
  if (Array.isArray(params)) {
    if (params.length > names.length) throw new RpcError(RPC.params, `${name} takes ${takes}`);
    return Object.fromEntries(params.map((value, at) => [names[at], value])) as Settings;
  }
  const strange = Object.keys(params as object).find((key) => !names.includes(key));
  if (strange === undefined) return params as Settings;
  throw new RpcError(RPC.params, `${name} takes ${takes}, not ${JSON.stringify(strange)}`);
}

interface Request {
  readonly method: string;
  readonly params?: unknown;
  readonly id?: Id;
}

function isRequest(value: unknown): value is Request {
  if (!isRecord(value) || value["jsonrpc"] !== "2.0") return false;
  const { method, params, id } = value;
  const isCall = typeof method === "string" && (params === undefined || typeof params === "object");
  const isId = ["undefined", "string", "number"].includes(typeof id) || id === null;
  return isCall && params !== null && isId;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function failure(id: Id, error: unknown): object {
  const code =
    error instanceof RpcError ? error.code : error instanceof BadInput ? RPC.params : RPC.internal;
  const message = error instanceof BadInput ? error.problems.join("; ") : messageOf(error);
  return { jsonrpc: "2.0", error: { code, message }, id };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
