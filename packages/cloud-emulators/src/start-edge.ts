import type { FetchManagedIdentityToken } from '@vertex-ai-gateway/apim-emulator/engine/managed-identity-tokens';
import {
  type RunningApiManagement,
  startApiManagement,
} from '@vertex-ai-gateway/apim-emulator/start-api-management';
import type { TlsOptions } from '@vertex-ai-gateway/apim-emulator/start-listeners';
import { applyFault, type Control } from './control/control.ts';
import { createEdgeLogger } from './edge-logger.ts';
import type { CloudResources } from './cloud-resources.ts';
import { PortTakenError } from './loopback/listen.ts';
import { toMetricEnvelope } from './metric-envelope.ts';
import { toRequestEnvelope } from './request-envelope.ts';
import type { Clouds } from './start-clouds.ts';
import { toTraceEnvelope } from './trace-envelope.ts';

/** The options of `startEdge`. */
export interface EdgeOptions {
  /** Folder of the service's artifacts. */
  readonly directory: string;
  /** Port of the gateway; 0 picks a free one. */
  readonly port: number;
  /** The gateway's second port, which serves the same over TLS; none when left out. */
  readonly tls: TlsOptions | undefined;
  readonly functionsUrl: string;
  readonly resources: CloudResources;
  readonly clouds: Clouds;
  readonly control: Control;
  /** The number of requests whose way through the policies is kept. */
  readonly journeys: number;
  /** Product and key of each sample application's APIM subscription. */
  readonly subscriptions: ReadonlyMap<string, { readonly product: string; readonly key: string }>;
}

/**
 * Starts API Management, connected to the clouds. @throws PortTakenError, and the emulator's error for artifacts that
 * it refuses.
 */
export async function startEdge(options: EdgeOptions): Promise<RunningApiManagement> {
  const { directory, port, tls, functionsUrl, resources, clouds, control, journeys, subscriptions } = options;
  const { edge, identities } = resources;
  const managedIdentityToken: FetchManagedIdentityToken = async (resource, clientId) => {
    const { accessToken, expiresAt } = await clouds.identity.requestToken(
      identities.edge.name,
      resource,
      clientId,
    );
    return { token: accessToken, expiresAt };
  };
  const { insights, addresses } = clouds;
  const { instrumentationKey } = insights;
  const fixedValues = addresses.add(edge.functionAppUrl, functionsUrl).localizeAll(edge.namedValues);
  const log = createEdgeLogger({ directory, namedValues: fixedValues, insights, managedIdentityToken });
  try {
    return await startApiManagement({
      directory,
      port,
      ...(tls && { tls }),
      journeys,
      // An internal network is the strictest that the service can be deployed in.
      internalNetwork: true,
      namedValues: (gatewayUrl, loopbackUrl) => ({
        ...fixedValues,
        'gateway-url': gatewayUrl,
        'gateway-loopback-url': loopbackUrl,
      }),
      subscriptions: [...subscriptions].map(([name, { product, key }]) => ({
        id: name,
        name,
        product,
        primaryKey: key,
      })),
      entraAuthority: new URL(clouds.entra.issuer).origin,
      managedIdentityToken,
      emitTrace: (telemetry) => log(toTraceEnvelope(telemetry, instrumentationKey)),
      emitMetric: (telemetry) => log(toMetricEnvelope(telemetry, instrumentationKey)),
      emitRequests: (telemetry) => {
        for (const one of telemetry) log(toRequestEnvelope(one, instrumentationKey));
      },
      intercept: async ({ method, path, headers, body }, response) => {
        control.record(method, path, headers, body);
        const fault = control.takeFault(method, path);
        return fault !== undefined && (await applyFault(fault, response));
      },
    });
  } catch (error) {
    const { code, port: taken = port } = error as { readonly code?: unknown; readonly port?: number };
    throw code === 'EADDRINUSE' ? new PortTakenError(taken) : error;
  }
}
