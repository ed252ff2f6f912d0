import { parseExactJson } from '@vertex-ai-gateway/csharp-expressions/text/parse-exact-json';

/** The error codes of https://www.jsonrpc.org/specification#error_object */
export const CODES = {
  parseError: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
} as const;

/** The id of a request; null in an error about a message whose id can't be read. */
export type MessageId = string | number | null;

/** A message that a client sends: a request, or one that wants no answer. */
export interface ClientMessage {
  /** The id of a request; undefined for messages without an answer: notifications, and answers to requests nobody made. */
  readonly id: string | number | undefined;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Ends a message with an error of JSON-RPC. The message tells no value of the request. */
export class RpcError extends Error {
  readonly code: number;
  readonly id: MessageId;
  /** The status of the HTTP answer. */
  readonly status: number;

  constructor(
    code: number,
    message: string,
    { id = null, status = 200 }: { id?: MessageId; status?: number } = {},
  ) {
    super(message);
    this.code = code;
    this.id = id;
    this.status = status;
  }
}

/**
 * Reads one message.
 * Source: https://modelcontextprotocol.io/specification/2025-11-25/basic#messages
 * @throws {RpcError} for what is none, with status 400.
 */
export function readMessage(bytes: Uint8Array): ClientMessage {
  const invalid = (message: string): RpcError => new RpcError(CODES.invalidRequest, message, { status: 400 });
  const message = parse(bytes);
  if (Array.isArray(message)) throw invalid('Send one message at a time: batches are not supported.');
  if (!isObject(message) || message.jsonrpc !== '2.0')
    throw invalid('The body is a JSON-RPC message: an object whose "jsonrpc" is "2.0".');
  const { id, method, params = {} } = message;
  if (method === undefined && ('result' in message || 'error' in message))
    return { id: undefined, method: '', params: {} };
  if (typeof method !== 'string') throw invalid('The "method" is a text, and required.');
  if (id !== undefined && typeof id !== 'string' && !Number.isSafeInteger(id))
    throw invalid('The "id" is a text or a whole number.');
  const known = id as string | number | undefined;
  if (isObject(params)) return { id: known, method, params };
  throw new RpcError(CODES.invalidRequest, 'The "params" are an object.', { id: known ?? null, status: 400 });
}

function parse(bytes: Uint8Array): unknown {
  try {
    return parseExactJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new RpcError(CODES.parseError, 'The body is not JSON in UTF-8.', { status: 400 });
  }
}

/** True for a JSON object; false for null and for a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
