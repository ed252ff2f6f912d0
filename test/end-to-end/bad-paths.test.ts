import { expectEdgeRefusal, expectRefusal } from './expect-refusal.ts';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import { generate, predict } from './sample-calls.ts';

/** Stands for what must not come back: it is sent in paths. */
const SECRET = 'zanzibar';

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

test('an unknown model is 404', async () => {
  const answer = await generate(observed, { path: modelPath('generateContent', { model: 'gemini-none' }) });
  // The requested model is on record, although the answer doesn't name it.
  const record = { decision: 'deny', rule: 'catalog', model: 'gemini-none' };
  await expectRefusal(observed, answer, { status: 404, code: 'MODEL_NOT_FOUND' }, record);
});

test('a location outside the catalog is 403, and the error names those inside', async () => {
  const answer = await generate(observed, { path: modelPath('generateContent', { location: 'asia-east1' }) });
  await expectRefusal(observed, answer, {
    status: 403,
    code: 'LOCATION_NOT_ALLOWED',
    message: /us, eu, global\.$/,
  });
});

test('a location outside the grant is 403, and the error names those inside', async () => {
  const answer = await observed.call({
    application: 'eu-analytics-app',
    path: modelPath('generateContent'),
    body: JSON.stringify({ contents: [] }).replace('[]', '[{"parts":[{"text":"a"}]}]'),
  });
  const refusal = {
    status: 403,
    code: 'LOCATION_NOT_ALLOWED',
    message: 'eu, europe-west1, europe-west4 only',
  };
  await expectRefusal(observed, answer, refusal, { rule: 'eu-only', location: 'us' });
});

test.each(['evil.example%23', 'us.evil', 'us%40evil.example', 'us%0d%0ax', 'US-CENTRAL1'])(
  'the location %s is 400',
  async (location) => {
    const answer = await generate(observed, { path: modelPath('generateContent', { location }) });
    await expectRefusal(observed, answer, { status: 400, code: 'INVALID_PATH', fields: ['location'] });
  },
);

const ENDPOINT_PARTS = {
  version: 'v1',
  project: 'sample-project',
  location: 'us-central1',
  endpoint: '1234567890',
};
const MODEL_PARTS = {
  version: 'v1',
  project: 'sample-project',
  location: 'us',
  publisher: 'google',
  model: 'gemini-3.5-flash',
};
const DISGUISES = [
  ['an encoded slash', (part: string) => `${part}%2F${SECRET}`],
  ['an encoded slash, encoded again', (part: string) => `${part}%252F${SECRET}`],
  ['an encoded backslash', (part: string) => `${part}%5C${SECRET}`],
  ['encoded dots and slashes around it', (part: string) => `%2e%2e%2f${part}`],
  ['encoded dots in its place', () => '%2e%2e'],
  ['dots in its place', () => '..'],
  ['one encoded dot in its place', () => '%2e'],
  ['invalid UTF-8 behind it', (part: string) => `${part}%ff`],
] as const;

describe.each(DISGUISES)('%s in a part of the path', (_name, disguise) => {
  test.each(Object.keys(ENDPOINT_PARTS))('of an endpoint: %s', async (name) => {
    const parts = {
      ...ENDPOINT_PARTS,
      [name]: disguise(ENDPOINT_PARTS[name as keyof typeof ENDPOINT_PARTS]),
    };
    const { version, project, location, endpoint } = parts;
    const path = `/vertex/${version}/projects/${project}/locations/${location}/endpoints/${endpoint}:predict`;
    await expectPathRefusal(path, name);
  });

  test.each(Object.keys(MODEL_PARTS))('of a model: %s', async (name) => {
    const parts = { ...MODEL_PARTS, [name]: disguise(MODEL_PARTS[name as keyof typeof MODEL_PARTS]) };
    const { version, project, location, publisher, model } = parts;
    const path = `/vertex/${version}/projects/${project}/locations/${location}/publishers/${publisher}/models/${model}:generateContent`;
    await expectPathRefusal(path, name);
  });
});

test('encoded dots in every part at once are refused', async () => {
  for (const dots of ['%2e%2e', '..']) {
    const path = `/vertex/${dots}/projects/${dots}/locations/${dots}/endpoints/${dots}:predict`;
    await expectPathRefusal(path, 'version');
  }
});

test('a zero byte in a part of the path is refused', async () => {
  const answer = await predict(observed, { path: PREDICT_PATH.replace('us-central1', 'us-central1%00') });
  await expectRefusal(observed, answer, { status: 404, code: 'OPERATION_NOT_FOUND' });
});

test('a verb that the gateway does not offer is 404', async () => {
  for (const path of [
    PREDICT_PATH.replace(':predict', ':undeployModel'),
    PREDICT_PATH.replace(':predict', ''),
  ]) {
    const answer = await predict(observed, { path });
    await expectEdgeRefusal(observed, answer, { status: 404, code: 'OPERATION_NOT_FOUND' });
  }
});

test('all calls are on record once, without a value of a body, a token or a key', async () => {
  await observed.expectAllOnRecord([SECRET]);
});

async function expectPathRefusal(path: string, part: string): Promise<void> {
  const answer = await (path.endsWith(':predict')
    ? predict(observed, { path })
    : generate(observed, { path }));
  if (part === 'version' || isResolved(path)) {
    await expectRefusal(observed, answer, { status: 404, code: 'OPERATION_NOT_FOUND' });
  } else {
    await expectRefusal(observed, answer, { status: 400, code: 'INVALID_PATH', fields: [part] });
  }
}

/** True for a path with a segment of dots only, which the host resolves. */
function isResolved(path: string): boolean {
  return path.split('/').some((part) => ['.', '..'].includes(decodeURIComponent(part.replace('%ff', ''))));
}
