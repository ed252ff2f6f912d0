import { randomUUID } from 'node:crypto';
import type { PolicyHeader } from '@vertex-ai-gateway/csharp-expressions/context';
import { Exchange } from './engine/exchange.ts';
import type { ExchangeResponse } from './engine/exchange-response.ts';
import { overrideHeader } from './engine/headers.ts';
import type { Headers } from './engine/headers.ts';
import type { Journeys } from './engine/journeys.ts';
import { MessageUrl } from './engine/message-url.ts';
import { RequestBody } from './engine/request-body.ts';
import type { ReportRequest } from './engine/request-telemetry.ts';
import type { CallOperation } from './mcp/call-tool.ts';
import type { ApiDefinition } from './service/service-definition.ts';

/** The headers that describe the client's message itself, which the request of a tool is not. */
const MESSAGE_HEADERS = /^(?:accept|content|mcp|if|sec)(?:-|$)|^(?:expect|last-event-id|origin|range)$/;

/**
 * Calls operations for a message to an MCP server, which has just come in: each call is a request of its own, with an id of its own, that goes
 * the whole way from the subscription key on. The headers of the message go along, but for those about the message and
 * for `Authorization`, which only a policy of the MCP server passes on.
 * Source: https://learn.microsoft.com/azure/api-management/secure-mcp-servers
 */
export function createOperationCaller(
  now: () => number,
  journeys: Journeys | undefined,
  report: ReportRequest | undefined,
  answer: (exchange: Exchange) => Promise<ExchangeResponse>,
): (message: Exchange) => CallOperation {
  return (message) => {
    const { request: outer, deployment, clientGone } = message;
    const received = outer.headers.get('authorization');
    return async ({ api }, { method, path, queryString, body = Buffer.alloc(0) }) => {
      const headers = passOn(message, received, api);
      if (body.length > 0) overrideHeader(headers, 'Content-Type', 'application/json');
      overrideHeader(headers, 'Content-Length', String(body.length));
      const host = outer.headers.get('host')?.values[0] ?? 'localhost';
      const url = new MessageUrl('http', host, path, queryString);
      const exchange = new Exchange({
        requestId: randomUUID(),
        now,
        request: {
          type: 'IRequest',
          method,
          url,
          originalUrl: url,
          headers,
          ipAddress: outer.ipAddress,
          matchedParameters: new Map(),
          body: RequestBody.of(body),
        },
        deployment,
        clientGone,
      });
      const journey = (exchange.journey = journeys?.start(exchange));
      let length = body.length;
      let answered: ExchangeResponse | undefined;
      try {
        answered = await answer(exchange);
        journey?.answered(answered);
        await answered.body.buffer();
        length += answered.body.length;
        return answered;
      } finally {
        journey?.sent();
        report?.(exchange, answered);
        for (const callback of exchange.afterResponse) callback(length);
      }
    };
  };
}

/** @param received the `Authorization` that the client sent; one that a policy has set is another. */
function passOn(
  { request, subscription }: Exchange,
  received: PolicyHeader | undefined,
  { keyNames }: ApiDefinition,
): Headers {
  const headers: Headers = new Map();
  for (const [name, header] of request.headers) {
    if (!MESSAGE_HEADERS.test(name) && header !== received) headers.set(name, header);
  }
  if (subscription) overrideHeader(headers, keyNames.header, subscription.key);
  return headers;
}
