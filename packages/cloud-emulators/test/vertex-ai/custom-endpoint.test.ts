import { ENDPOINT, NOW, startForTests, TOKEN, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const IRIS = `v1/${ENDPOINT}`;
/** The same classifier on an endpoint with its own host. */
const DEDICATED = IRIS.replace('1234567890', '6789012345');
const TEXT = IRIS.replace('1234567890', '5678901234');
const VIRGINICA = [6.3, 3.3, 6, 2.5];
const CHAT = { messages: [{ role: 'user', content: 'Why is the sky blue?' }] };
const IDS = {
  'x-vertex-ai-endpoint-id': '6789012345',
  'x-vertex-ai-deployed-model-id': '8901234567890123456',
};
let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());
afterEach(() => vertex.emulator.control.clearFaults());

async function call(path: string, body: unknown, contentType = 'application/json') {
  const response = await vertex.post(path, body, {
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': contentType },
  });
  const text = await response.body.text();
  return {
    status: response.statusCode,
    headers: response.headers,
    text,
    json: parse(text),
  };
}

/** Parses JSON; undefined for other text, such as events. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function predictions(): Promise<unknown> {
  const { json } = await call(`${IRIS}:predict`, { instances: [VIRGINICA] });
  return (json as { predictions: unknown }).predictions;
}

test.each(['rawPredict', 'streamRawPredict'])('%s gives what the container gives', async (verb) => {
  const answer = await call(`${DEDICATED}:${verb}`, { instances: [VIRGINICA], parameters: {} });
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({ ...IDS, 'content-type': 'application/json' });
  expect(answer.text).toBe(JSON.stringify({ predictions: await predictions() }));
});

test('a fault breaks streamRawPredict between two pieces', async () => {
  const whole = await call(`${DEDICATED}:rawPredict`, { instances: [VIRGINICA] });
  vertex.emulator.control.inject({ errorAfterChunks: 2, status: 500, body: { error: 'broken' } });
  const { text } = await call(`${DEDICATED}:streamRawPredict`, { instances: [VIRGINICA] });
  const half = 2 * Math.ceil(whole.text.length / 4);
  expect(text).toBe(`${whole.text.slice(0, half)}{"error":"broken"}`);
});

test.each([
  [{ instances: [[1, 2]] }, 'application/json', 400, "Invalid value at 'instances[0]'"],
  [{ instances: [] }, 'application/json', 400, 'at least one instance'],
  [{ instance: [] }, 'application/json', 400, 'instances and parameters only'],
  [[], 'application/json', 400, 'The body must be an object.'],
  ['{"instances":', 'application/json', 400, 'Invalid JSON payload received.'],
  ['5.1,3.5,1.4,0.2', 'text/csv', 415, 'The content type must be application/json.'],
])('the container refuses %j as %s', async (body, contentType, status, message) => {
  for (const verb of ['rawPredict', 'streamRawPredict']) {
    const answer = await call(`${DEDICATED}:${verb}`, body, contentType);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject(IDS);
    expect(answer.json).toEqual({ error: expect.stringContaining(message) as string });
  }
});

test.each([
  'rawPredict',
  'streamRawPredict',
  'explain',
  'directPredict',
  'directRawPredict',
  'serverStreamingPredict?alt=sse',
])('%s answers 404 in the form of Google to an endpoint that is not there', async (verb) => {
  const { status, json } = await call(`v1/${ENDPOINT.replace('1234567890', '1')}:${verb}`, {});
  expect(status).toBe(404);
  expect(json).toMatchObject({ error: { status: 'NOT_FOUND' } });
});

test.each(['rawPredict', 'explain', 'directPredict', 'directRawPredict', 'serverStreamingPredict?alt=sse'])(
  '%s of more than 1.5 MB is refused',
  async (verb) => {
    const { status, text } = await call(`${IRIS}:${verb}`, { instances: ['x'.repeat(1_600_000)] });
    expect(status).toBe(400);
    expect(text).toContain('exceeds 1.500MB limit');
  },
);

interface Explained {
  readonly explanations: readonly {
    readonly attributions: readonly {
      readonly baselineOutputValue: number;
      readonly instanceOutputValue: number;
      readonly featureAttributions: Readonly<Record<string, number>>;
      readonly outputIndex: readonly number[];
      readonly outputDisplayName: string;
    }[];
  }[];
  readonly predictions: readonly { readonly scores: readonly number[] }[];
}

async function explain(more: object, path = IRIS): Promise<Explained> {
  const { status, json } = await call(`${path}:explain`, { instances: [VIRGINICA], ...more });
  expect({ status, json }).toMatchObject({ status: 200 });
  return json as Explained;
}

test.each(['v1', 'v1beta1'])('explains the best output by its features in %s', async (version) => {
  const answer = await explain({}, IRIS.replace('v1', version));
  expect(answer).toMatchObject({
    deployedModelId: '2345678901234567890',
    predictions: await predictions(),
    explanations: [
      { attributions: [{ outputIndex: [2], outputDisplayName: 'virginica', outputName: 'scores' }] },
    ],
  });
  const [attribution] = answer.explanations[0]?.attributions ?? [];
  expect(attribution?.instanceOutputValue).toBe(answer.predictions[0]?.scores[2]);
  expect(Object.keys(attribution?.featureAttributions ?? {})).toEqual([
    'sepal_length',
    'sepal_width',
    'petal_length',
    'petal_width',
  ]);
  const sum = Object.values(attribution?.featureAttributions ?? {}).reduce(
    (total, value) => total + value,
    0,
  );
  const { instanceOutputValue = 0, baselineOutputValue = 0 } = attribution ?? {};
  expect(sum).toBeCloseTo(instanceOutputValue - baselineOutputValue, 12);
});

test('explains the outputs that are asked for, from the baseline that is given', async () => {
  const inputs = Object.fromEntries(
    ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'].map((name, i) => [
      name,
      { inputBaselines: [VIRGINICA[i]] },
    ]),
  );
  const answer = await explain({
    deployedModelId: '2345678901234567890',
    explanationSpecOverride: {
      parameters: { sampledShapleyAttribution: { pathCount: 25 }, outputIndices: [0, 1] },
      metadata: { inputs },
    },
  });
  const attributions = answer.explanations[0]?.attributions ?? [];
  expect(attributions.map(({ outputIndex }) => outputIndex)).toEqual([[0], [1]]);
  // The instance is the baseline, so no feature moves the output.
  for (const { featureAttributions, baselineOutputValue, instanceOutputValue } of attributions) {
    expect(baselineOutputValue).toBe(instanceOutputValue);
    expect(Object.values(featureAttributions).every((value) => Math.abs(value) < 1e-12)).toBe(true);
  }
  const all = await explain({ explanationSpecOverride: { parameters: { topK: -1 } } });
  expect(all.explanations[0]?.attributions).toHaveLength(3);
});

test.each([
  [{ instances: [] }, 400, 'at least one instance'],
  [{ deployedModelId: '1' }, 404, 'no such deployed model'],
  [{ explain: true }, 400, 'Unknown name "explain"'],
  [
    { explanationSpecOverride: { parameters: { integratedGradientsAttribution: { stepCount: 5 } } } },
    400,
    'sampled Shapley attributions only',
  ],
  [
    {
      explanationSpecOverride: {
        parameters: { sampledShapleyAttribution: {}, integratedGradientsAttribution: {} },
      },
    },
    400,
    "oneof field 'method' is already set",
  ],
  [{ explanationSpecOverride: { parameters: { topK: 0 } } }, 400, 'expected -1 or a positive number'],
  [{ explanationSpecOverride: { parameters: { outputIndices: [3] } } }, 400, 'expected indices from 0 to 2'],
  [{ explanationSpecOverride: { parameters: { topK: 1, outputIndices: [0] } } }, 400, 'only one of'],
  [{ explanationSpecOverride: { metadata: { inputs: { colour: {} } } } }, 400, 'the model has the inputs'],
  [
    { explanationSpecOverride: { metadata: { inputs: { petal_width: { inputBaselines: ['x'] } } } } },
    400,
    'expected a number',
  ],
  [{ explanationSpecOverride: { examplesOverride: {} } }, 400, 'no example-based explanations'],
])('explain refuses %j', async (wrong, status, message) => {
  const answer = await call(`${IRIS}:explain`, { instances: [VIRGINICA], ...wrong });
  expect(answer.status).toBe(status);
  expect(answer.json).toMatchObject({ error: { message: expect.stringContaining(message) as string } });
});

test('concurrentExplanationSpecOverride is in v1beta1, where only the real service has it', async () => {
  const body = { instances: [VIRGINICA], concurrentExplanationSpecOverride: {} };
  expect((await call(`${IRIS}:explain`, body)).status).toBe(400);
  expect((await call(`${IRIS.replace('v1', 'v1beta1')}:explain`, body)).status).toBe(501);
});

const TENSOR = { dtype: 'DOUBLE', shape: [2, 4], doubleVal: [...VIRGINICA, 5.1, 3.5, 1.4, 0.2] };

test('directPredict takes a tensor and gives one', async () => {
  const { status, json } = await call(`${IRIS}:directPredict`, { inputs: [TENSOR] });
  expect(status).toBe(200);
  const { json: predicted } = await call(`${IRIS}:predict`, { instances: [VIRGINICA, [5.1, 3.5, 1.4, 0.2]] });
  const { predictions: both } = predicted as { predictions: { scores: number[] }[] };
  expect(json).toEqual({
    outputs: [{ dtype: 'DOUBLE', shape: ['2', '3'], doubleVal: both.flatMap(({ scores }) => scores) }],
  });
});

test('directPredict answers in floats to floats', async () => {
  const tensor = { dtype: 'FLOAT', shape: ['4'], float_val: VIRGINICA };
  const { json } = await call(`${IRIS}:directPredict`, { inputs: tensor });
  expect(json).toMatchObject({ outputs: [{ dtype: 'FLOAT', shape: ['1', '3'] }] });
});

test.each([
  [{ inputs: [] }, 400, "Invalid value at 'inputs': expected one tensor."],
  [{ inputs: [TENSOR], parameters: TENSOR }, 400, "Invalid value at 'parameters'"],
  [{ inputs: [{ ...TENSOR, dtype: 'STRING' }] }, 400, "Invalid value at 'inputs[0].dtype'"],
  [{ inputs: [{ ...TENSOR, dtype: 'BIG' }] }, 400, "Invalid value at 'inputs[0].dtype'"],
  [{ inputs: [{ ...TENSOR, shape: [4, 2] }] }, 400, "Invalid value at 'inputs[0].shape'"],
  [{ inputs: [{ ...TENSOR, shape: [3, 4] }] }, 400, 'expected 12 values'],
  [{ inputs: [{ ...TENSOR, values: [] }] }, 400, `Unknown name "values" at 'inputs[0]'`],
  [{ inputs: [{ tensorVal: 'AAAA' }] }, 501, 'does not support tensor_val'],
])('directPredict and serverStreamingPredict refuse %j', async (body, status, message) => {
  const direct = await call(`${IRIS}:directPredict`, body);
  expect(direct.status).toBe(status);
  expect(direct.json).toMatchObject({ error: { message: expect.stringContaining(message) as string } });
  const streamed = await call(`${IRIS}:serverStreamingPredict`, body);
  expect(streamed.status).toBe(status);
  expect(streamed.json).toMatchObject([{ error: { message: expect.stringContaining(message) as string } }]);
});

test('serverStreamingPredict answers row by row, as a list or as events', async () => {
  const { json: whole } = await call(`${IRIS}:directPredict`, { inputs: [TENSOR] });
  const values = (whole as { outputs: { doubleVal: number[] }[] }).outputs[0]?.doubleVal ?? [];
  const rows = [values.slice(0, 3), values.slice(3)].map((doubleVal) => ({
    outputs: [{ dtype: 'DOUBLE', shape: ['1', '3'], doubleVal }],
  }));
  const list = await call(`${IRIS}:serverStreamingPredict`, { inputs: [TENSOR] });
  expect(list.headers['content-type']).toBe('application/json; charset=UTF-8');
  expect(list.json).toEqual(rows);
  const events = await call(`${IRIS}:serverStreamingPredict?alt=sse`, { inputs: [TENSOR] });
  expect(events.headers['content-type']).toBe('text/event-stream');
  expect(events.text).toBe(rows.map((row) => `data: ${JSON.stringify(row)}\r\n\r\n`).join(''));
});

test('a fault breaks serverStreamingPredict in the form of Google', async () => {
  const fault = { errorAfterChunks: 1, status: 503 };
  vertex.emulator.control.inject(fault);
  const list = await call(`${IRIS}:serverStreamingPredict`, { inputs: [TENSOR] });
  expect(list.json).toMatchObject([{ outputs: [{}] }, { error: { code: 503, status: 'UNAVAILABLE' } }]);
  vertex.emulator.control.inject(fault);
  const events = await call(`${IRIS}:serverStreamingPredict?alt=sse`, { inputs: [TENSOR] });
  expect(events.text.split('\r\n\r\n')[1]).toBe(
    'data: {"error":{"code":503,"message":"Injected fault 503.","status":"UNAVAILABLE"}}',
  );
});

function bytes(json: unknown): string {
  return Buffer.from(JSON.stringify(json)).toString('base64');
}

test("directRawPredict calls the container's own method with bytes", async () => {
  const input = bytes({ instances: [VIRGINICA] });
  const answer = await call(`${IRIS}:directRawPredict`, { methodName: '/iris.Classifier/Predict', input });
  expect(answer.json).toEqual({ output: bytes({ predictions: await predictions() }) });
});

test.each([
  [{ input: bytes({}) }, 501, 'The container has the method /iris.Classifier/Predict only.'],
  [
    { methodName: '/iris.Classifier/Predict', input: bytes({ instances: 5 }) },
    400,
    "Invalid value at 'input'",
  ],
  [{ methodName: '/iris.Classifier/Predict', input: 'ÄÖ' }, 400, "Invalid value at 'input' (TYPE_BYTES)"],
  [{ methodName: '/iris.Classifier/Predict', output: '' }, 400, 'Unknown name "output"'],
])('directRawPredict refuses %j', async (body, status, message) => {
  const answer = await call(`${IRIS}:directRawPredict`, body);
  expect(answer.status).toBe(status);
  expect(answer.json).toMatchObject({ error: { message: expect.stringContaining(message) as string } });
});

const TEXT_PATHS = [`${TEXT}:rawPredict`, `${TEXT}:streamRawPredict`, `${TEXT}/chat/completions`];

test.each(TEXT_PATHS)('the text generator answers %s', async (path) => {
  const answer = await call(path, { ...CHAT, model: '' });
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/json',
    'x-vertex-ai-endpoint-id': '5678901234',
    'x-vertex-ai-deployed-model-id': '6789012345678901234',
  });
  expect(answer.json).toEqual({
    id: expect.stringMatching(/^chatcmpl-/) as string,
    object: 'chat.completion',
    created: NOW / 1000,
    model: 'google/gemma-3-4b-it',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: expect.stringMatching(/^You wrote 5 words\./) as string,
          tool_calls: [],
        },
        logprobs: null,
        finish_reason: 'stop',
        stop_reason: null,
      },
    ],
    usage: { prompt_tokens: 5, total_tokens: 47, completion_tokens: 42, prompt_tokens_details: null },
  });
});

test.each(TEXT_PATHS)('the text generator streams on %s', async (path) => {
  const body = { ...CHAT, stream: true, max_tokens: 2, stream_options: { include_usage: true } };
  const { headers, text } = await call(path, body);
  expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
  const events = text.split('\n\n');
  expect(events.slice(-2)).toEqual(['data: [DONE]', '']);
  const { id } = JSON.parse((events[0] ?? '').slice(6)) as { id: string };
  const start = `data: {"id":"${id}","created":${NOW / 1000},"model":"google/gemma-3-4b-it","object":"chat.completion.chunk","choices":[`;
  const choice = (delta: string, reason = 'null') =>
    `${start}{"index":0,"delta":{${delta}},"logprobs":null,"finish_reason":${reason}}]}`;
  expect(events.slice(0, -2)).toEqual([
    choice('"role":"assistant","content":""'),
    ...['Y', 'o', 'u ', 'w', 'r'].map((piece) => choice(`"content":"${piece}"`)),
    choice('"content":"ot"', '"length"'),
    `${start}],"usage":{"prompt_tokens":5,"total_tokens":7,"completion_tokens":2,"prompt_tokens_details":null}}`,
  ]);
});

test.each([
  [{}, 400, 'BadRequestError', '1 validation error: body.messages'],
  ['{', 400, 'BadRequestError', 'JSON decode error'],
  [{ ...CHAT, model: 'other' }, 404, 'NotFoundError', 'The model does not exist.'],
  [{ ...CHAT, max_tokens: 0 }, 400, 'BadRequestError', '1 validation error: body.max_tokens'],
  [{ ...CHAT, stream_options: {} }, 400, 'BadRequestError', 'Stream options can only be defined when'],
  [{ ...CHAT, tools: [{ type: 'function' }] }, 400, 'BadRequestError', '--enable-auto-tool-choice'],
  [
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
    400,
    'BadRequestError',
    'At most 0 image(s)',
  ],
  [
    { messages: [{ role: 'user', content: 'x'.repeat(40_000) }] },
    400,
    'BadRequestError',
    'maximum context length',
  ],
])('the text generator refuses %j in its own form', async (body, status, type, message) => {
  for (const path of TEXT_PATHS) {
    const answer = await call(path, body);
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({
      error: { message: expect.stringContaining(message) as string, type, param: null, code: status },
    });
  }
});

test('a fault breaks the text generator with an error and without [DONE]', async () => {
  vertex.emulator.control.inject({ errorAfterChunks: 2, status: 500 });
  const { text } = await call(`${TEXT}:streamRawPredict`, { ...CHAT, stream: true });
  expect(text.split('\n\n').slice(2)).toEqual([
    'data: {"error":{"message":"Injected fault 500.","type":"InternalServerError","param":null,"code":500}}',
    '',
  ]);
});

test.each(TEXT_PATHS)('a fault drops the connection of a stream on %s', async (path) => {
  vertex.emulator.control.inject({ abortAfterChunks: 2 });
  await expect(call(path, { ...CHAT, stream: true })).rejects.toHaveProperty('code');
});

test.each(TEXT_PATHS)('a fault with a status is the answer of a stream on %s', async (path) => {
  vertex.emulator.control.inject({ status: 503, body: { error: 'no' }, headers: { 'retry-after': '7' } });
  const answer = await call(path, { ...CHAT, stream: true });
  expect(answer).toMatchObject({ status: 503, json: { error: 'no' }, headers: { 'retry-after': '7' } });
});

test('an endpoint serves what its container does only', async () => {
  expect(await call(`${TEXT}:predict`, { instances: [] })).toMatchObject({ status: 501 });
  expect(await call(`${IRIS}/chat/completions`, CHAT)).toMatchObject({
    status: 400,
    json: [{ error: { status: 'FAILED_PRECONDITION' } }],
  });
  const tuned = IRIS.replace('1234567890', '4567890123');
  expect(await call(`${tuned}:rawPredict`, {})).toMatchObject({
    status: 400,
    json: { error: { status: 'FAILED_PRECONDITION' } },
  });
});
