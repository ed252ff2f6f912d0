import type { BackendPools } from './backend-pools.ts';
import type { CallCounters } from './call-counters.ts';
import type { EntraTokens } from './entra-tokens.ts';
import type { Journeys } from './journeys.ts';
import type { ManagedIdentityTokens } from './managed-identity-tokens.ts';
import type { MetricTelemetry } from './metric-telemetry.ts';
import type { OpenIdProviders } from './openid-providers.ts';
import type { RequestTelemetry } from './request-telemetry.ts';
import type { RunningRequests } from './running-requests.ts';
import type { ValueCache } from './value-cache.ts';

/** A telemetry item that the `trace` policy sends to Application Insights. */
export interface TraceTelemetry {
  readonly time: Date;
  /** The `source` of the trace, for journeys: Application Insights isn't documented to get it. */
  readonly source: string;
  readonly severity: 'verbose' | 'information' | 'error';
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** `context.RequestId`. */
  readonly requestId: string;
  /** The trace id of the caller's W3C trace context, otherwise the request id without its dashes. */
  readonly operationId: string;
}

/** The services that policies call: shared by all of them, and alive as long as the gateway. */
export interface GatewayServices {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after so many milliseconds; rejects when the signal is aborted. */
  readonly wait: (durationInMs: number, abortSignal: AbortSignal) => Promise<void>;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
  readonly pools: BackendPools;
  readonly counters: CallCounters;
  /** The counters of tokens; `counters` counts calls. */
  readonly tokenCounters: CallCounters;
  readonly concurrency: RunningRequests;
  readonly cache: ValueCache;
  readonly openId: OpenIdProviders;
  readonly entra: EntraTokens;
  readonly managedIdentity: ManagedIdentityTokens;
  readonly emitTrace: (telemetry: TraceTelemetry) => void;
  readonly emitMetric: (telemetry: MetricTelemetry) => void;
  /** Receives the rows of requests; undefined where nobody asks for them. */
  readonly emitRequests: ((telemetry: readonly RequestTelemetry[]) => void) | undefined;
  /** The journeys of the last requests; undefined where they aren't recorded. */
  readonly journeys: Journeys | undefined;
}
