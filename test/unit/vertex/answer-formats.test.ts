import fc from 'fast-check';
import type { AnswerFacts, AnswerFormat } from '../../../src/prediction/answer.ts';
import { isError, join, readFacts, readReported, type Reported } from '../../../src/vertex/answer-formats.ts';
import type { Json } from '../../../src/vertex/usage-counts.ts';

/** Reads the facts that the values of an answer report together. */
function read(format: AnswerFormat, ...values: object[]): AnswerFacts {
  return readFacts(
    format,
    values.reduce<Reported>(
      (told, value) => join(told, readReported(format, value as Record<string, unknown>)),
      {},
    ),
  );
}

const GEMINI = {
  candidates: [{ content: { parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
  usageMetadata: {
    promptTokenCount: 10,
    candidatesTokenCount: 5,
    totalTokenCount: 22,
    cachedContentTokenCount: 4,
    thoughtsTokenCount: 7,
  },
  modelVersion: 'gemini-3.5-flash',
};

test('Gemini tells tokens, cached and thought ones too, why it ended and which version it is', () => {
  expect(read('gemini', GEMINI)).toEqual({
    usage: { inputTokens: 10, outputTokens: 12, totalTokens: 22, cachedTokens: 4, thinkingTokens: 7 },
    finishReason: 'STOP',
    modelVersion: 'gemini-3.5-flash',
  });
});

test('of several values the last one counts; what it leaves out stays', () => {
  const values = [1, 2, 3].map((tokens) => ({ usageMetadata: { candidatesTokenCount: tokens } }));
  expect(read('gemini', GEMINI, ...values, { candidates: [{}], modelVersion: null })).toMatchObject({
    usage: { inputTokens: 10, outputTokens: 10 },
    finishReason: 'STOP',
    modelVersion: 'gemini-3.5-flash',
  });
});

test('a prompt that is blocked tells why', () => {
  expect(read('gemini', { promptFeedback: { blockReason: 'SAFETY' } })).toEqual({
    usage: {},
    finishReason: 'SAFETY',
  });
});

test('a chat completion tells tokens and why it ended', () => {
  const completion = {
    model: 'google/gemini-3.5-flash',
    choices: [{ finish_reason: 'tool_calls', message: {} }],
    usage: {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 15,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 3 },
    },
  };
  expect(read('openai', completion)).toEqual({
    usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15, cachedTokens: 4, thinkingTokens: 3 },
    finishReason: 'tool_calls',
    modelVersion: 'google/gemini-3.5-flash',
  });
});

test('a Claude message counts what was read from and written to a cache as its input', () => {
  const message = {
    type: 'message',
    model: 'claude-sonnet-5-5',
    stop_reason: 'end_turn',
    content: [{ type: 'tool_use', input: { usage: { input_tokens: 999 }, stop_reason: 'EVIL' } }],
    usage: {
      input_tokens: 10,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 1000,
      output_tokens: 5,
    },
  };
  expect(read('anthropic', message)).toEqual({
    usage: {
      inputTokens: 1110,
      outputTokens: 5,
      totalTokens: 1115,
      cachedTokens: 100,
      cacheWriteTokens: 1000,
    },
    finishReason: 'end_turn',
    modelVersion: 'claude-sonnet-5-5',
  });
});

test('what the end of a Claude stream leaves null stays what its beginning said', () => {
  const message = {
    usage: {
      input_tokens: 10,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 1000,
      cache_creation: { ephemeral_5m_input_tokens: 400, ephemeral_1h_input_tokens: 600 },
    },
  };
  const delta = {
    type: 'message_delta',
    usage: {
      input_tokens: null,
      cache_read_input_tokens: null,
      cache_creation_input_tokens: null,
      output_tokens: 7,
    },
  };
  expect(read('anthropic', { type: 'message_start', message }, delta).usage).toEqual({
    inputTokens: 1110,
    outputTokens: 7,
    totalTokens: 1117,
    cachedTokens: 100,
    cacheWriteTokens: 1000,
    hourCacheWriteTokens: 600,
  });
});

test('results of tools are input of Gemini', () => {
  const usageMetadata = { ...GEMINI.usageMetadata, toolUsePromptTokenCount: 300, totalTokenCount: 322 };
  expect(read('gemini', { ...GEMINI, usageMetadata }).usage).toEqual({
    inputTokens: 310,
    outputTokens: 12,
    totalTokens: 322,
    cachedTokens: 4,
    thinkingTokens: 7,
  });
});

test('predictions are counted, and the tokens of those that tell them summed', () => {
  const embedding = (tokens: number) => ({ embeddings: { statistics: { token_count: tokens } } });
  expect(
    read('predictions', {
      predictions: [embedding(3), embedding(4), 7],
      deployedModelId: '42',
      modelVersionId: '1',
    }),
  ).toEqual({
    usage: { inputTokens: 7, totalTokens: 7, instances: 3 },
    deployedModelId: '42',
    modelVersion: '1',
  });
  expect(read('predictions', { predictions: [1, 2] })).toEqual({ usage: { instances: 2 } });
  expect(read('predictions', {})).toEqual({ usage: { instances: 0 } });
});

const CHAT = {
  model: 'mistral-small-2503',
  choices: [{ finish_reason: 'stop', message: {} }],
  usage: { prompt_tokens: 1000, completion_tokens: 500 },
};
const CHAT_FACTS = {
  usage: { inputTokens: 1000, outputTokens: 500, totalTokens: 1500 },
  finishReason: 'stop',
  modelVersion: 'mistral-small-2503',
};

test.each([{ predictions: CHAT }, { predictions: [CHAT] }])(
  'a prediction that is a chat completion tells its tokens: %j',
  (answer) => {
    expect(read('predictions', answer).usage).toEqual({ ...CHAT_FACTS.usage, instances: 1 });
  },
);

test('the tokens of several chat completions are summed', () => {
  const usage = { prompt_tokens: 1, total_tokens: 3, prompt_tokens_details: { cached_tokens: 1 } };
  expect(read('predictions', { predictions: [CHAT, { usage }, 'text'] }).usage).toEqual({
    inputTokens: 1001,
    outputTokens: 502,
    totalTokens: 1503,
    cachedTokens: 1,
    instances: 3,
  });
});

test.each([
  [CHAT, CHAT_FACTS],
  [GEMINI, read('gemini', GEMINI)],
  [{ usageMetadata: { totalTokenCount: 9 } }, { usage: { inputTokens: 9, totalTokens: 9 } }],
  [
    { type: 'message', stop_reason: 'end_turn', usage: { input_tokens: 3, cache_read_input_tokens: 4 } },
    { usage: { inputTokens: 7, totalTokens: 7, cachedTokens: 4 }, finishReason: 'end_turn' },
  ],
  // The source is https://platform.openai.com/docs/api-reference/embeddings
  [
    { object: 'list', data: [], usage: { prompt_tokens: 8, total_tokens: 8 } },
    { usage: { inputTokens: 8, totalTokens: 8 } },
  ],
  [
    {
      object: 'response',
      usage: {
        input_tokens: 8,
        input_tokens_details: { cached_tokens: 2 },
        output_tokens: 4,
        output_tokens_details: { reasoning_tokens: 3 },
        total_tokens: 12,
      },
    },
    { usage: { inputTokens: 8, outputTokens: 4, totalTokens: 12, cachedTokens: 2, thinkingTokens: 3 } },
  ],
  [{ predictions: [1, 2] }, { usage: { instances: 2 } }],
  [{ outputs: [1], usages: 7 }, { usage: {} }],
])('an answer is read by its shape: %j', (answer, facts) => {
  expect(read('shaped', answer)).toEqual(facts);
});

test('of what is opaque nothing is known', () => {
  expect(read('opaque', GEMINI)).toEqual({ usage: {} });
});

test.each(['gemini', 'openai', 'anthropic'] as const)(
  'an answer of %s that tells nothing has no facts',
  (format) => {
    for (const value of [{}, { usage: null }, { candidates: 'x', choices: {} }, { type: 'message' }])
      expect(read(format, value)).toEqual({ usage: {} });
  },
);

test.each([-1, 1.5, '7', Infinity, 100_000_001, {}, true])('%j is no count', (value) => {
  const unknown = { usage: {}, isUsageDoubtful: true };
  expect(read('gemini', { usageMetadata: { promptTokenCount: value } })).toEqual(unknown);
  expect(read('openai', { usage: { prompt_tokens: value } })).toEqual(unknown);
  expect(read('shaped', { usage: { prompt_tokens: value, total_tokens: value } })).toEqual(unknown);
  expect(read('anthropic', { type: 'message', usage: { output_tokens: value } })).toEqual(unknown);
  const predictions = [
    { usage: { prompt_tokens: value } },
    CHAT,
    { embeddings: { statistics: { token_count: value } } },
  ];
  expect(read('predictions', { predictions })).toEqual({
    usage: { ...CHAT_FACTS.usage, instances: 3 },
    isUsageDoubtful: true,
  });
});

test('a count that can’t be does not take the place of one that was told before, and leaves a doubt', () => {
  const values = [
    { usage: { prompt_tokens: 3, completion_tokens: 4 } },
    { usage: { completion_tokens: 2 ** 40 } },
  ];
  expect(read('shaped', ...values)).toEqual({
    usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7 },
    isUsageDoubtful: true,
  });
});

