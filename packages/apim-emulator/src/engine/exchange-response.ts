import { STATUS_CODES } from 'node:http';
import type { PolicyResponse } from '@vertex-ai-gateway/csharp-expressions/context';
import type { Failure } from './policy-failure.ts';
import { overrideHeader } from './headers.ts';
import type { Headers } from './headers.ts';
import { ResponseBody } from './response-body.ts';

/** The response of one exchange, which policies may change until it is sent. */
export class ExchangeResponse implements PolicyResponse {
  readonly type = 'IResponse';
  statusCode: number;
  statusReason: string;
  readonly headers: Headers;
  readonly body: ResponseBody;

  constructor(
    statusCode: number,
    headers: Headers = new Map(),
    body = new ResponseBody(null),
    reason?: string,
  ) {
    this.statusCode = statusCode;
    this.statusReason = reason ?? STATUS_CODES[statusCode] ?? '';
    this.headers = headers;
    this.body = body;
  }
}

/** Returns the answer that API Management gives to a failure of its own. */
export function answerFailure(failure: Failure, requestId: string): ExchangeResponse {
  const text =
    failure.status === 500 && failure.answer === undefined
      ? `{ "statusCode": 500, "message": "Internal server error", "activityId": ${JSON.stringify(requestId)} }`
      : `{ "statusCode": ${failure.status}, "message": ${JSON.stringify(failure.answer ?? failure.message)} }`;
  const headers: Headers = new Map();
  overrideHeader(headers, 'Content-Type', 'application/json');
  for (const [name, value] of Object.entries(failure.headers ?? {})) overrideHeader(headers, name, value);
  const body = new ResponseBody(Buffer.from(text));
  return new ExchangeResponse(failure.status, headers, body, failure.statusReason);
}
