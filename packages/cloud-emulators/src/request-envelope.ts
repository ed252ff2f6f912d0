import type { RequestTelemetry } from '@vertex-ai-gateway/apim-emulator/engine/request-telemetry';

const SECOND_IN_MS = 1000;
const DAY_IN_SECONDS = 86_400;

/**
 * Builds the envelope that API Management sends to Application Insights for a request that it has handled.
 * Sources: https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete#request-telemetry and
 * https://github.com/microsoft/ApplicationInsights-Home/blob/main/EndpointSpecs/Schemas/Bond/RequestData.bond
 */
export function toRequestEnvelope(telemetry: RequestTelemetry, instrumentationKey: string): object {
  const { time, id, operationId, parentId, name, operationName, url, resultCode, success } = telemetry;
  const { clientIp, durationInMs, samplingPercentage, properties } = telemetry;
  return {
    name: 'Microsoft.ApplicationInsights.Request',
    time: time.toISOString(),
    iKey: instrumentationKey,
    sampleRate: samplingPercentage,
    tags: {
      'ai.operation.id': operationId,
      'ai.operation.name': operationName,
      ...(parentId !== '' && { 'ai.operation.parentId': parentId }),
      ...(clientIp !== undefined && { 'ai.location.ip': clientIp }),
      'ai.cloud.role': `${properties['Service ID'] ?? ''} ${properties.Region ?? ''}`,
    },
    data: {
      baseType: 'RequestData',
      baseData: {
        ver: 2,
        id,
        name,
        url,
        responseCode: String(resultCode),
        success,
        duration: toDuration(durationInMs),
        properties,
      },
    },
  };
}

/** Writes a duration as `d.hh:mm:ss.fff`. */
function toDuration(durationInMs: number): string {
  const seconds = Math.floor(durationInMs / SECOND_IN_MS);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = [
    Math.floor((seconds % DAY_IN_SECONDS) / 3600),
    Math.floor((seconds % 3600) / 60),
    seconds % 60,
  ];
  const fraction = String(Math.floor(durationInMs % SECOND_IN_MS)).padStart(3, '0');
  return `${Math.floor(seconds / DAY_IN_SECONDS)}.${time.map(two).join(':')}.${fraction}`;
}
