import type { z } from 'zod';
import { GatewayError } from '../errors/gateway-error.ts';
import { editJson, type JsonEdits } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { Instances } from '../governance/instance-schemas.ts';
import type { DialectRequest } from '../prediction/dialect.ts';
import type { ReadHeader } from '../prediction/caller.ts';
import type { AnswerFormat, Framing } from '../prediction/answer.ts';
import type { BytesPayload, Payload } from '../prediction/prediction.ts';
import { checkNamedCache } from './cached-content-name.ts';
import { readChatCompletion } from './chat-completions.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { readOwnOperation, sealedAnswer } from './operation-names.ts';
import type { ReachingBody } from './reach/read-reach.ts';
import { MAXIMUM_NAME_BYTES, type VertexTarget } from './read-target.ts';
import { parentName, resourceName } from './resource-names.ts';
import { validateBody } from './validate-body.ts';
import {
  AnyBody,
  ChatCompletionsBody,
  ClaudeBody,
  CountTokensBody,
  EmbedContentBody,
  FetchPredictOperationBody,
  GenerateContentBody,
  InstancesBody,
  ModelInstancesBody,
  PredictBody,
} from './vertex-bodies.ts';

/** An operation of Vertex AI whose body and answer pass as they are. */
interface PassedOperation {
  /** The schema of the checked members; Vertex AI judges the rest. */
  readonly body: z.ZodType;
  readonly format: AnswerFormat;
  /** True for an answer that streams, framed as the query's `alt` says. */
  readonly streams?: boolean;
}

const PASSED: Readonly<Record<string, PassedOperation>> = {
  generateContent: { body: GenerateContentBody, format: 'gemini' },
  streamGenerateContent: { body: GenerateContentBody, format: 'gemini', streams: true },
  countTokens: { body: CountTokensBody, format: 'opaque' },
  computeTokens: { body: CountTokensBody, format: 'opaque' },
  embedContent: { body: EmbedContentBody, format: 'gemini' },
  predict: { body: ModelInstancesBody, format: 'predictions' },
  explain: { body: InstancesBody, format: 'predictions' },
  predictLongRunning: { body: ModelInstancesBody, format: 'opaque' },
  directPredict: { body: AnyBody, format: 'opaque' },
  directRawPredict: { body: AnyBody, format: 'opaque' },
  serverStreamingPredict: { body: AnyBody, format: 'opaque', streams: true },
};

/** Larger predictions of endpoints are sent as bytes: protobuf objects of many small values take too much time and memory. */
const MAXIMUM_PROTOBUF_BYTES = 65_536;

/**
 * Makes the payload of a call on the native surface. Small bodies of an endpoint's `predict` become protobuf; every other
 * body is sent as bytes.
 * @param verb the verb of the path.
 * @param reaching the inspected body; undefined for a body that is not JSON, which only raw calls take.
 * @throws GatewayError INVALID_REQUEST.
 */
export async function readPayload(
  target: VertexTarget,
  verb: string,
  request: DialectRequest,
  reaching: ReachingBody | undefined,
): Promise<Payload> {
  const { operation, resource, apiVersion } = target;
  const { body, header } = request;
  const headers = forwardedHeaders(header, ['traceparent', 'x-vertex-ai-llm-request-type']);
  if (operation === 'rawPredict' || operation === 'streamRawPredict')
    return readRaw(target, request, reaching);
  if (!reaching) throw new TypeError('only raw calls take a body that is not JSON');
  const { json, caches } = reaching;
  if (operation === 'chatCompletions') {
    const asked = await validateBody(ChatCompletionsBody, json);
    return readChatCompletion(apiVersion, reaching, asked, headers);
  }
  if (operation === 'countTokens' && verb === 'rawPredict') return readClaudeCount(apiVersion, header, json);
  if (verb === 'fetchPredictOperation') return readFetch(apiVersion, headers, json);
  const passed = PASSED[verb];
  if (!passed) throw new TypeError(`no path has the verb ${verb}`);
  const isOfEndpoint = resource.kind === 'endpoint';
  const isPrediction = isOfEndpoint && verb === 'predict';
  await validateBody(isPrediction ? PredictBody : passed.body, json);
  const checked = isOfEndpoint ? readInstances(json) : undefined;
  if (isPrediction && checked && body.byteLength <= MAXIMUM_PROTOBUF_BYTES)
    return { kind: 'instances', ...checked };
  return {
    kind: 'bytes',
    format: passed.format,
    ...(passed.streams && { framing: readFraming(request) }),
    ...(passed.format === 'gemini' && checkNamedCache(apiVersion, caches)),
    ...(/^(predict(LongRunning)?|explain)$/.test(verb) && checked && { checked }),
    ...(operation === 'predictLongRunning' && { usesSeal: true, rewrite: sealedAnswer }),
    request: (call) => {
      return {
        method: 'POST',
        path: `/${apiVersion}/${resourceName(call)}:${verb}${passed.streams && readFraming(request) === 'sse' ? '?alt=sse' : ''}`,
        headers,
        // A caller's own labels would appear in the project's bills.
        body: editJson(json, json.member('labels') ? { labels: undefined } : {}),
      };
    },
  };
}

