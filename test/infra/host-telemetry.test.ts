import { readFileSync } from 'node:fs';

interface HostJson {
  readonly logging: {
    readonly logLevel: Readonly<Record<string, string>>;
    readonly applicationInsights: {
      readonly samplingSettings: Readonly<Record<string, unknown>>;
      readonly enableDependencyTracking: boolean;
      readonly enablePerformanceCountersCollection: boolean;
    };
  };
}

const LEVELS = ['Trace', 'Debug', 'Information', 'Warning', 'Error', 'Critical', 'None'];
const { logging } = JSON.parse(readFileSync('host.json', 'utf8')) as HostJson;

/** Tells if the host sends the logs of a category. The longest configured prefix of its name decides. */
function isSent(category: string, level: string): boolean {
  const [name = 'default'] = Object.keys(logging.logLevel)
    .filter((one) => category === one || category.startsWith(`${one}.`))
    .toSorted((one, other) => other.length - one.length);
  return LEVELS.indexOf(level) >= LEVELS.indexOf(logging.logLevel[name] ?? '');
}

// https://learn.microsoft.com/azure/azure-functions/configure-monitoring#configure-categories
test.each([
  'Host.Results',
  'Function.vertex',
  'Function.vertex.User',
  'Host.Aggregator',
  'Worker',
  'Microsoft',
])('the host sends nothing of %s for a call that went well: its record tells more', (category) =>
  expect(isSent(category, 'Information')).toBe(false),
);

test.each([
  ['Host.Results', 'Error'],
  ['Function.audit-sweep', 'Error'],
  // The log of an entry point that does not load.
  ['Worker', 'Warning'],
  ['Host.Startup', 'Error'],
])('the host tells what went wrong: %s, %s', (category, level) => expect(isSent(category, level)).toBe(true));

test('the host’s own telemetry is sampled, but for exceptions; dependencies and counters are off', () => {
  const { samplingSettings, ...rest } = logging.applicationInsights;
  expect(samplingSettings).toEqual({
    isEnabled: true,
    maxTelemetryItemsPerSecond: 5,
    excludedTypes: 'Exception',
  });
  expect(rest).toEqual({ enableDependencyTracking: false, enablePerformanceCountersCollection: false });
});
