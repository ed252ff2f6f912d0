import { vertexDialect } from '../../../src/dialects/vertex-dialect.ts';
import type { CallTarget } from '../../../src/governance/call-target.ts';
import type { AuthorizedCall } from '../../../src/governance/decide.ts';
import type { BytesPayload } from '../../../src/prediction/prediction.ts';
import { rejectedBy, thrownBy } from '../thrown-by.ts';
import { authorizedCall } from './authorized-call.ts';

const PARENT = 'projects/sample-project/locations/us-central1';
const FLASH = 'publishers/google/models/gemini-3.5-flash';
const ANY: AuthorizedCall = authorizedCall({
  resource: { kind: 'any' },
  owners: [{ team: 'team' }, { team: 'second' }],
  reaches: ({ team }) => ['team', 'second'].includes(team),
  may: ({ operation, resource }) =>
    operation !== 'getModel' && resource.kind === 'model' && resource.model === 'gemini-3.5-flash',
});

async function read(method: string, path: string, { body = '', query = '' } = {}) {
  const prediction = await vertexDialect.readPrediction({
    method,
    path: `v1/${path}`,
    query: new URLSearchParams(query),
    header: (name) => (name === 'traceparent' ? 'no trace' : null),
    body: Buffer.from(body),
  });
  const { payload, ...target } = prediction;
  if (payload.kind !== 'bytes') throw new Error('not passed as bytes');
  return { payload, target };
}

async function rewritten(payload: BytesPayload, answer: unknown, call = ANY): Promise<unknown> {
  const whole = payload.rewrite?.whole;
  if (!whole) throw new Error('passes as it is');
  return JSON.parse(Buffer.from(await whole(Buffer.from(JSON.stringify(answer)), call)).toString());
}

test.each<[method: string, path: string, target: Partial<CallTarget>, sent: string]>([
  [
    'GET',
    `${PARENT}/batchPredictionJobs/7`,
    { operation: 'batchPredict' },
    `GET /v1/${PARENT}/batchPredictionJobs/7`,
  ],
  [
    'DELETE',
    `${PARENT}/batchPredictionJobs/7`,
    { operation: 'batchPredict' },
    `DELETE /v1/${PARENT}/batchPredictionJobs/7`,
  ],
  [
    'POST',
    `${PARENT}/batchPredictionJobs/7:cancel`,
    { operation: 'batchPredict' },
    `POST /v1/${PARENT}/batchPredictionJobs/7:cancel`,
  ],
  ['GET', `${PARENT}/cachedContents`, { operation: 'cacheContent' }, `GET /v1/${PARENT}/cachedContents`],
  ['GET', `${PARENT}/cachedContents/7`, { operation: 'cacheContent' }, `GET /v1/${PARENT}/cachedContents/7`],
  [
    'DELETE',
    `${PARENT}/cachedContents/7`,
    { operation: 'cacheContent' },
    `DELETE /v1/${PARENT}/cachedContents/7`,
  ],
])('%s %s reaches for no model in particular', async (method, path, expected, sent) => {
  const { payload, target } = await read(method, path);
  expect(target).toMatchObject({
    apiVersion: 'v1',
    project: 'sample-project',
    location: 'us-central1',
    resource: { kind: 'any' },
    ...expected,
  });
  const request = payload.request(ANY);
  expect(`${request.method} ${request.path}`).toBe(sent);
  expect(request.headers).toEqual({});
});

test.each([
  ['PATCH', `${PARENT}/batchPredictionJobs/7`],
  ['PUT', `${PARENT}/cachedContents/7`],
  ['POST', `${PARENT}/cachedContents/7:cancel`],
  ['GET', `${PARENT}/batchPredictionJobs/7:cancel`],
  ['POST', `${PARENT}/batchPredictionJobs/7:cancel:cancel`],
  ['GET', `${PARENT}/batchPredictionJobs/7/8`],
  ['DELETE', `${PARENT}/cachedContents`],
  ['HEAD', `${PARENT}/cachedContents`],
  ['GET', 'publishers/google/models/gemini-3.5-flash/operations'],
  ['GET', 'publishers/google'],
  ['GET', `${PARENT}/endpoints/7`],
])('%s %s is no operation of the gateway', async (method, path) => {
  expect((await rejectedBy(read(method, path))).code).toBe('OPERATION_NOT_FOUND');
});

test.each(['..', '%2e%2e', 'a%2Fb', 'a%3Fb', 'a%00', '', '-1', 'a b'])('%j is no id', async (id) => {
  for (const collection of ['batchPredictionJobs', 'cachedContents'])
    expect((await rejectedBy(read('GET', `${PARENT}/${collection}/${id}`))).code).toBe('INVALID_PATH');
});

