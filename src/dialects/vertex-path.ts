import { GatewayError } from '../errors/gateway-error.ts';
import type { Prediction } from '../prediction/prediction.ts';

type VertexPath = Omit<Prediction, 'payload'>;

const SHAPE = {
  project: /^([a-z][a-z0-9-]{4,28}[a-z0-9]|\d{6,20})$/,
  location: /^[a-z]+(-[a-z]+\d{1,2})?$/,
  endpoint: /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/,
  publisher: /^[a-z0-9][a-z0-9-]{0,62}$/,
  model: /^[a-z0-9][a-z0-9._@-]{0,126}$/,
} as const;

const ENDPOINT_OPERATIONS = new Set(['predict']);
const MODEL_OPERATIONS = new Set(['generateContent', 'streamGenerateContent']);

/**
 * Reads `{version}/projects/{p}/locations/{l}/endpoints/{e}:{verb}` and `…/publishers/{u}/models/{m}:{verb}`.
 * Every part is percent-decoded once and must then have exactly the shape that Google gives such a name, so that no
 * part can end up as another host, path or query.
 * @throws GatewayError OPERATION_NOT_FOUND for another path, INVALID_PATH for a part of the wrong shape.
 */
export function readVertexPath(method: string, path: string): VertexPath {
  const [apiVersion, projects, project, locations, location, collection, ...rest] = path
    .split('/')
    .map(decodeOnce);
  if (apiVersion !== 'v1' && apiVersion !== 'v1beta1') throw notFound();
  if (method !== 'POST' || projects !== 'projects' || locations !== 'locations') throw notFound();
  const where = {
    apiVersion,
    project: check('project', project),
    location: check('location', location),
  } as const;
  if (collection === 'endpoints' && rest.length === 1) {
    const [endpoint, operation] = splitVerb(rest[0], ENDPOINT_OPERATIONS);
    return { ...where, operation, resource: { kind: 'endpoint', endpoint: check('endpoint', endpoint) } };
  }
  const [publisher, models, modelAndVerb] = rest;
  if (collection === 'publishers' && models === 'models' && rest.length === 3) {
    const [model, operation] = splitVerb(modelAndVerb, MODEL_OPERATIONS);
    return {
      ...where,
      operation,
      resource: { kind: 'model', publisher: check('publisher', publisher), model: check('model', model) },
    };
  }
  throw notFound();
}

function decodeOnce(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new GatewayError('INVALID_PATH', 'The path has a percent-encoding that is not valid UTF-8.');
  }
}

function splitVerb(
  part: string | undefined,
  operations: ReadonlySet<string>,
): [name: string, operation: string] {
  const [name, operation, ...more] = part?.split(':') ?? [];
  if (name === undefined || operation === undefined || more.length > 0 || !operations.has(operation))
    throw notFound();
  return [name, operation];
}

function check(part: keyof typeof SHAPE, value: string | undefined): string {
  if (value !== undefined && SHAPE[part].test(value)) return value;
  throw new GatewayError(
    'INVALID_PATH',
    `The ${part} in the path does not have the form of a Vertex AI ${part}.`,
    {
      violations: [{ field: part, description: `must match ${SHAPE[part].source}` }],
    },
  );
}

function notFound(): GatewayError {
  return new GatewayError(
    'OPERATION_NOT_FOUND',
    'The gateway has no such operation. It offers POST {version}/projects/{project}/locations/{location}/' +
      'endpoints/{endpoint}:predict and …/publishers/{publisher}/models/{model}:generateContent or :streamGenerateContent.',
  );
}
