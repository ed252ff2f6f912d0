import type { z } from 'zod';
import type { JsonValue } from '../json/json-value.ts';
import type { DialectRequest } from '../prediction/dialect.ts';
import type { BytesPayload, GrantedCall, VertexRequest } from '../prediction/prediction.ts';
import type { BodyPurpose } from './body-bounds.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { parentName } from './resource-names.ts';
import type { VertexPath } from './vertex-path.ts';

/** A call on a resource that Vertex AI keeps, such as a job or a context cache. */
export interface ResourceCall {
  readonly path: VertexPath;
  readonly request: DialectRequest;
  /** An empty object for a method without a body. */
  readonly json: JsonValue;
}

/** One method of such a resource. */
export interface ResourceOperation {
  readonly query: z.ZodType<Readonly<Record<string, string | undefined>>>;
  /** What its body is for, where it takes one. */
  readonly body?: BodyPurpose;
  /** @throws GatewayError INVALID_REQUEST. */
  read(
    call: ResourceCall,
    query: Readonly<Record<string, string | undefined>>,
  ): ResourcePayload | Promise<ResourcePayload>;
}

/** Without a format, the answer holds no usage. */
export type ResourcePayload = Omit<BytesPayload, 'kind' | 'format'> & Partial<Pick<BytesPayload, 'format'>>;

/** A request to a collection or, with `suffix`, to one of it or a method of that. */
export function resourceRequest(
  { path: { apiVersion, verb }, request }: ResourceCall,
  method: VertexRequest['method'],
  granted: GrantedCall,
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
