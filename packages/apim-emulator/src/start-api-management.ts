import { setTimeout } from 'node:timers/promises';
import { BackendPools } from './engine/backend-pools.ts';
import { CallCounters } from './engine/call-counters.ts';
import { EntraTokens } from './engine/entra-tokens.ts';
import { Journeys } from './engine/journeys.ts';
import type { GatewayServices, TraceTelemetry } from './engine/gateway-services.ts';
import { ManagedIdentityTokens } from './engine/managed-identity-tokens.ts';
import type { FetchManagedIdentityToken } from './engine/managed-identity-tokens.ts';
import type { MetricTelemetry } from './engine/metric-telemetry.ts';
import type { RequestTelemetry } from './engine/request-telemetry.ts';
import { OpenIdProviders } from './engine/openid-providers.ts';
import { RunningRequests } from './engine/running-requests.ts';
import { ValueCache } from './engine/value-cache.ts';
import { raise } from './documents/refuse.ts';
import { loadExpressionCompiler } from '@vertex-ai-gateway/csharp-expressions/compile';
import { answerInOrder } from './answer-in-order.ts';
import { createGateway } from './gateway.ts';
import type { Intercept } from './gateway.ts';
import type { Tier } from './policies/policy.ts';
import { POLICIES } from './policies/policy-table.ts';
import { readService } from './service/read-service.ts';
import { ServiceDefinitionError } from './service/service-definition.ts';
import type { ServiceDefinition } from './service/service-definition.ts';
import { indexSubscriptions } from './service/subscription-keys.ts';
import type { Subscription } from './service/subscription-keys.ts';
import { startListeners, type TlsOptions } from './start-listeners.ts';

/** The severities of traces, from the least to the most. */
const SEVERITIES: readonly TraceTelemetry['severity'][] = ['verbose', 'information', 'error'];

type NamedValues = Readonly<Record<string, string>>;

/** The options of the emulator. */
export interface ApiManagementOptions {
  /** The folder of the service's artifacts, in the layout of APIOps. */
  readonly directory: string;
  /** The port on 127.0.0.1; 0 picks a free one. */
  readonly port: number;
  /** A second port, which serves the same over TLS; none when left out. */
  readonly tls?: TlsOptions;
  /**
   * Named values by name; they win over those in the folder. The gateway's own addresses may be among them: the public
   * one, and the one at which it can call itself.
   */
  readonly namedValues: NamedValues | ((gatewayUrl: string, loopbackUrl: string) => NamedValues);
  readonly subscriptions: readonly Subscription[];
  /** The address at which validate-azure-ad-token finds the tenants, in place of https://login.microsoftonline.com. */
  readonly entraAuthority: string;
  /** Gives a token of the gateway's managed identity; fetched once at a time for each resource, and cached. */
  readonly managedIdentityToken: FetchManagedIdentityToken;
  /** Receives what the trace policy emits, as Application Insights would. */
  readonly emitTrace: (telemetry: TraceTelemetry) => void;
  /** Receives the metrics of emit-metric and its like; they are dropped when it is left out. */
  readonly emitMetric?: (telemetry: MetricTelemetry) => void;
  /**
   * Receives the requests that were handled, as the folder's diagnostic for Application Insights wants them; without
   * one there are none.
   */
  readonly emitRequests?: (telemetry: readonly RequestTelemetry[]) => void;
  /** The tier whose gateway it plays: what it lacks is refused, and limits count as it counts. `classic` when left out. */
  readonly tier?: Tier;
  /**
   * Plays a service in an internal virtual network: the gateway can't call itself at its public address, which is
   * `http://127.0.0.1:{port}`. At its loopback address, `http://localhost:{port}`, it can, in the classic tiers.
   */
  readonly internalNetwork?: boolean;
  /** Sees every request before the gateway does, the health address aside; true when it has answered it. */
  readonly intercept?: Intercept;
  /** The number of requests whose way through the policies is kept; none when left out, which is faster. */
  readonly journeys?: number;
  /** Milliseconds since the epoch; the system clock when left out. */
  readonly now?: () => number;
  /** Waits between retries: resolves after so many milliseconds, rejects when the signal is aborted. */
  readonly wait?: (durationInMs: number, abortSignal: AbortSignal) => Promise<void>;
  /** Returns a random number from 0 up to, but not including, 1; `Math.random` when left out. */
  readonly random?: () => number;
}

