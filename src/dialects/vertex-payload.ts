import type { z } from 'zod';
import { GatewayError } from '../errors/gateway-error.ts';
import type { DialectRequest } from '../prediction/interfaces.ts';
import type { AnswerFormat, BytesPayload, Framing, Payload } from '../prediction/prediction.ts';
import { fetchNamedCache } from './cached-content-name.ts';
import { readChatCompletion } from './chat-completions.ts';
import { editJson, type JsonEdits } from './edit-json.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import type { VertexTarget } from './read-target.ts';
import { readOwnOperation, sealedAnswer } from './operation-names.ts';
import { parentName, resourceName } from './resource-names.ts';
import { checkPlaces, readStorageUri } from './storage-fields.ts';
import {
  AnyBody,
  ClaudeBody,
  CountTokensBody,
  EmbedContentBody,
  FetchPredictOperationBody,
  GenerateContentBody,
  InstancesBody,
  PredictBody,
  validateBody,
} from './vertex-bodies.ts';

/** Operations of Vertex AI whose bodies and answers pass as they are. */
interface PassedOperation {
  /** The envelope; looser than Vertex AI, which judges the rest. */
  readonly body: z.ZodType;
  readonly format: AnswerFormat;
  /** Whether the answer comes in parts, framed as the query's `alt` says. */
  readonly streams?: boolean;
}

const PASSED: Readonly<Record<string, PassedOperation>> = {
  generateContent: { body: GenerateContentBody, format: 'gemini' },
  streamGenerateContent: { body: GenerateContentBody, format: 'gemini', streams: true },
  countTokens: { body: CountTokensBody, format: 'opaque' },
  computeTokens: { body: CountTokensBody, format: 'opaque' },
  embedContent: { body: EmbedContentBody, format: 'gemini' },
  predict: { body: InstancesBody, format: 'predictions' },
  explain: { body: InstancesBody, format: 'predictions' },
  predictLongRunning: { body: InstancesBody, format: 'opaque' },
  directPredict: { body: AnyBody, format: 'opaque' },
  directRawPredict: { body: AnyBody, format: 'opaque' },
  serverStreamingPredict: { body: AnyBody, format: 'opaque', streams: true },
};

/**
 * The payload of a call on the native surface. Only endpoints' `predict` becomes protobuf; everything else goes on as
 * the bytes that came.
 * @throws GatewayError INVALID_REQUEST.
 */
export function readPayload(
  target: VertexTarget,
  verb: string,
  request: DialectRequest,
  json: unknown,
): Payload {
  const { operation, resource, apiVersion } = target;
  const { body, header } = request;
  const headers = forwardedHeaders(header, ['traceparent', 'x-vertex-ai-llm-request-type']);
  if (operation === 'chatCompletions') return readChatCompletion(apiVersion, body, json, headers);
  if (operation === 'rawPredict' || operation === 'streamRawPredict') return readRaw(target, request, json);
  if (operation === 'countTokens' && verb === 'rawPredict') return readClaudeCount(apiVersion, request, json);
  if (operation === 'predict' && resource.kind === 'endpoint')
    return { kind: 'instances', ...validateBody(PredictBody, json) };
  if (verb === 'fetchPredictOperation') return readFetch(apiVersion, headers, body, json);
  const passed = PASSED[verb];
  if (!passed) throw new TypeError(`no path has the verb ${verb}`);
  const valid = validateBody(passed.body, json);
  return {
    kind: 'bytes',
    format: passed.format,
    ...(passed.streams && { framing: readFraming(request) }),
    ...(passed.format === 'gemini' && fetchNamedCache(apiVersion, valid)),
    ...(resource.kind === 'endpoint' && passed.body === InstancesBody && { checked: valid as InstancesBody }),
    ...(operation === 'predictLongRunning' && { usesSeal: true, rewrite: sealedAnswer }),
    request: (call) => {
      if (/^predict(LongRunning)?$/.test(verb))
        checkPlaces(call, readStorageUri((valid as InstancesBody).parameters));
      return {
        method: 'POST',
        path: `/${apiVersion}/${resourceName(call)}:${verb}${passed.streams && readFraming(request) === 'sse' ? '?alt=sse' : ''}`,
        headers,
        body: withoutLabels(body, valid),
      };
    },
  };
}

