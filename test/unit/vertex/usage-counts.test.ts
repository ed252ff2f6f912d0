import fc from 'fast-check';
import {
  addCounts,
  countGemini,
  countMessages,
  countUsage,
  type Counts,
  hasUnknownRest,
  type Json,
  MAXIMUM_COUNT,
  readUsage,
  toUsage,
} from '../../../src/vertex/usage-counts.ts';

/** The members of a usage that hold further counts. */
const NESTED = /details$|^cache_creation$|^server_tool_use$/;

const KINDS: readonly ((usage: Json) => Counts)[] = [countGemini, countUsage, countMessages];

test('all that is in the total alone was put out by the model of a chat', () => {
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 95 };
  expect(countUsage(usage)).toMatchObject({ inputTokens: 10, outputTokens: 85, totalTokens: 95 });
  expect(countUsage({ prompt_tokens: 10, total_tokens: 95 })).toMatchObject({ outputTokens: 85 });
});

test('what is told in total alone went in', () => {
  expect(toUsage(countGemini({ totalTokenCount: 7 }))).toEqual({ inputTokens: 7, totalTokens: 7 });
  expect(toUsage(countUsage({ total_tokens: 7 }))).toEqual({ inputTokens: 7, totalTokens: 7 });
});

test('a total that is left out, or less than its parts, is their sum', () => {
  expect(toUsage({ inputTokens: 3, outputTokens: 4 })).toMatchObject({ totalTokens: 7 });
  expect(toUsage({ inputTokens: 3, outputTokens: 4, totalTokens: 0 })).toMatchObject({ totalTokens: 7 });
  expect(toUsage({ inputTokens: 3, outputTokens: 4, totalTokens: 9 })).toMatchObject({ totalTokens: 9 });
});

test('writes to a cache are those that were told together, or those of each time to live', () => {
  const cache_creation = { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 };
  expect(countMessages({ input_tokens: 1, cache_creation })).toMatchObject({
    inputTokens: 8,
    cacheWriteTokens: 7,
    hourCacheWriteTokens: 4,
  });
});

test('a usage in two kinds of words is a chat’s, whose input is all of it', () => {
  const usage = { prompt_tokens: 10, completion_tokens: 1, input_tokens: 10, cache_read_input_tokens: 8 };
  expect(toUsage(countUsage(usage))).toEqual({ inputTokens: 10, outputTokens: 1, totalTokens: 11 });
});

test('what adds up to more than can be is not known, and in doubt', () => {
  const all = [{ inputTokens: MAXIMUM_COUNT }, { inputTokens: 1, outputTokens: 2 }];
  expect(readUsage(addCounts(all))).toEqual({ usage: { outputTokens: 2 }, isDoubtful: true });
});

test.each([-1, 0.5, 1e308, 2 ** 31, 2 ** 53, MAXIMUM_COUNT + 1, '7', true, [], {}, Infinity, NaN])(
  'where a count belongs, %p leaves the usage in doubt',
  (value) => {
    for (const name of ['promptTokenCount', 'prompt_tokens', 'output_tokens', 'instances'])
      expect(readUsage({ total_tokens: 3, [name]: value })).toEqual({
        usage: { total_tokens: 3 },
        isDoubtful: true,
      });
    expect(readUsage({ prompt_tokens_details: { cached_tokens: value } })).toEqual({
      usage: { prompt_tokens_details: {} },
      isDoubtful: true,
    });
  },
);

test.each(['many', 7, [3], true])('%p in place of a usage leaves it in doubt', (value) => {
  expect(readUsage(value)).toEqual({ usage: {}, isDoubtful: true });
  expect(readUsage({ cache_creation: value })).toMatchObject({ isDoubtful: true });
});