test('a list of jobs is asked for by all teams of the caller, and looked through again', async () => {
  const { payload } = await read('GET', `${PARENT}/batchPredictionJobs`, {
    query: 'filter=a=b OR c=d&pageSize=9',
  });
  const { path } = payload.request(ANY);
  const query = new URL(`https://host${path}`).searchParams;
  expect(query.get('filter')).toBe(
    '(a=b OR c=d) AND (labels.gateway-team="team" OR labels.gateway-team="second")',
  );
  const job = (team: unknown, model: unknown) => ({ model, labels: { 'gateway-team': team } });
  const own = [job('team', FLASH), job('second', `${PARENT}/${FLASH}`)];
  const others = [
    job('third', FLASH),
    job('team', 'publishers/google/models/gemini-3.1-pro-preview'),
    job(['team'], FLASH),
    job('team', [FLASH]),
    job('team', undefined),
    { model: FLASH },
    { model: FLASH, labels: ['team'] },
    'team',
    null,
  ];
  expect(await rewritten(payload, { batchPredictionJobs: [...own, ...others], nextPageToken: 'x' })).toEqual({
    batchPredictionJobs: own,
    nextPageToken: 'x',
  });
  expect(await rewritten(payload, { batchPredictionJobs: others })).toEqual({});
});

/** A call of an agent for a person of two teams; the agent belongs to one of them. */
const BY_AGENT: AuthorizedCall = {
  ...ANY,
  owner: { team: 'second', agent: 'bot' },
  owners: [{ team: 'team' }, { team: 'second', agent: 'bot' }],
  reaches: ({ team, agent }) => team === 'team' || (team === 'second' && agent === 'bot'),
};

test('an agent’s jobs are asked for by the teams of both and by what it has made', async () => {
  const { payload } = await read('GET', `${PARENT}/batchPredictionJobs`);
  const query = new URL(`https://host${payload.request(BY_AGENT).path}`).searchParams;
  expect(query.get('filter')).toBe(
    '(labels.gateway-team="team" OR (labels.gateway-team="second" AND labels.gateway-agent="bot"))',
  );
  const job = (team: string, agent?: unknown) => ({
    model: FLASH,
    labels: { 'gateway-team': team, ...(agent !== undefined && { 'gateway-agent': agent }) },
  });
  const own = [job('team'), job('team', 'other'), job('second', 'bot')];
  const others = [job('second'), job('second', 'other'), job('second', ['bot']), job('bot', 'second')];
  expect(await rewritten(payload, { batchPredictionJobs: [...own, ...others] }, BY_AGENT)).toEqual({
    batchPredictionJobs: own,
  });
});

test('what an agent makes says so, and its caches are shown by their own names', async () => {
  const { payload } = await read('POST', `${PARENT}/cachedContents`, {
    body: JSON.stringify({ model: FLASH, displayName: 'a+b/c' }),
  });
  const call = { ...BY_AGENT, ...authorizedCall({ owner: BY_AGENT.owner }) };
  const sent = JSON.parse(Buffer.from(payload.request(call).body ?? []).toString()) as object;
  expect(sent).toMatchObject({ displayName: 'second+bot/a+b/c' });
  expect(await rewritten(payload, { name: 'n', ...sent })).toMatchObject({ displayName: 'a+b/c' });
  const { payload: list } = await read('GET', `${PARENT}/cachedContents`);
  const cache = (displayName: string) => ({ model: FLASH, displayName });
  const own = [cache('team/x'), cache('team+other/x'), cache('second+bot/x')];
  const others = ['second/x', 'second+other/x', 'second+/x', '+bot/x', 'second+bot+bot/x', 'second+bot'];
  expect(await rewritten(list, { cachedContents: [...own, ...others.map(cache)] }, BY_AGENT)).toEqual({
    cachedContents: own.map(({ model }) => ({ model, displayName: 'x' })),
  });
});

test('the bytes of an answer without others’ resources stay as they are', async () => {
  const { payload } = await read('GET', `${PARENT}/batchPredictionJobs`);
  for (const text of [
    '{ }',
    `{ "batchPredictionJobs" : [ { "model":"${FLASH}", "n": 1.0, "labels":{"gateway-team":"team"} } ] }`,
  ])
    expect(Buffer.from((await payload.rewrite?.whole?.(Buffer.from(text), ANY)) ?? '').toString()).toBe(text);
});

test.each(['[]', '7', 'null', '<html>', ''])(
  'an answer %j that is no object is a failure of Vertex AI',
  async (text) => {
    const { payload } = await read('GET', `${PARENT}/cachedContents`);
    const rewriting = async () => payload.rewrite?.whole?.(Buffer.from(text), ANY);
    expect((await rejectedBy(rewriting())).code).toBe('VERTEX_FAILED');
  },
);

