import type { IncomingHttpHeaders } from 'node:http';
import type { Framing } from './framing.ts';
import type { GoogleError } from './google-error.ts';
import type { ApiVersion } from './protos.ts';
import type { Served } from './served.ts';

/** What a REST path calls. */
export interface Route {
  readonly version: ApiVersion;
  /** The full name of the method, as in gRPC. */
  readonly method: string;
  /** The resource of the path, without the version before it and the verb after it. */
  readonly name: string;
  /** The parts of the path that its template names, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** One REST call whose access has been checked. */
export interface RestCall {
  readonly served: Served;
  readonly route: Route;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What goes back: JSON, bytes of any type, or the elements of a stream. `status` is 200 when left out. */
export type RestAnswer = { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } & (
  | { readonly json: unknown }
  | { readonly bytes: Uint8Array; readonly contentType: string }
  | { readonly elements: readonly unknown[]; readonly framing: Framing }
);

/**
 * One method of the API. The table of `rest-operations.ts` has them all; the first whose path, HTTP method and version
 * fit serves a call.
 */
export interface RestOperation {
  readonly httpMethod: 'DELETE' | 'GET' | 'PATCH' | 'POST';
  /** What follows `/{version}/`; `{part}` stands for one part of a path, without `/` and `:`. */
  readonly paths: readonly string[];
  /** The versions that have it; both when left out. Google has no such path in the others. */
  readonly versions?: readonly ApiVersion[];
  /** Service and method, as in gRPC: `PredictionService.Predict`. */
  readonly method: string | ((params: Route['params'], version: ApiVersion) => string);
  /** Whether `alt=sse` is understood. */
  readonly streams?: boolean;
  /** Of a custom endpoint: whether a body asks for a stream of what the container writes. */
  readonly wantsStream?: (body: Buffer) => boolean;
  /** The message whose fields may be query parameters, such as `ListCachedContentsRequest`; none when left out. */
  readonly queryMessage?: string;
  /** @throws GoogleError which becomes an answer in Google's form; another form is an answer of its own. */
  readonly serve: (call: RestCall) => RestAnswer | Promise<RestAnswer>;
  /** The body of a failed call where Google's plain form is not it; also for calls without access. */
  readonly failureBody?: (error: GoogleError, call: RestCall) => unknown;
}
