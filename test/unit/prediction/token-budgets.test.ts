import type { AuthorizedCall } from '../../../src/governance/decide.ts';
import { Limits } from '../../../src/governance/documents.ts';
import { createSchemaCompiler } from '../../../src/governance/compile-schemas.ts';
import { createGovernance, type Governance } from '../../../src/governance/governance.ts';
import type { Caller } from '../../../src/prediction/caller.ts';
import type { Prediction } from '../../../src/prediction/prediction.ts';
import { createTokenBudgets } from '../../../src/prediction/caller-limits.ts';
import { governanceOf, modelEntry } from '../governance/governance-of.ts';
import { thrownBy } from '../thrown-by.ts';
import { CALLER, oneCall, stream, STREAMED } from './one-call.ts';

const PRODUCT = { displayName: 'Production', description: 'Tests.', environment: 'production' } as const;

function governanceWith(limits: Partial<Limits>): Governance {
  const { documents, policyVersion } = governanceOf({
    entries: [modelEntry(), modelEntry({ name: 'pro', model: 'gemini-3.1-pro-preview' })],
    grants: [{ id: 'team', reason: 'Tests.', roles: ['Team'], entries: ['flash', 'pro'] }],
  });
  return createGovernance(
    { ...documents, limits: Limits.parse({ products: [], ...limits }) },
    policyVersion,
    createSchemaCompiler(),
  );
}

function callOf(governance: Governance, model: string): AuthorizedCall<Prediction> {
  const decision = governance.decide(CALLER, {
    ...STREAMED,
    operation: 'streamGenerateContent',
    resource: { kind: 'model', publisher: 'google', model },
  });
  if (!decision.allowed) throw new Error(decision.reason);
  return decision.call;
}

/** Makes a clock, and a function that admits calls under these limits at the clock's time. */
function budgetsUnder(limits: Partial<Limits>) {
  const governance = governanceWith(limits);
  const clock = { time: Date.UTC(2026, 0, 1, 12, 0, 45) };
  const budgets = createTokenBudgets(governance, () => new Date(clock.time));
  const admit = (model = 'gemini-3.5-flash', caller: Partial<Caller> = {}) =>
    budgets.admit({ ...CALLER, ...caller }, callOf(governance, model));
  return { clock, admit };
}

test('a call begins while the budget of the minute is not used up, and again in the next minute', () => {
  const { clock, admit } = budgetsUnder({
    products: [{ ...PRODUCT, id: 'production', tokensPerMinute: 100 }],
  });
  admit()(99);
  admit()(1);
  expect(thrownBy(admit)).toMatchObject({
    code: 'TOKENS_EXHAUSTED',
    message:
      'Your APIM subscription may use 100 tokens a minute on the product production, and has used them. Wait for as long as the header Retry-After says.',
    retryAfterInMs: 15_000,
    facts: { status: 429, canonical: 'RESOURCE_EXHAUSTED', retryable: true },
  });
  clock.time += 15_000;
  admit()(100);
  expect(thrownBy(admit)).toMatchObject({ retryAfterInMs: 60_000 });
});

test('the budget of a day lasts until midnight in UTC', () => {
  const { clock, admit } = budgetsUnder({ roles: [{ role: 'Team', tokensPerDay: 100 }] });
  admit()(100);
  clock.time += 60_000;
  expect(thrownBy(admit)).toMatchObject({
    message: expect.stringContaining('100 tokens a day with the role Team') as string,
    retryAfterInMs: (11 * 3600 + 58 * 60 + 15) * 1000,
  });
  clock.time = Date.UTC(2026, 0, 2);
  admit();
});

test('of several budgets that are used up the one that comes back last is told', () => {
  const { admit } = budgetsUnder({
    products: [{ ...PRODUCT, id: 'production', tokensPerMinute: 10, tokensPerDay: 100 }],
  });
  admit()(10);
  expect(thrownBy(admit)).toMatchObject({ spent: { limit: 10 }, retryAfterInMs: 15_000 });
  const { admit: again } = budgetsUnder({
    products: [{ ...PRODUCT, id: 'production', tokensPerMinute: 10, tokensPerDay: 100 }],
  });
  again()(100);
  expect(thrownBy(again)).toMatchObject({
    message: expect.stringContaining('100 tokens a day') as string,
    spent: { what: 'tokens', limit: 100 },
    retryAfterInMs: (11 * 3600 + 59 * 60 + 15) * 1000,
  });
});

test('tokens count when they are known, in the period in which that is', () => {
  const { clock, admit } = budgetsUnder({
    products: [{ ...PRODUCT, id: 'production', tokensPerMinute: 100 }],
  });
  const first = admit();
  const second = admit();
  clock.time += 60_000;
  first(100);
  expect(thrownBy(admit)).toMatchObject({ code: 'TOKENS_EXHAUSTED' });
  second(0);
});

test('subscriptions and entries have budgets of their own', () => {
  const { admit } = budgetsUnder({ entries: [{ entry: 'pro', tokensPerMinute: 100 }] });
  admit('gemini-3.1-pro-preview')(100);
  expect(thrownBy(() => admit('gemini-3.1-pro-preview'))).toMatchObject({
    message: expect.stringContaining('tokens a minute of pro') as string,
  });
  admit('gemini-3.5-flash');
  admit('gemini-3.1-pro-preview', { subscriptionId: 'another-team' });
});

test('what a stream has used is counted, also of one that breaks', async () => {
  const governance = governanceWith({ products: [{ ...PRODUCT, id: 'production', tokensPerMinute: 100 }] });
  const facts = () => ({ usage: { totalTokens: 100 } });
  const { records, reply, run } = oneCall({
    governance,
    readPrediction: () => callOf(governance, 'gemini-3.5-flash').target,
    vertex: {
      predict: () => Promise.resolve({ ...stream(['data: 1\n\n', new Error('broken')]), facts }),
    },
  });
  await run();
  await run();
  expect(records).toMatchObject([
    { outcome: 'interrupted' },
    { outcome: 'denied', code: 'TOKENS_EXHAUSTED', status: 429 },
  ]);
  expect(reply.headers).toMatchObject({
    'retry-after': '60',
    'retry-after-ms': '60000',
    'x-ratelimit-limit-tokens': '100',
    'x-ratelimit-remaining-tokens': '0',
  });
});

test('what a stream has told until its caller leaves is on record, and counted', async () => {
  const governance = governanceWith({ products: [{ ...PRODUCT, id: 'production', tokensPerMinute: 100 }] });
  const usage = { inputTokens: 90, outputTokens: 10, totalTokens: 100 };
  const { records, reply, run } = oneCall({
    governance,
    readPrediction: () => callOf(governance, 'gemini-3.5-flash').target,
    vertex: {
      predict: () => Promise.resolve({ ...stream(['data: 1\n\n', 'data: 2\n\n']), facts: () => ({ usage }) }),
    },
  });
  reply.take = () => Promise.resolve(false);
  await run();
  await run();
  expect(records).toMatchObject([
    { outcome: 'aborted', code: 'CALLER_GONE', facts: { usage } },
    { outcome: 'denied', code: 'TOKENS_EXHAUSTED' },
  ]);
});
