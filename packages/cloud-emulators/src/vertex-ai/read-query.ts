import type protobuf from 'protobufjs/light.js';
import { badRequest } from './google-error.ts';
import { findField, type Json, readMessage } from './read-message.ts';
import { unsupported } from './refusals.ts';
import type { RestCall, RestOperation } from './rest-operation.ts';

/** The query parameters that Google's front end itself reads: https://cloud.google.com/apis/docs/system-parameters */
const SYSTEM_PARAMETERS = new Set(['alt', 'key', '$userProject']);
/** The fields of a request that come from the path. */
const IN_PATH = new Set(['name', 'parent']);

/**
 * Checks the query parameters.
 * @throws GoogleError UNIMPLEMENTED for a form of answer that only the real service has, INVALID_ARGUMENT for a
 * parameter that Google does not know
 */
export function checkQuery({ streams, queryMessage }: RestOperation, { served, route }: RestCall): void {
  const alt = route.query.get('alt') ?? 'json';
  if (alt !== 'json' && !(alt === 'sse' && streams === true)) {
    throw unsupported(`alt=${alt} here`);
  }
  const type = queryMessage === undefined ? undefined : served.protos.message(route.version, queryMessage);
  const names = [...route.query.keys()].filter((name) => !SYSTEM_PARAMETERS.has(name));
  const unknown = names.find((name) => type === undefined || IN_PATH.has(name) || !findField(type, name));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (unknown !== undefined) {
    const problem = `Cannot bind query parameter. Field '${unknown}' could not be found in request message.`;
    throw badRequest([
      { description: `Invalid JSON payload received. Unknown name ${JSON.stringify(unknown)}: ${problem}` },
    ]);
  }
  if (twice !== undefined) {
    const problem = 'Proto field is not repeating, cannot start list.';
    throw badRequest([
      { description: `Invalid JSON payload received. Unknown name ${JSON.stringify(twice)}: ${problem}` },
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
    .filter(([name]) => !SYSTEM_PARAMETERS.has(name))
    .map(([name, value]) => [name, readWord(findField(type, name), value)]);
  return readMessage(type, Object.fromEntries(fields));
}

/** Reads the value of one parameter. A boolean is a word in a query; numbers may be strings everywhere. */
function readWord(field: protobuf.Field | undefined, value: string): unknown {
  if (field?.type !== 'bool') return value;
  return value === 'true' ? true : value === 'false' ? false : value;
}
