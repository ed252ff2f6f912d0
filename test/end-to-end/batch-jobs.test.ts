import { expectErrorBody, expectRefusal } from './expect-refusal.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer, Outgoing } from './send-bytes.ts';

const PARENT = 'projects/sample-project/locations/us';
const REGION = 'projects/sample-project/locations/us-central1';
const JOBS = `/vertex/v1/${PARENT}/batchPredictionJobs`;
const FLASH = 'publishers/google/models/gemini-3.5-flash';

type Application = 'sandbox-app' | 'assistants-app' | 'scoring-app' | 'eu-analytics-app';

/** The places that the access document gives to each of two teams. */
const PLACES = {
  'sandbox-app': { input: 'gs://sample-sandbox/input', output: 'gs://sample-sandbox/output' },
  'assistants-app': { input: 'gs://sample-batches/input', output: 'gs://sample-batches/output' },
};
const TEAMS = { 'sandbox-app': 'sandbox-use', 'assistants-app': 'assistants-use' };

interface Job {
  readonly name: string;
  readonly model: string;
  readonly state: string;
  readonly displayName: string;
  readonly labels: Readonly<Record<string, string>>;
}

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

function call(application: Application, path: string, outgoing: Partial<Outgoing> = {}): Promise<Answer> {
  return observed.call({ application, method: 'GET', path, ...outgoing });
}

function post(application: Application, body: object, path = JOBS): Promise<Answer> {
  return call(application, path, { method: 'POST', body: JSON.stringify(body) });
}

function jobOf(application: keyof typeof PLACES, changes: object = {}): object {
  const { input, output } = PLACES[application];
  return {
    displayName: `job of ${application}`,
    model: FLASH,
    inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: [`${input}/november.jsonl`] } },
    outputConfig: { predictionsFormat: 'jsonl', gcsDestination: { outputUriPrefix: output } },
    ...changes,
  };
}

async function create(application: keyof typeof PLACES, changes: object = {}): Promise<Job> {
  const answer = await post(application, jobOf(application, changes));
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  observed.whenRecorded(answer, {
    outcome: 'answered',
    operation: 'batchPredict',
    model: 'gemini-3.5-flash',
  });
  return JSON.parse(answer.text) as Job;
}

function pathOf({ name }: Job): string {
  return `${JOBS}/${name.split('/').at(-1) ?? ''}`;
}

async function listed(application: Application, query = ''): Promise<Job[]> {
  const answer = await call(application, `${JOBS}${query}`);
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  observed.whenRecorded(answer, {
    outcome: 'answered',
    decision: 'allow',
    operation: 'batchPredict',
    project: 'sample-project',
    location: 'us',
  });
  const { batchPredictionJobs = [] } = JSON.parse(answer.text) as { batchPredictionJobs?: Job[] };
  return batchPredictionJobs;
}

async function expectNotFound(answer: Answer): Promise<void> {
  expectErrorBody(answer, {
    status: 404,
    code: 'RESOURCE_NOT_FOUND',
    message: 'Your team has no batch prediction job of this name here.',
  });
  observed.whenRecorded(answer, {
    outcome: 'denied',
    code: 'RESOURCE_NOT_FOUND',
    status: '404',
    operation: 'batchPredict',
    project: 'sample-project',
    location: 'us',
  });
  const changing = (await observed.chain.requests('vertex-ai')).filter(({ method }) => method !== 'GET');
  expect(changing).toEqual([]);
}

test('a job is created under its team’s label, with the model by Google’s name, and the rest as it came', async () => {
  const sent =
    '{ "model":"gemini-fast","labels":{"gateway-team":"assistants-use","cost":"mine"},"displayName" : "N\\u00f8vember",' +
    '"inputConfig":{"instancesFormat":"jsonl","gcsSource":{"uris":["gs://sample-sandbox/input/*"]}},' +
    '"outputConfig":{"predictionsFormat":"jsonl","gcsDestination":{"outputUriPrefix":"gs://sample-sandbox/output/a"}} }';
  const answer = await call('sandbox-app', JOBS, { method: 'POST', body: sent });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  expect(JSON.parse(answer.text)).toMatchObject({
    state: 'JOB_STATE_PENDING',
    labels: { 'gateway-team': 'sandbox-use' },
  });
  const [received] = await observed.chain.requests('vertex-ai');
  expect(received?.path).toBe(`/v1/${PARENT}/batchPredictionJobs`);
  expect(received?.body).toBe(
    sent
      .replace('"gemini-fast"', `"${FLASH}"`)
      .replace('{"gateway-team":"assistants-use","cost":"mine"}', '{"gateway-team":"sandbox-use"}'),
  );
  observed.whenRecorded(answer, {
    outcome: 'answered',
    decision: 'allow',
    rule: 'sandbox-tries-out',
    operation: 'batchPredict',
    project: 'sample-project',
    location: 'us',
    model: 'gemini-3.5-flash',
  });
});

