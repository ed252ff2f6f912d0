import type { GatewayError } from '../errors/gateway-error.ts';
import type { BrokenStream } from '../prediction/dialect.ts';
import { describeAnthropicError } from './anthropic-errors.ts';
import { describeOpenAiError } from './openai-errors.ts';
import { describeGoogleError } from './vertex-errors.ts';

/**
 * Writes an error into a stream that has begun, in the format of the stream. The surface doesn't matter: the client reads
 * the stream's format. The events before the error must be complete.
 */
export function writeStreamError(error: GatewayError, { format, framing, isFirst }: BrokenStream): string {
  if (format === 'anthropic') return event('error', describeAnthropicError(error));
  if (format === 'openai') return data({ error: describeOpenAiError(error) });
  const google = { error: describeGoogleError(error) };
  // The client of a custom container is unknown: Anthropic's clients look at the event, OpenAI's at the data.
  if ((format === 'shaped' || format === 'opaque') && framing === 'sse') return event('error', google);
  if (framing === 'sse') return data(google);
  if (framing === 'json-array') return `${isFirst ? '[' : ',\n'}${JSON.stringify(google)}]`;
  return `\n${JSON.stringify(google)}\n`;
}

function event(name: string, body: object): string {
  return `event: ${name}\n${data(body)}`;
}

function data(body: object): string {
  return `data: ${JSON.stringify(body)}\n\n`;
}
