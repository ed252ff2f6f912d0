import { type RunningApiManagement, startApiManagement } from './api-management/start-api-management.ts';
import { applyFault, type Control } from './control/control.ts';
import { apiManagementIdentity, GATEWAY_AUDIENCE, SAMPLE_TENANT_ID } from './entra/sample-applications.ts';
import { PortTakenError } from './loopback/listen.ts';
import { toMetricEnvelope } from './metric-envelope.ts';
import { toRequestEnvelope } from './request-envelope.ts';
import { FUNCTIONS_AUDIENCE, INSTRUMENTATION_KEY } from './sample-resources.ts';
import type { Clouds } from './start-clouds.ts';
import { toTraceEnvelope } from './trace-envelope.ts';

export interface EdgeOptions {
  /** Folder of the service's artifacts. */
  readonly directory: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly functionsUrl: string;
  readonly clouds: Clouds;
  readonly control: Control;
  /** Of how many requests the way through the policies is kept. */
  readonly journeys: number;
  /** Product and key of each sample application's APIM subscription. */
  readonly subscriptions: ReadonlyMap<string, { readonly product: string; readonly key: string }>;
}

/** Starts API Management, joined to the clouds. @throws PortTakenError, and what the emulator refuses. */
export async function startEdge(options: EdgeOptions): Promise<RunningApiManagement> {
  const { directory, port, functionsUrl, clouds, control, journeys, subscriptions } = options;
  try {
    return await startApiManagement({
      directory,
      port,
      journeys,
      namedValues: (gatewayUrl) => ({
        'tenant-id': SAMPLE_TENANT_ID,
        'gateway-audience': GATEWAY_AUDIENCE,
        'gateway-url': gatewayUrl,
        'function-app-url': functionsUrl,
        'functions-audience': FUNCTIONS_AUDIENCE,
        'okta-issuer': clouds.okta.issuer,
        'okta-openid-configuration': clouds.okta.openIdConfiguration,
      }),
      subscriptions: [...subscriptions].map(([name, { product, key }]) => ({
        id: name,
        name,
        product,
        primaryKey: key,
      })),
      entraAuthority: new URL(clouds.entra.issuer).origin,
      managedIdentityToken: async (resource) => {
        const { accessToken, expiresAt } = await clouds.identity.requestToken(
          apiManagementIdentity.name,
          resource,
        );
        return { token: accessToken, expiresAt };
      },
      emitTrace: (telemetry) => clouds.insights.ingest(toTraceEnvelope(telemetry, INSTRUMENTATION_KEY)),
      emitMetric: (telemetry) => clouds.insights.ingest(toMetricEnvelope(telemetry, INSTRUMENTATION_KEY)),
      emitRequests: (telemetry) => {
        for (const one of telemetry) clouds.insights.ingest(toRequestEnvelope(one, INSTRUMENTATION_KEY));
      },
      intercept: async ({ method, path, headers, body }, response) => {
        control.record(method, path, headers, body);
        const fault = control.takeFault(method, path);
        return fault !== undefined && (await applyFault(fault, response));
      },
    });
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw isTaken ? new PortTakenError(port) : error;
  }
}
