import type { MetricTelemetry } from '@vertex-ai-gateway/apim-emulator/engine/metric-telemetry';

/**
 * Builds the envelope of a custom metric, as API Management sends it for emit-metric and similar policies. It holds one
 * value, where the real one sums up those of an interval.
 * Source: https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete#metric-telemetry
 */
export function toMetricEnvelope(telemetry: MetricTelemetry, instrumentationKey: string): object {
  const { time, namespace, name, value, dimensions, operationId } = telemetry;
  return {
    name: 'Microsoft.ApplicationInsights.Metric',
    time: time.toISOString(),
    iKey: instrumentationKey,
    tags: { 'ai.operation.id': operationId },
    data: {
      baseType: 'MetricData',
      baseData: {
        ver: 2,
        metrics: [{ ns: namespace, name, value, count: 1, min: value, max: value }],
        properties: { ...dimensions, 'Service Type': 'API Management' },
      },
    },
  };
}
