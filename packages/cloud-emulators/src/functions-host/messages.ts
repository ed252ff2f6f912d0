/**
 * The messages between the host and its worker. The real ones are protocol buffers over gRPC, with members of the same
 * names.
 * Source: https://github.com/Azure/azure-functions-language-worker-protobuf/blob/dev/src/proto/FunctionRpc.proto
 */

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';

/** Receives the log lines of the function app and of the host. */
export type Log = (level: LogLevel, source: string, message: string) => void;

/** A binding as the library registers it; an HTTP trigger has `route`, `methods` and `authLevel`. */
export type Binding = Readonly<Record<string, unknown>> & { readonly type?: string };

/** The metadata of a function, as the library registers it. */
export interface FunctionMetadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: unknown;
}

/** A value as it is sent to the worker. */
export type TypedData = { readonly string: string } | { readonly json: string };

/** An HTTP request or response that is sent whole, without `enableHttpStream`. */
export interface HttpData {
  readonly url?: string;
  readonly method?: string;
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: { readonly bytes?: Uint8Array; readonly string?: string; readonly json?: string };
}

/** The request to the worker to run a function. */
export interface InvocationRequest {
  readonly invocationId: string;
  readonly functionName: string;
  readonly traceContext: { readonly traceParent: string; readonly traceState?: string };
  readonly triggerMetadata: Readonly<Record<string, TypedData>>;
  /** The input of the trigger; an HTTP request that the library's own server receives is not in it. */
  readonly input: TypedData | { readonly http: HttpData };
}

/** The worker's answer to an invocation. */
export interface InvocationResponse {
  readonly invocationId: string;
  /** The error that the handler or a hook threw. */
  readonly error?: string;
  readonly http?: HttpData;
}

/** A message from the host to the worker. */
export type ToWorker =
  | ({ readonly type: 'invocation' } & InvocationRequest)
  | { readonly type: 'terminate'; readonly gracePeriodInMs: number };

/** A message from the worker to the host. */
export type FromWorker =
  | {
      readonly type: 'started';
      readonly functions: readonly FunctionMetadata[];
      /** Address of the library's own server, with `enableHttpStream`. */
      readonly httpUri?: string;
    }
  | { readonly type: 'failed'; readonly message: string }
  | ({ readonly type: 'response' } & InvocationResponse)
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly source: string;
      readonly message: string;
    };
