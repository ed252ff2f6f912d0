import { sampleApplications } from '@vertex-ai-gateway/cloud-emulators/entra/sample-applications';
import { oktaApplications } from '@vertex-ai-gateway/cloud-emulators/okta/sample-applications';
import { findSampleCaller } from '../../scripts/policy/find-sample-caller.ts';
import { CODES, type GatewayErrorCode } from '../../src/errors/codes.ts';
import { decideCatalog } from '../../src/governance/decide-catalog.ts';
import type { CatalogEntry } from '../../src/governance/documents.ts';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { hasEnded, retirementOf } from '../../src/governance/retirement.ts';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';
import { governanceFolder } from '../support/governance-folder.ts';

const governance = loadGovernance(governanceFolder());
const { catalog, access } = governance.documents;
const APPLICATIONS = [...sampleApplications, ...oktaApplications].map(({ name }) => name);
const residencyRules = access.residency.map(({ id }) => id);
/** Stands for what a caller would send; no telemetry may hold it. */
const PROMPT = 'Ocelots nap at noon.';

interface Explanation {
  readonly decision: string;
  readonly rule: string;
  readonly reason: string;
  readonly code?: string;
  readonly location?: string;
  readonly missing?: readonly string[];
}

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

/** Asks as an application; the answer is 200, from the function app, on record, and nothing reached Google. */
async function ask(application: string, operation: string, body?: object): Promise<unknown> {
  const answer = await observed.call({
    application,
    method: body ? 'POST' : 'GET',
    path: `/gateway/v1/${operation}`,
    ...(body && { body: JSON.stringify(body) }),
  });
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
  observed.whenRecorded(answer, (record) => {
    expect(record).toMatchObject({
      dialect: 'gateway',
      outcome: 'answered',
      status: '200',
      operation,
      subscriptionId: application,
      policyVersion: governance.policyVersion,
    });
    expect(record).not.toHaveProperty('decision');
  });
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
  return JSON.parse(answer.text) as unknown;
}

async function explain(
  application: string,
  path: string,
  body?: object,
  method = 'POST',
): Promise<Explanation> {
  const question = { method, path, ...(body && { body }) };
  return (await ask(application, 'policy:explain', question)) as Explanation;
}

test.each(APPLICATIONS)('%s is told who it is', async (name) => {
  const { id, objectId, product } = observed.chain.environment.applications[name] ?? {};
  const { roles, applicationId, isDelegated } = findSampleCaller(governance.documents, name);
  const person = sampleApplications.find((one) => one.name === name)?.person;
  const agent = access.agents.find((one) => one.applicationId === applicationId);
  expect(await ask(name, 'whoami')).toEqual({
    identityProvider: name === 'okta-app' ? 'okta' : 'entra',
    tenantId: expect.stringMatching(/./) as string,
    objectId: person?.objectId ?? objectId,
    applicationId: id,
    isDelegated,
    roles,
    subscriptionId: name,
    productId: product,
    environment: product,
    ...(agent && { agent: { id: agent.id, reason: agent.reason, roles: agent.roles } }),
  });
});

interface Listed {
  readonly models: readonly {
    readonly name: string;
    readonly allowed: readonly { readonly locations: string[]; readonly operations: string[] }[];
  }[];
}

test.each(APPLICATIONS)('%s is told exactly the models of the access matrix', async (name) => {
  const { models } = (await ask(name, 'models')) as Listed;
  const listed = models.flatMap((model) =>
    model.allowed.flatMap(({ locations, operations }) =>
      locations.flatMap((location) =>
        operations.map((operation) => `${model.name} ${location} ${operation}`),
      ),
    ),
  );
  const matrix = decideCatalog(governance, findSampleCaller(governance.documents, name))
    .filter(({ decision, entry }) => decision.allowed && !hasEnded(retirementOf(entry), new Date()))
    .map(({ entry, location, operation }) => `${entry.name} ${location} ${operation}`);
  expect(listed.toSorted()).toEqual(matrix.toSorted());
});

