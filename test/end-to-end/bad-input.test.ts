import { expectEdgeRefusal, expectErrorBody, expectRefusal } from './expect-refusal.ts';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import { unsigned, withClaims, withoutSignature } from './unsigned-token.ts';

jest.setTimeout(30_000);

/** Stands for what must not come back: it is sent in bodies, tokens, keys and paths. */
const SECRET = 'zanzibar';
const BODY = JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] });
const MEBIBYTE = 1_048_576;

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

test('no token is 401', async () => {
  const answer = await predict({ headers: { authorization: '' } });
  await expectEdgeRefusal(
    observed,
    answer,
    { status: 401, code: 'TOKEN_MISSING' },
    { subscriptionId: 'scoring-app', productId: 'production', objectId: '' },
  );
  expect(answer.headers['www-authenticate']).toBe('Bearer');
});

const OTHER = 'https://login.microsoftonline.com/99999999-9999-4999-8999-999999999999/v2.0';

test.each([
  ['expired', { expiresInSeconds: -10 }, /^The token has expired/],
  [
    'for another audience',
    { audience: `api://${SECRET}` },
    /another audience.*api:\/\/vertex-gateway\/\.default/,
  ],
  ['of another tenant', { issuer: OTHER }, /not a valid token of the tenant/],
])('a token that is %s is 401', async (_name, request, message) => {
  const token = await observed.mint({ application: 'scoring-app', ...request });
  const answer = await predict({ headers: { authorization: `Bearer ${token}` } });
  await expectEdgeRefusal(observed, answer, { status: 401, code: 'TOKEN_INVALID', message });
  expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
});

test.each([
  ['alg none', (token: string) => unsigned(token)],
  ['no signature', (token: string) => withoutSignature(token)],
  ['claims changed after signing', (token: string) => withClaims(token, { roles: ['Assistants.Use'] })],
  ['no JWT at all', () => SECRET],
])('a token with %s is 401', async (_name, spoil) => {
  const token = spoil(await observed.chain.token('scoring-app'));
  const answer = await predict({ headers: { authorization: `Bearer ${token}` } });
  await expectEdgeRefusal(observed, answer, { status: 401, code: 'TOKEN_INVALID' });
});

test('no subscription key is 401', async () => {
  const answer = await predict({ headers: { 'ocp-apim-subscription-key': '' } });
  const refusal = { status: 401, code: 'SUBSCRIPTION_KEY_MISSING', message: 'Ocp-Apim-Subscription-Key' };
  await expectEdgeRefusal(observed, answer, refusal);
  expect(answer.headers['www-authenticate']).toMatch(/^AzureApiManagementKey /);
});

test('a wrong subscription key is 401', async () => {
  const answer = await predict({ headers: { 'ocp-apim-subscription-key': SECRET } });
  await expectEdgeRefusal(observed, answer, { status: 401, code: 'SUBSCRIPTION_KEY_INVALID' });
});

test('an unknown model is 403', async () => {
  const answer = await generate({ path: modelPath('generateContent', { model: 'gemini-none' }) });
  // What was asked for is on record, though it isn't told.
  const record = { decision: 'deny', rule: 'catalog', model: 'gemini-none' };
  await expectRefusal(observed, answer, { status: 403, code: 'MODEL_NOT_ALLOWED' }, record);
});

test('a location outside the catalog is 403, and the error names those inside', async () => {
  const answer = await generate({ path: modelPath('generateContent', { location: 'asia-east1' }) });
  await expectRefusal(observed, answer, {
    status: 403,
    code: 'LOCATION_NOT_ALLOWED',
    message: /us-central1, europe-west1, europe-west4\.$/,
  });
});

test('a location outside the grant is 403, and the error names those inside', async () => {
  const answer = await observed.call({
    application: 'eu-analytics-app',
    path: modelPath('generateContent'),
    body: JSON.stringify({ contents: [] }).replace('[]', '[{"parts":[{"text":"a"}]}]'),
  });
  const refusal = { status: 403, code: 'LOCATION_NOT_ALLOWED', message: 'europe-west1, europe-west4 only' };
  await expectRefusal(observed, answer, refusal, { rule: 'analytics-eu', location: 'us-central1' });
});

test.each([
  'evil.example%23',
  'us-central1.evil',
  'us-central1%40evil.example',
  'us-central1%0d%0ax',
  'US-CENTRAL1',
])('the location %s is 400', async (location) => {
  const answer = await generate({ path: modelPath('generateContent', { location }) });
  await expectRefusal(observed, answer, { status: 400, code: 'INVALID_PATH', fields: ['location'] });
});

