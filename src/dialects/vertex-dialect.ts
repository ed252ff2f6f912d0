import type { z } from 'zod';
import type { Instances } from '../governance/instance-schemas.ts';
import { editJson } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import { type JsonBounds, readJson } from '../json/read-json.ts';
import type { AnswerFormat, Framing } from '../prediction/answer.ts';
import type { ReadHeader } from '../prediction/caller.ts';
import type { Dialect, DialectRequest } from '../prediction/dialect.ts';
import type { BytesPayload, Payload, Prediction } from '../prediction/prediction.ts';
import type { AskedCall } from '../questions/question.ts';
import { BODY_BOUNDS } from './body-bounds.ts';
import { checkNamedCache } from './cached-content-name.ts';
import { readChatCompletion } from './chat-completions.ts';
import { fillSilence } from './fill-silence.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { sealedAnswer } from './operation-names.ts';
import { readOrderedVideo } from './ordered-video.ts';
import { CHAT_REQUEST, CONTAINER_REQUEST, OPEN_REQUEST } from './reach/chat-messages.ts';
import { CLAUDE_REQUEST } from './reach/claude-messages.ts';
import { googleMessage } from './reach/google-messages.ts';
import type { ReachingBody } from './reach/reach.ts';
import { readReach } from './reach/read-reach.ts';
import type { Message } from './reach/rules.ts';
import { resourceName } from './resource-names.ts';
import { writeStreamError } from './stream-errors.ts';
import {
  type AskedCapacity,
  readCapacity,
  readClaudeCapacity,
  readGoogleCapacity,
  readOpenAiTier,
  readRequestType,
} from './service-tier.ts';
import { readAlt } from './system-parameters.ts';
import { validateBody } from './validate-body.ts';
import {
  AnyBody,
  ChatCompletionsBody,
  CountTokensBody,
  EmbedContentBody,
  GenerateContentBody,
  InstancesBody,
  ModelInstancesBody,
  PredictBody,
} from './vertex-bodies.ts';
import { writeVertexError } from './vertex-errors.ts';
import { completeTarget, readVertexPath, type VertexPath, type VertexTarget } from './vertex-path.ts';
import { readClaudeCount, readFetch, readRaw } from './vertex-payload.ts';
import { readResourceBody, readResourceCall, RESOURCE_OPERATIONS } from './vertex-resources.ts';

/** An operation of Vertex AI whose body and answer pass as they are. */
interface PassedOperation {
  /** The schema of the checked members; Vertex AI judges the rest. */
  readonly body: z.ZodType;
  readonly format: AnswerFormat;
  /** True for an answer that streams, framed as the query's `alt` says. */
  readonly streams?: boolean;
  /** False for an operation that Google charges nothing for. */
  readonly isPriced?: false;
}

