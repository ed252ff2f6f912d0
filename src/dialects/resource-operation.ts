import type { z } from 'zod';
import type { JsonValue } from '../json/json-value.ts';
import type { DialectRequest } from '../prediction/dialect.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { BytesPayload, VertexRequest } from '../prediction/prediction.ts';
import type { BodyPurpose } from './body-bounds.ts';
import type { ToolField } from './check-tools.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { parentName } from './resource-names.ts';
import type { VertexPath } from './vertex-path.ts';

/** A call on a resource of Vertex AI: a publisher's model, a batch prediction job or a context cache. */
export interface ResourceCall {
  readonly path: VertexPath;
  readonly request: DialectRequest;
  /** An empty object for a method without a body. */
  readonly json: JsonValue;
  /** The tools that the body gives a model. */
  readonly tools: readonly ToolField[];
}

/** One method of such a resource: how its query and body are read and what is sent to Vertex AI. */
export interface ResourceOperation {
  readonly query: z.ZodType<Readonly<Record<string, string | undefined>>>;
  /** The purpose of the body, which sets its bounds; undefined for a method without a body. */
  readonly body?: BodyPurpose;
  /** Makes the payload of a call. @throws GatewayError INVALID_REQUEST. */
  read(
    call: ResourceCall,
    query: Readonly<Record<string, string | undefined>>,
  ): ResourcePayload | Promise<ResourcePayload>;
}

/** A payload of bytes; when `format` is left out, no usage is read from the answer and no price applies. */
export type ResourcePayload = Omit<BytesPayload, 'kind' | 'format'> & Partial<Pick<BytesPayload, 'format'>>;

/**
 * Makes the request to Vertex AI for a call on a collection.
 * @param suffix what follows the collection in the path, such as `/{id}:cancel` or a query.
 */
export function resourceRequest(
  { path: { apiVersion, verb }, request }: ResourceCall,
  method: VertexRequest['method'],
  granted: AuthorizedCall,
  suffix = '',
  body?: Uint8Array,
): VertexRequest {
  const collection = verb.split('.')[0] ?? '';
  return {
    method,
    path: `/${apiVersion}/${parentName(granted)}/${collection}${suffix}`,
    headers: forwardedHeaders(request.header, ['traceparent']),
    ...(body && { body }),
  };
}
