import { MODEL, NOW, startForTests, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const REQUEST = { contents: [{ role: 'user', parts: [{ text: 'Which flowers bloom in May?' }] }] };
let vertex: VertexAiForTests;

interface Generated {
  candidates: { content: { role: string; parts: { text: string }[] }; finishReason?: string }[];
  usageMetadata: Record<
    'promptTokenCount' | 'candidatesTokenCount' | 'thoughtsTokenCount' | 'totalTokenCount',
    number
  >;
  modelVersion: string;
  createTime: string;
  responseId: string;
}

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());
beforeEach(() => vertex.emulator.control.clear());

async function generate(body: unknown = REQUEST, path = `${MODEL}:generateContent`): Promise<Generated> {
  const response = await vertex.post(path, body);
  expect(response.statusCode).toBe(200);
  return (await response.body.json()) as Generated;
}

async function failure(
  body: unknown,
  path = `${MODEL}:generateContent`,
): Promise<{ status: number; error: unknown }> {
  const response = await vertex.post(path, body);
  const { error } = (await response.body.json()) as { error: unknown };
  return { status: response.statusCode, error };
}

function textOf(...answers: Generated[]): string {
  return answers.map(({ candidates }) => candidates[0]?.content.parts[0]?.text ?? '').join('');
}

async function streamed(body: unknown = REQUEST): Promise<Generated[]> {
  const response = await vertex.post(`${MODEL}:streamGenerateContent?alt=sse`, body);
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toBe('text/event-stream');
  const events = (await response.body.text()).split('\r\n\r\n');
  expect(events.pop()).toBe('');
  return events.map((event) => JSON.parse(event.replace(/^data: /, '')) as Generated);
}

test('answers with a text made of the words of the prompt', async () => {
  const answer = await generate();
  expect(answer).toMatchObject({
    candidates: [{ content: { role: 'model' }, finishReason: 'STOP' }],
    modelVersion: 'gemini-3.5-flash',
    createTime: new Date(NOW).toISOString(),
    responseId: expect.stringMatching(/^[\w-]{22}$/) as string,
  });
  expect(textOf(answer)).toContain('which, flowers, bloom, in, may');
  const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount, totalTokenCount } =
    answer.usageMetadata;
  expect(promptTokenCount).toBe(7);
  expect(totalTokenCount).toBe(promptTokenCount + candidatesTokenCount + thoughtsTokenCount);
});

test('answers the same to the same request and another text to another', async () => {
  const [first, second] = [await generate(), await generate()];
  expect(second).toEqual(first);
  const other = await generate({ ...REQUEST, systemInstruction: { parts: [{ text: 'Be brief.' }] } });
  expect(textOf(other)).not.toBe(textOf(first));
  expect(
    textOf(await generate(REQUEST, `${MODEL.replace('3.5-flash', '3.5-flash-lite')}:generateContent`)),
  ).not.toBe(textOf(first));
});

test.each(['us', 'eu', 'global'])('serves both models and versions in %s', async (location) => {
  for (const version of ['v1', 'v1beta1']) {
    for (const model of ['gemini-3.5-flash', 'gemini-3.5-flash-lite']) {
      const path = `${version}/projects/123456789012/locations/${location}/publishers/google/models/${model}:generateContent`;
      expect((await generate(REQUEST, path)).modelVersion).toBe(model);
    }
  }
});

test('streams the same text as server-sent events in at least five pieces', async () => {
  const pieces = await streamed();
  expect(pieces.length).toBeGreaterThanOrEqual(5);
  const whole = await generate();
  expect(textOf(...pieces)).toBe(textOf(whole));
  expect(pieces.map(({ candidates }) => candidates[0]?.finishReason)).toEqual([
    ...pieces.slice(1).map(() => undefined),
    'STOP',
  ]);
  expect(pieces.at(-1)?.usageMetadata).toEqual(whole.usageMetadata);
  const running = pieces.map(({ usageMetadata }) => usageMetadata.candidatesTokenCount);
  expect(running).toEqual([...running].sort((a, b) => a - b));
});

test('streams a JSON array framed as Google frames it, without alt=sse', async () => {
  const response = await vertex.post(`${MODEL}:streamGenerateContent`, REQUEST);
  expect(response.headers['content-type']).toBe('application/json; charset=UTF-8');
  const text = await response.body.text();
  expect(text).toMatch(/^\[\{\n/);
  expect(text).toContain('}\n,\r\n{');
  expect(text).toMatch(/\}\n\]$/);
  const pieces = JSON.parse(text) as Generated[];
  expect(textOf(...pieces)).toBe(textOf(await generate()));
});

test('sends the pieces one after the other when there is a pause between them', async () => {
  const { actions } = vertex.emulator;
  await actions['POST pause']?.({ pauseInMs: 20 });
  const response = await vertex.post(`${MODEL}:streamGenerateContent?alt=sse`, REQUEST);
  const chunks: string[] = [];
  for await (const chunk of response.body) chunks.push(String(chunk));
  await actions['POST pause']?.({ pauseInMs: 0 });
  expect(chunks.length).toBeGreaterThan(1);
  expect(() => actions['POST pause']?.({ pauseInMs: -1 })).toThrow('pauseInMs');
});