const NOT_THEIRS = [
  undefined,
  {},
  [],
  { displayName: 'team', model: FLASH, labels: {} },
  { displayName: 'other/team/', model: FLASH, labels: { 'gateway-team': 'other' } },
  { displayName: 'Team/x', model: FLASH, labels: { 'gateway-team': 'Team' } },
  { displayName: '/team', model: FLASH, labels: { 'gateway-team': '' } },
  { displayName: 'team/x', model: 'publishers/google/models/other', labels: { 'gateway-team': 'team' } },
  { displayName: 'team/x', model: '', labels: { 'gateway-team': 'team' } },
  { displayName: 'team/x', labels: { 'gateway-team': 'team' } },
];

test.each(['batchPredictionJobs', 'cachedContents'])('one of %s is its team’s alone', async (collection) => {
  for (const [method, suffix] of [
    ['GET', ''],
    ['DELETE', ''],
  ] as const) {
    const { prerequisite } = (await read(method, `${PARENT}/${collection}/7${suffix}`)).payload;
    expect(prerequisite?.request(ANY)).toMatchObject({
      method: 'GET',
      path: `/v1/${PARENT}/${collection}/7`,
    });
    const theirs = { displayName: 'team/x', model: FLASH, labels: { 'gateway-team': 'team' } };
    expect(() => prerequisite?.check(theirs, ANY)).not.toThrow();
    for (const answer of NOT_THEIRS)
      expect([answer, thrownBy(() => prerequisite?.check(answer, ANY)).code]).toEqual([
        answer,
        'RESOURCE_NOT_FOUND',
      ]);
  }
});

test('a cache is shown by the name that its maker gave it', async () => {
  const { payload } = await read('GET', `${PARENT}/cachedContents/7`);
  expect(await rewritten(payload, { name: 'n', displayName: 'team/a/b' })).toEqual({
    name: 'n',
    displayName: 'a/b',
  });
  expect(await rewritten(payload, { name: 'n', displayName: 'team/' })).toEqual({ name: 'n' });
});

test('a job of a model of one’s own, or of an endpoint, is refused', async () => {
  const body = JSON.stringify({
    model: 'endpoints/42',
    displayName: 'x',
    inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://bucket/in'] } },
    outputConfig: { predictionsFormat: 'jsonl', gcsDestination: { outputUriPrefix: 'gs://bucket/out' } },
  });
  const { payload } = await read('POST', `${PARENT}/batchPredictionJobs`, { body });
  const call = authorizedCall({
    resource: { kind: 'endpoint', endpoint: '42' },
    judgePlace: () => 'allowed',
  });
  expect(thrownBy(() => payload.request(call))).toMatchObject({
    code: 'INVALID_REQUEST',
    violations: [{ field: 'model' }],
  });
});

test('models are listed and described below no project', async () => {
  const long = await read('GET', `${PARENT}/publishers/google/models`);
  expect(long.target).toMatchObject({
    operation: 'listModels',
    location: 'us-central1',
    resource: { kind: 'any', publisher: 'google' },
  });
  const call = authorizedCall({
    resource: { kind: 'any', publisher: 'google' },
    may: ({ operation, location, resource }) =>
      operation === 'getModel' &&
      location === 'us-central1' &&
      resource.kind === 'model' &&
      ['gemini-3.5-flash', 'claude@1'].includes(resource.model),
  });
  expect(long.payload.request(call).path).toBe('/v1beta1/publishers/google/models');
  const models = [{ name: FLASH }, { name: 'publishers/x/models/claude', versionId: '1' }];
  const others = [
    { name: 'publishers/google/models/other' },
    { name: 'publishers/x/models/claude', versionId: '2' },
    { name: 7 },
    { versionId: '1' },
  ];
  expect(await rewritten(long.payload, { publisherModels: [...others, ...models] }, call)).toEqual({
    publisherModels: models,
  });
  const short = await read('GET', FLASH, { query: 'view=PUBLISHER_MODEL_VIEW_BASIC' });
  expect(short.target).toMatchObject({ operation: 'getModel', project: undefined, location: undefined });
  expect(short.payload.request(authorizedCall()).path).toBe(`/v1/${FLASH}?view=PUBLISHER_MODEL_VIEW_BASIC`);
  expect((await rejectedBy(read('GET', FLASH, { query: 'huggingFaceToken=x' }))).violations).toEqual([
    { field: 'huggingFaceToken', description: 'unknown parameter' },
  ]);
});
