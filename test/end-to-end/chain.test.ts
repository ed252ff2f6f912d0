import type { TelemetryItem } from '@vertex-ai-gateway/cloud-emulators/application-insights/telemetry-item';
import { type RunningChain, startChain } from '../support/chain.ts';

const PREDICT = '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/1234567890:predict';

let chain: RunningChain;
beforeAll(async () => {
  chain = await startChain();
});
afterAll(() => chain.stop());

test('a prediction passes every emulator on its way, and is recorded once', async () => {
  const body = JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] });
  const answer = await chain.call(PREDICT, { application: 'scoring-app', method: 'POST', body });
  expect(answer.status).toBe(200);
  const requestId = answer.headers.get('x-request-id');
  expect(await chain.auditRecords((record) => record.requestId === requestId)).toMatchObject([
    { outcome: 'answered', subscriptionId: 'scoring-app' },
  ]);
  const emulators = [
    'api-management',
    'entra',
    'google',
    'vertex-ai',
    'application-insights',
    'functions-host',
  ] as const;
  for (const emulator of emulators) expect(await chain.requests(emulator)).not.toEqual([]);
});

test('the edge sends a row about a request, in the trace that the caller began', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
  const body = JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] });
  const init = { application: 'scoring-app', method: 'POST', body, headers: { traceparent } };
  const requestId = (await chain.call(PREDICT, init)).headers.get('x-request-id');
  const rows = async (): Promise<TelemetryItem[]> => {
    const items = (await chain.control('application-insights', 'GET', 'telemetry')) as TelemetryItem[];
    return items.filter(
      ({ data, tags }) => data.baseType === 'RequestData' && tags['ai.operation.id'] === traceId,
    );
  };
  let found = await rows();
  while (found.length === 0) found = await rows();
  expect(found).toMatchObject([
    {
      data: {
        baseData: {
          name: `POST ${PREDICT}`,
          responseCode: '200',
          success: true,
          properties: { 'Request Id': requestId, 'Subscription Name': 'scoring-app' },
        },
      },
    },
  ]);
});

test('the function app is recycled on the same port, with the settings it is given', async () => {
  const health = `${chain.environment.functionsUrl}/api/health`;
  await expect(chain.restartFunctionApp({ CALL_TIMEOUT_IN_MS: 'soon' })).rejects.toThrow(
    'CALL_TIMEOUT_IN_MS',
  );
  await expect(fetch(health)).rejects.toThrow();
  await Promise.all([chain.restartFunctionApp({ CALL_TIMEOUT_IN_MS: '' }), chain.restartFunctionApp()]);
  expect((await fetch(health)).status).toBe(200);
});

test('faults are injected at the edge and at the function app, and cleared', async () => {
  await chain.inject('api-management', { path: '/vertex', status: 418 });
  expect((await chain.call(PREDICT)).status).toBe(418);
  await chain.inject('functions-host', { path: '/api/health', status: 503 });
  await chain.clear();
  expect((await fetch(`${chain.environment.functionsUrl}/api/health`)).status).toBe(200);
  expect(await chain.requests('functions-host')).toMatchObject([{ path: '/api/health' }]);
});

test('a restart with anything but settings is refused', async () => {
  await expect(chain.control('functions-host', 'POST', 'restart', { port: 1 })).rejects.toThrow(
    'or nothing.',
  );
});

test('the function app is killed in the midst of a call, and comes back on the same port', async () => {
  await chain.inject('vertex-ai', { hang: true });
  const body = JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] });
  const call = chain.call(PREDICT, { application: 'scoring-app', method: 'POST', body });
  while ((await chain.requests('vertex-ai')).length === 0) await new Promise(setImmediate);
  await chain.killFunctionApp();
  expect((await call).status).toBeGreaterThanOrEqual(500);
  await expect(fetch(chain.environment.functionsUrl)).rejects.toThrow();
  expect(await chain.control('functions-host', 'GET', 'instances')).toMatchObject([{ running: false }]);
  await chain.restartFunctionApp();
  expect((await fetch(`${chain.environment.functionsUrl}/api/health`)).status).toBe(200);
});

test('a function app that somebody else kills is started anew on the same port', async () => {
  const instances = async () =>
    (await chain.control('functions-host', 'GET', 'instances')) as { running: boolean; processId?: number }[];
  const [before] = await instances();
  process.kill(before?.processId ?? 0, 'SIGKILL');
  let [after] = await instances();
  while (!after?.running || after.processId === before?.processId) [after] = await instances();
  expect((await fetch(`${chain.environment.functionsUrl}/api/health`)).status).toBe(200);
});

test('several instances share the calls, and each is killed and restarted by itself', async () => {
  const several = await startChain('--instances', '2');
  const answers = async (): Promise<number[]> => {
    const body = JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] });
    const calls = Array.from({ length: 8 }, () =>
      several.call(PREDICT, { application: 'scoring-app', method: 'POST', body }),
    );
    return (await Promise.all(calls)).map(({ status }) => status);
  };
  const received = async (instance: number): Promise<number> => {
    const operation = `instances/${instance}/requests`;
    const requests = (await several.control('functions-host', 'GET', operation)) as { path: string }[];
    return requests.filter(({ path }) => path.startsWith('/vertex/')).length;
  };
  try {
    await several.token('scoring-app');
    expect(new Set(await answers())).toEqual(new Set([200]));
    expect(await received(1)).toBeGreaterThan(0);
    expect(await received(2)).toBeGreaterThan(0);
    await several.killFunctionApp(1);
    expect(await several.control('functions-host', 'GET', 'instances')).toMatchObject([
      { instance: 1, running: false },
      { instance: 2, running: true },
    ]);
    expect((await fetch(`${several.environment.functionsUrl}/api/health`)).status).toBe(200);
    await several.control('functions-host', 'POST', 'restart', { instance: 1 });
    expect((await several.requests('functions-host')).length).toBe(0);
    await expect(several.killFunctionApp(3)).rejects.toThrow('or nothing.');
  } finally {
    await several.stop();
  }
}, 90_000);