const PARENT = '/vertex/v1/projects/sample-project/locations';
const model = (name: string) => ({ model: name });
const AT_EU = { location: 'eu' };
const placesOf = (bucket: string) => ({
  inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: [`${bucket}/input/a.jsonl`] } },
  outputConfig: { predictionsFormat: 'jsonl', gcsDestination: { outputUriPrefix: `${bucket}/output` } },
});

test.each<[string, string, string, object | undefined, Partial<Explanation>]>([
  ['an endpoint', 'scoring-app', PREDICT_PATH, undefined, { rule: 'scoring-iris', location: 'us-central1' }],
  [
    'an alias',
    'assistants-app',
    modelPath('generateContent', { model: 'gemini-fast' }),
    undefined,
    { rule: 'assistants-chat' },
  ],
  [
    'the short form, served where the caller may be',
    'eu-analytics-app',
    '/vertex/v1/publishers/google/models/gemini-3.5-flash:generateContent',
    undefined,
    { rule: 'analytics-gemini', location: 'eu' },
  ],
  [
    'tokens counted for a model that the body names',
    'assistants-app',
    `${PARENT}/us/publishers/anthropic/models/count-tokens:rawPredict`,
    model('claude-sonnet-5-5'),
    { rule: 'assistants-chat' },
  ],
  [
    'a batch',
    'eu-analytics-app',
    `${PARENT}/eu/batchPredictionJobs`,
    model('publishers/google/models/gemini-3.5-flash'),
    { rule: 'analytics-gemini' },
  ],
  [
    'a cache',
    'eu-analytics-app',
    `${PARENT}/eu/cachedContents`,
    model('projects/sample-project/locations/eu/publishers/google/models/gemini-3.5-flash-lite'),
    { rule: 'analytics-gemini' },
  ],
  [
    'a chat completion',
    'assistants-app',
    `${PARENT}/global/endpoints/openapi/chat/completions`,
    model('google/gemini-3.1-pro-preview'),
    { rule: 'assistants-chat', location: 'global' },
  ],
  [
    'a chat in OpenAI’s words, served where the caller may be',
    'eu-analytics-app',
    '/openai/v1/chat/completions',
    model('gemini-fast'),
    { rule: 'analytics-gemini', location: 'eu' },
  ],
  [
    'embeddings in OpenAI’s words',
    'assistants-app',
    '/openai/v1/embeddings',
    model('text-embedding-005'),
    { rule: 'assistants-search-and-media' },
  ],
  [
    'a message in Anthropic’s words',
    'assistants-app',
    '/anthropic/v1/messages',
    { model: 'claude-sonnet-5-5', stream: true },
    { rule: 'assistants-chat' },
  ],
  [
    'tokens counted in Anthropic’s words',
    'sandbox-app',
    '/anthropic/v1/messages/count_tokens',
    model('claude-haiku-4-5'),
    { rule: 'sandbox-tries-out', location: 'us' },
  ],
  [
    'a batch from and to places of one’s own',
    'assistants-app',
    `${PARENT}/us/batchPredictionJobs`,
    { ...model('gemini-3.5-flash'), ...placesOf('gs://sample-batches') },
    { rule: 'assistants-chat' },
  ],
  [
    'an agent within what it and its person may do',
    'agent-app',
    modelPath('generateContent'),
    undefined,
    { rule: 'assistants-chat+assistants-agent' },
  ],
  [
    'a caller of another issuer',
    'okta-app',
    modelPath('generateContent'),
    undefined,
    { rule: 'assistants-chat' },
  ],
])('%s is explained as allowed', async (_, application, path, body, expected) => {
  expect(await explain(application, path, body && { ...body, contents: PROMPT })).toMatchObject({
    decision: 'allow',
    ...expected,
  });
});