test.each(['<script>', '', 'two words', 'a\nb', 'x'.repeat(129), 7, {}])(
  '%j is no word for a record',
  (word) => {
    expect(read('gemini', { candidates: [{ finishReason: word }], modelVersion: word })).toEqual({
      usage: {},
    });
    expect(read('openai', { choices: [{ finish_reason: word }], model: word })).toEqual({ usage: {} });
  },
);

test('nothing but a member at its own place tells anything', () => {
  const members = [
    'usageMetadata',
    'finishReason',
    'modelVersion',
    'usage',
    'finish_reason',
    'model',
    'type',
    'error',
  ];
  const posing = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.integer({ min: 0 }),
      fc.constantFrom('EVIL', 'message'),
      tie('object'),
    ),
    object: fc.dictionary(fc.constantFrom(...members), tie('value')),
  })).value;
  fc.assert(
    fc.property(posing, (value) => {
      const parts = [{ functionCall: { name: 'f', args: value } }, { text: JSON.stringify(value) }];
      const [candidate] = GEMINI.candidates;
      const answer = { ...GEMINI, candidates: [{ ...candidate, content: { parts } }], extra: value };
      expect(read('gemini', answer)).toEqual(read('gemini', GEMINI));
      expect(isError(answer)).toBe(false);
    }),
  );
});