/** A gateway that listens. Closing ends open connections too. */
export interface RunningApiManagement {
  readonly port: number;
  /** The port for TLS, if the options ask for one. */
  readonly tlsPort: number | undefined;
  /** The last requests' ways through the policies; undefined where none are kept. */
  readonly journeys: Pick<Journeys, 'read' | 'list'> | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Starts a gateway that runs a folder of policy documents.
 * @throws {PolicyDocumentError | ServiceDefinitionError} for what isn't supported, with its place.
 * @throws the listening error, `EADDRINUSE` for a port that is taken.
 */
export async function startApiManagement(options: ApiManagementOptions): Promise<RunningApiManagement> {
  const service = readService(options.directory, raise);
  for (const { id, product } of options.subscriptions) {
    if (product !== undefined && !service.products.some((known) => known.id === product))
      throw new ServiceDefinitionError(
        options.directory,
        `The subscription "${id}" is for an unknown product.`,
      );
  }
  const expressions = await loadExpressionCompiler();
  const listeners = await startListeners(options.port, options.tls);
  const { port, tlsPort } = listeners;
  const namedValues = new Map([...service.namedValues, ...namedValuesOf(options, port)]);
  const journeys = startJourneys(options, service, namedValues);
  const pools = new BackendPools(unreachableOrigins(options, port));
  const services = createServices({ ...options, emitTrace: tracesFrom(service, options) }, journeys, pools);
  try {
    const handle = createGateway({
      service,
      compiler: {
        expressions,
        namedValues,
        policies: POLICIES,
        tier: options.tier ?? 'classic',
        fragments: service.fragments,
        services,
        refuse: raise,
      },
      findSubscription: indexSubscriptions(options.subscriptions),
      intercept: options.intercept,
    });
    // A client that wants to upgrade is answered like any other: nothing here listens for upgrades.
    listeners.serve(
      // A rejection here is a connection that broke: nobody is left to be told.
      answerInOrder((request, response) => handle(request, response).catch(() => void response.destroy())),
    );
  } catch (error) {
    await listeners.close();
    throw error;
  }
  return {
    port,
    tlsPort,
    journeys,
    close: async () => {
      await Promise.all([listeners.close(), services.pools.close()]);
    },
  };
}

/** Creates the services that policies call: nothing of them is shared with another gateway. */
export function createServices(
  options: Pick<
    ApiManagementOptions,
    | 'now'
    | 'tier'
    | 'wait'
    | 'random'
    | 'entraAuthority'
    | 'managedIdentityToken'
    | 'emitTrace'
    | 'emitMetric'
    | 'emitRequests'
  >,
  journeys?: Journeys,
  pools = new BackendPools(),
): GatewayServices {
  const now = options.now ?? Date.now;
  const tier = options.tier ?? 'classic';
  const openId = new OpenIdProviders(now);
  return {
    now,
    wait: options.wait ?? waitFor,
    random: options.random ?? Math.random,
    pools,
    counters: new CallCounters(tier),
    tokenCounters: new CallCounters(tier),
    concurrency: new RunningRequests(),
    cache: new ValueCache(now),
    openId,
    entra: new EntraTokens(options.entraAuthority, openId, now),
    managedIdentity: new ManagedIdentityTokens(options.managedIdentityToken, now),
    emitTrace: options.emitTrace,
    emitMetric: options.emitMetric ?? (() => undefined),
    emitRequests: options.emitRequests,
    journeys,
  };
}

/**
 * Lists the addresses of a gateway that it cannot call itself. In an internal virtual network, that is the public one,
 * because the load balancer does not route calls back. In the v2 tiers, it is the loopback address.
 * Sources: https://learn.microsoft.com/azure/api-management/backends#limitation,
 * https://learn.microsoft.com/azure/api-management/v2-service-tiers-overview#currently-unavailable-features
 */
function unreachableOrigins({ internalNetwork, tier }: ApiManagementOptions, port: number): string[] {
  return [
    ...(internalNetwork ? [`http://127.0.0.1:${port}`] : []),
    ...(tier === 'v2' ? [`http://localhost:${port}`] : []),
  ];
}

function waitFor(durationInMs: number, abortSignal: AbortSignal): Promise<void> {
  return setTimeout(durationInMs, undefined, { signal: abortSignal });
}

/** Returns the traces that the diagnostic's verbosity lets through; all of them where there is no diagnostic. */
function tracesFrom(
  { diagnostic }: ServiceDefinition,
  { emitTrace }: ApiManagementOptions,
): ApiManagementOptions['emitTrace'] {
  const least = SEVERITIES.indexOf(diagnostic?.verbosity ?? 'verbose');
  return (telemetry) => {
    if (SEVERITIES.indexOf(telemetry.severity) >= least) emitTrace(telemetry);
  };
}

function startJourneys(
  { journeys, directory, subscriptions }: ApiManagementOptions,
  { secretNamedValues }: ServiceDefinition,
  namedValues: ReadonlyMap<string, string>,
): Journeys | undefined {
  if (journeys === undefined || journeys === 0) return undefined;
  const keys = subscriptions.flatMap(({ primaryKey, secondaryKey = '' }) => [primaryKey, secondaryKey]);
  const secrets = [...secretNamedValues].map((name) => namedValues.get(name) ?? '');
  return new Journeys({ maximum: journeys, directory, secrets: [...keys, ...secrets] });
}

/** Returns the named values for the port that the gateway listens on, which may have been picked. */
function namedValuesOf({ namedValues }: ApiManagementOptions, port: number): [string, string][] {
  return Object.entries(
    typeof namedValues === 'function'
      ? namedValues(`http://127.0.0.1:${port}`, `http://localhost:${port}`)
      : namedValues,
  );
}