test('what is not told, or told of what nobody counts, leaves nothing in doubt', () => {
  expect(readUsage(undefined)).toEqual({ usage: {}, isDoubtful: false });
  expect(readUsage(null)).toEqual({ usage: {}, isDoubtful: false });
  const usage = { input_tokens: null, cost: 0.01, service_tier: 'standard', output_tokens: 7 };
  expect(readUsage(usage)).toEqual({ usage: { output_tokens: 7 }, isDoubtful: false });
});

test('whatever a container tells, counts are whole, bounded and agree', () => {
  const number = fc.oneof(
    fc.integer({ min: 0, max: 2000 }),
    fc.constantFrom(-1, 0.5, 1e308, Infinity, NaN, MAXIMUM_COUNT, Number.MAX_SAFE_INTEGER, 2 ** 31),
    fc.constantFrom('7', null, true, [], {}),
  );
  const names = [
    ...['promptTokenCount', 'candidatesTokenCount', 'thoughtsTokenCount', 'toolUsePromptTokenCount'],
    ...['totalTokenCount', 'cachedContentTokenCount', 'prompt_tokens', 'completion_tokens', 'total_tokens'],
    ...['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'],
  ];
  const details = fc.dictionary(
    fc.constantFrom('cached_tokens', 'reasoning_tokens', 'ephemeral_1h_input_tokens', 'thinking_tokens'),
    number,
  );
  const usages = fc
    .tuple(fc.dictionary(fc.constantFrom(...names), number), details)
    .map(([counts, parts]) => ({
      ...counts,
      cache_creation: parts,
      prompt_tokens_details: parts,
      completion_tokens_details: parts,
      output_tokens_details: parts,
    }));
  fc.assert(
    fc.property(usages, fc.constantFrom(...KINDS), (told, countKind) => {
      const usage = toUsage(countKind(readUsage(told).usage));
      const { inputTokens: input = 0, outputTokens: output = 0, totalTokens: total = 0 } = usage;
      for (const value of Object.values(usage) as number[]) {
        expect(Number.isInteger(value) && value >= 0).toBe(true);
        // The edge counts tokens in 32 bits.
        expect(value).toBeLessThan(2 ** 31);
      }
      expect(total).toBeGreaterThanOrEqual(input + output);
      expect((usage.cachedTokens ?? 0) + (usage.cacheWriteTokens ?? 0)).toBeLessThanOrEqual(input);
      expect(usage.hourCacheWriteTokens ?? 0).toBeLessThanOrEqual(usage.cacheWriteTokens ?? 0);
      expect(usage.thinkingTokens ?? 0).toBeLessThanOrEqual(output);
    }),
    { numRuns: 500 },
  );
});

test('each count of the three kinds is among the members that are kept', () => {
  const asked: (readonly string[])[] = [];
  const spy = (path: readonly string[], has: readonly string[] = []): Json =>
    new Proxy<Json>(
      {},
      {
        get: (_, name) => {
          asked.push([...path, String(name)]);
          return NESTED.test(String(name)) ? spy([...path, String(name)]) : undefined;
        },
        has: (_, name) => has.includes(String(name)),
      },
    );
  for (const read of [countGemini, countMessages]) read(spy([]));
  countUsage(spy([]));
  countUsage(spy([], ['input_tokens']));
  const counts = asked.filter((path) => !NESTED.test(path.at(-1) ?? ''));
  for (const path of counts) {
    const told = path.reduceRight<unknown>((value, name) => ({ [name]: value }), 1);
    expect(readUsage(told)).toEqual({ usage: told, isDoubtful: false });
  }
  expect(counts.length).toBeGreaterThan(10);
});

test('results of tools are in the total, so that they are not added to what is left of it', () => {
  const usage = { toolUsePromptTokenCount: 10, candidatesTokenCount: 20, totalTokenCount: 100 };
  expect(toUsage(countGemini(usage))).toEqual({ inputTokens: 80, outputTokens: 20, totalTokens: 100 });
});

const tokens = fc.nat({ max: 100_000 });
const maybe = fc.option(tokens, { nil: undefined });

/** Leaves out the members that are not told. */
function told(usage: Json): Json {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined));
}

