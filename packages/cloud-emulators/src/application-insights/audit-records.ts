import type { TelemetryItem } from './telemetry-item.ts';

/** The gateway's own name for its audit record, as a custom event. */
const AUDIT_EVENT = 'gateway.prediction';

/** Metadata that marks a trace of the edge as an audit record. */
const RECORDED_BY_EDGE = 'edge';

/** The OpenTelemetry names of fields that have shorter names in the gateway's answers. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  'gen_ai.request.model': 'model',
  'gen_ai.response.model': 'modelVersion',
  'gen_ai.response.finish_reasons': 'finishReason',
  'gen_ai.usage.input_tokens': 'inputTokens',
  'gen_ai.usage.output_tokens': 'outputTokens',
  'gen_ai.usage.cache_read.input_tokens': 'cachedTokens',
  'gen_ai.usage.cache_creation.input_tokens': 'cacheWriteTokens',
  'gen_ai.usage.reasoning.output_tokens': 'thinkingTokens',
};

/** A record's properties and measurements side by side, as a query over customDimensions would list them. */
export type AuditRecord = Readonly<Record<string, unknown>>;

/**
 * Lists the audit records among the telemetry, in order of arrival: one type of custom event, and the edge's traces.
 */
export function auditRecordsIn(telemetry: readonly TelemetryItem[]): AuditRecord[] {
  return telemetry.flatMap(({ data: { baseType, baseData } }) => {
    const { name, message, properties, measurements } = baseData as {
      name?: unknown;
      message?: unknown;
      properties?: Record<string, unknown>;
      measurements?: Record<string, unknown>;
    };
    if (baseType === 'EventData' && name === AUDIT_EVENT)
      return [shorten({ ...properties, ...measurements })];
    if (baseType === 'MessageData' && properties?.recordedBy === RECORDED_BY_EDGE)
      return [shorten({ message, ...properties, ...measurements })];
    return [];
  });
}

function shorten(record: AuditRecord): AuditRecord {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [SHORT_NAMES[name] ?? name, value]),
  );
}
