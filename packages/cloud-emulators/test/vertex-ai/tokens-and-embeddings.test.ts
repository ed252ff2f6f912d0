import { MODEL, REGIONAL_MODELS, startForTests, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const CONTENTS = [{ role: 'user', parts: [{ text: 'Why is the sky blue?' }] }];
let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());

/** The resource that a model is below: Gemini 3 and its embeddings are in no region. */
function parentOf(model: string): string {
  const isRegional = !/^gemini-(?:3|embedding-2)/.test(model);
  return isRegional ? REGIONAL_MODELS : MODEL.replace('/gemini-3.5-flash', '');
}

async function ok(path: string, body: unknown): Promise<unknown> {
  const { status, json } = await vertex.call('POST', path, body);
  expect({ status, json }).toMatchObject({ status: 200 });
  return json;
}

interface Embeddings {
  predictions: {
    embeddings: { values: number[]; statistics: { truncated: boolean; token_count: number } };
  }[];
}

function similarity(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

test.each(['v1', 'v1beta1'])('countTokens of %s counts what generateContent counts', async (version) => {
  const model = MODEL.replace('v1', version);
  const systemInstruction = { parts: [{ text: 'Be brief.' }] };
  const tools = [{ functionDeclarations: [{ name: 'look_up' }] }];
  const body = { contents: CONTENTS, systemInstruction, tools };
  const counted = await ok(`${model}:countTokens`, body);
  const generated = (await ok(`${model}:generateContent`, body)) as {
    usageMetadata: { promptTokenCount: number };
  };
  expect(counted).toMatchObject({
    totalTokens: generated.usageMetadata.promptTokenCount,
    totalBillableCharacters: expect.any(Number) as number,
    promptTokensDetails: [{ modality: 'TEXT' }],
  });
});

test('computeTokens gives the pieces and their ids', async () => {
  const answer = (await ok(`${MODEL}:computeTokens`, { contents: CONTENTS })) as {
    tokensInfo: { tokens: string[]; tokenIds: string[]; role: string }[];
  };
  const [info] = answer.tokensInfo;
  expect(info?.role).toBe('user');
  expect(info?.tokens.map((token) => Buffer.from(token, 'base64').toString()).join('')).toBe(
    'Why is the sky blue?',
  );
  expect(info?.tokenIds).toHaveLength(5);
  expect(info?.tokenIds.every((id) => /^\d+$/.test(id))).toBe(true);
});

test.each([
  ['text-embedding-005', 768],
  ['gemini-embedding-001', 3072],
])('%s gives vectors of %i dimensions and length 1', async (model, dimensions) => {
  const answer = (await ok(`${REGIONAL_MODELS}/${model}:predict`, {
    instances: [{ content: 'Why is the sky blue?', task_type: 'RETRIEVAL_DOCUMENT', title: 'Sky' }],
  })) as Embeddings;
  const [prediction] = answer.predictions;
  const values = prediction?.embeddings.values ?? [];
  expect(values).toHaveLength(dimensions);
  expect(Math.hypot(...values)).toBeCloseTo(1, 6);
  expect(prediction?.embeddings.statistics).toEqual({ truncated: false, token_count: 5 });
  expect(answer).toMatchObject({ metadata: { billableCharacterCount: 16 } });
});

test('texts that share words are nearer than others, and the same text has the same vector', async () => {
  const answer = (await ok(`${REGIONAL_MODELS}/text-embedding-005:predict`, {
    instances: ['the blue sky', 'a blue sky', 'eleven hungry wolves', 'the blue sky'].map((content) => ({
      content,
    })),
    parameters: { outputDimensionality: 256 },
  })) as Embeddings;
  const [sky = [], near = [], far = [], same = []] = answer.predictions.map(
    ({ embeddings }) => embeddings.values,
  );
  expect(sky).toHaveLength(256);
  expect(same).toEqual(sky);
  expect(similarity(sky, near)).toBeGreaterThan(similarity(sky, far) + 0.2);
});

test('truncates a long text, or refuses it without autoTruncate', async () => {
  const instances = [{ content: 'word '.repeat(2000) }];
  const answer = (await ok(`${REGIONAL_MODELS}/text-embedding-005:predict`, { instances })) as Embeddings;
  expect(answer.predictions[0]?.embeddings.statistics).toEqual({ truncated: true, token_count: 2048 });
  const { status } = await vertex.call('POST', `${REGIONAL_MODELS}/text-embedding-005:predict`, {
    instances,
    parameters: { autoTruncate: false },
  });
  expect(status).toBe(400);
});

test.each([
  ['gemini-embedding-2', MODEL.replace('gemini-3.5-flash', 'gemini-embedding-2')],
  ['gemini-embedding-2-preview', `${REGIONAL_MODELS}/gemini-embedding-2-preview`],
])('%s embeds by embedContent', async (_, model) => {
  const content = { parts: [{ text: 'Why is the sky blue?' }] };
  const answer = (await ok(`${model}:embedContent`, {
    content,
    embedContentConfig: { outputDimensionality: 256, taskType: 'RETRIEVAL_QUERY' },
  })) as { embedding: { values: number[] } };
  expect(answer).toMatchObject({
    usageMetadata: { promptTokenCount: 5, totalTokenCount: 5 },
    truncated: false,
  });
  expect(answer.embedding.values).toHaveLength(256);
  expect(Math.hypot(...answer.embedding.values)).toBeCloseTo(1, 6);
  const whole = (await ok(`${model}:embedContent`, { content })) as typeof answer;
  expect(whole.embedding.values).toHaveLength(3072);
});

test.each([
  ['gemini-embedding-2:embedContent', {}, 'must have a content'],
  [
    'gemini-embedding-2:embedContent',
    { model: 'x', content: { parts: [{ text: 'x' }] } },
    "oneof field '_model' is already set",
  ],
  [
    'gemini-embedding-2:embedContent',
    { content: { parts: [{ text: 'x' }] }, embedContentConfig: { outputDimensionality: 3 } },
    'from 128 to 3072',
  ],
  ['gemini-embedding-001:embedContent', {}, 'is not supported in the embedContent API.'],
  [
    'gemini-embedding-001:predict',
    { instances: [{ content: 'a' }, { content: 'b' }] },
    '2 instance(s) in the request, but the model supports 1 per request.',
  ],
  ['text-embedding-005:predict', { instances: [] }, 'the model supports 1 to 250'],
  ['text-embedding-005:predict', { instances: [{ content: '' }] }, "empty at 'instances[0].content'"],
  ['text-embedding-005:predict', { instances: [{ text: 'x' }] }, `'instances[0]': unknown field "text"`],
  [
    'text-embedding-005:predict',
    { instances: [{ content: 'x', task_type: 'GUESSING' }] },
    "'instances[0].task_type': expected one of",
  ],
  ['text-embedding-005:predict', { instances: [{ content: 'x', title: 'y' }] }, 'only valid with'],
  [
    'text-embedding-005:predict',
    { instances: [{ content: 'x' }], parameters: { outputDimensionality: 769 } },
    'an integer from 1 to 768',
  ],
  ['text-embedding-005:predict', { instances: [{ content: 'x' }], params: {} }, 'Unknown name "params"'],
  ['gemini-3.5-flash:countTokens', { contents: CONTENTS, foo: 1 }, 'Unknown name "foo"'],
  ['gemini-3.5-flash:computeTokens', {}, 'at least one contents field'],
])('%s answers INVALID_ARGUMENT to %j', async (path, body, message) => {
  const { status, json } = await vertex.call('POST', `${parentOf(path)}/${path}`, body);
  expect(status).toBe(400);
  expect(json).toMatchObject({
    error: { status: 'INVALID_ARGUMENT', message: expect.stringContaining(message) as string },
  });
});

test('gemini-embedding-2 is not for predict', async () => {
  const answer = await vertex.call('POST', `${parentOf('gemini-embedding-2')}/gemini-embedding-2:predict`, {
    instances: [],
  });
  expect(answer).toMatchObject({ status: 400, json: { error: { status: 'FAILED_PRECONDITION' } } });
});
