import { functionsApi } from '@vertex-ai-gateway/cloud-emulators/entra/sample-applications';
import { expectErrorBody } from './expect-refusal.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer, Outgoing } from './send-bytes.ts';

const PARENT = 'projects/sample-project/locations/us';
const BASE = `/vertex/v1/${PARENT}`;
const FLASH = `${PARENT}/publishers/google/models/gemini-3.5-flash`;
const SECRET = 'what-an-owner-keeps ';
/** Google keeps nothing shorter. */
const CACHE = { model: FLASH, contents: [{ role: 'user', parts: [{ text: SECRET.repeat(600) }] }] };
const PROMPT = { contents: [{ role: 'user', parts: [{ text: 'And then?' }] }] };

/**
 * A caller: a sample application with its token and key, or the holder of a sandbox key, through the edge or with the
 * stamps of another key. The agent acts for a person of the assistants team; its own role is the sandbox's.
 */
type Who =
  | 'assistants-app'
  | 'sandbox-app'
  | 'agent-app'
  | 'key of sandbox-app'
  | 'key of another'
  | 'key of the assistants';

let observed: ObservedChain;
let edgeToken: string;

beforeAll(async () => {
  observed = await ObservedChain.start();
  edgeToken = await observed.mint({ application: 'api-management', audience: functionsApi.clientId });
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

function call(who: Who, method: string, path: string, json?: object): Promise<Answer> {
  const body = json && JSON.stringify(json);
  const outgoing = { method, path, ...(body !== undefined && { body }) } as Outgoing;
  switch (who) {
    case 'key of sandbox-app': {
      const key = observed.chain.environment.applications['sandbox-app']?.subscriptionKey ?? '';
      return observed.call({ ...outgoing, headers: { 'x-goog-api-key': key } });
    }
    case 'key of another':
    case 'key of the assistants':
      return observed.callDirectly({
        ...outgoing,
        headers: {
          authorization: `Bearer ${edgeToken}`,
          'content-type': 'application/json',
          'x-gateway-identity-provider': 'subscription-key',
          'x-gateway-delegated': 'false',
          'x-gateway-object-id': 'another-app',
          'x-gateway-roles': who === 'key of another' ? 'Sandbox.Use' : 'Assistants.Use',
          'x-gateway-subscription-id': 'another-app',
          'x-gateway-product-id': who === 'key of another' ? 'sandbox' : 'production',
          'x-gateway-request-id': crypto.randomUUID(),
        },
      });
    default:
      return observed.call({ ...outgoing, application: who });
  }
}

interface Made {
  readonly name: string;
  /** Below the surface's root. */
  readonly path: string;
}

async function make(who: Who, collection: 'batchPredictionJobs' | 'cachedContents', body: object) {
  const answer = await call(who, 'POST', `${BASE}/${collection}`, body);
  expect([who, answer.status, answer.text]).toEqual([who, 200, expect.any(String)]);
  observed.whenRecorded(answer, { outcome: 'answered', decision: 'allow', model: 'gemini-3.5-flash' });
  const { name } = JSON.parse(answer.text) as { name: string };
  return { name, path: `${BASE}/${collection}/${name.split('/').at(-1) ?? ''}` };
}

function job(bucket: string): object {
  return {
    displayName: 'job',
    model: FLASH,
    inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: [`gs://${bucket}/input/a.jsonl`] } },
    outputConfig: {
      predictionsFormat: 'jsonl',
      gcsDestination: { outputUriPrefix: `gs://${bucket}/output` },
    },
  };
}

async function listed(who: Who, collection: 'batchPredictionJobs' | 'cachedContents'): Promise<string[]> {
  const answer = await call(who, 'GET', `${BASE}/${collection}?pageSize=100`);
  expect([who, answer.status]).toEqual([who, 200]);
  const { [collection]: items = [] } = JSON.parse(answer.text) as Record<string, { name: string }[]>;
  return items.map(({ name }) => name);
}

