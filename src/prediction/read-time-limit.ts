import { GatewayError } from '../errors/gateway-error.ts';
import type { ReadHeader } from './interfaces.ts';

/** Google's clients send the first, OpenAI's and Anthropic's the second; both in seconds. */
const HEADERS = ['x-server-timeout', 'x-stainless-timeout'];

/**
 * The time limit that a call carries, in milliseconds.
 * @throws GatewayError INVALID_REQUEST for one that is no positive number of seconds.
 */
export function readTimeLimit(header: ReadHeader): number | undefined {
  for (const name of HEADERS) {
    const seconds = header(name);
    if (seconds === null) continue;
    if (/^\d{1,9}(\.\d{1,9})?$/.test(seconds) && Number(seconds) > 0) return Number(seconds) * 1000;
    const description = 'takes a positive number of seconds';
    throw new GatewayError('INVALID_REQUEST', `The header ${name} ${description}.`, {
      violations: [{ field: name, description }],
    });
  }
  return undefined;
}
