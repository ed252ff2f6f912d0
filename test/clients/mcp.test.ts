import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type RunningChain, startChain } from '../support/chain.ts';
import { thrownBy } from './client-chain.ts';

const IRIS = {
  version: 'v1',
  project: 'sample-project',
  location: 'us-central1',
  endpoint: '1234567890',
  instances: [[5.1, 3.5, 1.4, 0.2]],
};

let chain: RunningChain;

beforeAll(async () => {
  chain = await startChain();
});

beforeEach(() => chain.clear());

afterAll(() => chain.stop());

/** MCP's own client as a sample application, with no token where that is left out. */
async function connect(application: string, token?: string): Promise<Client> {
  const { subscriptionKey = '' } = chain.environment.applications[application] ?? {};
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(`${chain.environment.gatewayUrl}/agents/mcp`), {
    requestInit: {
      headers: {
        'Ocp-Apim-Subscription-Key': subscriptionKey,
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
    },
  });
  await client.connect(transport);
  return client;
}

async function callTool(client: Client, name: string, given: Record<string, unknown>) {
  const { isError, content } = await client.callTool({ name, arguments: given });
  const [{ text = '' } = {}] = content as { text?: string }[];
  return { isError, answer: JSON.parse(text) as unknown };
}

test('an agent finds the tools and predicts, on record', async () => {
  const client = await connect('scoring-app', await chain.token('scoring-app'));
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['list_models', 'predict', 'explain_policy']);
  expect(await callTool(client, 'predict', IRIS)).toMatchObject({
    isError: false,
    answer: { predictions: [expect.anything()] },
  });
  await client.close();
  const [record] = await chain.auditRecords(({ operation }) => operation === 'predict');
  expect(record).toMatchObject({ outcome: 'answered', endpoint: '1234567890', rule: 'scoring-iris' });
});

test('what the agent may not do is an error of the tool that says why, on record', async () => {
  const client = await connect('nobody-app', await chain.token('nobody-app'));
  const { isError, answer } = await callTool(client, 'predict', IRIS);
  expect(isError).toBe(true);
  expect(JSON.stringify(answer)).toContain('Ask for one of these roles');
  await client.close();
  const records = await chain.auditRecords(({ operation }) => operation === 'predict');
  expect(records).toMatchObject([{ outcome: 'denied', decision: 'deny' }]);
});

test('an agent without a token is not let in', async () => {
  expect(await thrownBy(() => connect('scoring-app'))).toMatchObject({ code: 401 });
});
