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
  expect(await chain.auditRecords(({ auditId }) => auditId === requestId)).toMatchObject([
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