/** Expects every method on a resource to answer as if it didn't exist, and to change nothing at Google. */
async function expectOutOfReach(who: Who, { path, name }: Made): Promise<void> {
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  const tries = path.includes('/cachedContents/')
    ? [
        call(who, 'GET', path),
        call(who, 'PATCH', path, { ttl: '900s' }),
        call(who, 'DELETE', path),
        call(who, 'POST', `/vertex/v1/${FLASH}:generateContent`, { ...PROMPT, cachedContent: name }),
        call(who, 'POST', `${BASE}/endpoints/openapi/chat/completions`, {
          model: 'google/gemini-3.5-flash',
          messages: [{ role: 'user', content: 'And then?' }],
          extra_body: { google: { cached_content: name } },
        }),
      ]
    : [call(who, 'GET', path), call(who, 'POST', `${path}:cancel`, {}), call(who, 'DELETE', path)];
  for (const answer of await Promise.all(tries)) {
    expectErrorBody(answer, { status: 404, code: 'RESOURCE_NOT_FOUND' });
    observed.whenRecorded(answer, { outcome: 'denied', code: 'RESOURCE_NOT_FOUND', status: '404' });
  }
  const collection = path.includes('/cachedContents/') ? 'cachedContents' : 'batchPredictionJobs';
  expect(await listed(who, collection)).not.toContain(name);
  const received = await observed.chain.requests('vertex-ai');
  expect(received.filter(({ method }) => method !== 'GET')).toEqual([]);
}

test('an agent reaches no job and no cache of the person’s team that its own role is not of', async () => {
  await expectOutOfReach(
    'agent-app',
    await make('assistants-app', 'batchPredictionJobs', job('sample-batches')),
  );
  await expectOutOfReach('agent-app', await make('assistants-app', 'cachedContents', CACHE));
});

test('nor what is of its own role and not of the person’s team', async () => {
  await expectOutOfReach(
    'agent-app',
    await make('sandbox-app', 'batchPredictionJobs', job('sample-sandbox')),
  );
  await expectOutOfReach('agent-app', await make('sandbox-app', 'cachedContents', CACHE));
});

test('what an agent makes is its own and the person’s team’s, and nobody else’s', async () => {
  const made = await make('agent-app', 'cachedContents', { ...CACHE, displayName: 'Notes' });
  const [received] = await observed.chain.requests('vertex-ai');
  expect(JSON.parse(received?.body ?? '')).toMatchObject({
    displayName: 'assistants-use+assistants-agent/Notes',
  });
  for (const who of ['agent-app', 'assistants-app'] as const) {
    const got = await call(who, 'GET', made.path);
    expect([who, got.status, JSON.parse(got.text)]).toMatchObject([who, 200, { displayName: 'Notes' }]);
    expect(await listed(who, 'cachedContents')).toContain(made.name);
    const body = { ...PROMPT, cachedContent: made.name };
    const used = await call(who, 'POST', `/vertex/v1/${FLASH}:generateContent`, body);
    expect([used.status, used.text]).toEqual([200, expect.stringContaining('cachedContentTokenCount')]);
  }
  for (const who of ['sandbox-app', 'key of sandbox-app'] as const) await expectOutOfReach(who, made);
  const deleted = await call('agent-app', 'DELETE', made.path);
  expect(deleted.status).toBe(200);
  observed.whenRecorded(deleted, { outcome: 'answered', isDelegated: 'true', agentId: 'assistants-agent' });
});

test('what is made with a key alone belongs to the key’s APIM subscription', async () => {
  const jobs = [await make('key of sandbox-app', 'batchPredictionJobs', job('sample-sandbox'))];
  const [received] = await observed.chain.requests('vertex-ai');
  expect(JSON.parse(received?.body ?? '')).toMatchObject({ labels: { 'gateway-team': '_sandbox-app' } });
  const caches = [await make('key of sandbox-app', 'cachedContents', CACHE)];
  for (const made of [...jobs, ...caches]) {
    const got = await call('key of sandbox-app', 'GET', made.path);
    expect(got.status).toBe(200);
    observed.whenRecorded(got, { outcome: 'answered', identityProvider: 'subscription-key' });
    for (const who of ['key of another', 'sandbox-app', 'assistants-app'] as const)
      await expectOutOfReach(who, made);
  }
  expect(await listed('key of sandbox-app', 'batchPredictionJobs')).toEqual(jobs.map(({ name }) => name));
  expect(await listed('key of sandbox-app', 'cachedContents')).toEqual(caches.map(({ name }) => name));
});

