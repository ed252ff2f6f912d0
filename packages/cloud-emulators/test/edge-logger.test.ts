import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createEdgeLogger } from '../src/edge-logger.ts';

const REFUSAL = { status: 401, message: 'Authorization required' };
const asked: unknown[] = [];

async function deliver(credentials: object, token: () => Promise<string>): Promise<unknown[]> {
  const directory = mkdtempSync(join(tmpdir(), 'apim-'));
  const write = (file: string, properties: object): void => {
    const path = join(directory, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify({ properties }));
  };
  write('diagnostics/applicationinsights/diagnosticInformation.json', { loggerId: '/loggers/insights' });
  write('loggers/insights/loggerInformation.json', { loggerType: 'applicationInsights', credentials });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const delivered: unknown[] = [];
  const log = createEdgeLogger({
    directory,
    namedValues: { 'edge-client-id': 'c2' },
    managedIdentityToken: async (...parameters) => {
      asked.push(parameters);
      return { token: await token(), expiresAt: new Date('2100-01-01') };
    },
    insights: {
      ingest: (envelope, authorization) => {
        delivered.push([envelope, authorization]);
        if (delivered.length === 2) resolve(undefined);
        return Promise.resolve(authorization === undefined ? REFUSAL : undefined);
      },
    },
  });
  log({ name: 'first' });
  log({ name: 'second' });
  await promise;
  rmSync(directory, { recursive: true });
  return delivered;
}

beforeEach(() => (asked.length = 0));

test.each([
  ['SystemAssigned', ['https://monitor.azure.com', undefined]],
  ['c1', ['https://monitor.azure.com', 'c1']],
  ['{{edge-client-id}}', ['https://monitor.azure.com', 'c2']],
])(
  'a logger with the identity %s shows its token, which is asked for once',
  async (identityClientId, one) => {
    const delivered = await deliver({ connectionString: 'x', identityClientId }, () => Promise.resolve('t'));
    expect(delivered).toEqual([
      [{ name: 'first' }, 'Bearer t'],
      [{ name: 'second' }, 'Bearer t'],
    ]);
    expect(asked).toEqual([one]);
  },
);

test('a logger without an identity has its connection string alone', async () => {
  const delivered = await deliver({ connectionString: 'x' }, () => Promise.resolve('t'));
  expect(delivered).toEqual([
    [{ name: 'first' }, undefined],
    [{ name: 'second' }, undefined],
  ]);
  expect(asked).toEqual([]);
});

test('what goes out while the identity gives no token is not held back', async () => {
  const delivered = await deliver({ connectionString: 'x', identityClientId: 'SystemAssigned' }, () =>
    Promise.reject(new Error('no token')),
  );
  expect(delivered).toHaveLength(2);
  expect(asked).toHaveLength(2);
});