const ENDPOINT_PARTS = {
  version: 'v1',
  project: 'sample-project',
  location: 'us-central1',
  endpoint: '1234567890',
};
const MODEL_PARTS = {
  version: 'v1',
  project: 'sample-project',
  location: 'us-central1',
  publisher: 'google',
  model: 'gemini-2.5-flash',
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
  const answer = await predict({ path: PREDICT_PATH.replace('us-central1', 'us-central1%00') });
  await expectRefusal(observed, answer, { status: 404, code: 'OPERATION_NOT_FOUND' });
});

test('a verb that the gateway does not offer is 404', async () => {
  for (const path of [PREDICT_PATH.replace(':predict', ':explain'), PREDICT_PATH.replace(':predict', '')]) {
    const answer = await predict({ path });
    await expectEdgeRefusal(observed, answer, { status: 404, code: 'OPERATION_NOT_FOUND' });
  }
});

const PREDICT_CASES: [
  name: string,
  body: string | Buffer,
  refusal: { code: string; message?: RegExp; fields?: string[] },
][] = [
  [
    'invalid JSON',
    `{"instances": [${SECRET}]}`,
    { code: 'INVALID_JSON', message: /at line 1, column 16\.$/ },
  ],
  ['half of JSON', '{"instances": [[5.1,', { code: 'INVALID_JSON' }],
  ['an empty body', '', { code: 'INVALID_JSON', message: /^The body is empty/ }],
  ['nesting of 10,000 levels', nested(10_000), { code: 'INVALID_JSON', message: /nested deeper/ }],
  [
    'duplicate keys',
    `{"instances":[{"a":"${SECRET}","a":2}]}`,
    { code: 'INVALID_JSON', message: /instances\[0\]\.a: this key stands twice/, fields: ['instances[0].a'] },
  ],
  [
    'the key __proto__',
    `{"instances":[1],"__proto__":{"${SECRET}":true}}`,
    { code: 'INVALID_JSON', message: /__proto__/, fields: ['__proto__'] },
  ],
  [
    'the key __proto__ in disguise',
    `{"instances":[{"\\u005f_proto__":"${SECRET}"}]}`,
    { code: 'INVALID_JSON', fields: ['instances[0].__proto__'] },
  ],
  [
    'invalid UTF-8',
    Buffer.concat([Buffer.from('{"instances":["'), Buffer.from([0xc3, 0x28]), Buffer.from('"]}')]),
    { code: 'INVALID_JSON', message: /not valid UTF-8/ },
  ],
  ['a list', `["${SECRET}"]`, { code: 'INVALID_REQUEST', fields: ['body'] }],
  [
    'a wrong type',
    `{"instances":"${SECRET}"}`,
    { code: 'INVALID_REQUEST', message: /instances/, fields: ['instances'] },
  ],
  ['no instances', '{"instances":[]}', { code: 'INVALID_REQUEST', fields: ['instances'] }],
  [
    'an unknown field',
    `{"instances":[[1]],"labels":"${SECRET}"}`,
    { code: 'INVALID_REQUEST', message: /labels: unknown field/, fields: ['labels'] },
  ],
];

test.each(PREDICT_CASES)('a prediction with %s is 400', async (_name, body, refusal) => {
  const answer = await predict({ body });
  const record = { requestBytes: Buffer.byteLength(body), subscriptionId: 'scoring-app' };
  await expectRefusal(observed, answer, { status: 400, ...refusal }, record);
});

const GENERATE_CASES: [name: string, body: string, refusal: { code: string; fields?: string[] }][] = [
  ['invalid JSON', `{"contents": ${SECRET}}`, { code: 'INVALID_JSON' }],
  ['an empty body', '', { code: 'INVALID_JSON' }],
  ['nesting of 10,000 levels', nested(10_000).replace('instances', 'contents'), { code: 'INVALID_JSON' }],
  ['duplicate keys', '{"contents":[],"contents":[]}', { code: 'INVALID_JSON', fields: ['contents'] }],
  ['no contents', `{"prompt":"${SECRET}"}`, { code: 'INVALID_REQUEST', fields: ['contents'] }],
  [
    'a wrong type',
    `{"contents":[{"parts":[{"text":"${SECRET}"}]},{"role":5,"parts":[{"text":"${SECRET}"}]}]}`,
    { code: 'INVALID_REQUEST', fields: ['contents[1].role'] },
  ],
  [
    'parts that are no objects',
    `{"contents":[{"role":"user","parts":["${SECRET}"]}]}`,
    { code: 'INVALID_REQUEST', fields: ['contents[0].parts[0]'] },
  ],
];

test.each(GENERATE_CASES)('a generation with %s is 400', async (_name, body, refusal) => {
  for (const verb of ['generateContent', 'streamGenerateContent?alt=sse'] as const) {
    const answer = await generate({ path: modelPath(verb), body });
    await expectRefusal(observed, answer, { status: 400, ...refusal });
  }
});

