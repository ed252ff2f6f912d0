import { anthropicDialect } from '../../../src/dialects/anthropic-dialect.ts';
import { openAiDialect } from '../../../src/dialects/openai-dialect.ts';
import { vertexDialect } from '../../../src/dialects/vertex-dialect.ts';
import type { Dialect } from '../../../src/prediction/dialect.ts';

const PARENT = 'v1/projects/sample-project/locations/us-central1';
const GOOGLE = `${PARENT}/publishers/google/models`;
const PROMPT = { contents: [{ role: 'user', parts: [{ text: 'Irises' }] }] };
const MESSAGES = [{ role: 'user', content: 'Irises' }];
const MODEL = 'publishers/google/models/gemini-3.5-flash';
const JOB = {
  displayName: 'irises',
  model: MODEL,
  inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://sample-batches/prompts.jsonl'] } },
  outputConfig: {
    predictionsFormat: 'jsonl',
    gcsDestination: { outputUriPrefix: 'gs://sample-batches/out' },
  },
};

type Row = readonly [dialect: Dialect, method: string, path: string, body?: object];

async function isPriced([dialect, method, path, body]: Row): Promise<boolean> {
  const { payload } = await dialect.readPrediction({
    method,
    path,
    query: new URLSearchParams(),
    header: () => null,
    body: Buffer.from(body ? JSON.stringify(body) : ''),
  });
  return payload.kind !== 'bytes' || payload.isPriced !== false;
}

const named = (rows: readonly Row[]) => rows.map((row) => ({ call: `${row[1]} ${row[2]}`, row }));

test.each(
  named([
    [vertexDialect, 'POST', `${GOOGLE}/gemini-3.5-flash:countTokens`, PROMPT],
    [vertexDialect, 'POST', `${PARENT}/endpoints/4567890123:countTokens`, PROMPT],
    [vertexDialect, 'POST', `${GOOGLE}/gemini-3.5-flash:computeTokens`, PROMPT],
    [
      vertexDialect,
      'POST',
      `${PARENT}/publishers/anthropic/models/count-tokens:rawPredict`,
      { model: 'claude-haiku-4-5', messages: MESSAGES },
    ],
    [anthropicDialect, 'POST', 'v1/messages/count_tokens', { model: 'claude-haiku-4-5', messages: MESSAGES }],
    [vertexDialect, 'GET', 'v1beta1/publishers/google/models'],
    [vertexDialect, 'GET', 'v1beta1/publishers/google/models/imagen-4.0-generate-001'],
    [
      vertexDialect,
      'POST',
      `${GOOGLE}/veo-3.1-generate-001:fetchPredictOperation`,
      { operationName: `${GOOGLE}/veo-3.1-generate-001/operations/1` },
    ],
    [vertexDialect, 'POST', `${PARENT}/batchPredictionJobs`, JOB],
    [vertexDialect, 'GET', `${PARENT}/batchPredictionJobs`],
    [vertexDialect, 'GET', `${PARENT}/batchPredictionJobs/1`],
    [vertexDialect, 'POST', `${PARENT}/batchPredictionJobs/1:cancel`],
    [vertexDialect, 'DELETE', `${PARENT}/batchPredictionJobs/1`],
    [vertexDialect, 'GET', `${PARENT}/cachedContents`],
    [vertexDialect, 'GET', `${PARENT}/cachedContents/1`],
    [vertexDialect, 'PATCH', `${PARENT}/cachedContents/1`, { ttl: '60s' }],
    [vertexDialect, 'DELETE', `${PARENT}/cachedContents/1`],
  ]),
)('no price applies to $call', async ({ row }) => {
  expect(await isPriced(row)).toBe(false);
});

test.each(
  named([
    [vertexDialect, 'POST', `${GOOGLE}/gemini-3.5-flash:generateContent`, PROMPT],
    [vertexDialect, 'POST', `${GOOGLE}/gemini-3.5-flash:streamGenerateContent`, PROMPT],
    [vertexDialect, 'POST', `${GOOGLE}/gemini-embedding-2:embedContent`, { content: PROMPT.contents[0] }],
    [
      vertexDialect,
      'POST',
      `${GOOGLE}/imagen-4.0-generate-001:predict`,
      { instances: [{ prompt: 'Irises' }] },
    ],
    [
      vertexDialect,
      'POST',
      `${GOOGLE}/veo-3.1-generate-001:predictLongRunning`,
      { instances: [{ prompt: 'Irises' }] },
    ],
    [vertexDialect, 'POST', `${PARENT}/endpoints/1234567890:predict`, { instances: [[1, 2, 3, 4]] }],
    [vertexDialect, 'POST', `${PARENT}/endpoints/1234567890:rawPredict`, { instances: [[1, 2, 3, 4]] }],
    [vertexDialect, 'POST', `${PARENT}/endpoints/1234567890:explain`, { instances: [[1, 2, 3, 4]] }],
    [vertexDialect, 'POST', `${PARENT}/cachedContents`, { model: MODEL, ...PROMPT }],
    [
      anthropicDialect,
      'POST',
      'v1/messages',
      { model: 'claude-haiku-4-5', max_tokens: 7, messages: MESSAGES },
    ],
    [openAiDialect, 'POST', 'v1/chat/completions', { model: 'gemini-3.5-flash', messages: MESSAGES }],
    [openAiDialect, 'POST', 'v1/embeddings', { model: 'text-embedding-005', input: 'an iris' }],
    [openAiDialect, 'POST', 'v1/images/generations', { model: 'gemini-3.1-flash-image', prompt: 'an iris' }],
  ]),
)('the price of its entry applies to $call', async ({ row }) => {
  expect(await isPriced(row)).toBe(true);
});
