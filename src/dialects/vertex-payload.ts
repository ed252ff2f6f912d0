import type { Instances } from '../governance/instance-schemas.ts';
import { editJson, type JsonEdits } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { ReadHeader } from '../prediction/caller.ts';
import type { DialectRequest } from '../prediction/dialect.ts';
import type { BytesPayload } from '../prediction/prediction.ts';
import { checkNamedCache } from './cached-content-name.ts';
import { readBetas } from './claude-betas.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { readOwnOperation } from './operation-names.ts';
import type { ReachingBody } from './reach/reach.ts';
import { parentName, resourceName } from './resource-names.ts';
import type { AskedCapacity } from './service-tier.ts';
import { validateBody } from './validate-body.ts';
import { AnyBody, ClaudeBody, FetchPredictOperationBody } from './vertex-bodies.ts';
import { MAXIMUM_NAME_BYTES, type VertexTarget } from './vertex-path.ts';

/**
 * Reads the payload of a raw call on a publisher's model or a custom container.
 * @param reaching the inspected body; undefined for a body that is not JSON.
 * @param checked the instances that must meet the schemas of a custom container's endpoint.
 * @param capacity the headers that choose Google's capacity.
 * @throws GatewayError INVALID_REQUEST.
 */
export async function readRaw(
  { apiVersion, operation, resource }: VertexTarget,
  { body, header }: DialectRequest,
  reaching: ReachingBody | undefined,
  checked: Instances | undefined,
  capacity: AskedCapacity['headers'],
): Promise<BytesPayload> {
  const json = reaching?.json;
  const isClaude = resource.kind === 'model' && resource.publisher === 'anthropic';
  const isEndpoint = resource.kind === 'endpoint';
  const message = isClaude ? await validateBody(ClaudeBody, json) : undefined;
  if (!isClaude && !isEndpoint) await validateBody(AnyBody, json);
  // Claude streams when the body says so, whichever the operation.
  const streams = message ? message.stream === true : operation === 'streamRawPredict';
  const contentType = header('content-type');
  const betas = isClaude && json ? readBetas(header, json) : undefined;
  return {
    kind: 'bytes',
    format: isClaude ? 'anthropic' : 'shaped',
    ...(streams && { framing: isClaude ? ('sse' as const) : ('raw' as const) }),
    ...(checked && { checked }),
    // A publisher's model may read the same members here as under its other verbs, a context cache among them.
    ...(!isEndpoint && checkNamedCache(apiVersion, reaching?.caches ?? [])),
    request: (call) => {
      return {
        method: 'POST',
        path: `/${apiVersion}/${resourceName(call)}:${operation}`,
        headers: {
          ...forwardedHeaders(header, ['traceparent']),
          ...capacity,
          ...(betas?.headers ?? forwardedHeaders(header, ['anthropic-beta'])),
          ...(isEndpoint && contentType !== null && { 'content-type': contentType }),
        },
        body: json ? editJson(json, betas?.edits ?? {}) : body,
      };
    },
  };
}

/**
 * Reads the payload of a count of tokens. Vertex AI counts for every Claude model under one name, and the body names
 * the model. No beta is sent, neither in the header nor in the body: the operation takes none.
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
    // https://platform.claude.com/docs/en/build-with-claude/token-counting#pricing-and-rate-limits
    isPriced: false,
    request: (call) => {
      const named = call.resource.kind === 'model' ? call.resource.model : undefined;
      const all = {
        ...edits,
        ...(json.member('anthropic_beta') && { anthropic_beta: undefined }),
        ...(named !== model && { model: JSON.stringify(named) }),
      };
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
 * Reads the payload that fetches a long-running operation of the caller's team.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/veo-video-generation#poll
 * @throws GatewayError INVALID_REQUEST.
 */
export async function readFetch(
  apiVersion: string,
  headers: Record<string, string>,
  json: JsonValue,
): Promise<BytesPayload> {
  const { operationName } = await validateBody(FetchPredictOperationBody, json);
  return {
    kind: 'bytes',
    format: 'opaque',
    // The operation is priced where it is ordered, however often it is looked at.
    isPriced: false,
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
