import type { GatewayError } from '../errors/gateway-error.ts';
import type { BrokenStream } from '../prediction/dialect.ts';
import { describeAnthropicError } from './anthropic-errors.ts';
import { describeOpenAiError } from './openai-errors.ts';
import { describeGoogleError } from './vertex-errors.ts';

/**
 * An error after a stream has begun, in the words of whoever streams: the same on every surface, because the client
 * that reads the stream is the one that the format is for. Parts before it are whole.
 */
export function writeStreamError(error: GatewayError, { format, framing, isFirst }: BrokenStream): string {
  if (format === 'anthropic') return event('error', describeAnthropicError(error));
  if (format === 'openai') return data({ error: describeOpenAiError(error) });
  const google = { error: describeGoogleError(error) };
  // A container's clients are unknown: those of Anthropic's kind look at the event, those of OpenAI's at the data.
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
