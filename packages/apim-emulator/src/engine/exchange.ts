import type {
  PolicyApi,
  PolicyContext,
  PolicyDeployment,
  PolicyHeader,
  PolicyLastError,
  PolicyOperation,
  PolicyProduct,
  PolicyRequest,
  PolicySubscription,
} from '@vertex-ai-gateway/csharp-expressions/context';
import type { Scope } from '../policies/policy.ts';
import type { BackendEntity } from './backend-entities.ts';
import { type Correlation, readCorrelation } from './correlation.ts';
import type { ExchangeResponse } from './exchange-response.ts';
import type { Headers } from './headers.ts';
import type { Journey } from './journey.ts';
import type { MessageUrl } from './message-url.ts';
import type { OperationContract } from './operation-contract.ts';
import type { ModelCall } from './model-call.ts';
import type { RequestBody } from './request-body.ts';

/** The request of one exchange, which policies may change until it is forwarded. */
export interface ExchangeRequest extends PolicyRequest {
  method: string;
  /** The address that it goes to: the backend's, and the path after the API's own. */
  url: MessageUrl;
  readonly originalUrl: MessageUrl;
  readonly headers: Headers;
  readonly body: RequestBody;
  matchedParameters: ReadonlyMap<string, string>;
}

/** The facts that an exchange starts with. */
export interface ExchangeStart {
  readonly requestId: string;
  readonly now: () => number;
  readonly request: ExchangeRequest;
  readonly deployment: PolicyDeployment;
  /** The signal that is aborted when the client is gone. */
  readonly clientGone: AbortSignal;
}

const UNKNOWN_API: PolicyApi = {
  id: '',
  name: '',
  path: '',
  version: '',
  revision: '',
  isCurrentRevision: true,
  serviceUrl: null,
};

/** One request and its response on their way through the policies; expressions see it as `context`. */
export class Exchange implements PolicyContext {
  readonly requestId: string;
  readonly timestamp: Date;
  readonly request: ExchangeRequest;
  readonly deployment: PolicyDeployment;
  readonly clientGone: AbortSignal;
  readonly variables = new Map<string, unknown>();
  readonly tracing = false;
  readonly user = null;
  response: ExchangeResponse | null = null;
  api: PolicyApi = UNKNOWN_API;
  operation: PolicyOperation = { id: '', name: '', method: '', urlTemplate: '' };
  product: PolicyProduct | null = null;
  subscription: PolicySubscription | null = null;
  lastError: PolicyLastError | null = null;
  /** The matched parameters as they stand in the path, still percent-encoded. */
  rawParameters: ReadonlyMap<string, string> = new Map();
  /** The specification of the operation's messages; undefined where there is none. */
  contract: OperationContract | undefined;
  /** The header and the query parameter that the API's subscription key is looked for in. */
  keyNames: { readonly header: string; readonly query: string } = { header: '', query: '' };
  /** The caller's `Host`, as it came: what stands in the headers in its place was set by a policy. */
  readonly receivedHost: PolicyHeader | undefined;
  /** The base address of the backend, without a trailing slash; empty when none is set. */
  backendUrl = '';
  /** The backend entity that is set, and the scope of the policy that set it. */
  backend: { readonly entity: BackendEntity; readonly scope: Scope } | null = null;
  /** The id of the backend entity that the request was last forwarded to; empty when there was none. */
  backendId = '';
  /** Answers in place of a backend: what stands behind the policies of an MCP server. */
  runtime: (() => Promise<ExchangeResponse>) | undefined;
  /** The exchange's place in the caller's trace, read before any policy changes headers. */
  readonly correlation: Correlation;
  /** The `traceparent` that backends get; undefined where they get none. */
  traceparent: string | undefined;
  /** The record of its steps; undefined where journeys aren't kept. */
  journey: Journey | undefined;
  /** True when a policy has ended the pipeline with the response as it is. */
  ended = false;
  /** The headers that limits and `cors` add to whatever response is sent; the last of a name counts. */
  readonly addedHeaders: [string, string][] = [];
  /** The amount that each quota was increased by for this request, by key. */
  readonly countedQuotas = new Map<string, number>();
  /** The token counts of the call of a model; undefined where no policy asks. */
  modelCall: ModelCall | undefined;
  /** The tasks that run whenever a backend has answered the forwarded request, before the next policy. */
  readonly afterBackend: ((response: ExchangeResponse) => Promise<void> | undefined)[] = [];
  /** The tasks that run when the outbound section is done. */
  readonly afterOutbound: (() => void)[] = [];
  /** The tasks that run when the response is sent or given up, with the bytes that went over the client's connection. */
  readonly afterResponse: ((bytes: number) => void)[] = [];
  readonly #now: () => number;

  constructor(start: ExchangeStart) {
    this.requestId = start.requestId;
    this.timestamp = new Date(start.now());
    this.request = start.request;
    this.deployment = start.deployment;
    this.clientGone = start.clientGone;
    this.receivedHost = start.request.headers.get('host');
    this.correlation = readCorrelation(start.request.headers, start.requestId);
    this.#now = start.now;
  }

  readonly elapsedInMs = (): number => this.#now() - this.timestamp.getTime();

  /** Notes a message of `context.Trace` in the request's journey, as the request tracing of the test console shows it. */
  readonly trace = (message: string): void => this.journey?.note(message);
}
