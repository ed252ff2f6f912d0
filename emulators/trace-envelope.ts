import type { TraceTelemetry } from './api-management/engine/gateway-services.ts';

const SEVERITY_LEVELS = { verbose: 0, information: 1, error: 3 };

/**
 * What API Management sends to Application Insights for its trace policy: a trace with the policy's metadata.
 * Source: https://learn.microsoft.com/azure/api-management/trace-policy
 */
export function toTraceEnvelope(telemetry: TraceTelemetry, instrumentationKey: string): object {
  const { time, source, severity, message, metadata, requestId, operationId, apiId, apiOperationId } =
    telemetry;
  return {
    name: 'Microsoft.ApplicationInsights.Message',
    time: time.toISOString(),
    iKey: instrumentationKey,
    tags: { 'ai.operation.id': operationId },
    data: {
      baseType: 'MessageData',
      baseData: {
        ver: 2,
        message,
        severityLevel: SEVERITY_LEVELS[severity],
        properties: { ...metadata, source, requestId, apiId, apiOperationId },
      },
    },
  };
}
