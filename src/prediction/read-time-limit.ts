import { GatewayError } from '../errors/gateway-error.ts';
import type { ReadHeader } from './caller.ts';

/** The header that Google's clients send: https://github.com/googleapis/js-genai/blob/main/src/_api_client.ts */
const WHOLE = 'x-server-timeout';
/** The header that OpenAI's and Anthropic's clients send: https://github.com/openai/openai-node/blob/master/src/client.ts */
const START = 'x-stainless-timeout';

/**
 * Reads the time limit that a call carries for all of its answer, in milliseconds; undefined when there is none. It is
 * undefined for a malformed one too, which `checkTimeLimits` refuses once the caller is known.
 */
export function readTimeLimit(header: ReadHeader): number | undefined {
  const seconds = readSeconds(header, WHOLE);
  return seconds !== undefined && seconds > 0 ? seconds * 1000 : undefined;
}

/**
 * Reads the time limit that a call carries until its answer begins, in milliseconds; undefined when there is none.
 * Clients cut it to whole seconds, so a second is added to a whole number.
 */
export function readStartLimit(header: ReadHeader): number | undefined {
  const seconds = readSeconds(header, START);
  if (seconds === undefined) return undefined;
  return (Number.isInteger(seconds) ? seconds + 1 : seconds) * 1000;
}

/** Checks the time limits that a call carries. @throws GatewayError INVALID_REQUEST for a malformed one. */
export function checkTimeLimits(header: ReadHeader): void {
  if (header(WHOLE) !== null && readTimeLimit(header) === undefined)
    throw malformed(WHOLE, 'must be a positive number of seconds');
  if (header(START) !== null && readStartLimit(header) === undefined)
    throw malformed(START, 'must be a number of seconds');
}

function readSeconds(header: ReadHeader, name: string): number | undefined {
  const value = header(name);
  return value !== null && /^\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : undefined;
}

function malformed(name: string, description: string): GatewayError {
  return new GatewayError(
    'INVALID_REQUEST',
    `The time limit in the header ${name} is not valid: it ${description}.`,
    {
      violations: [{ field: name, description }],
    },
  );
}
