/** The documented names by the path of the object that holds them. Objects that are not listed are not checked. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  logging: ['fileLoggingMode', 'logLevel', 'console', 'applicationInsights'],
  'logging.applicationInsights': [
    'samplingSettings',
    'dependencyTrackingOptions',
    'enableLiveMetrics',
    'enableLiveMetricsFilters',
    'enableDependencyTracking',
    'enablePerformanceCountersCollection',
    'liveMetricsInitializationDelay',
    'httpAutoCollectionOptions',
    'snapshotConfiguration',
  ],
  'logging.applicationInsights.samplingSettings': [
    'isEnabled',
    'maxTelemetryItemsPerSecond',
    'evaluationInterval',
    'initialSamplingPercentage',
    'samplingPercentageIncreaseTimeout',
    'samplingPercentageDecreaseTimeout',
    'minSamplingPercentage',
    'maxSamplingPercentage',
    'movingAverageRatio',
    'excludedTypes',
    'includedTypes',
  ],
};
const LEVELS = new Set(['Trace', 'Debug', 'Information', 'Warning', 'Error', 'Critical', 'None']);
const TELEMETRY_TYPES = new Set(['Dependency', 'Event', 'Exception', 'PageView', 'Request', 'Trace']);

/**
 * Checks `logging` of host.json for names and values that the real host would ignore silently.
 * Sources: https://learn.microsoft.com/azure/azure-functions/functions-host-json#logging and
 * https://learn.microsoft.com/azure/azure-functions/configure-monitoring#configure-log-levels
 * @param refuse throws the problem as an error.
 */
export function checkLogging(logging: unknown, refuse: (problem: string) => never): void {
  const { logLevel, applicationInsights } = readKnown('logging', logging, refuse);
  for (const [category, level] of Object.entries(readObject('logging.logLevel', logLevel, refuse))) {
    if (typeof level !== 'string' || !LEVELS.has(level))
      refuse(`"logging.logLevel.${category}" is one of ${[...LEVELS].join(', ')}.`);
  }
  const path = 'logging.applicationInsights';
  const { samplingSettings } = readKnown(path, applicationInsights, refuse);
  const { excludedTypes, includedTypes } = readKnown(`${path}.samplingSettings`, samplingSettings, refuse);
  for (const types of [excludedTypes, includedTypes]) {
    if (types === undefined || types === null) continue;
    const unknown =
      typeof types === 'string' ? types.split(';').find((type) => !TELEMETRY_TYPES.has(type)) : '';
    if (unknown !== undefined)
      refuse(`Types of telemetry are ${[...TELEMETRY_TYPES].join(', ')}, with semicolons between.`);
  }
}

function readKnown(
  path: string,
  value: unknown,
  refuse: (problem: string) => never,
): Record<string, unknown> {
  const members = readObject(path, value, refuse);
  const unknown = Object.keys(members).find((name) => !KNOWN[path]?.includes(name));
  if (unknown !== undefined) refuse(`"${path}.${unknown}" is not known.`);
  return members;
}

function readObject(
  path: string,
  value: unknown,
  refuse: (problem: string) => never,
): Record<string, unknown> {
  if (value === undefined) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  return refuse(`"${path}" is an object.`);
}
