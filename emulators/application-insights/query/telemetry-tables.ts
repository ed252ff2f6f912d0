import type { TelemetryItem } from '../telemetry-item.ts';
import { readDateTime } from './date-time.ts';
import { type Column, type Row, type ScalarType, type Table } from './table.ts';

const COMMON = {
  timestamp: 'datetime',
  itemType: 'string',
  customDimensions: 'dynamic',
  customMeasurements: 'dynamic',
  operation_Id: 'string',
  itemCount: 'int',
  iKey: 'string',
} as const;

const CUSTOM_EVENTS = columns({ ...COMMON, name: 'string' });
const TRACES = columns({ ...COMMON, message: 'string', severityLevel: 'int' });

/**
 * The tables `customEvents` and `traces` over what has been accepted, with the columns that are emulated.
 * Source: https://learn.microsoft.com/azure/azure-monitor/reference/tables/appevents and …/apptraces, in the names that
 * the Application Insights API has for them.
 */
export function telemetryTables(telemetry: readonly TelemetryItem[]): ReadonlyMap<string, Table> {
  const rowsOf = (baseType: string, rowOf: (item: TelemetryItem) => Row): Row[] =>
    telemetry.filter(({ data }) => data.baseType === baseType).map(rowOf);
  return new Map([
    [
      'customEvents',
      {
        columns: CUSTOM_EVENTS,
        rows: rowsOf('EventData', (item) => ({
          ...commonOf(item, 'customEvent'),
          name: textOf(item.data.baseData.name),
        })),
      },
    ],
    [
      'traces',
      {
        columns: TRACES,
        rows: rowsOf('MessageData', (item) => ({
          ...commonOf(item, 'trace'),
          message: textOf(item.data.baseData.message),
          severityLevel: numberOf(item.data.baseData.severityLevel),
        })),
      },
    ],
  ]);
}

function commonOf({ time, iKey, tags, data: { baseData } }: TelemetryItem, itemType: string): Row {
  return {
    // Any time that ingestion took is one; ISO 8601 keeps its fractions below the millisecond.
    timestamp: readDateTime(time) ?? BigInt(Date.parse(time)) * 10_000n,
    itemType,
    customDimensions: baseData.properties ?? null,
    customMeasurements: baseData.measurements ?? null,
    operation_Id: textOf(tags['ai.operation.id']),
    itemCount: 1,
    iKey,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function columns(types: Readonly<Record<string, ScalarType>>): Column[] {
  return Object.entries(types).map(([name, type]) => ({ name, type }));
}
