import type { GatewayError } from '../errors/gateway-error.ts';
import type { BrokenStream } from '../prediction/dialect.ts';
import { describeAnthropicError } from './anthropic-errors.ts';
import { type LineEnd, lineEndOf } from './line-end.ts';
import { describeOpenAiError } from './openai-errors.ts';
import { writeFailure } from './responses/failure-events.ts';
import { createId } from './responses/response-writer.ts';
import { describeGoogleError } from './vertex-errors.ts';

/**
 * Writes an error into a stream that has begun, in the format of the stream. The surface doesn't matter: the client reads
 * the stream's format. The events before the error must be complete. The lines end as those before do, since Google's
 * client for Go ends an event at the first blank line of one kind.
 */
export function writeStreamError(error: GatewayError, { format, framing, lastPart }: BrokenStream): string {
  const end = lastPart ? lineEndOf(lastPart) : '\n';
  if (format === 'anthropic') return event('error', describeAnthropicError(error), end);
  if (format === 'responses')
    return writeFailure(error, 0, { id: createId('resp'), object: 'response', output: [] });
  if (format === 'openai') return data({ error: describeOpenAiError(error) }, end);
  const google = { error: describeGoogleError(error) };
  // The client of a custom container is unknown: Anthropic's clients look at the event, OpenAI's at the data.
  if ((format === 'shaped' || format === 'opaque') && framing === 'sse') return event('error', google, end);
  if (framing === 'sse') return data(google, end) + bare(google, end);
  if (framing === 'json-array') return `${lastPart ? ',\n' : '['}${JSON.stringify(google)}]`;
  return `\n${JSON.stringify(google)}\n`;
}

function event(name: string, body: object, end: LineEnd): string {
  return `event: ${name}${end}${data(body, end)}`;
}

function data(body: object, end: LineEnd): string {
  return `data: ${JSON.stringify(body)}${end}${end}`;
}

/**
 * Writes an error as Google's clients for Go and .NET look for it, which take the data of an event for an answer. Those
 * that read the event before stop there.
 */
function bare(body: object, end: LineEnd): string {
  return `${JSON.stringify(body)}${end}${end}`;
}
