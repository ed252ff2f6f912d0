import { NOW, startForTests, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const PARENT = 'projects/sample-project/locations/us';
const JOBS = `v1/${PARENT}/batchPredictionJobs`;
const GCS = {
  displayName: 'nightly',
  model: 'publishers/google/models/gemini-3.5-flash',
  inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://sample-input/day.jsonl'] } },
  outputConfig: {
    predictionsFormat: 'jsonl',
    gcsDestination: { outputUriPrefix: 'gs://sample-output/day' },
  },
  labels: { team: 'botany' },
};
const BIGQUERY = {
  inputConfig: {
    instancesFormat: 'bigquery',
    bigquerySource: { inputUri: 'bq://sample-project.prompts.day' },
  },
  outputConfig: {
    predictionsFormat: 'bigquery',
    bigqueryDestination: { outputUri: 'bq://sample-project.answers.day' },
  },
};
let vertex: VertexAiForTests;

interface Job {
  name: string;
  state: string;
}

beforeEach(async () => {
  vertex = await startForTests();
});
afterEach(() => vertex.close());

async function create(body: object = {}, path = JOBS): Promise<Job> {
  const { status, json } = await vertex.call('POST', path, { ...GCS, ...body });
  expect({ status, json }).toMatchObject({ status: 200 });
  return json as Job;
}

async function get(name: string): Promise<Job> {
  return (await vertex.call('GET', `v1/${name}`)).json as Job;
}

async function list(query: string): Promise<string[]> {
  const { status, json } = await vertex.call('GET', `${JOBS}?${query}`);
  expect({ status, json }).toMatchObject({ status: 200 });
  const { batchPredictionJobs = [] } = json as { batchPredictionJobs?: { displayName: string }[] };
  return batchPredictionJobs.map(({ displayName }) => displayName);
}

test.each(['v1', 'v1beta1'])(
  'a job of %s is pending, runs and succeeds as it is asked for',
  async (version) => {
    const job = await create({}, JOBS.replace('v1', version));
    expect(job).toEqual({
      ...GCS,
      name: expect.stringMatching(
        /^projects\/123456789012\/locations\/us\/batchPredictionJobs\/\d{19}$/,
      ) as string,
      state: 'JOB_STATE_PENDING',
      createTime: new Date(NOW).toISOString(),
      updateTime: new Date(NOW).toISOString(),
    });
    const states: Job[] = [];
    for (let poll = 0; poll < 5; poll += 1) states.push(await get(job.name));
    expect(states.map(({ state }) => state)).toEqual([
      'JOB_STATE_PENDING',
      'JOB_STATE_RUNNING',
      'JOB_STATE_RUNNING',
      'JOB_STATE_RUNNING',
      'JOB_STATE_SUCCEEDED',
    ]);
    expect(states.at(-1)).toMatchObject({
      startTime: expect.any(String) as string,
      endTime: expect.any(String) as string,
      outputInfo: {
        gcsOutputDirectory: `gs://sample-output/day/prediction-model-${new Date(NOW).toISOString()}`,
      },
      completionStats: { successfulCount: '1' },
    });
  },
);

test('a job succeeds by the clock as well, into a table', async () => {
  const { name } = await create({
    ...BIGQUERY,
    model: `${PARENT}/publishers/google/models/gemini-3.5-flash-lite`,
  });
  vertex.passTime(600_000);
  expect(await get(name)).toMatchObject({
    state: 'JOB_STATE_SUCCEEDED',
    outputInfo: { bigqueryOutputDataset: 'bq://sample-project.answers', bigqueryOutputTable: 'day' },
  });
});

test('a job can be cancelled until it has ended, and deleted after that', async () => {
  const { name } = await create();
  expect(await vertex.call('DELETE', `v1/${name}`)).toMatchObject({
    status: 400,
    json: { error: { status: 'FAILED_PRECONDITION' } },
  });
  expect(await vertex.call('POST', `v1/${name}:cancel`, {})).toEqual({ status: 200, json: {} });
  expect(await get(name)).toMatchObject({ state: 'JOB_STATE_CANCELLED' });
  expect(await vertex.call('POST', `v1/${name}:cancel`)).toMatchObject({ status: 400 });
  expect(await vertex.call('DELETE', `v1/${name}`)).toMatchObject({
    status: 200,
    json: {
      name: expect.stringMatching(/^projects\/123456789012\/locations\/us\/operations\/\d+$/) as string,
      done: true,
      response: { '@type': 'type.googleapis.com/google.protobuf.Empty' },
    },
  });
  expect(await vertex.call('GET', `v1/${name}`)).toMatchObject({ status: 404 });
});

test.each([
  ['labels.team="botany"', ['c', 'a']],
  ["labels.'team'=botany AND state=JOB_STATE_PENDING", ['c']],
  ['labels.team:*', ['c', 'b', 'a']],
  ['labels.shift:*', []],
  ['NOT labels.team=botany', ['b']],
  ['state!="JOB_STATE_PENDING"', ['a']],
  ['display_name:"*" AND (display_name="a" OR display_name="b")', ['b', 'a']],
  ['displayName="c" OR displayName="a" labels.team=botany', ['c', 'a']],
  ['create_time>"2026-01-02T03:04:05Z"', ['c']],
  ['create_time<="2026-01-02T03:04:05Z"', ['b', 'a']],
  ['', ['c', 'b', 'a']],
])('lists by the filter %s', async (filter, names) => {
  const { name } = await create({ displayName: 'a' });
  await create({ displayName: 'b', labels: { team: 'zoology' } });
  vertex.passTime(1000);
  await create({ displayName: 'c' });
  await vertex.call('POST', `v1/${name}:cancel`);
  expect(await list(new URLSearchParams({ filter }).toString())).toEqual(names);
});

test.each(['state=', 'state', '(state=a', 'state=a)', 'secret=1', 'state ~ a', 'create_time>now', 'AND'])(
  'refuses the filter %s',
  async (filter) => {
    const query = new URLSearchParams({ filter }).toString();
    const { status, json } = await vertex.call('GET', `${JOBS}?${query}`);
    expect(status).toBe(400);
    expect(json).toMatchObject({
      error: { message: expect.stringMatching(/^Invalid list filter: [^~]+\.$/) as string },
    });
  },
);

test('a filter with many stars is answered at once', async () => {
  await create({ displayName: 'a'.repeat(128) });
  const filter = `display_name="${'*a'.repeat(60)}b"`;
  expect(await list(new URLSearchParams({ filter }).toString())).toEqual([]);
});

test('lists page by page; a token is for its own query only', async () => {
  await create({ displayName: 'a' });
  await create({ displayName: 'b' });
  const first = (await vertex.call('GET', `${JOBS}?pageSize=1`)).json as { nextPageToken: string };
  expect(await list(`pageSize=1&page_token=${first.nextPageToken}`)).toEqual(['a']);
  for (const query of [`pageToken=x`, `pageToken=${first.nextPageToken}&filter=state:*`, 'pageSize=-1']) {
    expect(await vertex.call('GET', `${JOBS}?${query}`)).toMatchObject({
      status: 400,
      json: { error: { status: 'INVALID_ARGUMENT' } },
    });
  }
});

test.each([
  [{ displayName: '' }, 400, 'display_name must have'],
  [{ model: 'gemini-3.5-flash' }, 400, 'Invalid resource field value'],
  [{ model: 'publishers/google/models/gemini-9' }, 404, 'was not found or your project'],
  [{ model: 'publishers/google/models/gemini-embedding-2' }, 400, 'not supported in the batch'],
  [
    { model: 'projects/sample-project/locations/global/publishers/google/models/gemini-3.5-flash' },
    400,
    'Invalid resource field value',
  ],
  [
    { model: 'projects/sample-project/locations/us-central1/models/3456789012345678901' },
    501,
    'not a publisher’s',
  ],
  [
    { inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['https://x/y'] } } },
    400,
    'input_config must be',
  ],
  [{ inputConfig: { instancesFormat: 'csv', gcsSource: { uris: ['gs://abc/y'] } } }, 400, 'input_config'],
  [{ outputConfig: BIGQUERY.inputConfig }, 400, 'Unknown name "instancesFormat"'],
  [
    { outputConfig: { predictionsFormat: 'bigquery', bigqueryDestination: { outputUri: 'x' } } },
    400,
    'output_config must be',
  ],
  [{ labels: { 'not a label': 'x' } }, 400, 'Labels can have'],
  [{ dest: 'gs://x' }, 400, 'Unknown name "dest"'],
  [{ manualBatchTuningParameters: {} }, 501, 'manualBatchTuningParameters'],
])('refuses to create %j', async (body, status, message) => {
  const answer = await vertex.call('POST', JOBS, { ...GCS, ...body });
  expect(answer).toMatchObject({
    status,
    json: { error: { message: expect.stringContaining(message) as string } },
  });
});

test('jobs of another project are denied', async () => {
  const answer = await vertex.call('POST', JOBS.replace('sample-project', 'other'), GCS);
  expect(answer).toMatchObject({
    status: 403,
    json: {
      error: {
        message: expect.stringContaining("'aiplatform.batchPredictionJobs.create' denied") as string,
      },
    },
  });
});
