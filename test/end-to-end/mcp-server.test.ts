import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import { type RunningChain, startChain } from '../support/chain.ts';
import { PREDICT_PATH } from './gateway-paths.ts';

const IRIS = {
  version: 'v1',
  project: 'sample-project',
  location: 'us-central1',
  endpoint: '1234567890',
  instances: [[5.1, 3.5, 1.4, 0.2]],
};

interface ToolResult {
  readonly isError: boolean;
  readonly content: readonly { readonly type: string; readonly text: string }[];
}

let chain: RunningChain;

beforeAll(async () => {
  chain = await startChain();
});

beforeEach(() => chain.clear());

afterAll(() => chain.stop());

function send(
  application: string | undefined,
  message: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return chain.call('/agents/mcp', {
    ...(application !== undefined && { application }),
    method: 'POST',
    headers: { accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  });
}

async function request<Result>(application: string, method: string, params: object = {}): Promise<Result> {
  const response = await send(application, { id: 7, method, params });
  expect(response.status).toBe(200);
  const { id, result } = (await response.json()) as { id: number; result: Result };
  expect(id).toBe(7);
  return result;
}

/** Calls a tool. @returns true for an error, and the tool's answer. */
async function call(application: string, name: string, given: object): Promise<[boolean, unknown]> {
  const { isError, content } = await request<ToolResult>(application, 'tools/call', {
    name,
    arguments: given,
  });
  return [isError, JSON.parse(content[0]?.text ?? '')];
}

const isOfMessage = ({ rule }: AuditRecord): boolean => rule === 'edge/mcp-server';

/** The records of calls since the start of the test. */
async function expectRecords(...expected: AuditRecord[]): Promise<void> {
  const records = await chain.auditRecords((record) => !isOfMessage(record), expected.length);
  expect(records).toHaveLength(expected.length);
  for (const [index, record] of expected.entries()) expect(records[index]).toMatchObject(record);
}

test('an agent finds the tools, the endpoint and its prediction, each call on record', async () => {
  const { capabilities } = await request<{ capabilities: object }>('scoring-app', 'initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  });
  expect(capabilities).toEqual({ tools: {} });
  expect((await send('scoring-app', { method: 'notifications/initialized' })).status).toBe(202);
  const { tools } = await request<{ tools: { name: string }[] }>('scoring-app', 'tools/list');
  expect(tools.map(({ name }) => name)).toEqual(['list_models', 'predict', 'explain_policy']);

  const [failedToList, models] = await call('scoring-app', 'list_models', {});
  expect([failedToList, JSON.stringify(models)]).toEqual([false, expect.stringContaining('1234567890')]);
  const [failedToPredict, answer] = await call('scoring-app', 'predict', IRIS);
  expect([failedToPredict, answer]).toMatchObject([false, { predictions: [expect.anything()] }]);
  await expectRecords(
    { dialect: 'gateway', operation: 'models', outcome: 'answered', subscriptionId: 'scoring-app' },
    {
      dialect: 'vertex',
      operation: 'predict',
      endpoint: '1234567890',
      outcome: 'answered',
      decision: 'allow',
      subscriptionId: 'scoring-app',
    },
  );
  expect(await chain.requests('vertex-ai')).toHaveLength(1);
  // The records of the three messages that called no tool.
  expect(await chain.auditRecords(isOfMessage, 3)).toMatchObject([
    { outcome: 'answered', status: '200', subscriptionId: 'scoring-app' },
    { outcome: 'answered', status: '202', subscriptionId: 'scoring-app' },
    { outcome: 'answered', status: '200', subscriptionId: 'scoring-app' },
  ]);
});

test('a message that is none is on record as what was refused to its caller', async () => {
  for (const body of ['{"jsonrpc":', '[]', 'null', '{"id":1,"method":"ping"}', '['.repeat(100_000)]) {
    const headers = { accept: 'application/json, text/event-stream' };
    const answer = await chain.call('/agents/mcp', {
      application: 'scoring-app',
      method: 'POST',
      headers,
      body,
    });
    expect([body.slice(0, 20), answer.status]).toEqual([body.slice(0, 20), 400]);
    expect(await answer.json()).toMatchObject({ jsonrpc: '2.0', id: null, error: {} });
    const requestId = answer.headers.get('x-request-id');
    const records = await chain.auditRecords((record) => record.requestId === requestId);
    expect(records).toMatchObject([
      { outcome: 'denied', decision: 'deny', status: '400', subscriptionId: 'scoring-app' },
    ]);
  }
  expect(await chain.auditRecords()).toHaveLength(5);
});

test('an agent that may not predict reads why, and what it would have to ask for', async () => {
  const [isError, problem] = await call('agent-app', 'predict', IRIS);
  expect([isError, problem]).toEqual([
    true,
    expect.objectContaining({ status: 403, detail: expect.stringMatching(/^\S+( \S+){5,}\.$/) as string }),
  ]);
  const [, explained] = await call('agent-app', 'explain_policy', { method: 'POST', path: PREDICT_PATH });
  expect(explained).toMatchObject({ decision: 'deny' });
  await expectRecords(
    { operation: 'predict', outcome: 'denied', decision: 'deny', status: '403', subscriptionId: 'agent-app' },
    { dialect: 'gateway', outcome: 'answered', subscriptionId: 'agent-app' },
  );
  expect(await chain.requests('vertex-ai')).toEqual([]);
});

test('an agent that asks about a retired model is told of its end and of what to use', async () => {
  const path =
    '/vertex/v1/projects/sample-project/locations/us-central1/publishers/google/models/gemini-2.5-flash:generateContent';
  const [, explained] = await call('assistants-app', 'explain_policy', { method: 'POST', path });
  expect(explained).toMatchObject({
    decision: 'deny',
    code: 'MODEL_RETIRED',
    reason: expect.stringMatching(/was retired: .* Use gemini-3\.5-flash-lite instead\.$/) as string,
  });
  await expectRecords({ dialect: 'gateway', outcome: 'answered', subscriptionId: 'assistants-app' });
});

test('a location outside residency is refused to a tool as to anybody', async () => {
  const [isError, problem] = await call('eu-analytics-app', 'predict', IRIS);
  expect([isError, problem]).toMatchObject([true, { title: 'Location not allowed' }]);
  await expectRecords({
    outcome: 'denied',
    code: 'LOCATION_NOT_ALLOWED',
    subscriptionId: 'eu-analytics-app',
  });
});

test('instances that the endpoint does not take are an error with their path', async () => {
  const [isError, problem] = await call('scoring-app', 'predict', { ...IRIS, instances: [[1]] });
  expect([isError, JSON.stringify(problem)]).toEqual([true, expect.stringContaining('instances')]);
  await expectRecords({ outcome: 'denied', status: '400' });
});

test('a location that would be another address stays a part of the path', async () => {
  for (const location of ['evil.example#', 'us-central1/../x', 'us-central1.evil', '%2e%2e']) {
    const [isError, problem] = await call('scoring-app', 'predict', { ...IRIS, location });
    expect([location, isError, problem]).toMatchObject([
      location,
      true,
      { status: expect.any(Number) as number },
    ]);
    expect((problem as { status: number }).status).toBeLessThan(500);
  }
  await expectRecords(...Array.from({ length: 4 }, () => ({ outcome: 'denied' })));
  expect(await chain.requests('vertex-ai')).toEqual([]);
});

test('nobody lists the tools without a token, or without a key, and the refusals are on record', async () => {
  const list = { id: 1, method: 'tools/list' };
  const { subscriptionKey = '' } = chain.environment.applications['scoring-app'] ?? {};
  expect((await send(undefined, list, { 'ocp-apim-subscription-key': subscriptionKey })).status).toBe(401);
  expect((await send(undefined, list)).status).toBe(401);
  await expectRecords(
    { outcome: 'denied', code: 'TOKEN_MISSING', subscriptionId: 'scoring-app' },
    { outcome: 'denied', code: 'SUBSCRIPTION_KEY_MISSING', subscriptionId: '' },
  );
});