test.each<[string, string, string, object | undefined, string, string | undefined]>([
  [
    'a model that there is not',
    'assistants-app',
    modelPath('generateContent', { model: 'gemini-9' }),
    undefined,
    'MODEL_NOT_FOUND',
    'catalog',
  ],
  [
    'another project',
    'scoring-app',
    PREDICT_PATH.replace('sample-project', 'other-project'),
    undefined,
    'MODEL_NOT_FOUND',
    'catalog',
  ],
  [
    'a location where the model is not offered',
    'assistants-app',
    modelPath('generateContent', { location: 'asia-east1' }),
    undefined,
    'LOCATION_NOT_ALLOWED',
    'catalog',
  ],
  [
    'an operation that the model does not offer',
    'assistants-app',
    modelPath('generateContent').replace('generateContent', 'predict'),
    undefined,
    'OPERATION_NOT_ALLOWED',
    'catalog',
  ],
  [
    'a location outside the residency rule',
    'eu-analytics-app',
    modelPath('generateContent'),
    undefined,
    'LOCATION_NOT_ALLOWED',
    'eu-only',
  ],
  [
    'global, for who must stay in Europe',
    'eu-analytics-app',
    modelPath('generateContent', { location: 'global' }),
    undefined,
    'LOCATION_NOT_ALLOWED',
    'eu-only',
  ],
  [
    'a batch that a rule forbids',
    'assistants-app',
    `${PARENT}/global/batchPredictionJobs`,
    model('publishers/google/models/gemini-3.1-pro-preview'),
    'DENIED_BY_RULE',
    'no-batches-on-pro',
  ],
  [
    'a location that the grant leaves out',
    'sandbox-app',
    modelPath('generateContent', AT_EU),
    undefined,
    'LOCATION_NOT_ALLOWED',
    'sandbox-tries-out',
  ],
  [
    'what the person may do and the agent may not',
    'agent-app',
    modelPath('generateContent', { model: 'gemini-3.1-pro-preview', location: 'global' }),
    undefined,
    'AGENT_NOT_ALLOWED',
    'assistants-agent',
  ],
  ['a caller without a role', 'nobody-app', PREDICT_PATH, undefined, 'NOT_GRANTED', 'default-deny'],
  ['an auditor', 'auditor-app', modelPath('generateContent'), undefined, 'NOT_GRANTED', 'default-deny'],
  [
    'a model named in the body of count-tokens',
    'sandbox-app',
    `${PARENT}/us/publishers/anthropic/models/count-tokens:rawPredict`,
    model('claude-sonnet-5-5'),
    'NOT_GRANTED',
    undefined,
  ],
  [
    'a model named in the body of a cache',
    'sandbox-app',
    `${PARENT}/global/cachedContents`,
    model('publishers/google/models/gemini-3.1-pro-preview'),
    'NOT_GRANTED',
    undefined,
  ],
  [
    'a model named in the body of a chat completion',
    'scoring-app',
    `${PARENT}/us/endpoints/openapi/chat/completions`,
    model('google/gemini-3.5-flash'),
    'NOT_GRANTED',
    undefined,
  ],
  [
    'a tuned model’s endpoint',
    'assistants-app',
    `${PARENT}/us-central1/endpoints/5555555555:generateContent`,
    undefined,
    'MODEL_NOT_FOUND',
    'catalog',
  ],
  [
    'the short form of what nobody granted',
    'scoring-app',
    '/vertex/v1/publishers/google/models/gemini-3.5-flash:generateContent',
    undefined,
    'NOT_GRANTED',
    undefined,
  ],
  [
    'a name that is encoded twice',
    'assistants-app',
    modelPath('generateContent', { model: 'gemini%252D3.5-flash' }),
    undefined,
    'INVALID_PATH',
    'request',
  ],
  [
    'a dot segment',
    'scoring-app',
    PREDICT_PATH.replace('/endpoints', '/../endpoints'),
    undefined,
    'OPERATION_NOT_FOUND',
    'request',
  ],
  [
    'a control character',
    'scoring-app',
    PREDICT_PATH.replace('1234567890', '123%00'),
    undefined,
    'INVALID_PATH',
    'request',
  ],
  [
    'a chat in OpenAI’s words with what nobody granted',
    'scoring-app',
    '/openai/v1/chat/completions',
    model('gemini-3.5-flash'),
    'NOT_GRANTED',
    'default-deny',
  ],
  [
    'a chat in OpenAI’s words with a model that there is not',
    'assistants-app',
    '/openai/v1/chat/completions',
    model('gpt-5'),
    'MODEL_NOT_FOUND',
    'catalog',
  ],
  [
    'a chat in OpenAI’s words outside the residency rule',
    'eu-analytics-app',
    '/openai/v1/chat/completions',
    model('projects/sample-project/locations/us/publishers/google/models/gemini-3.5-flash-lite'),
    'LOCATION_NOT_ALLOWED',
    'eu-only',
  ],
  [
    'embeddings of what does not embed',
    'assistants-app',
    '/openai/v1/embeddings',
    model('gemini-3.1-flash-image'),
    'OPERATION_NOT_ALLOWED',
    'catalog',
  ],
  [
    'what is not served in OpenAI’s words',
    'assistants-app',
    '/openai/v1/responses/resp_1/cancel',
    undefined,
    'OPERATION_NOT_FOUND',
    'request',
  ],
  [
    'a message in Anthropic’s words with what nobody granted',
    'sandbox-app',
    '/anthropic/v1/messages',
    model('claude-sonnet-5-5'),
    'NOT_GRANTED',
    undefined,
  ],
  [
    'a batch that reads and writes where another team does',
    'assistants-app',
    `${PARENT}/us/batchPredictionJobs`,
    { ...model('gemini-3.5-flash'), ...placesOf('gs://sample-sandbox') },
    'STORAGE_NOT_ALLOWED',
    'default-deny',
  ],
  [
    'videos written where nobody lists it',
    'assistants-app',
    `${PARENT}/us-central1/publishers/google/models/veo-3.1-generate-001:predictLongRunning`,
    { parameters: { storageUri: 'gs://elsewhere/videos' } },
    'STORAGE_NOT_ALLOWED',
    'default-deny',
  ],
  [
    'a body that names no model',
    'assistants-app',
    `${PARENT}/us/cachedContents`,
    {},
    'INVALID_REQUEST',
    'request',
  ],
])('%s is explained as denied', async (_, application, path, body, code, rule) => {
  const explanation = await explain(application, path, body && { ...body, contents: PROMPT });
  expect(explanation).toMatchObject({ decision: 'deny', code, ...(rule !== undefined && { rule }) });
  expect(explanation.reason.split(' ').length).toBeGreaterThanOrEqual(6);
  if (explanation.rule !== 'request') {
    expect(explanation).toMatchObject({
      policyVersion: governance.policyVersion,
      limits: expect.arrayContaining([expect.objectContaining({ scope: 'product' })]) as unknown,
    });
    expect(explanation.missing?.length).toBeGreaterThan(0);
  }
});

