import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HostSettings, readHostSettings } from '../../src/functions-host/host-settings.ts';

function read(hostJson: unknown): HostSettings {
  const directory = mkdtempSync(join(tmpdir(), 'host-settings-'));
  writeFileSync(join(directory, 'host.json'), JSON.stringify(hostJson));
  return readHostSettings(directory);
}

test('an empty host.json gives the prefix "api" and 30 minutes', () => {
  expect(read({ version: '2.0' })).toEqual({ routePrefix: 'api', functionTimeoutInMs: 1_800_000 });
});

test('the prefix may be empty and the time unlimited', () => {
  const settings = {
    version: '2.0',
    functionTimeout: '-1',
    extensions: { http: { routePrefix: '' } },
    telemetryMode: 'OpenTelemetry',
  };
  expect(read(settings)).toEqual({ routePrefix: '', functionTimeoutInMs: undefined });
});

test('functionTimeout is read as a time span', () => {
  expect(read({ version: '2.0', functionTimeout: '1.00:00:01' }).functionTimeoutInMs).toBe(86_401_000);
});

test.each([
  [{}, '"version"'],
  [{ version: '2.0', functions: [] }, '"functions" is not supported'],
  [{ version: '2.0', functionTimeout: 'soon' }, '"functionTimeout"'],
  [{ version: '2.0', extensions: { queues: {} } }, '"extensions.queues"'],
  [{ version: '2.0', extensions: { http: { hsts: {} } } }, '"extensions.http.hsts"'],
  [{ version: '2.0', extensions: { http: { routePrefix: 1 } } }, 'routePrefix'],
  [{ version: '2.0', logging: { applicationinsights: {} } }, '"logging.applicationinsights" is not known'],
  [{ version: '2.0', logging: { applicationInsights: { sampling: {} } } }, 'sampling" is not known'],
  [{ version: '2.0', logging: { logLevel: { Function: 'Warn' } } }, '"logging.logLevel.Function" is one of'],
  [{ version: '2.0', logging: { logLevel: 'Warning' } }, '"logging.logLevel" is an object'],
  [
    {
      version: '2.0',
      logging: { applicationInsights: { samplingSettings: { excludedTypes: 'Exceptions' } } },
    },
    'Types of telemetry',
  ],
])('host.json %j is refused', (hostJson, reason) => {
  expect(() => read(hostJson)).toThrow(reason);
});
