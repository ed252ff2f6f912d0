import { badRequest, GoogleError } from './google-error.ts';
import type { ApiVersion } from './protos.ts';

/** What a REST path calls. */
export interface Route {
  readonly version: ApiVersion;
  /** The part after the colon, such as `predict`. */
  readonly operation: string;
  /** The full name of the method, as in gRPC. */
  readonly method: string;
  /** The resource name, from `projects/` on. */
  readonly name: string;
  readonly project: string;
  readonly location: string;
  /** Undefined for an endpoint. */
  readonly publisher: string | undefined;
  /** The id of the endpoint or of the publisher's model. */
  readonly id: string;
  readonly query: URLSearchParams;
}

const PATH =
  /^\/(v1|v1beta1)\/projects\/([^/:]+)\/locations\/([^/:]+)\/(?:endpoints|publishers\/([^/:]+)\/models)\/([^/:]+):([A-Za-z]+)$/;
const SUPPORTED = new Set(['endpoints:predict', 'models:generateContent', 'models:streamGenerateContent']);

/** Reads the path of a REST call; undefined where the emulated part of the API has no such path. */
export function readRoute(httpMethod: string, url: string): Route | undefined {
  const [path = '', query = ''] = url.split(/\?(.*)/s);
  const groups = PATH.exec(path)?.slice(1) as (string | undefined)[] | undefined;
  if (httpMethod !== 'POST' || !groups) return undefined;
  const [version, project = '', location = '', publisher, id = '', operation = ''] = groups.map(decode);
  const parent = publisher === undefined ? 'endpoints' : `publishers/${publisher}/models`;
  return {
    version: version === 'v1beta1' ? 'v1beta1' : 'v1',
    operation,
    method: `google.cloud.aiplatform.${version ?? ''}.PredictionService.${operation.replace(/^./, (letter) => letter.toUpperCase())}`,
    name: `projects/${project}/locations/${location}/${parent}/${id}`,
    project,
    location,
    publisher,
    id,
    query: new URLSearchParams(query),
  };
}

/**
 * Throws for what is not served: GoogleError UNIMPLEMENTED for a method or a form of answer that only the real service
 * has, INVALID_ARGUMENT for a query parameter that Google does not know either.
 */
export function checkRoute({ operation, publisher, query }: Route): void {
  const kind = publisher === undefined ? 'endpoints' : 'models';
  if (!SUPPORTED.has(`${kind}:${operation}`)) {
    throw new GoogleError('UNIMPLEMENTED', `The Vertex AI emulator does not support ${kind}:${operation}.`);
  }
  const alt = query.get('alt') ?? 'json';
  if (alt !== 'json' && !(alt === 'sse' && operation === 'streamGenerateContent')) {
    throw new GoogleError('UNIMPLEMENTED', `The Vertex AI emulator does not support alt=${alt} here.`);
  }
  const unknown = [...query.keys()].find((name) => name !== 'alt');
  if (unknown !== undefined) {
    const problem = `Cannot bind query parameter. Field '${unknown}' could not be found in request message.`;
    throw badRequest([
      { description: `Invalid JSON payload received. Unknown name ${JSON.stringify(unknown)}: ${problem}` },
    ]);
  }
}

/** A part that cannot be decoded stays as it is: no resource has such a name. */
function decode(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    return part;
  }
}