/** The calls that the gateway serves, where the catalog offers them and in one place where it does not. */
function servedCalls(entry: CatalogEntry): string[] {
  return [...entry.locations, 'asia-east1'].map((location) =>
    'endpoint' in entry
      ? `${PARENT}/${location}/endpoints/${entry.endpoint}:predict`
      : `${PARENT}/${location}/publishers/${entry.publisher}/models/${entry.model}:generateContent`,
  );
}

test.each(APPLICATIONS)('what %s is explained is what its calls get', async (application) => {
  for (const path of catalog.entries.flatMap(servedCalls)) {
    const { decision, code, missing = [] } = await explain(application, path);
    const isPredict = path.endsWith(':predict');
    const body = isPredict
      ? { instances: [[5.1, 3.5, 1.4, 0.2]] }
      : { contents: [{ role: 'user', parts: [{ text: PROMPT }] }] };
    const answer = await observed.call({ application, path, body: JSON.stringify(body) });
    const refusal = code === 'MODEL_RETIRED' ? 404 : 403;
    expect([path, answer.status]).toEqual([path, decision === 'allow' ? 200 : refusal]);
    // The edge judges residency before the backend sees the call; the explanation names that rule as well.
    const isAtEdge = residencyRules.some((id) => missing.some((sentence) => sentence.includes(id)));
    expect([code, ...(isAtEdge ? ['LOCATION_NOT_ALLOWED'] : [])]).toContain(codeOf(answer));
    await observed.chain.control('vertex-ai', 'DELETE', 'requests');
  }
});

