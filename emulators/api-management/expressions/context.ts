import type { Jwt } from './jwt.ts';

/**
 * What an expression sees as `context`, as the engine fills it for one request.
 * Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#context-variable
 */
export interface PolicyContext {
  /** A GUID in its 36-character form. */
  readonly requestId: string;
  /** When the request was received. */
  readonly timestamp: Date;
  /** Milliseconds since `timestamp`. */
  readonly elapsedInMs: () => number;
  readonly tracing: boolean;
  /** Receives what an expression passes to `context.Trace(…)`. */
  readonly trace: (message: string) => void;
  /** Every variable set so far: results of `evaluate`, or any other `PolicyValue`. Names are case-sensitive. */
  readonly variables: ReadonlyMap<string, unknown>;
  readonly request: PolicyRequest;
  /** Null until there is a response. */
  readonly response: PolicyResponse | null;
  readonly api: PolicyApi;
  readonly operation: PolicyOperation;
  readonly deployment: PolicyDeployment;
  readonly product: PolicyProduct | null;
  readonly subscription: PolicySubscription | null;
  readonly user: PolicyUser | null;
  readonly lastError: PolicyLastError | null;
}

/**
 * The values that the engine may put into a variable itself. A JavaScript number is a C# int, a bigint a long;
 * other C# types come only from `evaluate` and are passed through untouched.
 */
export type PolicyValue = string | boolean | number | bigint | null | Jwt | PolicyRequest | PolicyResponse;

/** Headers by lower-case name; `name` keeps the case it arrived in. */
export type PolicyHeaders = ReadonlyMap<string, PolicyHeader>;

export interface PolicyHeader {
  readonly name: string;
  readonly values: readonly string[];
}

/** A message body. The engine buffers it before it evaluates an expression that reads it (see `reads`). */
export interface PolicyBody {
  /** The whole body; without `preserveContent` it is gone afterwards, and later reads give null. */
  readonly read: (preserveContent: boolean) => Uint8Array | null;
}

export interface PolicyUrl {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** With its leading `?`, or empty. */
  readonly queryString: string;
  /** Decoded values by decoded name, in the case it arrived in. */
  readonly query: ReadonlyMap<string, readonly string[]>;
}

export interface PolicyRequest {
  readonly type: 'IRequest';
  readonly method: string;
  readonly url: PolicyUrl;
  readonly originalUrl: PolicyUrl;
  readonly headers: PolicyHeaders;
  readonly ipAddress: string;
  readonly matchedParameters: ReadonlyMap<string, string>;
  readonly body: PolicyBody | null;
}

export interface PolicyResponse {
  readonly type: 'IResponse';
  readonly statusCode: number;
  readonly statusReason: string;
  readonly headers: PolicyHeaders;
  readonly body: PolicyBody | null;
}

export interface PolicyApi {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly version: string;
  readonly revision: string;
  readonly isCurrentRevision: boolean;
  readonly serviceUrl: PolicyUrl | null;
}

export interface PolicyOperation {
  readonly id: string;
  readonly name: string;
  readonly method: string;
  readonly urlTemplate: string;
}

export interface PolicyDeployment {
  readonly serviceName: string;
  readonly region: string;
  readonly gatewayId: string;
}

export interface PolicyProduct {
  readonly id: string;
  readonly name: string;
}

export interface PolicySubscription {
  readonly id: string;
  readonly name: string;
  /** The key that the caller used. */
  readonly key: string;
  readonly primaryKey: string;
  readonly secondaryKey: string;
}

export interface PolicyUser {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly groups: readonly PolicyGroup[];
}

export interface PolicyGroup {
  readonly id: string;
  readonly name: string;
}

/** Source: https://learn.microsoft.com/azure/api-management/api-management-error-handling-policies */
export interface PolicyLastError {
  readonly source: string;
  readonly reason: string;
  readonly message: string;
  readonly scope: string;
  readonly section: string;
  readonly path: string;
  readonly policyId: string;
}