test('a framing that Vertex AI does not have is 400', async () => {
  const answer = await generate({ path: `${modelPath('streamGenerateContent')}?alt=${SECRET}` });
  await expectRefusal(observed, answer, { status: 400, code: 'INVALID_REQUEST', fields: ['alt'] });
});

test('a wrong type inside an instance is told with its path, as Vertex AI names it', async () => {
  const answer = await predict({ body: `{"instances":[[5.1,3.5,1.4,0.2],[5.1,"${SECRET}",1.4,0.2]]}` });
  const refusal = { status: 400, code: 'VERTEX_INVALID_ARGUMENT', fields: ['instances[1][1]'] };
  expectErrorBody(answer, refusal);
  observed.whenRecorded(answer, { outcome: 'failed', code: refusal.code });
});

test('1,000 instances get 1,000 predictions', async () => {
  const instances = Array.from({ length: 1000 }, (_, index) => [4 + index / 250, 3.5, 1.4, 0.2]);
  const answer = await predict({ body: JSON.stringify({ instances }) });
  expect(answer.status).toBe(200);
  expect((JSON.parse(answer.text) as { predictions: unknown[] }).predictions).toHaveLength(1000);
  observed.whenRecorded(answer, { outcome: 'answered', instances: 1000 });
});

test('a chunked body without a length works, short or long', async () => {
  const short = await predict({ chunked: true });
  expect(short.status).toBe(200);
  observed.whenRecorded(short, { requestBytes: BODY.length });
  // Longer than the edge holds in memory, so that it is chunked on its way to the function app too.
  const text = 'word '.repeat((9 * MEBIBYTE) / 5);
  const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text }] }] });
  const long = await generate({ body, chunked: true });
  expect([long.status, long.text.slice(0, 300)]).toEqual([200, expect.any(String)]);
  observed.whenRecorded(long, { outcome: 'answered', requestBytes: body.length });
});

test('a body over 20 MiB is 413, with its length or chunked, and its connection takes the next call', async () => {
  const body = Buffer.alloc(21 * MEBIBYTE, SECRET);
  for (const chunked of [false, true, false, true]) {
    const answer = await predict({ body, chunked });
    await expectRefusal(observed, answer, {
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
      message: '20971520 bytes',
    });
  }
});

test('a body over 20 MiB without a key is 401, and its connection takes the next call', async () => {
  const body = Buffer.alloc(21 * MEBIBYTE, SECRET);
  for (const chunked of [true, false, true]) {
    const answer = await predict({ body, chunked, headers: { 'ocp-apim-subscription-key': '' } });
    await expectEdgeRefusal(observed, answer, { status: 401, code: 'SUBSCRIPTION_KEY_MISSING' });
  }
});

test('the limit of a body is a setting', async () => {
  await observed.chain.restartFunctionApp({ MAXIMUM_BODY_BYTES: '1000' });
  const padded = (size: number): string => BODY.padEnd(size);
  for (const chunked of [false, true]) {
    const fitting = await predict({ body: padded(1000), chunked });
    expect(fitting.status).toBe(200);
    observed.whenRecorded(fitting, { outcome: 'answered', requestBytes: 1000 });
    await observed.chain.control('vertex-ai', 'DELETE', 'requests');
    const tooLarge = await predict({ body: padded(1001), chunked });
    const refusal = { status: 413, code: 'PAYLOAD_TOO_LARGE', message: '1000 bytes' };
    await expectRefusal(observed, tooLarge, refusal);
  }
  await observed.chain.restartFunctionApp({ MAXIMUM_BODY_BYTES: '' });
});

test('all calls are on record once, without a value of a body, a token or a key', async () => {
  await observed.expectAllOnRecord([SECRET, 'word word']);
});

function predict({
  path = PREDICT_PATH,
  body = BODY,
  ...rest
}: { path?: string; body?: string | Buffer; headers?: Record<string, string>; chunked?: boolean } = {}) {
  return observed.call({ application: 'scoring-app', path, body, ...rest });
}

function generate({
  path = modelPath('generateContent'),
  body = '{"contents":[{"role":"user","parts":[{"text":"Hello"}]}]}',
  chunked = false,
} = {}) {
  return observed.call({ application: 'assistants-app', path, body, chunked });
}

async function expectPathRefusal(path: string, part: string): Promise<void> {
  const answer = await (path.endsWith(':predict') ? predict({ path }) : generate({ path }));
  if (path.includes('%ff')) {
    await expectRefusal(observed, answer, { status: 400, code: 'INVALID_PATH', message: 'percent-encoding' });
  } else if (part === 'version') {
    await expectRefusal(observed, answer, { status: 404, code: 'OPERATION_NOT_FOUND' });
  } else {
    await expectRefusal(observed, answer, { status: 400, code: 'INVALID_PATH', fields: [part] });
  }
}

function nested(levels: number): string {
  return `{"instances":${'['.repeat(levels)}${']'.repeat(levels)}}`;
}