/** What Anthropic's models take, those of other publishers, and containers of one's own. */
function readRaw(
  { apiVersion, operation, resource }: VertexTarget,
  { body, header }: DialectRequest,
  json: unknown,
): BytesPayload {
  const isClaude = resource.kind === 'model' && resource.publisher === 'anthropic';
  const isEndpoint = resource.kind === 'endpoint';
  if (isClaude) validateBody(ClaudeBody, json);
  else if (json !== undefined && !isEndpoint) validateBody(AnyBody, json);
  // Of Claude the body alone makes the answer a stream, whichever the operation.
  const streams = isClaude ? (json as ClaudeBody).stream === true : operation === 'streamRawPredict';
  const contentType = header('content-type');
  const instances = InstancesBody.safeParse(json);
  return {
    kind: 'bytes',
    format: isClaude ? 'anthropic' : 'shaped',
    ...(streams && { framing: isClaude ? ('sse' as const) : ('raw' as const) }),
    ...(isEndpoint && instances.success && { checked: instances.data }),
    // A model that is not a container of one's own may understand all that it does under another verb.
    ...(!isEndpoint && fetchNamedCache(apiVersion, json)),
    request: (call) => {
      if (!isEndpoint && instances.success) checkPlaces(call, readStorageUri(instances.data.parameters));
      return {
        method: 'POST',
        path: `/${apiVersion}/${resourceName(call)}:${operation}`,
        headers: {
          ...forwardedHeaders(header, ['traceparent', 'x-vertex-ai-llm-request-type', 'anthropic-beta']),
          ...(isEndpoint && contentType !== null && { 'content-type': contentType }),
        },
        body,
      };
    },
  };
}

/** Tokens of any Claude model are counted under one name; the body says which. It knows no betas. */
export function readClaudeCount(
  apiVersion: string,
  { body, header }: Pick<DialectRequest, 'body' | 'header'>,
  json: unknown,
  edits: JsonEdits = {},
): BytesPayload {
  const { model } = validateBody(AnyBody, json);
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
        body: Object.keys(all).length > 0 ? editJson(body, all) : body,
      };
    },
  };
}

/** A caller's own labels would end up in the project's bills. */
function withoutLabels(body: Uint8Array, json: unknown): Uint8Array {
  return typeof json === 'object' && json !== null && 'labels' in json
    ? editJson(body, { labels: undefined })
    : body;
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/veo-video-generation#poll */
function readFetch(
  apiVersion: string,
  headers: Record<string, string>,
  body: Uint8Array,
  json: unknown,
): BytesPayload {
  const { operationName } = validateBody(FetchPredictOperationBody, json);
  return {
    kind: 'bytes',
    format: 'opaque',
    usesSeal: true,
    request: (call) => {
      const { name } = readOwnOperation(operationName, call);
      return {
        method: 'POST',
        path: `/${apiVersion}/${resourceName(call)}:fetchPredictOperation`,
        headers,
        body: editJson(body, { operationName: JSON.stringify(name) }),
      };
    },
    rewrite: { whole: (answer, call) => readOwnOperation(operationName, call).rename(answer) },
  };
}

function readFraming({ query }: DialectRequest): Framing {
  const alt = query.get('alt') ?? 'json';
  if (alt === 'sse') return 'sse';
  if (alt === 'json') return 'json-array';
  throw new GatewayError('INVALID_REQUEST', 'The query parameter alt takes json or sse.', {
    violations: [{ field: 'alt', description: 'takes json or sse' }],
  });
}
