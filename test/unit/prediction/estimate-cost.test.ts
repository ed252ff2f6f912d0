import { estimateCost } from '../../../src/prediction/estimate-cost.ts';

const TOKENS = { perMillionInputTokens: 0.3, perMillionOutputTokens: 2.5 };

test('a price per call is that of an answered one', () => {
  expect(estimateCost({ perCall: 0.1 }, 'answered', {})).toBe(0.1);
  for (const outcome of ['denied', 'failed', 'interrupted', 'aborted'] as const)
    expect(estimateCost({ perCall: 0.1 }, outcome, {})).toBeUndefined();
});

test.each([
  [{ inputTokens: 1_000_000, outputTokens: 2_000_000 }, 5.3],
  [{ inputTokens: 7, outputTokens: 1 }, 0.0000046],
  [{ inputTokens: 7 }, 0.0000021],
  [{ outputTokens: 3 }, 0.0000075],
  [{ inputTokens: 0, outputTokens: 0 }, 0],
])('tokens %j cost %d', (usage, cost) => {
  expect(estimateCost(TOKENS, 'interrupted', usage)).toBe(cost);
});

test('what nothing is known of has no cost', () => {
  expect(estimateCost(TOKENS, 'answered', { instances: 3 })).toBeUndefined();
});