test('an error is found in the words of Google, OpenAI, Anthropic and containers, also as the one of a list', () => {
  const quota = { error: { code: 429 } };
  const overloaded = { type: 'error', error: { type: 'overloaded_error' } };
  for (const value of [quota, overloaded, { error: 'text' }, [quota] as unknown as Json])
    expect(isError(value)).toBe(true);
  for (const value of [{}, { error: null }, { candidates: [{ error: {} }] }, [] as unknown as Json])
    expect(isError(value)).toBe(false);
});

test('however many predictions there are, they are counted and those that tell tokens summed', () => {
  const predictions = Array.from({ length: 300_000 }, (_, index) => (index % 2 ? [index] : CHAT));
  expect(read('predictions', { predictions }).usage).toMatchObject({ instances: 300_000 });
});

test('usage in the words of one shape is not counted as another’s', () => {
  const posed = { usage: { inputTokens: -1e15, totalTokens: '7', outputTokens: 1.5 }, choices: [] };
  expect(read('shaped', posed, { predictions: [[1]] })).toEqual({
    usage: { instances: 1 },
    isUsageDoubtful: true,
  });
  expect(read('shaped', { predictions: [[1]] }, posed)).toEqual({ usage: {}, isUsageDoubtful: true });
});

test('members that nobody counts are not kept from event to event', () => {
  const one = (index: number) =>
    readReported('shaped', { usage: { [`other${index}`]: 1, prompt_tokens: index } });
  const told = Array.from({ length: 1000 }, (_, index) => one(index)).reduce<Reported>(join, {});
  expect(told.usage).toEqual({ prompt_tokens: 999 });
});