function partsOf({ inputTokens = 0, outputTokens = 0 }: Counts): number {
  return inputTokens + outputTokens;
}

// https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#UsageMetadata
test('the parts of a usage of Gemini add up to Google’s total', () => {
  const usages = fc.record({ prompt: tokens, candidates: maybe, thoughts: maybe, toolUse: maybe });
  fc.assert(
    fc.property(usages, ({ prompt, candidates, thoughts, toolUse }) => {
      const total = prompt + (candidates ?? 0) + (thoughts ?? 0) + (toolUse ?? 0);
      const usage = toUsage(
        countGemini(
          told({
            promptTokenCount: prompt,
            candidatesTokenCount: candidates,
            thoughtsTokenCount: thoughts,
            toolUsePromptTokenCount: toolUse,
            totalTokenCount: total,
          }),
        ),
      );
      expect([partsOf(usage), usage.totalTokens]).toEqual([total, total]);
      expect(usage.inputTokens).toBe(prompt + (toolUse ?? 0));
      expect(hasUnknownRest(usage)).toBe(false);
    }),
  );
});

test('whatever is left out or wrong, the parts of a usage of Gemini add up to its total, or are said to be incomplete', () => {
  const usages = fc.record({
    promptTokenCount: maybe,
    candidatesTokenCount: maybe,
    thoughtsTokenCount: maybe,
    toolUsePromptTokenCount: maybe,
    totalTokenCount: tokens,
  });
  fc.assert(
    fc.property(usages, (reported) => {
      const usage = toUsage(countGemini(told(reported)));
      expect(partsOf(usage) === usage.totalTokens || hasUnknownRest(usage)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('what Gemini put out is the rest of the total when it is not told', () => {
  const usage = { promptTokenCount: 10, thoughtsTokenCount: 32, totalTokenCount: 96 };
  expect(toUsage(countGemini(usage))).toEqual({
    inputTokens: 10,
    outputTokens: 86,
    totalTokens: 96,
    thinkingTokens: 32,
  });
});

// https://cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview
test('the parts of a chat add up to its total, whether or not the completion has the thoughts', () => {
  const usages = fc.record({ prompt: tokens, completion: tokens, reasoning: tokens, isApart: fc.boolean() });
  fc.assert(
    fc.property(usages, ({ prompt, completion, reasoning, isApart }) => {
      const total = prompt + completion + (isApart ? reasoning : 0);
      const usage = toUsage(
        countUsage({
          prompt_tokens: prompt,
          completion_tokens: completion,
          total_tokens: total,
          completion_tokens_details: { reasoning_tokens: reasoning },
        }),
      );
      expect([partsOf(usage), usage.totalTokens]).toEqual([total, total]);
      expect(usage.inputTokens).toBe(prompt);
    }),
  );
});

// https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
test('the input of a message is what is fresh, read from and written to a cache', () => {
  const usages = fc.record({ fresh: tokens, read: maybe, written: maybe, output: tokens });
  fc.assert(
    fc.property(usages, ({ fresh, read, written, output }) => {
      const usage = toUsage(
        countMessages(
          told({
            input_tokens: fresh,
            cache_read_input_tokens: read,
            cache_creation_input_tokens: written,
            output_tokens: output,
          }),
        ),
      );
      const input = fresh + (read ?? 0) + (written ?? 0);
      expect(usage).toMatchObject({ inputTokens: input, totalTokens: input + output });
      expect(partsOf(usage)).toBe(usage.totalTokens);
    }),
  );
});

test.each([
  [{ inputTokens: 3, outputTokens: 4, totalTokens: 9 }, true],
  [{ inputTokens: 3, outputTokens: 4, totalTokens: 7 }, false],
  [{ inputTokens: 3, totalTokens: 9 }, false],
  [{}, false],
])('%j has a rest that nobody knows: %s', (usage, hasRest) => {
  expect(hasUnknownRest(usage)).toBe(hasRest);
});
