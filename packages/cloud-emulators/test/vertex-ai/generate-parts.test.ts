import { Ajv } from 'ajv';
import { MODEL, REGIONAL_MODELS, startForTests, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const GENERATE = `${MODEL}:generateContent`;
const TUNED = 'v1/projects/sample-project/locations/us-central1/endpoints/4567890123';
const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a place',
  parameters: {
    type: 'object',
    properties: {
      city: { type: 'STRING' },
      days: { type: 'INTEGER', minimum: 3 },
      unit: { type: 'STRING', enum: ['C', 'F'] },
    },
    required: ['city'],
  },
};
const ARGS = { city: 'city', days: 3, unit: 'C' };
const TIME = { name: 'get_time', parametersJsonSchema: { type: 'object', properties: {} } };
/** Stands for every signature, as Google lets callers without one have it. */
const SKIPPED = { thoughtSignature: 'skip_thought_signature_validator' };
const SIGNED = { thoughtSignature: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) as string };
const PIXEL = 'iVBORw0KGgo=';
let vertex: VertexAiForTests;

interface Part {
  text?: string;
  thought?: boolean;
  functionCall?: { name: string; args: unknown };
  thoughtSignature?: string;
}
interface Generated {
  candidates: { content: { parts: Part[] }; finishReason?: string }[];
  usageMetadata: Record<string, unknown>;
  modelVersion: string;
}

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());

function user(text: string): object {
  return { role: 'user', parts: [{ text }] };
}

async function generate(body: object, path = GENERATE): Promise<Generated> {
  const { status, json } = await vertex.call('POST', path, body);
  expect({ status, json }).toMatchObject({ status: 200 });
  return json as Generated;
}

function partsOf({ candidates }: Generated): Part[] {
  return candidates[0]?.content.parts ?? [];
}

test('calls the declared functions that the prompt names, with arguments of their schemas', async () => {
  const answer = await generate({
    contents: [user('Use get_weather. And get_time, please.')],
    tools: [{ functionDeclarations: [WEATHER, TIME] }],
  });
  expect(partsOf(answer)).toEqual([
    { functionCall: { name: 'get_weather', args: ARGS }, ...SIGNED },
    { functionCall: { name: 'get_time', args: {} } },
  ]);
  expect(answer.candidates[0]?.finishReason).toBe('STOP');
});

test('answers with text when the prompt names no function or the mode is NONE', async () => {
  const tools = [{ functionDeclarations: [WEATHER] }];
  expect(partsOf(await generate({ contents: [user('Hello')], tools }))[0]?.text).toContain('hello');
  const none = { functionCallingConfig: { mode: 'NONE' } };
  const answer = await generate({ contents: [user('get_weather')], tools, toolConfig: none });
  expect(partsOf(answer)[0]).toHaveProperty('text');
});

test('must call a function in the mode ANY, one of the allowed', async () => {
  const tools = [{ functionDeclarations: [TIME, WEATHER] }];
  const any = { functionCallingConfig: { mode: 'any', allowedFunctionNames: ['get_weather'] } };
  const answer = await generate({ contents: [user('Hello')], tools, toolConfig: any });
  expect(partsOf(answer)).toEqual([{ functionCall: { name: 'get_weather', args: ARGS }, ...SIGNED }]);
});

test('answers with text to what a function gave', async () => {
  const answer = await generate({
    contents: [
      user('Use get_weather.'),
      {
        role: 'model',
        parts: [{ functionCall: { name: 'get_weather', args: { city: 'Rome' } }, ...SKIPPED }],
      },
      {
        role: 'user',
        parts: [{ functionResponse: { name: 'get_weather', response: { sky: 'cloudless' } } }],
      },
    ],
    tools: [{ functionDeclarations: [WEATHER] }],
  });
  expect(partsOf(answer)[0]?.text).toContain('cloudless');
});

test('contents of one role that follow each other are one turn', async () => {
  const call = { functionCall: { name: 'get_weather', args: { city: 'Rome' } }, ...SKIPPED };
  const result = { functionResponse: { name: 'get_weather', response: { sky: 'cloudless' } } };
  const contents = [
    user('Use get_weather.'),
    { role: 'model', parts: [call] },
    { role: 'model', parts: [{ text: '' }] },
    { role: 'user', parts: [result] },
  ];
  expect(partsOf(await generate({ contents }))[0]?.text).toContain('cloudless');
  const twice = [...contents, { role: 'user', parts: [result] }];
  const { status } = await vertex.call('POST', GENERATE, { contents: twice });
  expect(status).toBe(400);
});

