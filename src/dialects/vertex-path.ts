import { GatewayError } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import type { AnyResource, CallTarget, EndpointResource, ModelResource } from '../governance/call-target.ts';
import type { JsonValue } from '../json/json-value.ts';
import { NAME_PATTERNS } from './name-patterns.ts';
import { namesSameModel, readModelName } from './read-model-name.ts';

/** A path of the native surface, read. The body must name the resource where `resource` is undefined. */
export interface VertexPath {
  readonly apiVersion: 'v1' | 'v1beta1';
  readonly project: string | undefined;
  readonly location: string | undefined;
  /** The operation as rules name it. */
  readonly operation: string;
  /** The path's own verb: the part after the colon, or Google's name of a method on a collection. */
  readonly verb: string;
  readonly resource: ModelResource | EndpointResource | AnyResource | undefined;
  /** The id of one resource of a collection. */
  readonly item?: string;
  /** The publisher of a model that the body names without one. */
  readonly publisher?: string;
  /** The locations in which Google has the operation; every one when left out. */
  readonly servedIn?: readonly string[];
}

/**
 * The locations in which Google counts tokens for Claude, whatever the locations of the model are.
 * https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/partner-models/claude/count-tokens
 */
export const CLAUDE_COUNT_LOCATIONS: readonly string[] = ['global', 'us', 'eu', 'asia-southeast1'];

/** A bound that no resource name of Vertex AI reaches, in bytes of JSON. */
export const MAXIMUM_NAME_BYTES = 2_048;

/** The target of a call on the native surface: operation, model or endpoint, project, location and version of the API. */
export type VertexTarget = CallTarget & Pick<VertexPath, 'apiVersion'>;

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
/** Collections of resources that are made for a model. Only `create` names the model; rules know every method as one operation. */
const COLLECTIONS = {
  batchPredictionJobs: { operation: 'batchPredict', item: 'batchPredictionJob' },
  cachedContents: { operation: 'cacheContent', item: 'cachedContent' },
} as const;
/** The methods of each collection, by HTTP method and the end of the path. */
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
 * Reads the path of a call on a model, an endpoint or a collection. Every segment is percent-decoded once and must then
 * match the form in `NAME_PATTERNS`.
 * https://cloud.google.com/vertex-ai/docs/reference/rest
 * @param path the undecoded path below `/vertex/`.
 * @throws GatewayError OPERATION_NOT_FOUND for another path, INVALID_PATH for a segment of the wrong form.
 */
export function readVertexPath(method: string, path: string): VertexPath {
  const [apiVersion, collection, ...rest] = path.split('/').map(decodeSegment);
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

/**
 * Reads the target of a call on the native surface, without sending anything.
 * @param path the undecoded path below `/vertex/`.
 * @param body needed where it names the model.
 * @throws GatewayError OPERATION_NOT_FOUND, INVALID_PATH, or INVALID_REQUEST for a body that names no model or another
 *   model, project or location than the path.
 */
export function readTarget(method: string, path: string, body: JsonValue | undefined): VertexTarget {
  return completeTarget(readVertexPath(method, path), body);
}

/** Completes the target that a path gives by the `model` of the body. @throws GatewayError INVALID_REQUEST. */
export function completeTarget(path: VertexPath, body: JsonValue | undefined): VertexTarget {
  const { apiVersion, project, location, operation, resource, publisher, servedIn } = path;
  const where = { apiVersion, project, location, operation, ...(servedIn && { servedIn }) };
  const named = body?.member('model');
  // Null stands for a member that is left out.
  const member = named?.kind === 'null' ? undefined : named;
  const model = member?.readText(MAXIMUM_NAME_BYTES);
  if (resource) {
    // The `model` of a body for an endpoint is the container's own matter.
    if (resource.kind === 'model' && member && !namesSameModel(model, where, resource))
      throw refuseModel('names another model than the path');
    return { ...where, resource };
  }
  if (member?.kind !== 'string') throw refuseModel('must name the model');
  const read = model === undefined ? undefined : readModelName(model, publisher);
  if (!read)
    throw refuseModel('must be a model, such as publishers/google/models/gemini-3.5-flash, or an alias');
  return {
    ...where,
    project: reconcile('project', where.project, read.project),
    location: reconcile('location', where.location, read.location),
    resource: read.resource,
  };
}

/** Path and body must not contradict each other; the short form of a path leaves project and location to the body. */
function reconcile(part: string, inPath: string | undefined, inBody: string | undefined): string | undefined {
  if (inPath !== undefined && inBody !== undefined && inPath !== inBody)
    throw refuseModel(`names another ${part} than the path`);
  return inPath ?? inBody;
}

/** Percent-decodes a segment of a path once. @throws GatewayError INVALID_PATH for bytes that are not UTF-8. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new GatewayError('INVALID_PATH', 'The path has a percent-encoding that is not valid UTF-8.');
  }
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

/** GET lists or describes models; POST calls one. */
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
  // Tokens of any Claude model are counted under this one name: https://docs.claude.com/en/api/claude-on-vertex-ai
  if (publisher === 'anthropic' && model === 'count-tokens' && verb === 'rawPredict')
    return {
      ...where,
      operation: 'countTokens',
      verb,
      resource: undefined,
      publisher,
      servedIn: CLAUDE_COUNT_LOCATIONS,
    };
  return {
    ...where,
    operation: operationOf(verb),
    verb,
    resource: { kind: 'model', publisher, model: check('model', model) },
  };
}

/** A grant to start a long-running prediction includes fetching it. */
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

function check(part: keyof typeof NAME_PATTERNS, value: string | undefined): string {
  if (value !== undefined && NAME_PATTERNS[part].test(value)) return value;
  throw new GatewayError(
    'INVALID_PATH',
    `The ${part} in the path does not have the form of a Vertex AI ${part}.`,
    {
      violations: [{ field: part, description: `must match ${NAME_PATTERNS[part].source}` }],
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

function refuseModel(description: string) {
  return invalidBody([{ field: 'model', description }]);
}
