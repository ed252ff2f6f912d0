import type { TraceTelemetry } from '@vertex-ai-gateway/apim-emulator/engine/gateway-services';

const SEVERITY_LEVELS = { verbose: 0, information: 1, error: 3 };

/**
 * What API Management sends to Application Insights for its trace policy: a trace with the policy's metadata as its
 * properties. The page promises no others, nor the policy's `source`, so nobody gets to rely on them here.
 * Source: https://learn.microsoft.com/azure/api-management/trace-policy
 */
export function toTraceEnvelope(telemetry: TraceTelemetry, instrumentationKey: string): object {
  const { time, severity, message, metadata, operationId } = telemetry;
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
        properties: metadata,
      },
    },
  };
}
