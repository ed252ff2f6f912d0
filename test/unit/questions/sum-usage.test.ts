import type { AuditArchive, UsageFilter, UsageSum } from '@vertex-ai-gateway/audit-ledger/reading';
import type { UsageQuestion } from '../../../src/questions/question.ts';
import { sumUsage, type Usage } from '../../../src/questions/sum-usage.ts';
import { endpointEntry, governanceOf, modelEntry } from '../governance/governance-of.ts';
import { CALLER } from '../prediction/one-call.ts';

const governance = governanceOf({
  entries: [
    endpointEntry({ name: 'iris', alias: 'flowers', endpoint: '42', price: { perCall: 0.1 } }),
    modelEntry({
      name: 'flash',
      alias: 'fast',
      model: 'gemini-3.5-flash',
      price: { perMillionInputTokens: 0.3, perMillionOutputTokens: 2.5 },
    }),
    modelEntry({ name: 'free', model: 'gemma' }),
  ],
  grants: [{ id: 'team', reason: 'Tests.', roles: ['Team'], entries: ['iris', 'flash', 'free'] }],
});
const NO_USE = {
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  instances: 0,
};
const OUTCOMES = { answered: 0, denied: 0, failed: 0, interrupted: 0, aborted: 0 };

function sumOf(changes: Partial<UsageSum>): UsageSum {
  return { calls: 1, outcomes: { ...OUTCOMES, answered: 1 }, ...NO_USE, costInUsd: 0, ...changes };
}

async function usageOf(
  sums: readonly UsageSum[],
  by: UsageQuestion['by'] = 'model',
): Promise<{ usage: Usage; filters: UsageFilter[] }> {
  const filters: UsageFilter[] = [];
  const archive: AuditArchive = {
    listRecords: () => Promise.reject(new Error('not asked')),
    findRecord: () => Promise.reject(new Error('not asked')),
    sumUsage: (filter) => {
      filters.push(filter);
      return Promise.resolve(sums);
    },
  };
  const rooms = { archive, governance, now: () => new Date('2026-01-01T12:00:00Z') };
  const question: UsageQuestion = { operation: 'usage', period: {}, by };
  const usage = await sumUsage(rooms, CALLER, question, new AbortController().signal);
  return { usage, filters };
}

test('the sums of the APIM subscription are asked for, under the names of the catalog', async () => {
  const { usage, filters } = await usageOf([]);
  expect(filters).toEqual([
    {
      subscriptionId: CALLER.subscriptionId,
      period: { from: new Date('2026-01-01'), to: new Date('2026-01-02') },
      by: 'model',
      names: {
        publishers: ['google'],
        models: ['gemini-3.5-flash', 'gemma', 'iris', 'flowers', 'flash', 'fast', 'free'],
        endpoints: ['42', 'iris', 'flowers', 'flash', 'fast', 'free'],
      },
    },
  ]);
  expect(usage).toEqual({
    policyVersion: 'policy-1',
    subscriptionId: CALLER.subscriptionId,
    from: '2026-01-01T00:00:00.000Z',
    to: '2026-01-02T00:00:00.000Z',
    by: 'model',
    usage: [],
    total: { calls: 0, outcomes: OUTCOMES, ...NO_USE },
  });
});