test('a job of BigQuery’s tables is created', async () => {
  await create('assistants-app', {
    inputConfig: {
      instancesFormat: 'bigquery',
      bigquerySource: { inputUri: 'bq://sample-project.assistants.prompts' },
    },
    outputConfig: {
      predictionsFormat: 'bigquery',
      bigqueryDestination: { outputUri: 'bq://sample-project.assistants' },
    },
  });
});

test('each team sees, lists, cancels and deletes its own jobs alone', async () => {
  const mine = await create('sandbox-app');
  const theirs = await create('assistants-app');
  expect(mine.labels).toEqual({ 'gateway-team': TEAMS['sandbox-app'] });
  expect(theirs.labels).toEqual({ 'gateway-team': TEAMS['assistants-app'] });

  const names = (await listed('sandbox-app')).map(({ name }) => name);
  expect(names).toContain(mine.name);
  expect(names).not.toContain(theirs.name);
  expect((await listed('assistants-app')).map(({ name }) => name)).not.toContain(mine.name);

  const got = await call('sandbox-app', pathOf(mine));
  expect([got.status, JSON.parse(got.text)]).toMatchObject([200, { name: mine.name }]);
  observed.whenRecorded(got, { outcome: 'answered', operation: 'batchPredict' });

  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  await expectNotFound(await call('assistants-app', pathOf(mine)));
  await expectNotFound(await post('assistants-app', {}, `${pathOf(mine)}:cancel`));
  await expectNotFound(await call('assistants-app', pathOf(mine), { method: 'DELETE' }));
});

test.each(['', '{}'])('a job is cancelled, with the body %j, and deleted by its team', async (body) => {
  const path = pathOf(await create('sandbox-app'));
  const cancelled = await call('sandbox-app', `${path}:cancel`, { method: 'POST', body });
  expect([cancelled.status, JSON.parse(cancelled.text)]).toEqual([200, {}]);
  expect(JSON.parse((await call('sandbox-app', path)).text)).toMatchObject({ state: 'JOB_STATE_CANCELLED' });
  const deleted = await call('sandbox-app', path, { method: 'DELETE' });
  expect([deleted.status, JSON.parse(deleted.text)]).toMatchObject([200, { done: true }]);
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  await expectNotFound(await call('sandbox-app', path));
});

test('a method that takes no body is refused with one', async () => {
  const path = pathOf(await create('sandbox-app'));
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  for (const [method, suffix] of [
    ['DELETE', ''],
    ['POST', ':cancel'],
  ] as const) {
    const answer = await call('sandbox-app', `${path}${suffix}`, { method, body: '{"name":"x"}' });
    await expectRefusal(observed, answer, { status: 400, code: 'INVALID_REQUEST', fields: ['name'] });
  }
});

test('a job that never was, and one that another team has, are answered alike', async () => {
  const theirs = await create('assistants-app');
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  const never = await call('sandbox-app', `${JOBS}/1`);
  const other = await call('sandbox-app', pathOf(theirs));
  await expectNotFound(never);
  await expectNotFound(other);
  const withoutId = ({ text, requestId }: Answer) => text.replaceAll(requestId, '');
  expect(withoutId(other)).toBe(withoutId(never));
});

test('a project’s number stands for its id', async () => {
  const mine = await create('sandbox-app');
  const numbered = await call('sandbox-app', `/vertex/v1/${mine.name}`);
  expect([numbered.status, JSON.parse(numbered.text)]).toMatchObject([200, { name: mine.name }]);
});

test('a caller’s filter narrows the list of its team and cannot widen it', async () => {
  await create('assistants-app', { displayName: 'wanted' });
  await create('sandbox-app', { displayName: 'wanted' });
  await create('sandbox-app', { displayName: 'unwanted' });
  const filter = (text: string) => `?pageSize=100&filter=${encodeURIComponent(text)}`;
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  const found = await listed('sandbox-app', filter('displayName="wanted"'));
  expect(found.map(({ displayName }) => displayName)).toEqual(['wanted']);
  const [received] = await observed.chain.requests('vertex-ai');
  expect(new URL(`https://host${received?.path ?? ''}`).searchParams.get('filter')).toBe(
    '(displayName="wanted") AND labels.gateway-team="sandbox-use"',
  );
  for (const widening of [
    'displayName:"*" OR labels.gateway-team:*',
    'labels.gateway-team="assistants-use"',
    'NOT displayName="x"',
  ]) {
    const jobs = await listed('sandbox-app', filter(widening));
    expect(jobs.filter(({ labels }) => labels['gateway-team'] !== 'sandbox-use')).toEqual([]);
  }
});

