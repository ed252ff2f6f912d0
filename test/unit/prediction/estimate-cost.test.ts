import { estimateCost } from '../../../src/prediction/estimate-cost.ts';

const TOKENS = { perMillionInputTokens: 0.3, perMillionOutputTokens: 2.5 };
/** The prices of Claude Sonnet 4.5: https://platform.claude.com/docs/en/about-claude/pricing */
const CLAUDE = {
  perMillionInputTokens: 3,
  perMillionOutputTokens: 15,
  perMillionCachedInputTokens: 0.3,
  perMillionCacheWriteTokens: 3.75,
  perMillionHourCacheWriteTokens: 6,
  longContext: { aboveInputTokens: 200_000, perMillionInputTokens: 6, perMillionOutputTokens: 22.5 },
};

test('a price per call is that of an answered one', () => {
  expect(estimateCost({ perCall: 0.1 }, true, {})).toBe(0.1);
  expect(estimateCost({ perCall: 0.1 }, false, {})).toBeUndefined();
});

test('a price per prediction is that of each image of an answered call', () => {
  expect(estimateCost({ perPrediction: 0.04 }, true, { instances: 4 })).toBe(0.16);
  expect(estimateCost({ perPrediction: 0.04 }, true, {})).toBeUndefined();
  expect(estimateCost({ perPrediction: 0.04 }, false, { instances: 4 })).toBeUndefined();
});

test.each([
  [{ inputTokens: 1_000_000, outputTokens: 2_000_000 }, 5.3],
  [{ inputTokens: 7, outputTokens: 1 }, 0.0000046],
  [{ inputTokens: 7 }, 0.0000021],
  [{ outputTokens: 3 }, 0.0000075],
  [{ inputTokens: 0, outputTokens: 0 }, 0],
])('tokens %j cost %d', (usage, cost) => {
  expect(estimateCost(TOKENS, false, usage)).toBe(cost);
});

test.each([
  [{ inputTokens: 1000, cachedTokens: 1000 }, 0.0003],
  [{ inputTokens: 1000, cacheWriteTokens: 1000 }, 0.00375],
  [{ inputTokens: 1000, cacheWriteTokens: 1000, hourCacheWriteTokens: 1000 }, 0.006],
  [
    {
      inputTokens: 1111,
      outputTokens: 10,
      cachedTokens: 1000,
      cacheWriteTokens: 110,
      hourCacheWriteTokens: 10,
    },
    0.000888,
  ],
])('what is read from or written to a cache has prices of its own: %j costs %d', (usage, cost) => {
  expect(estimateCost(CLAUDE, true, usage)).toBe(cost);
});

test.each([
  [{ inputTokens: 1000, cachedTokens: 1000 }, 0.0003],
  [{ inputTokens: 1000, cacheWriteTokens: 1000 }, 0.000375],
  [{ inputTokens: 1000, cacheWriteTokens: 1000, hourCacheWriteTokens: 400 }, 0.000465],
])('without those prices a cache costs what it costs nowhere more: %j costs %d', (usage, cost) => {
  expect(estimateCost(TOKENS, true, usage)).toBe(cost);
});

test('a call with a long context has other prices for all of its tokens', () => {
  expect(estimateCost(CLAUDE, true, { inputTokens: 200_000, outputTokens: 1000 })).toBe(0.615);
  expect(estimateCost(CLAUDE, true, { inputTokens: 200_001, outputTokens: 1000 })).toBe(1.222506);
  const cached = { inputTokens: 300_000, cachedTokens: 300_000 };
  expect(estimateCost(CLAUDE, true, cached)).toBe(1.8);
});

test('what nothing is known of has no cost', () => {
  expect(estimateCost(TOKENS, true, { instances: 3 })).toBeUndefined();
});
