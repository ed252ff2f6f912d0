import { ExchangeResponse } from '../engine/exchange-response.ts';
import type { Exchange } from '../engine/exchange.ts';
import { overrideHeader } from '../engine/headers.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import { ResponseBody } from '../engine/response-body.ts';
import { callTool } from './call-tool.ts';
import type { CallOperation } from './call-tool.ts';
import { CODES, readMessage, RpcError } from './json-rpc.ts';
import type { ClientMessage } from './json-rpc.ts';
import type { McpServerDefinition, ToolDefinition } from './mcp-server-definition.ts';

/** The supported revisions, newest first. The batches of 2025-03-26, which later ones have dropped, are not supported. */
const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26'];

/** The refusal of a cursor: tools are listed in one page. */
const NO_PAGES = 'There are no further pages: leave the "cursor" out.';

/**
 * Answers a request to an MCP server, behind its policies: tools over the streamable HTTP transport, without sessions and
 * without a stream of the server's own. Resources and prompts aren't supported, as in the product.
 * Sources: https://learn.microsoft.com/azure/api-management/export-rest-mcp-server,
 * https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http
 */
export async function serveMcp(
  server: McpServerDefinition,
  exchange: Exchange,
  call: CallOperation,
): Promise<ExchangeResponse> {
  const { method, headers } = exchange.request;
  if (method !== 'POST') return refuseMethod();
  const header = (name: string): string => headers.get(name)?.values.join(', ').toLowerCase() ?? '';
  const accepted = header('accept');
  try {
    if (!/^application\/json *(;|$)/.test(header('content-type')))
      throw new RpcError(CODES.invalidRequest, 'Send the message as application/json.', { status: 415 });
    if (accepted !== '' && !/application\/(json|\*)|\*\/\*|text\/event-stream/.test(accepted))
      throw new RpcError(CODES.invalidRequest, 'Accept application/json and text/event-stream.', {
        status: 406,
      });
    const version = header('mcp-protocol-version');
    if (version !== '' && !VERSIONS.includes(version))
      throw new RpcError(CODES.invalidRequest, `Revisions of the protocol: ${VERSIONS.join(', ')}.`, {
        status: 400,
      });
    const message = readMessage(readBody(exchange));
    if (message.id === undefined) return new ExchangeResponse(202);
    const { id } = message;
    const result = await answer(server, message, (tool, given) => callTool(tool, given, call));
    return respond(200, { jsonrpc: '2.0', id, result }, accepted);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const { id, code, message, status } = error;
    return respond(status, { jsonrpc: '2.0', id, error: { code, message } }, accepted);
  }
}

/** "The server MUST either return Content-Type: text/event-stream … or else return HTTP 405 Method Not Allowed". */
function refuseMethod(): ExchangeResponse {
  const response = new ExchangeResponse(405);
  overrideHeader(response.headers, 'Allow', 'POST');
  return response;
}

function readBody({ request }: Exchange): Uint8Array {
  try {
    return request.body.read(true) ?? Buffer.alloc(0);
  } catch (error) {
    if (!(error instanceof PolicyFailure)) throw error;
    throw new RpcError(CODES.invalidRequest, 'The message is too long.', { status: 413 });
  }
}

async function answer(
  server: McpServerDefinition,
  { id, method, params }: ClientMessage,
  call: (tool: ToolDefinition, given: unknown) => Promise<object>,
): Promise<object> {
  const fail = (code: number, message: string): RpcError => new RpcError(code, message, { id: id ?? null });
  switch (method) {
    case 'initialize': {
      const { protocolVersion } = params;
      if (typeof protocolVersion !== 'string')
        throw fail(CODES.invalidParams, 'The "protocolVersion" is a text, and required.');
      return initialize(server, protocolVersion);
    }
    case 'ping':
      return {};
    case 'tools/list':
      if (params.cursor !== undefined) throw fail(CODES.invalidParams, NO_PAGES);
      return {
        tools: server.tools.map(({ name, title, description, inputSchema }) => ({
          name,
          title,
          description,
          inputSchema,
        })),
      };
    case 'tools/call': {
      const tool = server.tools.find(({ name }) => name === params.name);
      if (tool) return call(tool, params.arguments ?? {});
      const names = server.tools.map(({ name }) => name).join(', ');
      throw fail(CODES.invalidParams, `There is no such tool; tools: ${names}.`);
    }
    default:
      throw fail(
        CODES.methodNotFound,
        'Methods: initialize, ping, tools/list, tools/call. There are no resources and no prompts.',
      );
  }
}

/** "Otherwise, the server MUST respond with another protocol version it supports." */
function initialize({ id, title, description }: McpServerDefinition, asked: string): object {
  return {
    protocolVersion: VERSIONS.find((version) => version === asked) ?? VERSIONS[0],
    capabilities: { tools: {} },
    serverInfo: { name: id, title, version: '1' },
    ...(description !== undefined && { instructions: description }),
  };
}

/** Answers as JSON wherever the client takes it, otherwise as a stream of one event. */
function respond(status: number, message: object, accepted: string): ExchangeResponse {
  const isStream = accepted.includes('text/event-stream') && !/application\/(json|\*)|\*\/\*/.test(accepted);
  const json = JSON.stringify(message);
  const body = new ResponseBody(Buffer.from(isStream ? `event: message\ndata: ${json}\n\n` : json));
  const response = new ExchangeResponse(status, new Map(), body);
  overrideHeader(response.headers, 'Content-Type', isStream ? 'text/event-stream' : 'application/json');
  return response;
}
