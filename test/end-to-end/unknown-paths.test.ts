import { readFileSync } from 'node:fs';
import { ObservedChain } from './observed-chain.ts';

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

afterAll(() => observed.stop());

/** The sentence of an error, in whichever dialect it is written. */
function messageOf(text: string): string {
  const body = JSON.parse(text) as { detail?: string; error?: { message?: string } };
  return body.error?.message ?? body.detail ?? '';
}

const NEAR: [method: 'GET' | 'POST', path: string, near: string][] = [
  ['POST', '/openai/chat/completions', 'POST /openai/v1/chat/completions'],
  ['POST', '/openai/v1/v1/chat/completions', 'POST /openai/v1/chat/completions'],
  ['POST', '/openai/v1//chat/completions', 'POST /openai/v1/chat/completions'],
  ['POST', '/openai/v1/chat/completions/', 'POST /openai/v1/chat/completions'],
  ['GET', '/openai/v1/chat/completions', 'POST /openai/v1/chat/completions'],
  ['POST', '/openai/v1/completions', 'POST /openai/v1/chat/completions'],
  ['POST', '/openai/v1/engines/x/embeddings', 'POST /openai/v1/embeddings'],
  ['GET', '/openai/models', 'GET /openai/v1/models'],
  ['POST', '/anthropic/messages', 'POST /anthropic/v1/messages'],
  ['POST', '/anthropic/v1/v1/messages', 'POST /anthropic/v1/messages'],
  ['GET', '/gateway/whoami', 'GET /gateway/v1/whoami'],
];

test.each(NEAR)('%s %s is 404, and the error names %s', async (method, path, near) => {
  const answer = await observed.call({
    application: 'assistants-app',
    method,
    path,
    ...(method === 'POST' && { body: '{}' }),
  });
  expect(answer.status).toBe(404);
  const message = messageOf(answer.text);
  expect(message).toContain(`Did you mean ${near}? Check`);
  expect(message).toMatch(/This API offers (GET|POST) \/.*\.$/);
  observed.whenRecorded(answer, {
    outcome: 'denied',
    code: 'OPERATION_NOT_FOUND',
    recordedBy: 'edge',
    reason: message,
    dialect: path.split('/')[1],
  });
});

test.each([
  [
    '/openai/v1/assistants',
    /^There is no such operation\. Check .* This API offers POST \/openai\/v1\/chat\/completions, /,
  ],
  ['/vertex/projects/sample-project/endpoints', /goes on with \/v1 or \/v1beta1/],
  ['/nothing/here', /begins with \/vertex\//],
  ['/openai/v1/(a+)+$', /^There is no such operation\. Check/],
])('%s is 404, and the error says what there is', async (path, message) => {
  const answer = await observed.call({ application: 'assistants-app', method: 'GET', path });
  expect([answer.status, messageOf(answer.text)]).toEqual([404, expect.stringMatching(message)]);
  observed.whenRecorded(answer, { outcome: 'denied', code: 'OPERATION_NOT_FOUND' });
});

test('the operations that the error names are those of the descriptions', () => {
  const policy = readFileSync('apim/policy-fragments/name-error/policy.xml', 'utf8');
  const named = [...policy.matchAll(/"((?:GET|POST) \/[\w/:{}]+)"/g)].map(([, one]) => one);
  const described = ['openai', 'anthropic', 'gateway'].flatMap((surface) => {
    const text = readFileSync(`apim/apis/${surface}/specification.json`, 'utf8');
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => ['get', 'post'].includes(method))
        .map((method) => `${method.toUpperCase()} /${surface}${path}`),
    );
  });
  expect(named.toSorted()).toEqual(described.toSorted());
});

test('every call is on record once', async () => {
  await observed.expectAllOnRecord([]);
});
