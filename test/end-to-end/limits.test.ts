import { today } from './days.ts';
import { modelPath } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

/** The limits of the product sandbox, in governance/limits.yaml. */
const CONCURRENT_STREAMS = 10;
const TOKENS_PER_MINUTE = 100_000;
const TOKENS_PER_DAY = 2_000_000;

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
});

afterAll(() => observed.stop());

function ask(verb: Parameters<typeof modelPath>[0]): Promise<Answer> {
  return observed.call({
    application: 'sandbox-app',
    path: modelPath(verb),
    body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Quokkas smile.' }] }] }),
  });
}

test('one stream more than the product allows at once is refused; it is served when the others have ended', async () => {
  await observed.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 300 });
  const answers = await Promise.all(
    Array.from({ length: CONCURRENT_STREAMS + 1 }, () => ask('streamGenerateContent?alt=sse')),
  );
  const [refused, ...others] = answers.filter(({ status }) => status !== 200);
  expect(others).toEqual([]);
  expect(refused?.status).toBe(429);
  expect(JSON.parse(refused?.text ?? '')).toMatchObject({
    title: 'Too many open streams',
    detail:
      'Your APIM subscription may have 10 streams open at once on the product sandbox. Try again when one of them has ended.',
    error: { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{ reason: 'STREAMS_EXHAUSTED' }] },
  });
  expect(refused?.headers).toMatchObject({
    'x-ratelimit-limit-streams': String(CONCURRENT_STREAMS),
    'x-ratelimit-remaining-streams': '0',
  });
  if (refused)
    observed.whenRecorded(refused, { outcome: 'denied', code: 'STREAMS_EXHAUSTED', status: '429' });
  expect(await observed.chain.requests('vertex-ai')).toHaveLength(CONCURRENT_STREAMS);
  await observed.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs: 2 });
  expect((await ask('streamGenerateContent?alt=sse')).status).toBe(200);
});

/** The answers to a stream that takes the tokens of a day, and to the calls after it. */
interface SpentDay {
  readonly last: Answer;
  readonly refused: readonly Answer[];
}

/** Spends the tokens of a day. When the day ends meanwhile, those of the next day are spent instead. */
async function spendDay(): Promise<SpentDay> {
  const day = today();
  const usageMetadata = { promptTokenCount: 1, totalTokenCount: TOKENS_PER_DAY };
  await observed.chain.inject('vertex-ai', {
    path: ':streamGenerateContent',
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: `data: ${JSON.stringify({ candidates: [{ finishReason: 'STOP' }], usageMetadata })}\n\n`,
  });
  const last = await ask('streamGenerateContent?alt=sse');
  const refused = [await ask('generateContent'), await ask('streamGenerateContent?alt=sse')];
  if (today() === day) return { last, refused };
  // The function app counts for as long as it runs.
  await observed.chain.restartFunctionApp();
  return spendDay();
}

test('a stream that takes the tokens of a day is the last of that day', async () => {
  const { last, refused } = await spendDay();
  expect(last.status).toBe(200);
  observed.whenRecorded(last, { outcome: 'answered', totalTokens: TOKENS_PER_DAY });
  expect(refused).toHaveLength(2);
  for (const answer of refused) {
    expect([answer.status, answer.text]).toEqual([429, expect.stringContaining('"TOKENS_EXHAUSTED"')]);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.headers).toMatchObject({
      'x-ratelimit-limit-tokens': String(TOKENS_PER_DAY),
      'x-ratelimit-remaining-tokens': '0',
    });
    observed.whenRecorded(answer, { outcome: 'denied', code: 'TOKENS_EXHAUSTED', decision: 'allow' });
  }
  // The function app counts for as long as it runs.
  await observed.chain.restartFunctionApp();
});

test('an answer that takes the tokens of a minute is the last of that minute', async () => {
  const usageMetadata = { promptTokenCount: 1, totalTokenCount: TOKENS_PER_MINUTE };
  await observed.chain.inject('vertex-ai', {
    path: ':generateContent',
    status: 200,
    body: JSON.stringify({ candidates: [], usageMetadata }),
  });
  const last = await ask('generateContent');
  expect(last.status).toBe(200);
  expect(last.headers).not.toHaveProperty('x-gateway-total-tokens');
  observed.whenRecorded(last, { outcome: 'answered', totalTokens: TOKENS_PER_MINUTE });
  const refused = await ask('generateContent');
  expect([refused.status, refused.text]).toEqual([429, expect.stringContaining('"RATE_LIMITED"')]);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(refused.headers).toMatchObject({
    'x-ratelimit-limit-tokens': String(TOKENS_PER_MINUTE),
    'x-ratelimit-remaining-tokens': '0',
  });
  observed.whenRecorded(refused, {
    outcome: 'denied',
    code: 'RATE_LIMITED',
    rule: 'edge/rate-limit-by-key',
    productId: 'sandbox',
  });
});

test('every call has exactly one audit record', async () => {
  await observed.expectAllOnRecord(['quokkas']);
});