test('usage by finding has a row for each kind, and the total of all calls', async () => {
  const filters: UsageFilter[] = [];
  const archive: AuditArchive = {
    listRecords: () => Promise.reject(new Error('not asked')),
    findRecord: () => Promise.reject(new Error('not asked')),
    sumUsage: (filter) => {
      filters.push(filter);
      return Promise.resolve(
        filter.by === 'model'
          ? [sumOf({ endpoint: '42', calls: 10 })]
          : [
              sumOf({ endpoint: '42', finding: 'jwt', findings: 1 }),
              sumOf({ endpoint: '42', finding: 'email', findings: 3 }),
              sumOf({ model: 'flash', finding: 'email', findings: 2 }),
            ],
      );
    },
  };
  const rooms = { archive, governance, now: () => new Date('2026-01-01T12:00:00Z') };
  const question: UsageQuestion = { operation: 'usage', period: {}, by: 'finding' };
  const usage = await sumUsage(rooms, CALLER, question, new AbortController().signal);
  expect(filters.map(({ by }) => by)).toEqual(['finding', 'model']);
  expect(usage).toMatchObject({
    by: 'finding',
    usage: [
      { finding: 'email', findings: 5, calls: 2 },
      { finding: 'jwt', findings: 1, calls: 1 },
    ],
    total: { calls: 10 },
  });
  expect(usage.total).not.toHaveProperty('findings');
});

test('every name of a catalog entry counts for that entry', async () => {
  const { usage } = await usageOf([
    sumOf({ endpoint: '42' }),
    sumOf({ endpoint: 'flowers' }),
    sumOf({ model: 'iris' }),
    sumOf({ publisher: 'google', model: 'gemini-3.5-flash' }),
    sumOf({ publisher: 'google', model: 'fast' }),
    sumOf({ model: 'fast' }),
  ]);
  expect(usage.usage).toMatchObject([
    { model: 'flash', calls: 3 },
    { model: 'iris', calls: 3 },
  ]);
});

test('calls that named nothing of the catalog stand last, without a model', async () => {
  const { usage } = await usageOf([
    sumOf({ calls: 4, outcomes: { ...OUTCOMES, denied: 4 } }),
    sumOf({ publisher: 'google' }),
    sumOf({ endpoint: '42' }),
  ]);
  expect(usage.usage.map(({ model, calls }) => [model, calls])).toEqual([
    ['iris', 1],
    [undefined, 5],
  ]);
  expect(usage.usage[1]).not.toHaveProperty('model');
});

test('costs are those on record, and none where the catalog has no price', async () => {
  const { usage } = await usageOf([
    sumOf({ endpoint: '42', calls: 5, outcomes: { ...OUTCOMES, answered: 3, denied: 2 }, costInUsd: 0.3 }),
    sumOf({
      model: 'flash',
      inputTokens: 1_000_000,
      outputTokens: 2_000_000,
      totalTokens: 3_000_000,
      cachedTokens: 400_000,
      cacheWriteTokens: 30_000,
      costInUsd: 5.3,
    }),
    sumOf({ model: 'free', inputTokens: 1000, cachedTokens: 100 }),
  ]);
  expect(usage.usage.map((row) => [row.model, row.costInUsd])).toEqual([
    ['flash', 5.3],
    ['free', undefined],
    ['iris', 0.3],
  ]);
  expect(usage.total).toMatchObject({ calls: 7, inputTokens: 1_001_000, costInUsd: 5.6 });
  expect(usage.total).toMatchObject({ cachedTokens: 400_100, cacheWriteTokens: 30_000 });
});

test('days and operations add up their models, with the cost of each', async () => {
  const sums = [
    sumOf({ day: '2026-01-02', operation: 'predict', endpoint: '42', costInUsd: 0.1 }),
    sumOf({ day: '2026-01-01', operation: 'predict', endpoint: '42', costInUsd: 0.1 }),
    sumOf({
      day: '2026-01-01',
      operation: 'generateContent',
      model: 'flash',
      inputTokens: 10,
      costInUsd: 0.000003,
    }),
  ];
  expect((await usageOf(sums, 'day')).usage.usage).toMatchObject([
    { day: '2026-01-01', calls: 2, inputTokens: 10, costInUsd: 0.100003 },
    { day: '2026-01-02', calls: 1, costInUsd: 0.1 },
  ]);
  expect((await usageOf(sums, 'operation')).usage.usage).toMatchObject([
    { operation: 'generateContent', calls: 1 },
    { operation: 'predict', calls: 2, outcomes: { answered: 2 } },
  ]);
});
