import { readValue } from '../../../src/vertex/read-value.ts';
import { readFacts, readReported } from '../../../src/vertex/answer-formats.ts';
import type { AnswerFormat } from '../../../src/prediction/answer.ts';

const LONG = 'x'.repeat(300_000);
const USAGE = { prompt_tokens: 3, completion_tokens: 4 };

test.each<[AnswerFormat, object]>([
  [
    'gemini',
    {
      candidates: [{ content: { parts: [{ text: LONG }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4 },
      modelVersion: 'gemini-3.5-flash',
    },
  ],
  ['openai', { choices: [{ message: { content: LONG }, finish_reason: 'stop' }], usage: USAGE, model: 'm' }],
  ['anthropic', { type: 'message', content: LONG, stop_reason: 'end_turn', usage: { input_tokens: 3 } }],
  ['predictions', { predictions: [{ text: LONG, usage: USAGE }, [1], 'x'], deployedModelId: '7' }],
  ['predictions', { predictions: [{ embeddings: { values: [LONG], statistics: { token_count: 5 } } }] }],
  ['shaped', { object: LONG, choices: [{ finish_reason: 'length' }], usage: USAGE }],
])('a long answer of %s tells what a short one does', async (format, answer) => {
  const value = await readValue(Buffer.from(JSON.stringify(answer)));
  expect(readFacts(format, readReported(format, value ?? {}))).toEqual(
    readFacts(format, readReported(format, answer as Record<string, unknown>)),
  );
  expect(JSON.stringify(value).length).toBeLessThan(1_000);
});

test('a long error is one, and what is no JSON is nothing', async () => {
  const error = { code: 429, message: 'Quota.' };
  expect(await readValue(Buffer.from(JSON.stringify({ error, text: LONG })))).toEqual({ error });
  expect(await readValue(Buffer.from(`{"text":"${LONG}"`))).toBeUndefined();
  expect(await readValue(Buffer.from(`"${LONG}"`))).toBeUndefined();
});

test('a long answer is read in many turns', async () => {
  let turns = 0;
  const next = () => {
    turns += 1;
    return Promise.resolve();
  };
  const predictions = Array.from({ length: 200_000 }, () => ({ usage: USAGE }));
  const value = await readValue(Buffer.from(JSON.stringify({ predictions })), { next });
  expect(value).toMatchObject({ predictions: { length: 200_000 } });
  expect(turns).toBeGreaterThan(400);
});
