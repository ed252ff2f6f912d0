import fc from 'fast-check';
import { openAiDialect } from '../../../src/dialects/openai-dialect.ts';
import type { AuthorizedCall } from '../../../src/governance/decide.ts';
import type { BytesPayload, Prediction } from '../../../src/prediction/prediction.ts';
import { rejectedBy } from '../thrown-by.ts';
import { authorizedCall } from './authorized-call.ts';

const MODEL = 'text-embedding-005';
const GRANTED = { resource: { kind: 'model', publisher: 'google', model: MODEL } } as const;

async function embed(body: object): Promise<Prediction> {
  return openAiDialect.readPrediction({
    method: 'POST',
    path: 'v1/embeddings',
    query: new URLSearchParams(),
    header: () => null,
    body: Buffer.from(JSON.stringify(body)),
  });
}

async function payloadOf(body: object): Promise<BytesPayload> {
  return (await embed(body)).payload as BytesPayload;
}

/** The requests for the model that is granted. */
async function requestsFor(body: object, granted: Partial<AuthorizedCall> = GRANTED) {
  return (await payloadOf(body)).split?.requests(authorizedCall({ operation: 'predict', ...granted })) ?? [];
}

async function sent(
  body: object,
  granted: Partial<AuthorizedCall> = GRANTED,
): Promise<{ path: string; json: unknown }> {
  const [request, ...others] = await requestsFor(body, granted);
  expect(others).toEqual([]);
  const { path, body: bytes } = request?.write() ?? { path: '' };
  return { path, json: JSON.parse(Buffer.from(bytes ?? []).toString()) };
}

interface Embeddings {
  readonly data: readonly { readonly embedding: number[] | string; readonly index: number }[];
}

async function received(body: object, answer: unknown): Promise<Embeddings> {
  const bytes = Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer));
  const parts = await Promise.all((await requestsFor(body)).map((request) => request.read(bytes)));
  const { split } = await payloadOf(body);
  const written = split?.join(parts, { usage: { inputTokens: 7 } });
  return JSON.parse(Buffer.from(written ?? []).toString()) as Embeddings;
}

function answerOf(values: readonly number[], tokens: number): object {
  return { embeddings: { values, statistics: { token_count: tokens, truncated: false } } };
}

test('texts become instances of the model’s predict', async () => {
  const call = await embed({ model: MODEL, input: ['a', 'b'], dimensions: 64 });
  expect(call).toMatchObject({
    project: undefined,
    location: undefined,
    operation: 'predict',
    otherOperations: ['embedContent'],
    resource: { kind: 'name', name: MODEL },
    payload: { format: 'predictions' },
  });
  expect(call.payload).not.toHaveProperty('framing');
  expect(await sent({ model: MODEL, input: ['a', 'b'], dimensions: 64 })).toEqual({
    path: `/v1/projects/sample-project/locations/us-central1/publishers/google/models/${MODEL}:predict`,
    json: {
      instances: [{ content: 'a' }, { content: 'b' }],
      parameters: { autoTruncate: false, outputDimensionality: 64 },
    },
  });
});

test('one text is one instance; null counts as left out, and user is not sent on', async () => {
  const body = { model: MODEL, input: 'a', dimensions: null, encoding_format: null, user: 'somebody' };
  expect((await sent(body)).json).toEqual({
    instances: [{ content: 'a' }],
    parameters: { autoTruncate: false },
  });
});

test('predictions become embeddings in their order, with the tokens of all', async () => {
  const answer = { predictions: [answerOf([0.25, -1], 2), answerOf([1e-7, 3], 5)], deployedModelId: 'x' };
  expect(await received({ model: MODEL, input: ['a', 'b'] }, answer)).toEqual({
    object: 'list',
    data: [
      { object: 'embedding', index: 0, embedding: [0.25, -1] },
      { object: 'embedding', index: 1, embedding: [1e-7, 3] },
    ],
    model: MODEL,
    usage: { prompt_tokens: 7, total_tokens: 7 },
  });
});

test('base64 is the numbers in 32 bits, the lowest byte first', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true })), async (values) => {
      const { data } = await received(
        { model: MODEL, input: 'a', encoding_format: 'base64' },
        { predictions: [answerOf(values, 1)] },
      );
      const bytes = Buffer.from(data[0]?.embedding as string, 'base64');
      const read = values.map((_, index) => bytes.readFloatLE(index * 4));
      expect(bytes).toHaveLength(values.length * 4);
      // JSON has no negative zero.
      expect(read).toEqual(values.map((value) => value + 0));
    }),
  );
});

const ANY_RULE = expect.any(String) as string;
const RULE = expect.stringMatching(/^must be a text .*check_embedding_ctx_length is False$/) as string;

test.each([
  ['no input', {}, 'input', RULE],
  ['tokens', { input: [1, 2] }, 'input[0]', RULE],
  ['lists of tokens', { input: ['a', [1, 2]] }, 'input[1]', RULE],
  ['a number', { input: 5 }, 'input', RULE],
  ['an empty text', { input: '' }, 'input', 'must not be empty'],
  ['an empty text among others', { input: ['a', ''] }, 'input[1]', 'must not be empty'],
  ['no texts', { input: [] }, 'input', ANY_RULE],
  ['another format', { input: 'a', encoding_format: 'int8' }, 'encoding_format', ANY_RULE],
  ['no dimensions at all', { input: 'a', dimensions: 0 }, 'dimensions', ANY_RULE],
  ['half dimensions', { input: 'a', dimensions: 1.5 }, 'dimensions', ANY_RULE],
  ['a member that would get lost', { input: 'a', task: 'x' }, 'task', 'unknown field'],
])('%s is refused with its place', async (_, body, field, description) => {
  const error = await rejectedBy(embed({ model: MODEL, ...body }));
  expect(error.code).toBe('INVALID_REQUEST');
  expect(error.violations[0]).toEqual({ field, description });
});

