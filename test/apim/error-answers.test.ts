import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { parsePolicyDocument } from '@vertex-ai-gateway/apim-emulator/documents/parse-policy-document';
import type { ReceivedResponse, SentRequest } from '@vertex-ai-gateway/test-support/send-request';
import { answerWith, PREDICT, SANDBOX_KEY, startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

const { policyVersion } = loadGovernance(join(process.cwd(), 'governance'));
const OF_THE_CONNECTION = ['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding'];
const PROTECTED = {
  'content-type': 'application/json',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};
const REFUSED = { ...PROTECTED, 'x-should-retry': 'false' };

let edge: Edge;

beforeAll(async () => {
  edge = await startEdge(
    { limits: { calls: 100, quota: 100, tokens: 100 }, now: () => 1_800_000_000_000 },
    answerWith({ 'x-gateway-total-tokens': '30' }),
  );
}, 30_000);

afterAll(() => edge.close());

/** The headers of an answer that the tests compare: all but those of the connection and the request id. */
function headersOf({ headers }: ReceivedResponse): Record<string, unknown> {
  const { 'x-request-id': requestId, 'request-id': same, ...others } = headers;
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(same).toBe(requestId);
  return Object.fromEntries(Object.entries(others).filter(([name]) => !OF_THE_CONNECTION.includes(name)));
}

function challenge(path: string): string {
  const realm = `http://127.0.0.1:${edge.port}/${path}`;
  return `AzureApiManagementKey realm="${realm}",name="Ocp-Apim-Subscription-Key",type="header"`;
}

const NO_KEY = { 'ocp-apim-subscription-key': undefined, authorization: undefined };

test.each(['vertex', 'openai', 'anthropic', 'gateway', 'agents'])(
  'a call to %s without a key is told where it belongs, in these headers and no others',
  async (api) => {
    const paths: Readonly<Record<string, string>> = {
      vertex: PREDICT,
      openai: '/openai/v1/chat/completions',
      anthropic: '/anthropic/v1/messages',
      gateway: '/gateway/v1/policy:explain',
      agents: '/agents/mcp',
    };
    const answer = await edge.predict({ path: paths[api] ?? '', headers: NO_KEY });
    expect([answer.status, answer.reason]).toEqual([401, 'Subscription key missing']);
    expect(headersOf(answer)).toEqual({
      ...REFUSED,
      ...(api === 'gateway' && { 'content-type': 'application/problem+json' }),
      'www-authenticate': challenge(api),
    });
  },
);

test.each<[string, Partial<SentRequest>, number, string, object]>([
  [
    'no token',
    { headers: { authorization: undefined } },
    401,
    'Token missing',
    { ...REFUSED, 'www-authenticate': 'Bearer' },
  ],
  [
    'a wrong token',
    { headers: { authorization: 'Bearer a.b.c' } },
    401,
    'Token not valid',
    { ...REFUSED, 'www-authenticate': 'Bearer error="invalid_token"' },
  ],
  ['a path that is none', { path: '/vertex/v1/nothing' }, 404, 'Operation not found', REFUSED],
  [
    'too many headers of the gateway’s own',
    { headers: Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`x-gateway-${index}`, 'x'])) },
    400,
    'Invalid request',
    REFUSED,
  ],
])('%s is answered in these headers and no others', async (_, request, status, reason, headers) => {
  const answer = await edge.predict(request);
  expect([answer.status, answer.reason]).toEqual([status, reason]);
  expect(headersOf(answer)).toEqual(headers);
});

test('a live conversation is answered in these headers and no others', async () => {
  const path = '/vertex/ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent';
  const headers = { 'ocp-apim-subscription-key': SANDBOX_KEY };
  const answer = await edge.predict({ method: 'GET', path, body: '', headers });
  expect([answer.status, answer.reason]).toEqual([501, 'Operation not served']);
  expect(headersOf(answer)).toMatchObject(REFUSED);
  expect(headersOf(answer)).not.toHaveProperty('www-authenticate');
  expect(headersOf(answer)).not.toHaveProperty('retry-after');
});

test('a decision names its policy', async () => {
  const authorization = `Bearer ${await edge.issuer.sign({ roles: ['Analytics.Eu'] })}`;
  const answer = await edge.predict({ headers: { authorization } });
  expect(answer.reason).toBe('Location not allowed');
  expect(headersOf(answer)).toMatchObject({ ...REFUSED, 'x-policy-version': policyVersion });
});

test('what exceeds a limit is answered in these headers and no others', async () => {
  const own = await startEdge({ limits: { calls: 1, quota: 100 }, now: () => 1_800_000_000_000 });
  try {
    await own.predict();
    const answer = await own.predict();
    expect([answer.status, answer.reason]).toEqual([429, 'Too many calls or tokens']);
    expect(headersOf(answer)).toEqual({
      ...PROTECTED,
      'retry-after': '60',
      'retry-after-ms': '60000',
      'x-ratelimit-limit-requests': '1',
      'x-ratelimit-remaining-requests': '0',
    });
  } finally {
    await own.close();
  }
}, 30_000);

/**
 * The policy return-response starts a new answer, which has the headers of limits only if the policy sets them again.
 */
test('the answer says itself what limits have told', () => {
  const file = 'apim/policy-fragments/error-in-dialect/policy.xml';
  const { children } = parsePolicyDocument(readFileSync(file, 'utf8'), file);
  const variables = new Map(
    children
      .filter(({ name }) => name === 'set-variable')
      .map(({ attributes }) => [attributes.get('name')?.value, attributes.get('value')?.value]),
  );
  const answer = children.find(({ name }) => name === 'return-response');
  const headers = new Map(
    answer?.children
      .filter(({ name }) => name === 'set-header')
      .map((element) => [element.attributes.get('name')?.value, element]),
  );
  for (const name of ['limit-requests', 'remaining-requests', 'limit-tokens', 'remaining-tokens']) {
    const variable = `context.Variables["error-${name}"]`;
    expect(variables.get(`error-${name}`)).toContain(`context.Variables["${name}"]`);
    const header = headers.get(`x-ratelimit-${name}`);
    expect(header?.attributes.get('exists-action')?.value).toContain(
      `${variable} == "" ? "delete" : "override"`,
    );
    expect(JSON.stringify(header?.children)).toContain(`error-${name}`);
  }
});
