import type protobuf from 'protobufjs/light.js';
import { badRequest, GoogleError } from './google-error.ts';
import { findField, type Json, readMessage } from './read-message.ts';
import type { RestCall, RestOperation } from './rest-operation.ts';

/**
 * Refuses a form of answer that only the real service has (GoogleError UNIMPLEMENTED), and query parameters that
 * Google does not know either (INVALID_ARGUMENT).
 */
export function checkQuery({ streams, queryMessage }: RestOperation, { served, route }: RestCall): void {
  const alt = route.query.get('alt') ?? 'json';
  if (alt !== 'json' && !(alt === 'sse' && streams === true)) {
    throw new GoogleError('UNIMPLEMENTED', `The Vertex AI emulator does not support alt=${alt} here.`);
  }
  const type = queryMessage === undefined ? undefined : served.protos.message(route.version, queryMessage);
  const unknown = [...route.query.keys()].find(
    (name) => name !== 'alt' && (type === undefined || !findField(type, name)),
  );
  if (unknown !== undefined) {
    const problem = `Cannot bind query parameter. Field '${unknown}' could not be found in request message.`;
    throw badRequest([
      { description: `Invalid JSON payload received. Unknown name ${JSON.stringify(unknown)}: ${problem}` },
    ]);
  }
}

/**
 * Reads the query parameters as fields of a request message, with the names and the strictness of `readMessage`.
 * Source: https://github.com/googleapis/googleapis/blob/master/google/api/http.proto
 * @throws GoogleError INVALID_ARGUMENT with every violation
 */
export function readQuery(type: protobuf.Type, query: URLSearchParams): Json {
  const fields = [...query]
    .filter(([name]) => name !== 'alt')
    .map(([name, value]) => [name, readWord(findField(type, name), value)]);
  return readMessage(type, Object.fromEntries(fields));
}

/** A boolean is a word in a query; numbers may be strings everywhere. */
function readWord(field: protobuf.Field | undefined, value: string): unknown {
  if (field?.type !== 'bool') return value;
  return value === 'true' ? true : value === 'false' ? false : value;
}
