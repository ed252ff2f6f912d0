import { expectEdgeRefusal, expectRefusal } from './expect-refusal.ts';
import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import { generate, predict, PREDICT_BODY } from './sample-calls.ts';

/** Stands for what must not come back: it is sent in bodies and queries. */
const SECRET = 'zanzibar';
const MEBIBYTE = 1_048_576;

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

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
    { code: 'INVALID_JSON', message: /instances\[0\]\.a: this key occurs twice/, fields: ['instances[0].a'] },
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
    `{"instances":[[1]],"label":"${SECRET}"}`,
    { code: 'INVALID_REQUEST', message: /label: unknown field/, fields: ['label'] },
  ],
];

test.each(PREDICT_CASES)('a prediction with %s is 400', async (_name, body, refusal) => {
  const answer = await predict(observed, { body });
  const record = { requestBytes: Buffer.byteLength(body), subscriptionId: 'scoring-app' };
  await expectRefusal(observed, answer, { status: 400, ...refusal }, record);
});

test.each(['x-server-timeout', 'x-stainless-timeout'])(
  'a time limit that is none is 400: %s',
  async (name) => {
    const answer = await generate(observed, { headers: { [name]: `${SECRET}1` } });
    const refusal = {
      status: 400,
      code: 'INVALID_REQUEST',
      message: /a (positive )?number of seconds/,
      fields: [name],
    };
    await expectRefusal(observed, answer, refusal, { subscriptionId: 'assistants-app' });
  },
);

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
    const answer = await generate(observed, { path: modelPath(verb), body });
    await expectRefusal(observed, answer, { status: 400, ...refusal });
  }
});

test('a framing that Vertex AI does not have is 400', async () => {
  const answer = await generate(observed, { path: `${modelPath('streamGenerateContent')}?alt=${SECRET}` });
  await expectRefusal(observed, answer, { status: 400, code: 'INVALID_REQUEST', fields: ['alt'] });
});

test.each<[string, string, string | Buffer, Record<string, string>]>([
  ['a text', 'rawPredict', `{"instances":[["${SECRET}"]]}`, { 'content-type': 'text/plain' }],
  ['bytes', 'rawPredict', Buffer.from([0x00, 0xff]), { 'content-type': 'application/octet-stream' }],
  ['a form', 'rawPredict', '--x--', { 'content-type': 'multipart/form-data; boundary=x' }],
  [
    'two content types',
    'rawPredict',
    '{"instances":[[1]]}',
    { 'content-type': 'application/json, text/csv' },
  ],
  ['JSON without instances', 'rawPredict', `{"inputs":["${SECRET}"]}`, {}],
])('%s for an endpoint that has a schema of instances is 400', async (_what, verb, body, headers) => {
  const path = PREDICT_PATH.replace(':predict', `:${verb}`);
  const answer = await predict(observed, { path, body, headers });
  await expectRefusal(
    observed,
    answer,
    { status: 400, code: 'INVALID_REQUEST', message: /must be JSON with instances/, fields: ['body'] },
    { operation: verb },
  );
});

test('instances of a raw call are held to the schema', async () => {
  const path = PREDICT_PATH.replace(':predict', ':rawPredict');
  const answer = await predict(observed, { path, body: `{"instances":["${SECRET}"]}` });
  await expectRefusal(observed, answer, { status: 400, code: 'INVALID_REQUEST', fields: ['instances[0]'] });
});

test('a wrong type inside an instance is told with its path, before Vertex AI is called', async () => {
  const answer = await predict(observed, {
    body: `{"instances":[[5.1,3.5,1.4,0.2],[5.1,"${SECRET}",1.4,0.2]]}`,
  });
  await expectRefusal(observed, answer, {
    status: 400,
    code: 'INVALID_REQUEST',
    fields: ['instances[1][1]'],
  });
});

test('1,000 instances get 1,000 predictions', async () => {
  const instances = Array.from({ length: 1000 }, (_, index) => [4 + index / 250, 3.5, 1.4, 0.2]);
  const answer = await predict(observed, { body: JSON.stringify({ instances }) });
  expect(answer.status).toBe(200);
  expect((JSON.parse(answer.text) as { predictions: unknown[] }).predictions).toHaveLength(1000);
  observed.whenRecorded(answer, { outcome: 'answered', instances: 1000 });
});

test('a chunked body without a length works, short or long', async () => {
  const short = await predict(observed, { chunked: true });
  expect(short.status).toBe(200);
  observed.whenRecorded(short, { requestBytes: PREDICT_BODY.length });
  // Longer than the edge holds in memory, so that it is chunked on its way to the function app too.
  const inlineData = { mimeType: 'image/png', data: 'word'.repeat((9 * MEBIBYTE) / 4) };
  const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Look.' }, { inlineData }] }] });
  const long = await generate(observed, { body, chunked: true });
  expect([long.status, long.text.slice(0, 300)]).toEqual([200, expect.any(String)]);
  observed.whenRecorded(long, { outcome: 'answered', requestBytes: body.length });
});

test('a body over 20 MiB is 413, with its length or chunked, and its connection takes the next call', async () => {
  const body = Buffer.alloc(21 * MEBIBYTE, SECRET);
  for (const chunked of [false, true, false, true]) {
    const answer = await predict(observed, { body, chunked });
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
    const answer = await predict(observed, { body, chunked, headers: { 'ocp-apim-subscription-key': '' } });
    await expectEdgeRefusal(observed, answer, { status: 401, code: 'SUBSCRIPTION_KEY_MISSING' });
  }
});

test('the limit of a body is a setting', async () => {
  await observed.chain.restartFunctionApp({ MAXIMUM_BODY_BYTES: '1000' });
  const padded = (size: number): string => PREDICT_BODY.padEnd(size);
  for (const chunked of [false, true]) {
    const fitting = await predict(observed, { body: padded(1000), chunked });
    expect(fitting.status).toBe(200);
    observed.whenRecorded(fitting, { outcome: 'answered', requestBytes: 1000 });
    await observed.chain.control('vertex-ai', 'DELETE', 'requests');
    const tooLarge = await predict(observed, { body: padded(1001), chunked });
    const refusal = { status: 413, code: 'PAYLOAD_TOO_LARGE', message: '1000 bytes' };
    await expectRefusal(observed, tooLarge, refusal);
  }
  await observed.chain.restartFunctionApp({ MAXIMUM_BODY_BYTES: '' });
});

test('all calls are on record once, without a value of a body, a token or a key', async () => {
  await observed.expectAllOnRecord([SECRET, 'wordword']);
});

function nested(levels: number): string {
  return `{"instances":${'['.repeat(levels)}${']'.repeat(levels)}}`;
}