const PASSED: Readonly<Record<string, PassedOperation>> = {
  generateContent: { body: GenerateContentBody, format: 'gemini' },
  streamGenerateContent: { body: GenerateContentBody, format: 'gemini', streams: true },
  // https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/get-token-count#pricing-quota
  countTokens: { body: CountTokensBody, format: 'opaque', isPriced: false },
  computeTokens: { body: CountTokensBody, format: 'opaque', isPriced: false },
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

/** Google's message of a body, by the verb of the path. The body of any other verb can reach nothing, or is below. */
const GOOGLE_MESSAGE_BY_VERB: Readonly<Record<string, string>> = {
  generateContent: 'GenerateContentRequest',
  streamGenerateContent: 'GenerateContentRequest',
  countTokens: 'CountTokensRequest',
  computeTokens: 'ComputeTokensRequest',
  embedContent: 'EmbedContentRequest',
  predictLongRunning: 'PredictLongRunningRequest',
  'batchPredictionJobs.create': 'BatchPredictionJob',
  'cachedContents.create': 'CachedContent',
};

/** Verbs whose body is the model's or the container's own. */
const MODEL_DEFINED_VERBS: ReadonlySet<string> = new Set([
  'predict',
  'explain',
  'rawPredict',
  'streamRawPredict',
  'directPredict',
  'directRawPredict',
  'serverStreamingPredict',
]);

/** The native Vertex AI surface: Google's own paths and bodies. */
export const vertexDialect: Dialect = {
  name: 'vertex',
  async readPrediction(request: DialectRequest): Promise<Prediction> {
    const path = readVertexPath(request.method, request.path);
    const operation = RESOURCE_OPERATIONS[path.verb];
    if (operation) {
      const json = await readResourceBody(operation, request);
      const body = await readReach(messageOfCall(path), json);
      const target = completeTarget(path, body.json);
      const payload = await readResourceCall(operation, path, request, body);
      return { ...target, payload, body: json, check: body.check };
    }
    if (request.query.size > 0) readAlt(request.query);
    if (isOpaque(path, request)) {
      const target = completeTarget(path, undefined);
      const capacity = readCapacity(request.header);
      const payload = await readPayload(target, path.verb, request, undefined, capacity);
      return { ...target, ...capacity.target, payload };
    }
    const json = await readJson(request.body, boundsOf(path));
    const body = await readReach(messageOfCall(path), json);
    const target = completeTarget(path, body.json);
    const capacity = capacityOf(path, request.header, body.json);
    const payload = await readPayload(target, path.verb, request, body, capacity);
    return { ...target, ...capacity?.target, payload, body: json, check: body.check };
  },
  writeError: writeVertexError,
  writeStreamError,
  fillSilence,
};

/**
 * Reads the target of a call without making it. The returned `check` judges the places and tools of its body.
 * @param path the path below `/vertex/`.
 * @throws GatewayError the error that the call itself would get.
 */
export async function readVertexCall(
  method: string,
  path: string,
  body: JsonValue | undefined,
): Promise<AskedCall> {
  const vertexPath = readVertexPath(method, path);
  const target = completeTarget(vertexPath, body);
  if (!body) return target;
  const { check } = await readReach(messageOfCall(vertexPath), body);
  return { ...target, ...capacityOf(vertexPath, () => null, body)?.target, check };
}

/** Custom containers have bounds of their own. A tuned Gemini model is on an endpoint as well and has Gemini's bounds. */
function boundsOf({ resource, verb }: VertexPath): JsonBounds | undefined {
  if (verb === 'fetchPredictOperation') return BODY_BOUNDS['the name of an operation'];
  return resource?.kind === 'endpoint' && MODEL_DEFINED_VERBS.has(verb)
    ? BODY_BOUNDS['a custom endpoint']
    : undefined;
}

/** True for a body that is not JSON by its content type, which only a custom container may take. */
function isOpaque({ operation, resource }: VertexPath, { header }: DialectRequest): boolean {
  if (resource?.kind !== 'endpoint' || !/^(stream)?rawPredict$/i.test(operation)) return false;
  return !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(header('content-type') ?? 'application/json');
}

/** Finds the rules for the body of a call on the native surface; undefined for a body that can reach nothing. */
export function messageOfCall({ verb, resource, publisher }: VertexPath): Message | undefined {
  const name = Object.hasOwn(GOOGLE_MESSAGE_BY_VERB, verb) ? GOOGLE_MESSAGE_BY_VERB[verb] : undefined;
  if (name !== undefined) return googleMessage(name);
  if (verb === 'completions') return CHAT_REQUEST;
  if (!MODEL_DEFINED_VERBS.has(verb)) return undefined;
  if (resource?.kind === 'endpoint') return CONTAINER_REQUEST;
  if (verb === 'predict') return googleMessage('PredictRequest');
  const modelPublisher = resource?.kind === 'model' ? resource.publisher : publisher;
  return modelPublisher === 'anthropic' ? CLAUDE_REQUEST : OPEN_REQUEST;
}

/**
 * Makes the payload of a call on the native surface. Small bodies of an endpoint's `predict` become protobuf; every other
 * body is sent as bytes.
 * @param verb the verb of the path.
 * @param reaching the inspected body; undefined for a body that is not JSON, which only raw calls take.
 * @param capacity the capacity that the call asks for; undefined for a verb without tiers.
 * @throws GatewayError INVALID_REQUEST.
 */
async function readPayload(
  target: VertexTarget,
  verb: string,
  request: DialectRequest,
  reaching: ReachingBody | undefined,
  capacity: AskedCapacity | undefined,
): Promise<Payload> {
  const { operation, resource, apiVersion } = target;
  const { body, header } = request;
  const checked = resource.kind === 'endpoint' ? readInstances(reaching?.json) : undefined;
  if (operation === 'rawPredict' || operation === 'streamRawPredict')
    return readRaw(target, request, reaching, checked, capacity?.headers ?? {});
  if (!reaching) throw new TypeError('only raw calls take a body that is not JSON');
  const { json, caches } = reaching;
  const isPrediction = resource.kind === 'endpoint' && verb === 'predict';
  if (isPrediction) await validateBody(PredictBody, json);
  const isEvent = request.query.size > 0 && readAlt(request.query) === 'sse';
  if (isPrediction && checked && !isEvent && body.byteLength <= MAXIMUM_PROTOBUF_BYTES)
    return { kind: 'instances', ...checked };
  const headers = {
    ...forwardedHeaders(header, ['traceparent']),
    ...(capacity?.headers ?? readRequestType(header)),
  };
  const edits = capacity?.edits ?? {};
  if (operation === 'chatCompletions') {
    const asked = await validateBody(ChatCompletionsBody, json);
    return readChatCompletion(apiVersion, reaching, asked, { headers, edits });
  }
  if (operation === 'countTokens' && verb === 'rawPredict') return readClaudeCount(apiVersion, header, json);
  if (verb === 'fetchPredictOperation') return readFetch(apiVersion, headers, json);
  const passed = PASSED[verb];
  if (!passed) throw new TypeError(`no path has the verb ${verb}`);
  if (!isPrediction) await validateBody(passed.body, json);
  const payload: BytesPayload = {
    kind: 'bytes',
    format: passed.format,
    ...(passed.streams && { framing: readFraming(request) }),
    ...(passed.isPriced === false && { isPriced: false }),
    ...(passed.format === 'gemini' && checkNamedCache(apiVersion, caches)),
    ...(/^(predict(LongRunning)?|explain)$/.test(verb) && checked && { checked }),
    ...(operation === 'predictLongRunning' && {
      usesSeal: true,
      rewrite: sealedAnswer,
      ordered: readOrderedVideo(json),
    }),
    request: (call) => {
      return {
        method: 'POST',
        path: `/${apiVersion}/${resourceName(call)}:${verb}${passed.streams && readFraming(request) === 'sse' ? '?alt=sse' : ''}`,
        headers,
        // A caller's own labels would appear in the project's bills.
        body: editJson(json, {
          ...(json.member('labels') && { labels: undefined }),
          ...edits,
        }),
      };
    },
  };
  return isEvent && !passed.streams ? answeredByEvent(payload) : payload;
}

/**
 * Has the answer of an operation that does not stream become one server-sent event, as at Google with `alt=sse`. Errors stay
 * JSON.
 */
function answeredByEvent(payload: BytesPayload): BytesPayload {
  const { rewrite } = payload;
  return {
    ...payload,
    rewrite: {
      ...rewrite,
      contentType: 'text/event-stream',
      whole: async (body, ...rest) => {
        const sent = rewrite?.whole ? await rewrite.whole(body, ...rest) : body;
        return Buffer.from(`data: ${Buffer.from(sent).toString().trim().replace(/\n/g, '\ndata: ')}\r\n\r\n`);
      },
    },
  };
}

/** Reads the capacity that a call asks for; undefined for a verb without tiers, of whose header Google takes no notice. */
function capacityOf(
  { verb, resource }: VertexPath,
  header: ReadHeader,
  json: JsonValue,
): AskedCapacity | undefined {
  switch (verb) {
    case 'generateContent':
    case 'streamGenerateContent':
      return readGoogleCapacity(header, json);
    case 'completions':
      return readCapacity(header, readOpenAiTier(json));
    case 'rawPredict':
    case 'streamRawPredict':
      return resource?.kind === 'model' && resource.publisher === 'anthropic'
        ? readClaudeCapacity(header, json)
        : readCapacity(header);
    default:
      return undefined;
  }
}

/** The instances and parameters for the endpoint's schemas; undefined for a body without a list of instances. */
function readInstances(json: JsonValue | undefined): Instances | undefined {
  const instances = json?.member('instances');
  const parameters = json?.member('parameters');
  if (instances?.kind !== 'array' || instances.length === 0) return undefined;
  return { instances, ...(parameters && { parameters }) };
}

function readFraming({ query }: DialectRequest): Framing {
  return readAlt(query) === 'sse' ? 'sse' : 'json-array';
}