/** The instances and parameters for the endpoint's schemas; undefined for a body without a list of instances. */
function readInstances(json: JsonValue | undefined): Instances | undefined {
  const instances = json?.member('instances');
  const parameters = json?.member('parameters');
  if (instances?.kind !== 'array' || instances.length === 0) return undefined;
  return { instances, ...(parameters && { parameters }) };
}

/** The payload of a raw call on a publisher's model or a custom container. */
async function readRaw(
  { apiVersion, operation, resource }: VertexTarget,
  { body, header }: DialectRequest,
  reaching: ReachingBody | undefined,
): Promise<BytesPayload> {
  const json = reaching?.json;
  const isClaude = resource.kind === 'model' && resource.publisher === 'anthropic';
  const isEndpoint = resource.kind === 'endpoint';
  const message = isClaude ? await validateBody(ClaudeBody, json) : undefined;
  if (!isClaude && !isEndpoint) await validateBody(AnyBody, json);
  // Claude streams when the body says so, whichever the operation.
  const streams = message ? message.stream === true : operation === 'streamRawPredict';
  const contentType = header('content-type');
  const checked = readInstances(json);
  return {
    kind: 'bytes',
    format: isClaude ? 'anthropic' : 'shaped',
    ...(streams && { framing: isClaude ? ('sse' as const) : ('raw' as const) }),
    ...(isEndpoint && checked && { checked }),
    // A publisher's model may read the same members here as under its other verbs, a context cache among them.
    ...(!isEndpoint && checkNamedCache(apiVersion, reaching?.caches ?? [])),
    request: (call) => {
      return {
        method: 'POST',
        path: `/${apiVersion}/${resourceName(call)}:${operation}`,
        headers: {
          ...forwardedHeaders(header, ['traceparent', 'x-vertex-ai-llm-request-type', 'anthropic-beta']),
          ...(isEndpoint && contentType !== null && { 'content-type': contentType }),
        },
        body: json?.body ?? body,
      };
    },
  };
}

/**
 * The payload of a count of tokens. Vertex AI counts for every Claude model under one name, and the body names the model.
 * The header `anthropic-beta` is not sent: the operation takes none.
 * @param edits further changes of the body.
 */
export function readClaudeCount(
  apiVersion: string,
  header: ReadHeader,
  json: JsonValue,
  edits: JsonEdits = {},
): BytesPayload {
  const model = json.member('model')?.readText(MAXIMUM_NAME_BYTES);
  return {
    kind: 'bytes',
    format: 'opaque',
    request: (call) => {
      const named = call.resource.kind === 'model' ? call.resource.model : undefined;
      const all = { ...edits, ...(named !== model && { model: JSON.stringify(named) }) };
      return {
        method: 'POST',
        path: `/${apiVersion}/${parentName(call)}/publishers/anthropic/models/count-tokens:rawPredict`,
        headers: forwardedHeaders(header, ['traceparent']),
        body: editJson(json, all),
      };
    },
  };
}

/**
 * The payload that fetches a long-running operation of the caller's team.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/veo-video-generation#poll
 */
async function readFetch(
  apiVersion: string,
  headers: Record<string, string>,
  json: JsonValue,
): Promise<BytesPayload> {
  const { operationName } = await validateBody(FetchPredictOperationBody, json);
  return {
    kind: 'bytes',
    format: 'opaque',
    usesSeal: true,
    request: (call, seal) => {
      const { name } = readOwnOperation(operationName, call, seal);
      return {
        method: 'POST',
        path: `/${apiVersion}/${resourceName(call)}:fetchPredictOperation`,
        headers,
        body: editJson(json, { operationName: JSON.stringify(name) }),
      };
    },
    rewrite: { whole: (answer, call, seal) => readOwnOperation(operationName, call, seal).rename(answer) },
  };
}

function readFraming({ query }: DialectRequest): Framing {
  const alt = query.get('alt') ?? 'json';
  if (alt === 'sse') return 'sse';
  if (alt === 'json') return 'json-array';
  throw new GatewayError('INVALID_REQUEST', 'The query parameter alt must be json or sse.', {
    violations: [{ field: 'alt', description: 'must be json or sse' }],
  });
}
