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
  ['POST', '/openai/v1/chat/completions//', 'POST /openai/v1/chat/completions'],
  ['POST', '/openai//v1/chat/completions/', 'POST /openai/v1/chat/completions'],
  ['GET', '/openai/v1/chat/completions', 'POST /openai/v1/chat/completions'],
  ['POST', '/openai/v1/completions', 'POST /openai/v1/chat/completions'],
  ['POST', '/openai/v1/engines/x/embeddings', 'POST /openai/v1/embeddings'],
  ['POST', '/openai/images/generations', 'POST /openai/v1/images/generations'],
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
  ['/openai/v1/images/edits', /To change an image, send it .* to POST \/openai\/v1\/responses, /],
  ['/vertex/projects/sample-project/endpoints', /goes on with \/v1 or \/v1beta1/],
  ['/nothing/here', /begins with \/vertex\//],
  ['/openai/v1/(a+)+$', /^There is no such operation\. Check/],
])('%s is 404, and the error says what there is', async (path, message) => {
  const answer = await observed.call({ application: 'assistants-app', method: 'GET', path });
  expect([answer.status, messageOf(answer.text)]).toEqual([404, expect.stringMatching(message)]);
  observed.whenRecorded(answer, { outcome: 'denied', code: 'OPERATION_NOT_FOUND' });
});

const TURNS = [{ role: 'user', content: 'Hello' }];
const FLASH = '/vertex/v1/projects/sample-project/locations/us/publishers/google/models/gemini-3.5-flash';

test.each([
  ['/openai/v1/chat/completions/', { model: 'gemini-fast', messages: TURNS }, 'chatCompletions'],
  ['/openai/v1/responses/', { model: 'gemini-fast', input: 'Hello' }, 'generateContent'],
  ['/anthropic/v1/messages/', { model: 'claude-haiku-4-5', max_tokens: 9, messages: TURNS }, 'rawPredict'],
  [`${FLASH}:generateContent/`, { contents: { role: 'user', parts: { text: 'Hello' } } }, 'generateContent'],
])('%s is served with the slash at its end', async (path, body, operation) => {
  const answer = await observed.call({ application: 'assistants-app', path, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, { outcome: 'answered', operation });
});

test.each(['/openai/v1/models/', '/anthropic/v1/models/claude-haiku-4-5/', '/gateway/v1/whoami/'])(
  '%s is the question without the slash at its end',
  async (path) => {
    const answer = await observed.call({ application: 'assistants-app', method: 'GET', path });
    expect(answer.status).toBe(200);
    observed.whenRecorded(answer, { outcome: 'answered' });
  },
);

test.each([
  ['/openai/v1/chat/completions/', { model: 'gemini-3.1-pro-preview', messages: TURNS }, 'NOT_GRANTED'],
  [
    `${FLASH.replace('/us/', '/eu/')}:generateContent/`,
    { contents: { role: 'user', parts: { text: 'Hello' } } },
    'LOCATION_NOT_ALLOWED',
  ],
])('a slash at the end of %s goes around no rule', async (path, body, code) => {
  const answer = await observed.call({ application: 'sandbox-app', path, body: JSON.stringify(body) });
  expect([answer.status, answer.text]).toEqual([403, expect.stringContaining(code)]);
  observed.whenRecorded(answer, { outcome: 'denied', code });
});

test('a slash at the end goes around no residency of the edge', async () => {
  const path = `${FLASH}:generateContent/`;
  const body = JSON.stringify({ contents: { role: 'user', parts: { text: 'Hello' } } });
  const answer = await observed.call({ application: 'eu-analytics-app', path, body });
  expect(answer.status).toBe(403);
  observed.whenRecorded(answer, { outcome: 'denied', code: 'LOCATION_NOT_ALLOWED', recordedBy: 'edge' });
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