test('streams calls in one chunk and ends with an empty text', async () => {
  const response = await vertex.post(`${MODEL}:streamGenerateContent`, {
    contents: [user('Use get_weather.')],
    tools: [{ functionDeclarations: [WEATHER] }],
  });
  const chunks = (await response.body.json()) as Generated[];
  expect(chunks.map(partsOf)).toEqual([
    [{ functionCall: { name: 'get_weather', args: ARGS }, ...SIGNED }],
    [{ text: '' }],
  ]);
  expect(chunks.at(-1)?.candidates[0]?.finishReason).toBe('STOP');
});

test.each([
  [
    { tools: [{ functionDeclarations: [{ name: '1st' }] }] },
    /^Invalid function name\. Must start with a letter/,
  ],
  [
    { tools: [{ functionDeclarations: [WEATHER, WEATHER] }] },
    /^Duplicate function declaration found: get_weather$/,
  ],
  [
    {
      tools: [{ functionDeclarations: [WEATHER] }],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['other'] } },
    },
    /the allowed function other is not among/,
  ],
  [
    {
      contents: [{ role: 'user', parts: [{ functionResponse: { name: 'get_weather', response: {} } }] }],
    },
    /^Please ensure that the number of function response parts is equal/,
  ],
  [
    { contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'image/gif', data: PIXEL } }] }] },
    /mimeType parameter with value image\/gif, which is not supported/,
  ],
  [
    { contents: [{ role: 'user', parts: [{ fileData: { mimeType: 'image/png', fileUri: '/etc/hosts' } }] }] },
    /invalid fileUri/,
  ],
  [{ labels: { Team: 'x' } }, /^Labels can have lowercase letters/],
  [{ generationConfig: { responseSchema: { type: 'STRING' } } }, /only supported with responseMimeType/],
  [
    { generationConfig: { thinkingConfig: { thinkingBudget: 30_000 } } },
    /thinking_budget is out of range; supported values are integers from 1 to 24576/,
  ],
])('answers INVALID_ARGUMENT to %j', async (body, message) => {
  const { status, json } = await vertex.call('POST', GENERATE, { contents: [user('Hello')], ...body });
  expect(status).toBe(400);
  expect(json).toMatchObject({
    error: { status: 'INVALID_ARGUMENT', message: expect.stringMatching(message) as string },
  });
});

test('gemini-3.1-pro-preview does not take a thinking budget of 0', async () => {
  const { json } = await vertex.call(
    'POST',
    GENERATE.replace(
      'us/publishers/google/models/gemini-3.5-flash',
      'global/publishers/google/models/gemini-3.1-pro-preview',
    ),
    {
      contents: [user('Hello')],
      generationConfig: { thinkingConfig: { thinkingBudget: 0 } },
    },
  );
  expect(JSON.stringify(json)).toContain('does not support setting thinking_budget to 0');
});

const SCHEMA = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 6, maxLength: 9 },
    kind: { enum: ['a', 'b'] },
    when: { type: 'string', format: 'date' },
    count: { type: 'integer', exclusiveMinimum: 4, multipleOf: 5 },
    share: { type: 'number', minimum: 0.2, maximum: 0.3 },
    list: { type: 'array', items: { $ref: '#/$defs/node' }, minItems: 2 },
    either: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
    maybe: { type: ['null', 'string'] },
    pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], minItems: 2 },
  },
  required: ['name', 'kind', 'when', 'count', 'share', 'list', 'either', 'pair'],
  additionalProperties: false,
  $defs: {
    node: { type: 'object', properties: { id: { type: 'integer' }, next: { $ref: '#/$defs/node' } } },
  },
};

