import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../control/control.ts';
import type { Framing } from './framing.ts';
import { CANONICAL_CODES, errorBody } from './google-error.ts';
import { faultError } from './grpc-fault.ts';
import type { RestAnswer } from './rest-operation.ts';

const JSON_TYPE = 'application/json; charset=UTF-8';

/**
 * Writes an answer.
 * @param fault ends a stream with its error after `errorAfterChunks` elements; other answers fail at once
 */
export async function writeAnswer(
  response: ServerResponse,
  answer: RestAnswer,
  pauseInMs: number,
  fault: Fault | undefined,
): Promise<void> {
  const { status = 200, headers = {} } = answer;
  if ('elements' in answer) {
    response.writeHead(status, { 'content-type': answer.framing.contentType, ...headers });
    return writeStream(response, answer, pauseInMs, fault);
  }
  if (fault) {
    const error = faultError(fault);
    const failed = fault.status ?? CANONICAL_CODES[error.code].http;
    response.writeHead(failed, { 'content-type': JSON_TYPE, ...fault.headers });
    response.end(typeof fault.body === 'string' ? fault.body : toText(fault.body ?? errorBody(error)));
    return;
  }
  const isJson = 'json' in answer;
  response
    .writeHead(status, { 'content-type': isJson ? JSON_TYPE : answer.contentType, ...headers })
    .end(isJson ? toText(answer.json) : answer.bytes);
}

/** Streams elements one by one, each in a write of its own; stops when the caller has gone. */
async function writeStream(
  response: ServerResponse,
  { elements, framing }: { readonly elements: readonly unknown[]; readonly framing: Framing },
  pauseInMs: number,
  fault: Fault | undefined,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  for (const [index, element] of elements.entries()) {
    if (index > 0 && pauseInMs > 0) await pause(pauseInMs, gone.signal);
    if (gone.signal.aborted) return;
    if (fault?.errorAfterChunks === index) return void response.end(failure(framing, fault, index));
    response.write(framing.frame(element, index));
  }
  response.end(fault ? failure(framing, fault, elements.length) : framing.end);
}

/** Gives the text of a fault in a stream. A body that is a string is written as it is. */
function failure(framing: Framing, fault: Fault, index: number): string {
  return typeof fault.body === 'string' ? fault.body : framing.failure(fault, index);
}

function toText(json: unknown): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** Waits for the given time; it ends early, without an error, when the signal aborts. */
async function pause(timeInMs: number, signal: AbortSignal): Promise<void> {
  await sleep(timeInMs, undefined, { signal }).catch(() => undefined);
}