test('pages go on', async () => {
  await create('sandbox-app');
  await create('sandbox-app');
  const first = await call('sandbox-app', `${JOBS}?pageSize=1`);
  const { nextPageToken } = JSON.parse(first.text) as { nextPageToken: string };
  const second = await listed('sandbox-app', `?pageSize=1&pageToken=${encodeURIComponent(nextPageToken)}`);
  expect(second).toHaveLength(1);
});

test.each([
  ['filter', 'x) OR (labels.gateway-team:*'],
  ['filter', 'displayName="a'],
  ['filter', "displayName='a"],
  ['filter', '('],
  ['filter', 'displayName=x\\'],
  ['filter', 'displayName="a\\"'],
  ['filter', 'displayName="a"\n'],
  ['pageSize', '-1'],
  ['pageSize', '1e3'],
  ['pageToken', 'a b'],
  ['readMask', 'name'],
  ['fields', 'name'],
  ['alt', 'media'],
  ['access_token', 'x'],
  ['$userProject', 'other-project'],
])('the query parameter %s as %j is refused', async (name, value) => {
  const answer = await call('sandbox-app', `${JOBS}?${name}=${encodeURIComponent(value)}`);
  await expectRefusal(observed, answer, { status: 400, code: 'INVALID_REQUEST', fields: [name] });
});

const inputs = (uris: unknown) => ({ inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris } } });
const output = (outputUriPrefix: string) => ({
  outputConfig: { predictionsFormat: 'jsonl', gcsDestination: { outputUriPrefix } },
});
const INPUT = 'inputConfig.gcsSource.uris[0]';
const OUTPUT = 'outputConfig.gcsDestination.outputUriPrefix';

test.each<[what: string, changes: object, code: string, field: string]>([
  ['of another team', inputs(['gs://sample-batches/input/a']), 'STORAGE_NOT_ALLOWED', INPUT],
  [
    'besides one of its own',
    inputs(['gs://sample-sandbox/input/a', 'gs://else/a']),
    'STORAGE_NOT_ALLOWED',
    'inputConfig.gcsSource.uris[1]',
  ],
  ['that is not in a list', inputs('gs://else/a'), 'STORAGE_NOT_ALLOWED', 'inputConfig.gcsSource.uris'],
  ['with a longer name', inputs(['gs://sample-sandbox/inputs/a']), 'STORAGE_NOT_ALLOWED', INPUT],
  ['by a pattern', inputs(['gs://sample-sandbox/input*']), 'STORAGE_NOT_ALLOWED', INPUT],
  ['by a pattern within', inputs(['gs://sample-sandbox/*/a']), 'INVALID_REQUEST', INPUT],
  ['with dots', inputs(['gs://sample-sandbox/input/../x']), 'INVALID_REQUEST', INPUT],
  ['that is encoded', inputs(['gs://sample-sandbox/input/%2e%2e/x']), 'INVALID_REQUEST', INPUT],
  ['that is only read', output('gs://sample-sandbox/input'), 'STORAGE_NOT_ALLOWED', OUTPUT],
  ['that is a pattern', output('gs://sample-sandbox/output/*'), 'INVALID_REQUEST', OUTPUT],
  [
    'in a table of another team',
    {
      outputConfig: {
        predictionsFormat: 'bigquery',
        bigqueryDestination: { outputUri: 'bq://sample-project.assistants.out' },
      },
    },
    'STORAGE_NOT_ALLOWED',
    'outputConfig.bigqueryDestination.outputUri',
  ],
])('a place %s is refused with the member that names it', async (_, changes, code, field) => {
  const answer = await post('sandbox-app', jobOf('sandbox-app', changes));
  const status = code === 'INVALID_REQUEST' ? 400 : 403;
  await expectRefusal(observed, answer, { status, code, fields: [field] }, { decision: 'allow' });
});

