import type { ServerResponse } from 'node:http';
import type { ExchangeResponse } from './exchange-response.ts';
import type { Exchange } from './exchange.ts';
import { addHeader, flattenHeaders } from './headers.ts';

/** Sends an exchange's response to the client; a body that is still arriving is passed on as it arrives. */
export async function sendResponse(
  exchange: Exchange,
  answer: ExchangeResponse,
  response: ServerResponse,
): Promise<void> {
  if (response.destroyed || response.writableEnded) {
    answer.body.discard();
    return;
  }
  const hasBody = answer.statusCode !== 204 && answer.statusCode !== 304;
  if (!answer.body.untouched) {
    answer.headers.delete('content-length');
    if (hasBody)
      answer.headers.set('content-length', { name: 'Content-Length', values: [String(answer.body.length)] });
  }
  for (const [name, value] of exchange.addedHeaders) addHeader(answer.headers, name, value);
  response.writeHead(answer.statusCode, answer.statusReason, flattenHeaders(answer.headers));
  await answer.body.sendTo(response);
}
