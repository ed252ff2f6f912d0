import { GatewayError } from '../errors/gateway-error.ts';
import type { ReadHeader } from './interfaces.ts';

/**
 * The time limit that a call of Google's clients carries for all of its answer, in milliseconds.
 * https://github.com/googleapis/js-genai/blob/main/src/_api_client.ts
 * @throws GatewayError INVALID_REQUEST for one that is no positive number of seconds.
 */
export function readTimeLimit(header: ReadHeader): number | undefined {
  const seconds = readSeconds(
    header,
    'x-server-timeout',
    (value) => value > 0,
    'a positive number of seconds',
  );
  return seconds === undefined ? undefined : seconds * 1000;
}

/**
 * The time limit that a call of OpenAI's and Anthropic's clients carries until its answer begins, in milliseconds. They
 * cut it to whole seconds, 0 for less than one, so up to a second more is meant.
 * https://github.com/openai/openai-node/blob/master/src/client.ts
 * @throws GatewayError INVALID_REQUEST for one that is no number of seconds.
 */
export function readStartLimit(header: ReadHeader): number | undefined {
  const seconds = readSeconds(header, 'x-stainless-timeout', () => true, 'a number of seconds');
  if (seconds === undefined) return undefined;
  return (Number.isInteger(seconds) ? seconds + 1 : seconds) * 1000;
}

function readSeconds(
  header: ReadHeader,
  name: string,
  isRight: (seconds: number) => boolean,
  what: string,
): number | undefined {
  const value = header(name);
  if (value === null) return undefined;
  const seconds = /^\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isNaN(seconds) && isRight(seconds)) return seconds;
  const description = `takes ${what}`;
  throw new GatewayError('INVALID_REQUEST', `The header ${name} ${description}.`, {
    violations: [{ field: name, description }],
  });
}