test('serves REST on HTTP/2 as well', async () => {
  const response = await vertex.post(`${MODEL}:generateContent`, REQUEST, { http2: true });
  expect(response.statusCode).toBe(200);
  expect(textOf((await response.body.json()) as Generated)).toBe(textOf(await generate()));
  expect(vertex.emulator.control.requests()[0]?.headers).toHaveProperty(':authority');
});

test('stops at the limit of tokens and at a stop sequence', async () => {
  const limited = await generate({ ...REQUEST, generationConfig: { maxOutputTokens: 3 } });
  expect(limited.candidates[0]?.finishReason).toBe('MAX_TOKENS');
  expect(textOf(limited)).toHaveLength(12);
  expect(limited.usageMetadata.candidatesTokenCount).toBe(3);
  const stopped = await generate({ ...REQUEST, generationConfig: { stopSequences: ['words'] } });
  expect(textOf(stopped)).toBe('You wrote 5 ');
});

test('reads snake_case names and a single value for a list', async () => {
  const answer = await generate({
    contents: { role: 'user', parts: { text: 'Which flowers bloom in May?' } },
    generation_config: { temperature: '0.5', max_output_tokens: 100, thinking_config: { thinkingBudget: 0 } },
    safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
    labels: { team: 'botany' },
  });
  expect(textOf(answer)).toContain('flowers');
});

test.each([
  [
    { ...REQUEST, foo: 1 },
    undefined,
    `Invalid JSON payload received. Unknown name "foo": Cannot find field.`,
  ],
  [
    { contents: [{ role: 'user', parts: [{ txt: 'x' }] }] },
    'contents[0].parts[0]',
    `Invalid JSON payload received. Unknown name "txt" at 'contents[0].parts[0]': Cannot find field.`,
  ],
  [
    { contents: 'hello' },
    'contents',
    `Invalid value at 'contents' (type.googleapis.com/google.cloud.aiplatform.v1.Content), "hello"`,
  ],
  [
    { ...REQUEST, systemInstruction: 'Be brief.' },
    'system_instruction',
    `Invalid value at 'system_instruction' (type.googleapis.com/google.cloud.aiplatform.v1.Content), "Be brief."`,
  ],
  [
    { ...REQUEST, systemInstruction: { role: ['a'] } },
    'system_instruction',
    `Invalid JSON payload received. Unknown name "role" at 'system_instruction': Proto field is not repeating, cannot start list.`,
  ],
  [
    { contents: [{ role: 'user', parts: [{ text: 5 }] }] },
    'contents[0].parts[0].text',
    `Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), 5`,
  ],
  [
    { contents: [{ role: 'user', parts: [{ text: {} }] }] },
    'contents[0].parts[0]',
    `Invalid value at 'contents[0].parts[0]' (text), Starting an object on a scalar field`,
  ],
  [
    { contents: [{ role: 'user', parts: [{ text: 'a', inlineData: { mimeType: 'b', data: '' } }] }] },
    'contents[0].parts[0]',
    `Invalid value at 'contents[0].parts[0]' (oneof), oneof field 'data' is already set. Cannot set 'inlineData'`,
  ],
  [
    { ...REQUEST, generationConfig: { maxOutputTokens: 1.7 } },
    'generation_config.max_output_tokens',
    `Invalid value at 'generation_config.max_output_tokens' (TYPE_INT32), 1.7`,
  ],
  [
    { ...REQUEST, generationConfig: { seed: 'abc' } },
    'generation_config.seed',
    `Invalid value at 'generation_config.seed' (TYPE_INT32), "abc"`,
  ],
  [
    { ...REQUEST, safetySettings: [{ threshold: 'BLOCK_NOTHING' }] },
    'safety_settings[0].threshold',
    `Invalid value at 'safety_settings[0].threshold' (type.googleapis.com/google.cloud.aiplatform.v1.SafetySetting.HarmBlockThreshold), "BLOCK_NOTHING"`,
  ],
  [
    { ...REQUEST, labels: { team: 5 } },
    'labels[0].value',
    `Invalid value at 'labels[0].value' (TYPE_STRING), 5`,
  ],
  [[REQUEST], undefined, `Invalid JSON payload received. Unknown name "": Root element must be a message.`],
])('answers INVALID_ARGUMENT in the words of Google to %j', async (body, field, description) => {
  expect(await failure(body)).toEqual({
    status: 400,
    error: {
      code: 400,
      message: description,
      status: 'INVALID_ARGUMENT',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [field === undefined ? { description } : { field, description }],
        },
      ],
    },
  });
});

test.each(['__proto__', 'constructor', 'toString'])(
  'answers INVALID_ARGUMENT to the name %s',
  async (name) => {
    const body = `{"contents": [{"role": "user", "parts": [{"text": "x"}]}], "${name}": {}}`;
    expect(await failure(body)).toMatchObject({
      status: 400,
      error: { message: `Invalid JSON payload received. Unknown name "${name}": Cannot find field.` },
    });
  },
);

