import { badRequest } from './google-error.ts';

/**
 * Parses the JSON of a REST call. An empty body is an empty message.
 * @throws GoogleError INVALID_ARGUMENT
 */
export function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'Unexpected token.' : 'Body is not valid UTF-8.';
    throw badRequest([{ description: `Invalid JSON payload received. ${problem}` }]);
  }
}
