import type { TelemetryItem } from './telemetry-item.ts';

/** The gateway's own name for its audit record, as a custom event. */
const AUDIT_EVENT = 'gateway.prediction';

/** The source that marks a trace of the edge as an audit record. */
const AUDIT_SOURCE = 'audit';

/** A record's properties and measurements side by side, as a query over customDimensions would list them. */
export type AuditRecord = Readonly<Record<string, unknown>>;

/** The audit records among the telemetry, in order of arrival: one type of custom event, and the edge's traces. */
export function auditRecordsIn(telemetry: readonly TelemetryItem[]): AuditRecord[] {
  return telemetry.flatMap(({ data: { baseType, baseData } }) => {
    const { name, message, properties, measurements } = baseData as {
      name?: unknown;
      message?: unknown;
      properties?: Record<string, unknown>;
      measurements?: Record<string, unknown>;
    };
    if (baseType === 'EventData' && name === AUDIT_EVENT) return [{ ...properties, ...measurements }];
    if (baseType === 'MessageData' && properties?.source === AUDIT_SOURCE)
      return [{ message, ...properties, ...measurements }];
    return [];
  });
}
