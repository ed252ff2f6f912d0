/**
 * An envelope of telemetry that the service has accepted.
 * Source: https://github.com/microsoft/ApplicationInsights-Home/blob/main/EndpointSpecs/ENDPOINT-PROTOCOL.md
 */
export interface TelemetryItem {
  readonly name: string;
  /** The instant, in ISO 8601. */
  readonly time: string;
  readonly iKey: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The time of its arrival in milliseconds since the epoch; left out before it was accepted. */
  readonly ingestedAt?: number;
  /** The share of items that are sent, in percent; 100 when left out. */
  readonly sampleRate?: number;
  readonly data: {
    /** The type of telemetry: `EventData`, `MessageData`, `RequestData` … */
    readonly baseType: string;
    readonly baseData: Readonly<Record<string, unknown>>;
  };
}

/** The required field of each type of telemetry. */
const REQUIRED_FIELD: Readonly<Record<string, string>> = {
  AvailabilityData: 'id',
  EventData: 'name',
  ExceptionData: 'exceptions',
  MessageData: 'message',
  MetricData: 'metrics',
  PageViewData: 'name',
  PageViewPerfData: 'name',
  RemoteDependencyData: 'name',
  RequestData: 'id',
};

/** Reads one envelope, or gives the reason of its refusal in the service's words. */
export function readTelemetryItem(
  envelope: unknown,
  instrumentationKey: string,
): TelemetryItem | { readonly error: string } {
  if (!isObject(envelope)) return { error: 'Invalid JSON: an envelope is an object.' };
  const { name, time, iKey, tags, sampleRate, data } = envelope;
  if (!isText(name)) return missing('name', 'Envelope', 'string', name);
  if (!isText(time)) return missing('time', 'Envelope', 'string', time);
  if (Number.isNaN(Date.parse(time)))
    return {
      error:
        "110: Field 'time' on type 'Envelope' is not a valid time string. Expected: date, Actual: string",
    };
  if (!isText(iKey) || iKey.toLowerCase() !== instrumentationKey.toLowerCase())
    return { error: 'Invalid instrumentation key' };
  if (!isObject(data)) return missing('data', 'Envelope', 'object', data);
  const { baseType, baseData } = data;
  if (!isText(baseType)) return missing('baseType', 'Data', 'string', baseType);
  const field = REQUIRED_FIELD[baseType];
  if (field === undefined) return { error: `Unknown telemetry type: ${baseType}` };
  if (!isObject(baseData)) return missing('baseData', 'Data', 'object', baseData);
  if (baseData[field] === undefined || baseData[field] === '' || baseData[field] === null)
    return missing(
      field,
      baseType,
      field === 'metrics' || field === 'exceptions' ? 'array' : 'string',
      baseData[field],
    );
  return {
    name,
    time,
    iKey,
    tags: isObject(tags) ? (tags as Record<string, string>) : {},
    ...(typeof sampleRate === 'number' && sampleRate > 0 && sampleRate < 100 && { sampleRate }),
    data: { baseType, baseData },
  };
}

function missing(field: string, type: string, expected: string, actual: unknown): { error: string } {
  return {
    error: `109: Field '${field}' on type '${type}' is required but missing or empty. Expected: ${expected}, Actual: ${typeof actual}`,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