test('names the types of v1beta1 in a failure of v1beta1', async () => {
  const path = `${MODEL.replace('v1', 'v1beta1')}:generateContent`;
  expect(await failure({ contents: 'hello' }, path)).toMatchObject({
    error: { message: expect.stringContaining('google.cloud.aiplatform.v1beta1.Content') as string },
  });
});

test('lists every violation, one line each', async () => {
  const { error } = await failure({ foo: 1, bar: 2 });
  expect(error).toMatchObject({
    message: expect.stringContaining('"foo": Cannot find field.\nInvalid JSON') as string,
    details: [{ fieldViolations: [{}, {}] }],
  });
});

test.each([
  ['{"contents": [', 'Invalid JSON payload received. Unexpected token.'],
  ['', 'Unable to submit request because at least one contents field is required.'],
  ['{"contents": []}', 'Unable to submit request because at least one contents field is required.'],
  ['{"contents": [{"role": "user"}]}', 'it must include at least one parts field'],
  ['{"contents": [{"role": "user", "parts": [{}]}]}', 'it must have a text parameter.'],
  ['{"contents": [{"parts": [{"text": "x"}]}]}', 'Please use a valid role: user, model.'],
  ['{"contents": [{"role": "system", "parts": [{"text": "x"}]}]}', 'Please use a valid role: user, model.'],
])('answers INVALID_ARGUMENT to the body %s', async (body, message) => {
  expect(await failure(body)).toMatchObject({
    status: 400,
    error: { code: 400, status: 'INVALID_ARGUMENT', message: expect.stringContaining(message) as string },
  });
});

test('answers INVALID_ARGUMENT to invalid UTF-8 and to a message that is too deep', async () => {
  const bytes = Buffer.concat([Buffer.from('{"contents":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  const response = await vertex.post(`${MODEL}:generateContent`, bytes);
  expect(response.statusCode).toBe(400);
  const deep = `${'{"items":'.repeat(10_000)}{}${'}'.repeat(10_000)}`;
  expect(await failure(`{"generationConfig":{"responseSchema":${deep}}}`)).toMatchObject({
    status: 400,
    error: { message: expect.stringContaining('Message too deep') as string },
  });
});

test('answers INVALID_ARGUMENT to more text than the model takes', async () => {
  const body = { contents: [{ role: 'user', parts: [{ text: 'word '.repeat(900_000) }] }] };
  expect(await failure(body)).toMatchObject({
    status: 400,
    error: {
      message: 'The input token count (1125000) exceeds the maximum number of tokens allowed (1048576).',
    },
  });
});

test('answers INVALID_ARGUMENT with the range to a value outside it', async () => {
  const { error } = await failure({ ...REQUEST, generationConfig: { maxOutputTokens: 100_000 } });
  expect(error).toMatchObject({
    message: expect.stringContaining(
      'a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 65536 (exclusive)',
    ) as string,
  });
});

test.each([
  [{ ...REQUEST, tools: [{ googleMaps: {} }] }, 'tools'],
  [
    { ...REQUEST, generationConfig: { responseMimeType: 'text/x.enum' } },
    'generationConfig.responseMimeType',
  ],
  [{ ...REQUEST, generationConfig: { audioTimestamp: true } }, 'generationConfig.audioTimestamp'],
  [
    { contents: [{ role: 'user', parts: [{ text: 'a', videoMetadata: { startOffset: '1s' } }] }] },
    'contents.parts.videoMetadata',
  ],
])('refuses %j, which the real service takes', async (body, what) => {
  expect(await failure(body)).toMatchObject({
    status: 501,
    error: {
      status: 'UNIMPLEMENTED',
      message: expect.stringContaining(`does not support ${what}`) as string,
    },
  });
});

test.each([
  { ...REQUEST, generationConfig: { audioTimestamp: false } },
  {
    contents: [
      { role: 'user', parts: [{ text: 'a' }] },
      {
        role: 'model',
        parts: [
          {
            functionCall: { name: 'f', willContinue: false, partialArgs: [] },
            thoughtSignature: 'skip_thought_signature_validator',
          },
        ],
      },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: {}, parts: [] } }] },
    ],
  },
])('takes a field with its default value for one that is not set: %j', async (body) => {
  expect(await failure(body)).toMatchObject({ status: 200 });
});

test('answers an error of a JSON stream as a list and an error of an SSE stream plainly', async () => {
  const list = await vertex.post(`${MODEL}:streamGenerateContent`, {});
  expect(list.statusCode).toBe(400);
  expect(await list.body.json()).toMatchObject([{ error: { status: 'INVALID_ARGUMENT' } }]);
  const plain = await vertex.post(`${MODEL}:streamGenerateContent?alt=sse`, {});
  expect(await plain.body.json()).toMatchObject({ error: { status: 'INVALID_ARGUMENT' } });
});
