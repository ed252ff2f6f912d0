import { GatewayError } from '../errors/gateway-error.ts';
import type { AnyResource, EndpointResource, ModelResource } from '../governance/call-target.ts';
import { decodePart } from './decode-part.ts';
import { SHAPE } from './vertex-shapes.ts';

/** What a path says of a call. Without a resource, the body must name it. */
export interface VertexPath {
  readonly apiVersion: 'v1' | 'v1beta1';
  readonly project: string | undefined;
  readonly location: string | undefined;
  /** What a rule would call it. */
  readonly operation: string;
  /** How the path says it: the part behind the colon, or a method on a collection by Google's name. */
  readonly verb: string;
  readonly resource: ModelResource | EndpointResource | AnyResource | undefined;
  /** Which one of a collection. */
  readonly item?: string;
  /** Whose model the body names when it gives no publisher. */
  readonly publisher?: string;
}

type Where = Pick<VertexPath, 'apiVersion' | 'project' | 'location'>;

const ENDPOINT_OPERATIONS = new Set([
  'predict',
  'rawPredict',
  'streamRawPredict',
  'directPredict',
  'directRawPredict',
  'serverStreamingPredict',
  'explain',
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'computeTokens',
  'predictLongRunning',
  'fetchPredictOperation',
]);
const MODEL_OPERATIONS = new Set([
  'predict',
  'rawPredict',
  'streamRawPredict',
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'computeTokens',
  'embedContent',
  'predictLongRunning',
  'fetchPredictOperation',
]);
/** What is made for a model that only the making names, and how rules call all that is done with it. */
const COLLECTIONS = {
  batchPredictionJobs: { operation: 'batchPredict', item: 'batchPredictionJob' },
  cachedContents: { operation: 'cacheContent', item: 'cachedContent' },
} as const;
/** By HTTP method and what the path ends in: `{id}` for one of the collection. */
const METHODS: Readonly<Record<keyof typeof COLLECTIONS, Readonly<Record<string, string>>>> = {
  batchPredictionJobs: {
    POST: 'create',
    GET: 'list',
    'GET {id}': 'get',
    'POST {id}:cancel': 'cancel',
    'DELETE {id}': 'delete',
  },
  cachedContents: {
    POST: 'create',
    GET: 'list',
    'GET {id}': 'get',
    'PATCH {id}': 'patch',
    'DELETE {id}': 'delete',
  },
};

/**
 * Reads every form in which Vertex AI lets a call name a model or an endpoint; README lists them. Every part is
 * percent-decoded once and must then have exactly the form that Google gives such a name.
 * https://cloud.google.com/vertex-ai/docs/reference/rest
 * @throws GatewayError OPERATION_NOT_FOUND for another path, INVALID_PATH for a part of the wrong form.
 */
export function readVertexPath(method: string, path: string): VertexPath {
  const [apiVersion, collection, ...rest] = path.split('/').map(decodePart);
  if (apiVersion !== 'v1' && apiVersion !== 'v1beta1') throw notFound();
  const anywhere: Where = { apiVersion, project: undefined, location: undefined };
  if (collection === 'publishers') return readPublisher(method, anywhere, rest);
  if (collection === 'batchPredictionJobs' || collection === 'cachedContents')
    return readCollection(method, anywhere, collection, rest);
  const [project, locations, location, inner, ...innermost] = rest;
  if (collection !== 'projects' || locations !== 'locations') throw notFound();
  const where: Where = {
    apiVersion,
    project: check('project', project),
    location: check('location', location),
  };
  if (inner === 'publishers') return readPublisher(method, where, innermost);
  if (inner === 'batchPredictionJobs' || inner === 'cachedContents')
    return readCollection(method, where, inner, innermost);
  if (inner === 'endpoints' && method === 'POST') return readEndpoint(where, innermost);
  throw notFound();
}

function readCollection(
  method: string,
  where: Where,
  collection: keyof typeof COLLECTIONS,
  parts: readonly string[],
): VertexPath {
  const [part, ...more] = parts;
  const [id, verb, ...rest] = part?.split(':') ?? [];
  const suffix = verb === undefined ? '' : `:${verb}`;
  const called = METHODS[collection][part === undefined ? method : `${method} {id}${suffix}`];
  if (called === undefined || more.length > 0 || rest.length > 0) throw notFound();
  const { operation, item } = COLLECTIONS[collection];
  return {
    ...where,
    operation,
    verb: `${collection}.${called}`,
    resource: called === 'create' ? undefined : { kind: 'any' },
    ...(part !== undefined && { item: check(item, id) }),
  };
}

/** Models are listed and described by GET; all else is asked of one of them by POST. */
function readPublisher(method: string, where: Where, parts: readonly string[]): VertexPath {
  if (method === 'POST') return readModel(where, parts);
  const [publisherPart, models, model, ...more] = parts;
  if (method !== 'GET' || models !== 'models' || more.length > 0) throw notFound();
  const publisher = check('publisher', publisherPart);
  if (model === undefined)
    return {
      ...where,
      operation: 'listModels',
      verb: 'publishers.models.list',
      resource: { kind: 'any', publisher },
    };
  return {
    ...where,
    operation: 'getModel',
    verb: 'publishers.models.get',
    resource: { kind: 'model', publisher, model: check('model', model) },
  };
}

function readEndpoint(where: Where, parts: readonly string[]): VertexPath {
  const [first, chat, completions] = parts;
  if (parts.length === 3 && chat === 'chat' && completions === 'completions') {
    const operation = 'chatCompletions';
    const verb = completions;
    if (first === 'openapi') return { ...where, operation, verb, resource: undefined };
    return { ...where, operation, verb, resource: { kind: 'endpoint', endpoint: check('endpoint', first) } };
  }
  if (parts.length > 1) throw notFound();
  const [endpoint, verb] = splitVerb(first, ENDPOINT_OPERATIONS);
  return {
    ...where,
    operation: operationOf(verb),
    verb,
    resource: { kind: 'endpoint', endpoint: check('endpoint', endpoint) },
  };
}

function readModel(where: Where, parts: readonly string[]): VertexPath {
  const [publisherPart, models, modelAndVerb] = parts;
  if (models !== 'models' || parts.length !== 3) throw notFound();
  const [model, verb] = splitVerb(modelAndVerb, MODEL_OPERATIONS);
  const publisher = check('publisher', publisherPart);
  // https://docs.claude.com/en/api/claude-on-vertex-ai: tokens of any Claude model are counted under this one name.
  if (publisher === 'anthropic' && model === 'count-tokens' && verb === 'rawPredict')
    return { ...where, operation: 'countTokens', verb, resource: undefined, publisher };
  return {
    ...where,
    operation: operationOf(verb),
    verb,
    resource: { kind: 'model', publisher, model: check('model', model) },
  };
}

/** Who may start a long-running prediction may look after it. */
function operationOf(verb: string): string {
  return verb === 'fetchPredictOperation' ? 'predictLongRunning' : verb;
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
    'The gateway has no such operation. Below {version}/projects/{project}/locations/{location}/ it offers POST ' +
      'endpoints/{endpoint}:predict, publishers/{publisher}/models/{model}:generateContent and the like, GET ' +
      'publishers/{publisher}/models, batchPredictionJobs and cachedContents.',
  );
}