test.each([
  { kind: 'model', publisher: 'google', model: 'imagen-4.0-generate-001' },
  { kind: 'model', publisher: 'google', model: 'multimodalembedding@001' },
  { kind: 'model', publisher: 'other', model: MODEL },
  { kind: 'endpoint', endpoint: '1234567890' },
] as const)('what is no text embedding model is not asked for embeddings: %j', async (resource) => {
  expect(await rejectedBy(sent({ model: 'x', input: 'a' }, { resource }))).toMatchObject({
    code: 'INVALID_REQUEST',
    violations: [{ field: 'model' }],
  });
});

test.each([
  ['no JSON', '<html>'],
  ['an error', '{"error":{}}'],
  ['nothing', '{"predictions":[]}'],
  ['one embedding too many', { predictions: [answerOf([1], 1), answerOf([1], 1)] }],
  ['predictions of another kind', '{"predictions":[{"bytesBase64Encoded":"aGk="}]}'],
  ['values that are no numbers', '{"predictions":[{"embeddings":{"values":["a"]}}]}'],
])('an answer with %s is a failure of Vertex AI', async (_, answer) => {
  expect((await rejectedBy(received({ model: MODEL, input: 'a' }, answer))).code).toBe('VERTEX_FAILED');
});

test('numbers stay as Vertex AI wrote them', async () => {
  const [request] = await requestsFor({ model: MODEL, input: 'a' });
  const answer = '{"predictions":[{"embeddings":{"values":[0.10000000000000000555, -1E-7,2]}}]}';
  const part = await request?.read(Buffer.from(answer));
  expect(Buffer.from(part ?? []).toString()).toContain('"embedding":[0.10000000000000000555, -1E-7,2]}');
});

test('other work goes on while many vectors become text', async () => {
  const input = Array.from({ length: 200 }, () => 'a');
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await received({ model: MODEL, input }, { predictions: input.map(() => answerOf([1, 2], 1)) });
  isOver = true;
  expect(turns).toBeGreaterThan(10);
});

const GEMINI_001 = {
  resource: { kind: 'model', publisher: 'google', model: 'gemini-embedding-001' },
} as const;
const GEMINI_2 = {
  operation: 'embedContent',
  resource: { kind: 'model', publisher: 'google', model: 'gemini-embedding-2' },
} as const;

test.each([
  ['text-embedding-005', GRANTED, 600, [250, 250, 100]],
  ['gemini-embedding-001', GEMINI_001, 3, [1, 1, 1]],
  ['gemini-embedding-2', GEMINI_2, 2, [1, 1]],
])('%s is asked for as many texts at once as it takes', async (_, granted, count, expected) => {
  const input = Array.from({ length: count }, (_text, index) => `t${index}`);
  const requests = await requestsFor({ model: MODEL, input }, granted);
  const texts = requests.map((request) => {
    const { body } = request.write();
    return [
      ...Buffer.from(body ?? [])
        .toString()
        .matchAll(/"t\d+"/g),
    ].map(([text]) => JSON.parse(text) as string);
  });
  expect(texts.map(({ length }) => length)).toEqual(expected);
  expect(texts.flat()).toEqual(input);
});

test('no request can have more than 20,000 tokens, whatever the texts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 20, maxLength: 60 }),
      fc.constantFrom('a', '\u00e9', '"'),
      async (lengths, letter) => {
        const input = lengths.map((length) => letter.repeat(length));
        const requests = await requestsFor({ model: MODEL, input });
        for (const request of requests) {
          const { instances } = JSON.parse(Buffer.from(request.write().body ?? []).toString()) as {
            instances: { content: string }[];
          };
          const most = instances.map(({ content }) => Math.min(2_048, Buffer.byteLength(content)));
          expect(most.reduce((sum, tokens) => sum + tokens, 0)).toBeLessThanOrEqual(20_000);
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('long texts are split by their tokens', async () => {
  const input = Array.from({ length: 12 }, () => 'a'.repeat(5_000));
  const counts = (await requestsFor({ model: MODEL, input })).map((request) => {
    const { instances } = JSON.parse(Buffer.from(request.write().body ?? []).toString()) as {
      instances: unknown[];
    };
    return instances.length;
  });
  // No text counts for more than 2,048 tokens.
  expect(counts).toEqual([9, 3]);
});

test('a text for embedContent is one content, and its answer one vector', async () => {
  const [request] = await requestsFor({ model: MODEL, input: '\u00e9', dimensions: 128 }, GEMINI_2);
  const { path, body, format } = request?.write() ?? {};
  expect([path, format]).toEqual([expect.stringMatching(/gemini-embedding-2:embedContent$/), 'gemini']);
  expect(JSON.parse(Buffer.from(body ?? []).toString())).toEqual({
    content: { role: 'user', parts: [{ text: '\u00e9' }] },
    embedContentConfig: { autoTruncate: false, outputDimensionality: 128 },
  });
  const part = await request?.read(Buffer.from('{"embedding":{"values":[1,2.5]},"usageMetadata":{}}'));
  expect(JSON.parse(Buffer.from(part ?? []).toString())).toEqual({
    object: 'embedding',
    index: 0,
    embedding: [1, 2.5],
  });
});

test('2,049 texts are refused', async () => {
  const error = await rejectedBy(embed({ model: MODEL, input: Array(2_049).fill('a') }));
  expect(error.violations).toEqual([{ field: 'input', description: 'must have at most 2048 items' }]);
});
