import type { TelemetryItem } from '../telemetry-item.ts';
import { readDateTime } from './date-time.ts';
import { type Column, INGESTED_AT, type Row, type ScalarType, type Table } from './table.ts';

const COMMON = {
  timestamp: 'datetime',
  itemType: 'string',
  customDimensions: 'dynamic',
  customMeasurements: 'dynamic',
  operation_Id: 'string',
  operation_Name: 'string',
  operation_ParentId: 'string',
  cloud_RoleName: 'string',
  client_IP: 'string',
  itemCount: 'int',
  iKey: 'string',
} as const;

const CUSTOM_EVENTS = columns({ ...COMMON, name: 'string' });
const TRACES = columns({ ...COMMON, message: 'string', severityLevel: 'int' });
const REQUESTS = columns({
  ...COMMON,
  id: 'string',
  source: 'string',
  name: 'string',
  url: 'string',
  success: 'string',
  resultCode: 'string',
  duration: 'real',
});
const CUSTOM_METRICS = columns({
  ...COMMON,
  name: 'string',
  value: 'real',
  valueCount: 'int',
  valueSum: 'real',
  valueMin: 'real',
  valueMax: 'real',
});
/** A duration as telemetry writes it: `d.hh:mm:ss.fffffff`. The days and the fraction may be left out. */
const DURATION = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/;

/**
 * Builds the tables `customEvents`, `traces`, `requests` and `customMetrics` from the accepted telemetry, with the
 * columns that are emulated. The tables have their names in the Application Insights API.
 * Source: https://learn.microsoft.com/azure/azure-monitor/reference/tables/appevents, …/apptraces, …/apprequests and
 * …/appmetrics
 */
export function telemetryTables(telemetry: readonly TelemetryItem[]): ReadonlyMap<string, Table> {
  const rowsOf = (baseType: string, rowOf: (item: TelemetryItem) => Row): Row[] =>
    telemetry.flatMap((item, index) =>
      item.data.baseType === baseType
        ? // The order of arrival tells items of one millisecond apart.
          [{ ...rowOf(item), [INGESTED_AT]: BigInt(item.ingestedAt ?? 0) * 10_000n + BigInt(index) }]
        : [],
    );
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
    [
      'requests',
      {
        columns: REQUESTS,
        rows: rowsOf('RequestData', (item) => {
          const { id, source, name, url, success, responseCode, duration } = item.data.baseData;
          return {
            ...commonOf(item, 'request'),
            id: textOf(id),
            source: textOf(source),
            name: textOf(name),
            url: textOf(url),
            success: success === false ? 'False' : 'True',
            resultCode: textOf(responseCode),
            duration: readDuration(textOf(duration)),
          };
        }),
      },
    ],
    [
      'customMetrics',
      {
        columns: CUSTOM_METRICS,
        rows: rowsOf('MetricData', (item) => {
          const [metric = {}] = item.data.baseData.metrics as Record<string, unknown>[];
          const { name, value, count = 1, min = value, max = value } = metric;
          return {
            ...commonOf(item, 'customMetric'),
            name: textOf(name),
            value: numberOf(value),
            valueCount: numberOf(count),
            valueSum: numberOf(value),
            valueMin: numberOf(min),
            valueMax: numberOf(max),
          };
        }),
      },
    ],
  ]);
}

function commonOf(
  { time, iKey, tags, sampleRate = 100, data: { baseData } }: TelemetryItem,
  itemType: string,
): Row {
  return {
    // Ingestion takes any date that JavaScript can read; ISO 8601 alone keeps fractions below the millisecond.
    timestamp: readDateTime(time) ?? BigInt(Date.parse(time)) * 10_000n,
    itemType,
    customDimensions: baseData.properties ?? null,
    customMeasurements: baseData.measurements ?? null,
    operation_Id: textOf(tags['ai.operation.id']),
    operation_Name: textOf(tags['ai.operation.name']),
    operation_ParentId: textOf(tags['ai.operation.parentId']),
    cloud_RoleName: textOf(tags['ai.cloud.role']),
    // The service does not keep the address unless the resource is configured to, as documented.
    client_IP: '0.0.0.0',
    itemCount: Math.round(100 / sampleRate),
    iKey,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** Reads a duration in milliseconds; null for a malformed one. */
function readDuration(text: string): number | null {
  const parts = DURATION.exec(text);
  if (!parts) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part || 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

function columns(types: Readonly<Record<string, ScalarType>>): Column[] {
  return Object.entries(types).map(([name, type]) => ({ name, type }));
}