test('a key alone does not reach what others of its role made', async () => {
  await expectOutOfReach(
    'key of sandbox-app',
    await make('sandbox-app', 'batchPredictionJobs', job('sample-sandbox')),
  );
  await expectOutOfReach('key of sandbox-app', await make('key of another', 'cachedContents', CACHE));
});

const VEO = 'projects/sample-project/locations/us-central1/publishers/google/models/veo-3.1-generate-001';

async function startVideo(): Promise<string> {
  const answer = await call('assistants-app', 'POST', `/vertex/v1/${VEO}:predictLongRunning`, {
    instances: [{ prompt: SECRET }],
  });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return (JSON.parse(answer.text) as { name: string }).name;
}

function poll(who: Who, operationName: string): Promise<Answer> {
  return call(who, 'POST', `/vertex/v1/${VEO}:fetchPredictOperation`, { operationName });
}

test('a long-running operation is its team’s: its name says whose, and Google gets its own', async () => {
  const name = await startVideo();
  expect(name).toMatch(/\/operations\/[\w-]+\.assistants-use\.[\w-]{22}$/);
  expect(name).toContain(`${VEO}/operations/`);
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  for (const asked of [name, name.replace('sample-project', '123456789012'), name]) {
    const answer = await poll('assistants-app', asked);
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { name }]);
    observed.whenRecorded(answer, { outcome: 'answered', operation: 'predictLongRunning' });
  }
  const received = (await observed.chain.requests('vertex-ai')).map(
    ({ body }) => JSON.parse(body) as unknown,
  );
  const operationName = name.replace(/\.assistants-use\..*$/, '');
  expect(received).toEqual([{ operationName }, { operationName }, { operationName }]);
});

test('an operation is looked after by other instances, and after a restart', async () => {
  const name = await startVideo();
  await observed.untilOnRecord();
  await observed.chain.restartFunctionApp();
  const answer = await poll('assistants-app', name);
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { name }]);
  expect((await poll('key of the assistants', name)).status).toBe(404);
});

test('another’s operation, one of no seal and one of another project are not there', async () => {
  const name = await startVideo();
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  const other = await poll('key of the assistants', name);
  const forged = name.replace('.assistants-use.', '._another-app.');
  const tries = [
    other,
    await poll('key of the assistants', forged),
    await poll('assistants-app', name.replace(/\.assistants-use\..*$/, '')),
    await poll('assistants-app', name.replace(/.{22}$/, 'A'.repeat(22))),
    await poll('assistants-app', `${VEO}/operations/1`),
  ];
  for (const answer of tries) {
    expectErrorBody(answer, {
      status: 404,
      code: 'RESOURCE_NOT_FOUND',
      message: 'Your team has no operation of this name here.',
    });
    observed.whenRecorded(answer, {
      outcome: 'denied',
      code: 'RESOURCE_NOT_FOUND',
      status: '404',
      operation: 'predictLongRunning',
      model: 'veo-3.1-generate-001',
    });
  }
  for (const project of ['999999999999', 'other-project', '1234567890123']) {
    const answer = await poll('assistants-app', name.replace('sample-project', project));
    expectErrorBody(answer, { status: 400, code: 'INVALID_REQUEST', fields: ['operationName'] });
    observed.whenRecorded(answer, { outcome: 'denied', code: 'INVALID_REQUEST' });
  }
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
});

test('every call is on record once, without what is kept', async () => {
  await observed.expectAllOnRecord([SECRET.trim(), 'And then?']);
});
