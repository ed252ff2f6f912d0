import { GoogleError } from './google-error.ts';
import type { RestOperation, Route } from './rest-operation.ts';

/** The operation of a call, and the parts of its path. */
export interface Match {
  readonly operation: RestOperation;
  readonly route: Route;
}

const MODEL = 'publishers/{publisher}/models/{model}:{verb}';

/** The operation of every other verb on existing resources, which only the real service may have. */
const UNSUPPORTED: RestOperation = {
  httpMethod: 'POST',
  paths: [
    'projects/{project}/locations/{location}/endpoints/{endpoint}:{verb}',
    `projects/{project}/locations/{location}/${MODEL}`,
    MODEL,
  ],
  method: ({ verb = '' }) => `PredictionService.${verb.replace(/^./, (letter) => letter.toUpperCase())}`,
  streams: true,
  serve: ({ route: { params } }) => {
    const kind = params.publisher === undefined ? 'endpoints' : 'models';
    throw new GoogleError(
      'UNIMPLEMENTED',
      `The Vertex AI emulator does not support ${kind}:${params.verb ?? ''}.`,
    );
  },
};

/** Finds the operation of a call; undefined where the emulated part of the API has no such path. */
export function matchRoute(
  operations: readonly RestOperation[],
  httpMethod: string,
  url: string,
): Match | undefined {
  const [whole = '', query = ''] = url.split(/\?(.*)/s);
  const [, version, path = ''] = /^\/(v1|v1beta1)\/(.+)$/s.exec(whole) ?? [];
  if (version !== 'v1' && version !== 'v1beta1') return undefined;
  const onPath = operations.flatMap((operation) => matchPaths(operation, path));
  const candidates = onPath.length > 0 ? onPath : matchPaths(UNSUPPORTED, path);
  const found = candidates.find(
    ({ operation }) => operation.httpMethod === httpMethod && (operation.versions?.includes(version) ?? true),
  );
  if (!found) return undefined;
  const { operation, params } = found;
  const method = typeof operation.method === 'string' ? operation.method : operation.method(params, version);
  return {
    operation,
    route: {
      version,
      method: `google.cloud.aiplatform.${version}.${method}`,
      name: path
        .replace(/:[^/:]*$/, '')
        .split('/')
        .map(decode)
        .join('/'),
      params,
      query: new URLSearchParams(query),
    },
  };
}

interface PathMatch {
  readonly operation: RestOperation;
  readonly params: Readonly<Record<string, string>>;
}

function matchPaths(operation: RestOperation, path: string): PathMatch[] {
  return operation.paths.flatMap((template) => {
    const groups = patternOf(template).exec(path)?.groups;
    if (!groups) return [];
    const params = Object.fromEntries(Object.entries(groups).map(([part, value]) => [part, decode(value)]));
    return [{ operation, params }];
  });
}

const patterns = new Map<string, RegExp>();

function patternOf(template: string): RegExp {
  const known = patterns.get(template);
  if (known) return known;
  const pattern = new RegExp(`^${template.replace(/\{(\w+)\}/g, '(?<$1>[^/:]+)')}$`);
  patterns.set(template, pattern);
  return pattern;
}

/** Decodes a part of a path. A part that cannot be decoded stays as it is, since no resource has such a name. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