test.each([
  ['serviceAccount', { serviceAccount: 'x@y.iam.gserviceaccount.com' }],
  ['service_account', { service_account: 'x@y.iam.gserviceaccount.com' }],
  ['encryptionSpec', { encryptionSpec: { kmsKeyName: 'k' } }],
  ['unmanagedContainerModel', { unmanagedContainerModel: {} }],
  ['explanationSpec', { explanationSpec: {} }],
  ['input_config', { input_config: {} }],
  [
    'inputConfig.vertexMultimodalDatasetSource',
    { inputConfig: { instancesFormat: 'x', vertexMultimodalDatasetSource: {} } },
  ],
  ['inputConfig', { inputConfig: { instancesFormat: 'x' } }],
  [
    'outputConfig.vertexMultimodalDatasetDestination',
    { outputConfig: { predictionsFormat: 'x', vertexMultimodalDatasetDestination: {} } },
  ],
])('a job with %s is refused', async (field, changes) => {
  const answer = await post('sandbox-app', jobOf('sandbox-app', changes));
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(`"${field}"`)]);
  observed.whenRecorded(answer, { outcome: 'denied', code: 'INVALID_REQUEST' });
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
});

test('a model without a grant is refused in a job, and a caller without batches sees no list of them', async () => {
  const model = 'publishers/google/models/gemini-3.1-pro-preview';
  const inGlobal = JOBS.replace('locations/us', 'locations/global');
  const pro = await post('assistants-app', jobOf('assistants-app', { model }), inGlobal);
  await expectRefusal(
    observed,
    pro,
    { status: 403, code: 'DENIED_BY_RULE' },
    { rule: 'no-batches-on-pro', model: 'gemini-3.1-pro-preview' },
  );
  const list = await call('scoring-app', JOBS);
  await expectRefusal(
    observed,
    list,
    { status: 403, code: 'NOT_GRANTED' },
    { decision: 'deny', operation: 'batchPredict', location: 'us' },
  );
  const outside = await call('eu-analytics-app', JOBS);
  await expectRefusal(observed, outside, { status: 403, code: 'LOCATION_NOT_ALLOWED' }, { decision: 'deny' });
});

test('videos are written to places on the list alone', async () => {
  const path = `/vertex/v1/${REGION}/publishers/google/models/veo-3.1-generate-001:predictLongRunning`;
  const body = (parameters: object) => ({ instances: [{ prompt: 'An ocelot.' }], parameters });
  for (const name of ['storageUri', 'storage_uri']) {
    const answer = await post('assistants-app', body({ [name]: 'gs://sample-sandbox/output' }), path);
    await expectRefusal(
      observed,
      answer,
      { status: 403, code: 'STORAGE_NOT_ALLOWED', fields: [`parameters.${name}`] },
      { operation: 'predictLongRunning' },
    );
  }
  const allowed = await post(
    'assistants-app',
    body({ storageUri: 'gs://sample-batches/output/videos' }),
    path,
  );
  expect([allowed.status, allowed.text]).toEqual([200, expect.stringContaining('/operations/')]);
});

test.each([
  [{ status: 503 }, 503, 'VERTEX_UNAVAILABLE'],
  [{ status: 403 }, 502, 'VERTEX_PERMISSION_DENIED'],
  [{ status: 429 }, 429, 'VERTEX_RATE_LIMITED'],
  [{ status: 200, body: '<html>' }, 502, 'VERTEX_FAILED'],
  [{ reset: true }, 503, 'VERTEX_UNAVAILABLE'],
])('a failure %j of looking a job up is not taken for its absence', async (fault, status, code) => {
  const path = pathOf(await create('sandbox-app'));
  for (const outgoing of [{}, { method: 'DELETE' as const }]) {
    await observed.chain.control('vertex-ai', 'DELETE', 'requests');
    await observed.chain.inject('vertex-ai', fault);
    const answer = await call('sandbox-app', path, outgoing);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(`"${code}"`)]);
    observed.whenRecorded(answer, { outcome: 'failed', code });
    expect(await observed.chain.requests('vertex-ai')).toHaveLength(1);
  }
});

test('an agent’s job needs a place that both the person and the agent may use', async () => {
  for (const places of ['assistants-app', 'sandbox-app'] as const) {
    const answer = await observed.call({
      application: 'agent-app',
      path: JOBS,
      body: JSON.stringify(jobOf(places)),
    });
    await observed.chain.control('vertex-ai', 'DELETE', 'requests');
    await expectRefusal(
      observed,
      answer,
      { status: 403, code: 'STORAGE_NOT_ALLOWED', fields: [INPUT, OUTPUT] },
      { decision: 'allow', isDelegated: 'true' },
    );
  }
});

test('every call is on record once, without a place', async () => {
  await observed.expectAllOnRecord(['sample-batches', 'sample-sandbox', 'gserviceaccount']);
});
