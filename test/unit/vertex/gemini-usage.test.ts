import { readFacts, readReported } from '../../../src/vertex/answer-formats.ts';
import type { Json } from '../../../src/vertex/usage-counts.ts';

const read = (answer: Json) => readFacts('gemini', readReported('gemini', answer));

const COUNTS = { promptTokenCount: 100, candidatesTokenCount: 50, totalTokenCount: 150 };

test('the modalities with prices of their own are counted', () => {
  const usageMetadata = {
    ...COUNTS,
    cachedContentTokenCount: 40,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: 20 },
      { modality: 'AUDIO', tokenCount: 50 },
      { modality: 'AUDIO', tokenCount: 20 },
      { modality: 'VIDEO', tokenCount: 10 },
    ],
    cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 30 }],
    candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 45 }, { modality: 'TEXT', tokenCount: 5 }, {}],
  };
  expect(read({ usageMetadata }).usage).toEqual({
    inputTokens: 100,
    outputTokens: 50,
    totalTokens: 150,
    cachedTokens: 40,
    audioInputTokens: 70,
    cachedAudioTokens: 30,
    imageOutputTokens: 45,
  });
});

test('searches are the queries of all candidates', () => {
  const grounded = (...webSearchQueries: string[]) => ({ groundingMetadata: { webSearchQueries } });
  const candidates = [grounded('one', 'two'), grounded('three'), { groundingMetadata: {} }, {}];
  expect(read({ usageMetadata: COUNTS, candidates }).usage).toMatchObject({ searches: 3 });
  expect(read({ usageMetadata: COUNTS, candidates: [grounded()] }).usage).not.toHaveProperty('searches');
});

test('a new context cache is kept for as long as it says', () => {
  const cache = {
    usageMetadata: { totalTokenCount: 1000 },
    createTime: '2026-01-01T10:00:00.5Z',
    expireTime: '2026-01-01T12:00:00.25Z',
  };
  expect(read(cache).usage).toEqual({ inputTokens: 1000, totalTokens: 1000, storedSeconds: 7200 });
  for (const expireTime of [undefined, 7, 'soon', '2025-01-01T10:00:00Z'])
    expect(read({ ...cache, expireTime }).usage).not.toHaveProperty('storedSeconds');
});

test.each([[7], ['many'], [[3]]])('%j in place of a usage leaves it in doubt', (usageMetadata) => {
  expect(read({ usageMetadata })).toMatchObject({ usage: {}, isUsageDoubtful: true });
});

test('counts of a modality that cannot be leave the usage in doubt', () => {
  const promptTokensDetails = [{ modality: 'AUDIO', tokenCount: -7 }];
  expect(read({ usageMetadata: { ...COUNTS, promptTokensDetails } })).toMatchObject({
    isUsageDoubtful: true,
    usage: { inputTokens: 100 },
  });
});

test('a total that is more than its parts is in doubt', () => {
  expect(read({ usageMetadata: { ...COUNTS, totalTokenCount: 200 } })).toEqual({
    usage: { inputTokens: 100, outputTokens: 50, totalTokens: 200 },
    isUsageDoubtful: true,
  });
  expect(read({ usageMetadata: COUNTS })).not.toHaveProperty('isUsageDoubtful');
});

test('an image that was filtered out is no prediction that was made', () => {
  const image = { mimeType: 'image/png', bytesBase64Encoded: 'AA==' };
  const predictions = [image, { raiFilteredReason: 'It is filtered.' }, image, image];
  expect(readFacts('predictions', readReported('predictions', { predictions })).usage).toEqual({
    instances: 3,
  });
});