test('a list of models in OpenAI’s words is explained as open to everybody', async () => {
  expect(await explain('nobody-app', '/openai/v1/models', undefined, 'GET')).toMatchObject({
    decision: 'allow',
    rule: 'question',
  });
});

test.each(APPLICATIONS)(
  'what %s is explained on other surfaces is what its calls get',
  async (application) => {
    const content = [{ role: 'user', content: PROMPT }];
    for (const { name } of [...catalog.entries, { name: 'gemini-9' }]) {
      const calls = {
        '/openai/v1/chat/completions': { model: name, messages: content },
        '/openai/v1/embeddings': { model: name, input: PROMPT },
        '/openai/v1/images/generations': { model: name, prompt: PROMPT },
        '/anthropic/v1/messages': { model: name, messages: content, max_tokens: 9 },
        '/anthropic/v1/messages/count_tokens': { model: name, messages: content },
      };
      for (const [path, body] of Object.entries(calls)) {
        const { decision, code } = await explain(application, path, body);
        const answer = await observed.call({ application, path, body: JSON.stringify(body) });
        const explained = decision === 'allow' ? 200 : CODES[code as GatewayErrorCode].status;
        expect([path, name, answer.status]).toEqual([path, name, explained]);
        await observed.chain.control('vertex-ai', 'DELETE', 'requests');
      }
    }
  },
);

/** The code of an error; undefined of an answer. */
function codeOf({ text }: Answer): string | undefined {
  const body = JSON.parse(text) as { error?: { details: readonly { reason: string }[] } };
  return body.error?.details[0]?.reason;
}

test.each<[string, Parameters<ObservedChain['call']>[0], number, string]>([
  ['no key', { method: 'GET', path: '/gateway/v1/whoami' }, 401, 'SUBSCRIPTION_KEY_MISSING'],
  [
    'no token',
    { application: 'scoring-app', method: 'GET', path: '/gateway/v1/models', headers: { authorization: '' } },
    401,
    'TOKEN_MISSING',
  ],
  [
    'no such operation',
    { application: 'scoring-app', method: 'GET', path: '/gateway/v1/secrets' },
    404,
    'OPERATION_NOT_FOUND',
  ],
  [
    'no JSON',
    { application: 'scoring-app', path: '/gateway/v1/policy:explain', body: '{' },
    400,
    'INVALID_JSON',
  ],
  [
    'no path',
    { application: 'scoring-app', path: '/gateway/v1/policy:explain', body: '{"method":"POST"}' },
    400,
    'INVALID_REQUEST',
  ],
])('a question with %s is answered with a problem document', async (_, call, status, code) => {
  const answer = await observed.call(call);
  expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
  expect(JSON.parse(answer.text)).toMatchObject({
    type: `/errors/${code.toLowerCase().replaceAll('_', '-')}`,
    status,
    detail: expect.stringMatching(/^\S+( \S+){5,}\.$/) as string,
    instance: `/requests/${answer.requestId}`,
    code,
  });
  observed.whenRecorded(answer, { outcome: 'denied', code, status: String(status) });
});

test('every question is on record once, without what it was asked about', async () => {
  await observed.expectAllOnRecord([PROMPT, 'ocelots']);
});
