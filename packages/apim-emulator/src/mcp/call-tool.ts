import type { ExchangeResponse } from '../engine/exchange-response.ts';
import { isObject } from './json-rpc.ts';
import type { ToolDefinition } from './mcp-server-definition.ts';
import { ToolArgumentError, toToolRequest } from './to-tool-request.ts';
import type { ToolRequest } from './to-tool-request.ts';

/** Sends a request through the policies of its own operation; the body of the response is in memory. */
export type CallOperation = (tool: ToolDefinition, request: ToolRequest) => Promise<ExchangeResponse>;

/** https://modelcontextprotocol.io/specification/2025-11-25/server/tools#tool-result */
interface ToolResult {
  readonly content: readonly { readonly type: 'text'; readonly text: string }[];
  readonly isError: boolean;
}

/**
 * Calls the operation that a tool stands for. What the operation refuses, or fails at, is a result too: the model reads
 * it and can do better.
 */
export async function callTool(
  tool: ToolDefinition,
  given: unknown,
  call: CallOperation,
): Promise<ToolResult> {
  if (!isObject(given)) return fail('The "arguments" are an object.');
  let request: ToolRequest;
  try {
    request = toToolRequest(tool, given);
  } catch (error) {
    if (!(error instanceof ToolArgumentError)) throw error;
    return fail(error.message);
  }
  const response = await call(tool, request).catch(() => undefined);
  if (!response) return fail('The answer broke off.');
  const type = response.headers.get('content-type')?.values[0]?.toLowerCase() ?? '';
  if (type !== '' && !/^text\/|[/+]json/.test(type)) return fail('The answer is no text.');
  const text = new TextDecoder().decode(response.body.read(true) ?? undefined);
  const { statusCode, statusReason } = response;
  const isError = statusCode >= 400;
  return { content: [{ type: 'text', text: text || `${statusCode} ${statusReason}` }], isError };
}

function fail(text: string): ToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}
