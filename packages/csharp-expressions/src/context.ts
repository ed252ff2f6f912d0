/**
 * The `context` of an expression, as the engine fills it for one request.
 * Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#context-variable
 */
export interface PolicyContext {
  /** A GUID in its 36-character form. */
  readonly requestId: string;
  /** The time at which the request was received. */
  readonly timestamp: Date;
  /** Milliseconds since `timestamp`. */
  readonly elapsedInMs: () => number;
  readonly tracing: boolean;
  /** Receives what an expression passes to `context.Trace(…)`. */
  readonly trace: (message: string) => void;
  /**
   * Every variable set so far; names are case-sensitive. A value is a result of `evaluate`, passed through untouched,
   * or one that the engine makes: a string, a boolean, null, a number (a C# int), a bigint (a long), a Jwt,
   * a PolicyRequest or a PolicyResponse.
   */
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

/** Headers by lower-case name; `name` keeps the case it arrived in. */
export type PolicyHeaders = ReadonlyMap<string, PolicyHeader>;

/** One header with all its values. */
export interface PolicyHeader {
  readonly name: string;
  readonly values: readonly string[];
}

/** A message body. The engine buffers it before it evaluates an expression that reads it (see `reads`). */
export interface PolicyBody {
  /** The whole body; without `preserveContent` it is gone afterwards, and later reads give null. */
  readonly read: (preserveContent: boolean) => Uint8Array | null;
}

/** A URL in parts. */
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

/** The request, as the policies have changed it so far. */
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

/** A response: of the backend, of a policy, or of `send-request`. */
export interface PolicyResponse {
  readonly type: 'IResponse';
  readonly statusCode: number;
  readonly statusReason: string;
  readonly headers: PolicyHeaders;
  readonly body: PolicyBody | null;
}

/** The API that the call matched. */
export interface PolicyApi {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly version: string;
  readonly revision: string;
  readonly isCurrentRevision: boolean;
  readonly serviceUrl: PolicyUrl | null;
  /** `https` alone when left out. */
  readonly protocols?: readonly string[];
  readonly keyNames?: { readonly header: string; readonly query: string };
}

/** The operation that the call matched. */
export interface PolicyOperation {
  readonly id: string;
  readonly name: string;
  readonly method: string;
  readonly urlTemplate: string;
}

/** The deployment that the gateway belongs to. */
export interface PolicyDeployment {
  readonly serviceName: string;
  readonly region: string;
  readonly gatewayId: string;
}

/** The product that the call came through. */
export interface PolicyProduct {
  readonly id: string;
  readonly name: string;
  readonly apis?: readonly PolicyApi[];
  readonly groups?: readonly PolicyGroup[];
  readonly approvalRequired?: boolean;
  readonly isPublished?: boolean;
  /** Subscriptions that one user may have; null and left out are no limit. */
  readonly subscriptionLimit?: number | null;
  /** True when left out. */
  readonly subscriptionRequired?: boolean;
}

/** The APIM subscription of the key that the call came with. */
export interface PolicySubscription {
  readonly id: string;
  readonly name: string;
  /** The key that the caller used. */
  readonly key: string;
  readonly primaryKey: string;
  readonly secondaryKey: string;
  /** The start of the subscription, where that is known. */
  readonly startDate?: Date;
}

/** The owner of the APIM subscription. */
export interface PolicyUser {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly note?: string;
  readonly registrationDate?: Date;
  readonly identities?: readonly { readonly id: string; readonly provider: string }[];
  readonly groups: readonly PolicyGroup[];
}

/** A group that the user belongs to. */
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