test('answers with JSON that satisfies the schema, whole and in a stream', async () => {
  const body = {
    contents: [user('Make one.')],
    generationConfig: { responseMimeType: 'application/json', responseJsonSchema: SCHEMA },
  };
  const text = partsOf(await generate(body))[0]?.text ?? '';
  const validate = new Ajv({ strict: false, formats: { date: /^\d{4}-\d{2}-\d{2}$/ } }).compile(SCHEMA);
  expect({ valid: validate(JSON.parse(text)), errors: validate.errors }).toEqual({
    valid: true,
    errors: null,
  });
  const response = await vertex.post(`${MODEL}:streamGenerateContent`, body);
  const chunks = (await response.body.json()) as Generated[];
  expect(chunks.map((chunk) => partsOf(chunk)[0]?.text).join('')).toBe(text);
});

test('reads a responseSchema of Vertex AI and answers with any JSON without one', async () => {
  const responseSchema = { type: 'ARRAY', items: { type: 'STRING', enum: ['yes', 'no'] }, minItems: '2' };
  const json = { responseMimeType: 'application/json' };
  const answer = await generate({
    contents: [user('Say so.')],
    generationConfig: { ...json, responseSchema },
  });
  expect(JSON.parse(partsOf(answer)[0]?.text ?? '')).toEqual(['yes', 'no']);
  const free = await generate({ contents: [user('Say so.')], generationConfig: json });
  expect(JSON.parse(partsOf(free)[0]?.text ?? '')).toMatchObject({ words: ['say', 'so'] });
});

test('counts images and files by modality', async () => {
  const parts = [
    { text: 'What?' },
    { inlineData: { mimeType: 'image/png', data: PIXEL } },
    { fileData: { mimeType: 'image/jpeg', fileUri: 'gs://bucket/one.jpg' } },
    { fileData: { mimeType: 'application/pdf', fileUri: 'gs://bucket/two.pdf' } },
  ];
  const { usageMetadata } = await generate({ contents: [{ role: 'user', parts }] });
  expect(usageMetadata).toMatchObject({
    promptTokenCount: 2 + 3 * 258,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: 2 },
      { modality: 'IMAGE', tokenCount: 2 * 258 },
      { modality: 'DOCUMENT', tokenCount: 258 },
    ],
  });
});

test('thinks within its budget, which counts into the total', async () => {
  const answer = await generate({
    contents: [user('One two three')],
    generationConfig: { thinkingConfig: { thinkingBudget: 20, includeThoughts: true } },
  });
  const usage = answer.usageMetadata as Record<string, number>;
  expect(usage.thoughtsTokenCount).toBe(20);
  expect(usage.totalTokenCount).toBe((usage.promptTokenCount ?? 0) + (usage.candidatesTokenCount ?? 0) + 20);
  expect(partsOf(answer)).toMatchObject([{ thought: true }, { text: expect.any(String) as string }]);
});

test('a tuned model answers on its endpoint as its base does', async () => {
  const body = { contents: [user('Hello')] };
  const tuned = await generate(body, `${TUNED}:generateContent`);
  expect(partsOf(tuned)).toEqual(partsOf(await generate(body)));
  expect(tuned.modelVersion).toBe('gemini-3.5-flash');
  const { status, json } = await vertex.call('POST', `${TUNED}:countTokens`, body);
  expect({ status, json }).toMatchObject({ status: 200, json: { totalTokens: 2 } });
});

test.each([
  [`${TUNED}:predict`, 400, 'FAILED_PRECONDITION', 'Gemini cannot be accessed through Vertex Predict'],
  [
    `${TUNED.replace('4567890123', '1234567890')}:generateContent`,
    400,
    'FAILED_PRECONDITION',
    'does not serve',
  ],
  [`${TUNED.replace('4567890123', '1')}:generateContent`, 404, 'NOT_FOUND', 'not found'],
  [`${MODEL}:predict`, 400, 'FAILED_PRECONDITION', 'Gemini cannot be accessed through Vertex Predict'],
  [
    `${REGIONAL_MODELS}/text-embedding-005:generateContent`,
    400,
    'INVALID_ARGUMENT',
    'is not supported in the generateContent API.',
  ],
])('answers to %s with what another method is for', async (path, status, code, message) => {
  const answer = await vertex.call('POST', path, { contents: [user('Hello')] });
  expect(answer).toMatchObject({
    status,
    json: { error: { status: code, message: expect.stringContaining(message) as string } },
  });
});
