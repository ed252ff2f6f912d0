import { estimateCost, priceInTier } from '../../../src/prediction/estimate-cost.ts';

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

test('tokens of calls that are served elsewhere than at global have a factor, and searches and kept tokens none', () => {
  const price = { ...TOKENS, factorOutsideGlobal: 1.1, perSearch: 0.01, perMillionStoredTokensPerHour: 1 };
  const usage = { inputTokens: 1_000_000, outputTokens: 2_000_000, searches: 2, storedSeconds: 3600 };
  const costIn = (location?: string) => estimateCost(price, true, usage, location);
  expect([costIn('global'), costIn()]).toEqual([6.32, 6.32]);
  expect([costIn('us'), costIn('europe-west4')]).toEqual([6.85, 6.85]);
  expect(estimateCost(TOKENS, true, usage, 'us')).toBe(5.3);
});

test('the factor of locations holds in every service tier and for long contexts', () => {
  const long = { aboveInputTokens: 100, perMillionInputTokens: 2, perMillionOutputTokens: 2 };
  const flex = { perMillionInputTokens: 1, perMillionOutputTokens: 1, longContext: long };
  const entry = { price: { ...TOKENS, factorOutsideGlobal: 1.5 }, serviceTiers: { flex } };
  const price = priceInTier(entry, 'ON_DEMAND_FLEX', undefined);
  expect(price && estimateCost(price, true, { inputTokens: 100 }, 'eu')).toBe(0.00015);
  expect(price && estimateCost(price, true, { inputTokens: 1000 }, 'eu')).toBe(0.003);
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

const VIDEO = { perSecondOfVideo: 0.4, perSecondOfSilentVideo: 0.2 };

test('a price per second is that of the videos that an answered call orders', () => {
  expect(estimateCost(VIDEO, true, { videoSeconds: 8 })).toBe(3.2);
  expect(estimateCost(VIDEO, true, { silentVideoSeconds: 32 })).toBe(6.4);
  expect(estimateCost({ perSecondOfVideo: 0.4 }, true, { silentVideoSeconds: 8 })).toBe(3.2);
  expect(estimateCost(VIDEO, false, { videoSeconds: 8 })).toBeUndefined();
  expect(estimateCost(VIDEO, true, {})).toBeUndefined();
});

const FLASH = { ...TOKENS, perMillionCachedInputTokens: 0.03, perMillionAudioInputTokens: 1 };

test.each([
  [FLASH, { inputTokens: 1000, audioInputTokens: 400 }, 0.00058],
  [FLASH, { inputTokens: 1000, cachedTokens: 500, audioInputTokens: 400, cachedAudioTokens: 100 }, 0.000472],
  [
    { ...FLASH, perMillionCachedAudioInputTokens: 0.1 },
    { inputTokens: 1000, cachedTokens: 500, audioInputTokens: 400, cachedAudioTokens: 100 },
    0.000382,
  ],
  [TOKENS, { inputTokens: 1000, audioInputTokens: 400 }, 0.0003],
  [
    { ...TOKENS, perMillionImageOutputTokens: 30, perMillionAudioOutputTokens: 12 },
    { outputTokens: 1000, imageOutputTokens: 600, audioOutputTokens: 100 },
    0.01995,
  ],
])('at %j, modalities have prices of their own: %j costs %d', (price, usage, cost) => {
  expect(estimateCost(price, true, usage)).toBe(cost);
});

test('a context cache costs its input, and its storage for each hour', () => {
  const price = { ...TOKENS, perMillionStoredTokensPerHour: 1 };
  expect(estimateCost(price, true, { inputTokens: 1_000_000, storedSeconds: 5400 })).toBe(1.8);
  expect(estimateCost(TOKENS, true, { inputTokens: 1_000_000, storedSeconds: 5400 })).toBe(0.3);
});

test('searches cost each, or once for a call, as the price says', () => {
  const usage = { inputTokens: 0, searches: 3 };
  expect(estimateCost({ ...TOKENS, perSearch: 0.01 }, true, usage)).toBe(0.03);
  expect(estimateCost({ ...TOKENS, perGroundedPrompt: 0.035 }, true, usage)).toBe(0.035);
  expect(estimateCost({ ...TOKENS, perGroundedPrompt: 0.035 }, true, { inputTokens: 0 })).toBe(0);
  expect(estimateCost(TOKENS, true, usage)).toBe(0);
});

test('what nothing is known of has no cost', () => {
  expect(estimateCost(TOKENS, true, { instances: 3 })).toBeUndefined();
});

const IN_TIERS = {
  price: { ...TOKENS, perMillionCachedInputTokens: 0.03, perSearch: 0.014 },
  serviceTiers: { flex: { perMillionInputTokens: 0.15, perMillionOutputTokens: 1.25 } },
};

test.each([
  ['ON_DEMAND_FLEX', undefined, 0.15],
  ['ON_DEMAND_FLEX', 'flex', 0.15],
  ['ON_DEMAND', 'flex', 0.3],
  ['PROVISIONED_THROUGHPUT', 'flex', 0.3],
  ['ON_DEMAND_PRIORITY', 'priority', 0.3],
  [undefined, 'flex', 0.15],
  [undefined, undefined, 0.3],
] as const)('served as %s, asked for as %s, a million tokens cost %d', (trafficType, asked, cost) => {
  const price = priceInTier(IN_TIERS, trafficType, asked);
  expect(price && estimateCost(price, true, { inputTokens: 1_000_000 })).toBe(cost);
});

test('a tier has prices of its own for tokens, and those of the entry for searches', () => {
  const price = priceInTier(IN_TIERS, 'ON_DEMAND_FLEX', 'flex');
  expect(price).toEqual({ ...IN_TIERS.serviceTiers.flex, perSearch: 0.014 });
  const usage = { inputTokens: 1000, cachedTokens: 1000, searches: 2 };
  expect(price && estimateCost(price, true, usage)).toBe(0.02815);
});

test('an entry without a price has none in a tier', () => {
  expect(priceInTier({}, 'ON_DEMAND_FLEX', 'flex')).toBeUndefined();
});
