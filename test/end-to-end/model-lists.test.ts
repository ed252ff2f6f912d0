import { expectRefusal } from './expect-refusal.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

interface ModelList {
  readonly publisherModels?: readonly { readonly name: string; readonly versionId: string }[];
  readonly nextPageToken?: string;
}

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

function get(application: string, path: string): Promise<Answer> {
  return observed.call({ application, method: 'GET', path: `/vertex/${path}` });
}

async function list(application: string, path: string): Promise<string[]> {
  const answer = await get(application, path);
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  observed.whenRecorded(answer, { outcome: 'answered', decision: 'allow', operation: 'listModels' });
  const { publisherModels = [] } = JSON.parse(answer.text) as ModelList;
  return publisherModels.map(({ name }) => name.split('/').at(-1) ?? '');
}

test('callers are told of the models that they may use', async () => {
  const assistants = await list('assistants-app', 'v1beta1/publishers/google/models');
  expect(assistants).toEqual(expect.arrayContaining(['gemini-3.5-flash', 'gemini-3.1-pro-preview']));
  expect(await list('eu-analytics-app', 'v1beta1/publishers/google/models')).toEqual([
    'gemini-3.5-flash',
    'gemini-3.5-flash-lite',
    'text-embedding-005',
  ]);
  const sandbox = await list('sandbox-app', 'v1beta1/publishers/google/models');
  expect(sandbox).toContain('gemini-3.5-flash');
  expect(sandbox).not.toContain('gemini-3.1-pro-preview');
});

test('a model’s version may be part of its name in the catalog', async () => {
  const assistants = await list('assistants-app', 'v1/publishers/anthropic/models');
  expect(assistants).toEqual(expect.arrayContaining(['claude-haiku-4-5', 'claude-sonnet-5-5']));
  expect(await list('sandbox-app', 'v1/publishers/anthropic/models')).toEqual(['claude-haiku-4-5']);
});

test('the long form lists what may be used there', async () => {
  const parent = 'v1/projects/sample-project/locations';
  const here = await list('assistants-app', `${parent}/us/publishers/anthropic/models`);
  expect(here).toEqual(expect.arrayContaining(['claude-haiku-4-5', 'claude-sonnet-5-5']));
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  const outside = await get('eu-analytics-app', `${parent}/us/publishers/google/models`);
  await expectRefusal(observed, outside, { status: 403, code: 'LOCATION_NOT_ALLOWED' }, { decision: 'deny' });
});

test('the query is passed on in its documented parameters alone, and pages go on', async () => {
  const path = 'v1/publishers/google/models';
  const first = await get('assistants-app', `${path}?pageSize=2&listAllVersions=true&alt=json`);
  const { nextPageToken = '' } = JSON.parse(first.text) as ModelList;
  const [received] = await observed.chain.requests('vertex-ai');
  expect(received?.path).toBe('/v1beta1/publishers/google/models?pageSize=2&listAllVersions=true');
  const more = await list(
    'assistants-app',
    `${path}?pageSize=2&listAllVersions=true&pageToken=${encodeURIComponent(nextPageToken)}`,
  );
  expect(more.length).toBeGreaterThan(0);
  expect(
    await list('assistants-app', `${path}?filter=${encodeURIComponent('launchStage="PUBLIC_PREVIEW"')}`),
  ).toEqual(['gemini-3-flash-preview', 'gemini-3.1-pro-preview']);
});

test.each([
  ['pageSize', 'many'],
  ['pageToken', 'a&b'],
  ['orderBy', 'name; drop'],
  ['view', 'FULL&x'],
  ['listAllVersions', 'yes'],
  ['filter', 'name="'],
  ['fields', 'name'],
  ['callback', 'x'],
  ['__proto__', 'x'],
])('the query parameter %s as %j is refused', async (name, value) => {
  const answer = await get(
    'assistants-app',
    `v1/publishers/google/models?${name}=${encodeURIComponent(value)}`,
  );
  await expectRefusal(observed, answer, { status: 400, code: 'INVALID_REQUEST', fields: [name] });
});

test.each([
  ['v1/publishers/google/models/gemini-3.5-flash', 'gemini-3.5-flash'],
  ['v1beta1/publishers/google/models/gemini-fast', 'gemini-3.5-flash'],
  ['v1/projects/sample-project/locations/eu/publishers/google/models/gemini-3.5-flash', 'gemini-3.5-flash'],
])('a model is described to who may use it: %s', async (path, model) => {
  const answer = await get('assistants-app', path);
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
    200,
    { name: `publishers/google/models/${model}` },
  ]);
  observed.whenRecorded(answer, {
    outcome: 'answered',
    decision: 'allow',
    operation: 'getModel',
    project: 'sample-project',
    publisher: 'google',
    model,
  });
});

test('a model is described by its catalog name, its version and its bytes as they came', async () => {
  for (const name of ['claude-haiku-4-5', 'claude-haiku-4-5@20251001']) {
    const answer = await get('sandbox-app', `v1/publishers/anthropic/models/${name}`);
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { versionId: '20251001' }]);
  }
});

test.each([
  ['sandbox-app', 'v1/publishers/google/models/gemini-3.1-pro-preview', 'NOT_GRANTED'],
  ['sandbox-app', 'v1/publishers/google/models/gemini-9', 'MODEL_NOT_FOUND'],
  [
    'sandbox-app',
    'v1/projects/sample-project/locations/global/publishers/google/models/gemini-3.5-flash',
    'LOCATION_NOT_ALLOWED',
  ],
  ['scoring-app', 'v1/publishers/google/models', 'NOT_GRANTED'],
  ['nobody-app', 'v1/publishers/google/models', 'NOT_GRANTED'],
  ['assistants-app', 'v1/publishers/meta/models', 'MODEL_NOT_FOUND'],
  ['assistants-app', 'v1/projects/other-project/locations/us/publishers/google/models', 'MODEL_NOT_FOUND'],
])('%s is refused %s', async (application, path, code) => {
  const answer = await get(application, path);
  await expectRefusal(
    observed,
    answer,
    { status: code === 'MODEL_NOT_FOUND' ? 404 : 403, code },
    { decision: 'deny' },
  );
});

test('every call is on record once', async () => {
  await observed.expectAllOnRecord([]);
});
