import type { TraceTelemetry } from '@vertex-ai-gateway/apim-emulator/engine/gateway-services';

const SEVERITY_LEVELS = { verbose: 0, information: 1, error: 3 };

/**
 * Builds the envelope that API Management sends to Application Insights for its trace policy: a trace with the policy's
 * metadata as its properties. The documentation promises no other properties, nor the policy's `source`, so the
 * emulator sends neither.
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
