import type { IncomingHttpHeaders } from 'node:http';
import type { Framing } from './framing.ts';
import type { GoogleError } from './google-error.ts';
import type { ApiVersion } from './protos.ts';
import type { VertexAiState } from './vertex-ai-state.ts';

/** The method and the resource that a REST path names. */
export interface Route {
  readonly version: ApiVersion;
  /** The method's full name, as in gRPC. */
  readonly method: string;
  /** The resource of the path, without the version before it and the verb after it. */
  readonly name: string;
  /** The path parameters of the template, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** One REST call whose access has been checked. */
export interface RestCall {
  readonly served: VertexAiState;
  readonly route: Route;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer: JSON, bytes of any type, or the elements of a stream. `status` is 200 when left out. */
export type RestAnswer = { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } & (
  | { readonly json: unknown }
  | { readonly bytes: Uint8Array; readonly contentType: string }
  | { readonly elements: readonly unknown[]; readonly framing: Framing }
);

/**
 * One method of the API. `rest-operations.ts` lists them all. The first whose path, HTTP method and version match
 * serves a call.
 */
export interface RestOperation {
  readonly httpMethod: 'DELETE' | 'GET' | 'PATCH' | 'POST';
  /** The paths after `/{version}/`; `{part}` stands for one part of a path, without `/` and `:`. */
  readonly paths: readonly string[];
  /** The versions that have the operation; both when left out. A call in another version gets a 404, as at Google. */
  readonly versions?: readonly ApiVersion[];
  /** Service and method, as in gRPC: `PredictionService.Predict`. */
  readonly method: string | ((params: Route['params'], version: ApiVersion) => string);
  /** True when the operation understands `alt=sse`. */
  readonly streams?: boolean;
  /** Says if a body asks for a stream; only operations of custom endpoints have it. */
  readonly wantsStream?: (body: Buffer) => boolean;
  /** The message whose fields may be query parameters, such as `ListCachedContentsRequest`; none when left out. */
  readonly queryMessage?: string;
  /**
   * Serves a call. It throws a GoogleError, which is answered in Google's form; an error in another form is returned.
   */
  readonly serve: (call: RestCall) => RestAnswer | Promise<RestAnswer>;
  /** Builds the body of a failed call where it differs from Google's plain form, for calls without access too. */
  readonly failureBody?: (error: GoogleError, call: RestCall) => unknown;
}
