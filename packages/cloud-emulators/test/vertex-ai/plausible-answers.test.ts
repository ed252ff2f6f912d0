import { MODEL, startForTests, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const SCHEMA = {
  type: 'object',
  properties: { age: { type: 'integer', minimum: 18 }, born: { type: 'string', format: 'date' } },
  required: ['age', 'born'],
};
const EXAMPLE = { age: 18, born: '2026-01-02' };
const WEATHER = { name: 'get_weather', description: 'The weather.' };
let vertex: VertexAiForTests;

interface Part {
  readonly text?: string;
  readonly functionCall?: { readonly name: string };
}

interface Candidate {
  readonly index?: number;
  readonly content: { readonly parts: readonly Part[] };
  readonly avgLogprobs?: number;
  readonly logprobsResult?: {
    readonly chosenCandidates: readonly Likely[];
    readonly topCandidates: readonly { readonly candidates: readonly Likely[] }[];
  };
  readonly groundingMetadata?: Record<string, unknown> & {
    readonly groundingSupports: readonly { readonly segment: { endIndex: number; text: string } }[];
  };
  readonly urlContextMetadata?: unknown;
}

interface Likely {
  readonly token: string;
  readonly tokenId: number;
  readonly logProbability: number;
}

interface Generated {
  readonly candidates: readonly Candidate[];
  readonly usageMetadata: Readonly<Record<string, number>>;
}

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());

const user = (...texts: string[]) => ({ role: 'user', parts: texts.map((text) => ({ text })) });

async function generate(body: object): Promise<Generated> {
  const { status, json } = await vertex.call('POST', `${MODEL}:generateContent`, body);
  expect({ status, json }).toMatchObject({ status: 200 });
  return json as Generated;
}

async function streamOf(body: object): Promise<Generated[]> {
  const response = await vertex.post(`${MODEL}:streamGenerateContent`, body);
  return (await response.body.json()) as Generated[];
}

async function textOf(body: object): Promise<string> {
  const { candidates } = await generate(body);
  return candidates[0]?.content.parts.at(-1)?.text ?? '';
}

test('calls the functions that the last text names as a word, and none that an earlier one names', async () => {
  const tools = [{ functionDeclarations: [WEATHER] }];
  for (const texts of [
    ['The tool get_weather is yours.', 'Hello.'],
    ['Say what get_weather_map is.'],
    ['Do not forget_weather.'],
  ]) {
    const { candidates } = await generate({ contents: [user(...texts)], tools });
    expect(candidates[0]?.content.parts[0]).toHaveProperty('text');
  }
  const { candidates } = await generate({ contents: [user('Hello.', 'Use get_weather, please.')], tools });
  expect(candidates[0]?.content.parts).toMatchObject([{ functionCall: { name: 'get_weather' } }]);
});

test('a file after the text does not hide the text that names a function', async () => {
  const parts = [
    { text: 'Use get_weather.' },
    { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } },
  ];
  const { candidates } = await generate({
    contents: [{ role: 'user', parts }],
    tools: [{ functionDeclarations: [WEATHER] }],
  });
  expect(candidates[0]?.content.parts).toMatchObject([{ functionCall: { name: 'get_weather' } }]);
});

test.each([
  [
    'a demand and a schema in the last text',
    {
      contents: [
        user(
          `Output should be in JSON format and conform to the following schema:\n\`\`\`\n${JSON.stringify(SCHEMA, null, 2)}\n\`\`\``,
        ),
      ],
    },
  ],
  [
    'a schema and a demand in the instructions',
    {
      systemInstruction: {
        parts: [
          {
            text: `JSON schema:\n${JSON.stringify(SCHEMA)}\nYou MUST answer with a JSON object that matches the JSON schema above.`,
          },
        ],
      },
      contents: [user('Who?')],
    },
  ],
  [
    'an example of a schema before the schema',
    {
      contents: [
        user(
          `Format your output as a JSON value. For example, {"properties": {"foo": {"type": "string"}}} has a foo. Here is yours:\n${JSON.stringify(SCHEMA)}\nWho is {it}?`,
        ),
      ],
    },
  ],
])('%s give JSON of the schema', async (_, body) => {
  expect(JSON.parse(await textOf(body))).toEqual(EXAMPLE);
  const chunks = await streamOf(body);
  expect(JSON.parse(chunks.map(({ candidates }) => candidates[0]?.content.parts[0]?.text).join(''))).toEqual(
    EXAMPLE,
  );
});

test('the JSON mode without a schema follows the schema of the words', async () => {
  const body = {
    contents: [user(`Reply in JSON of this schema: ${JSON.stringify(SCHEMA)}`)],
    generationConfig: { responseMimeType: 'application/json' },
  };
  expect(JSON.parse(await textOf(body))).toEqual(EXAMPLE);
});

test.each([
  'Answer in JSON.',
  'Reply with a list of irises as valid json!',
  'Return only JSON: three irises',
])('%s gives any JSON', async (text) => {
  expect(JSON.parse(await textOf({ contents: [user(text)] }))).toHaveProperty('words');
});

test.each(['What is JSON?', 'Is this JSON fine: {"type": "object", "properties": {}}', 'Read config.json.'])(
  '%s gives no JSON',
  async (text) => {
    expect(await textOf({ contents: [user(text)] })).toMatch(/^You wrote/);
  },
);

test('several candidates have texts of their own, and their tokens add up', async () => {
  const one = await generate({ contents: [user('Hello')] });
  const body = { contents: [user('Hello')], generationConfig: { candidateCount: 3 } };
  const { candidates, usageMetadata } = await generate(body);
  expect(candidates.map(({ index }) => index)).toEqual([undefined, 1, 2]);
  expect(candidates[0]).toEqual(one.candidates[0]);
  expect(new Set(candidates.map(({ content }) => content.parts[0]?.text)).size).toBe(3);
  expect(usageMetadata.candidatesTokenCount).toBeGreaterThan(
    2 * (one.usageMetadata.candidatesTokenCount ?? Infinity),
  );
  const stream = await vertex.call('POST', `${MODEL}:streamGenerateContent`, body);
  expect(stream).toMatchObject({ status: 400 });
  expect(JSON.stringify(stream.json)).toContain('one candidate');
});

test('log probabilities are those of the tokens of the text', async () => {
  const contents = [user('Hello')];
  const { candidates } = await generate({
    contents,
    generationConfig: { responseLogprobs: true, logprobs: 3 },
  });
  const { content, avgLogprobs, logprobsResult } = candidates[0] ?? {};
  const chosen = logprobsResult?.chosenCandidates ?? [];
  expect(chosen.map(({ token }) => token).join('')).toBe(content?.parts[0]?.text);
  expect(avgLogprobs).toBeCloseTo(
    chosen.reduce((sum, { logProbability }) => sum + logProbability, 0) / chosen.length,
  );
  expect(logprobsResult?.topCandidates).toHaveLength(chosen.length);
  for (const [step, { candidates: top }] of (logprobsResult?.topCandidates ?? []).entries()) {
    expect(top).toHaveLength(3);
    expect(top[0]).toEqual(chosen[step]);
    expect(new Set(top.map(({ tokenId }) => tokenId)).size).toBe(3);
  }
  const chunks = await streamOf({ contents, generationConfig: { responseLogprobs: true } });
  const tokens = chunks.flatMap((chunk) => chunk.candidates[0]?.logprobsResult?.chosenCandidates ?? []);
  expect(tokens.map(({ token }) => token).join('')).toBe(content?.parts[0]?.text);
});

test.each([
  { logprobs: 2 },
  { responseLogprobs: true, logprobs: 21 },
  { candidateCount: 9 },
  { candidateCount: 0 },
])('refuses the configuration %j', async (generationConfig) => {
  const { status } = await vertex.call('POST', `${MODEL}:generateContent`, {
    contents: [user('Hello')],
    generationConfig,
  });
  expect(status).toBe(400);
});

test('a search grounds the answer in a source', async () => {
  const body = { contents: [user('Which flowers bloom in May?')], tools: [{ googleSearch: {} }] };
  const [candidate] = (await generate(body)).candidates;
  expect(candidate?.groundingMetadata).toMatchObject({
    webSearchQueries: ['Which flowers bloom in May'],
    searchEntryPoint: { renderedContent: expect.stringContaining('<div') as string },
    groundingChunks: [{ web: { uri: expect.stringMatching(/^https:/) as string, domain: 'example.com' } }],
    groundingSupports: [{ groundingChunkIndices: [0] }],
  });
  const { text = '' } = candidate?.content.parts[0] ?? {};
  const segment = candidate?.groundingMetadata?.groundingSupports[0]?.segment;
  expect(Buffer.from(text).toString('utf8', 0, segment?.endIndex)).toBe(segment?.text);
  const chunks = await streamOf(body);
  expect(chunks.map(({ candidates }) => candidates[0]?.groundingMetadata)).toEqual([
    ...chunks.slice(1).map(() => undefined),
    candidate?.groundingMetadata,
  ]);
});

test('addresses of the prompt are fetched, and their tokens are tokens of tools', async () => {
  const tools = [{ urlContext: {} }];
  const text = 'Compare https://example.com/a, and https://example.org/b?x=1.';
  const { candidates, usageMetadata } = await generate({ contents: [user(text)], tools });
  expect(candidates[0]?.urlContextMetadata).toEqual({
    urlMetadata: ['https://example.com/a', 'https://example.org/b?x=1'].map((retrievedUrl) => ({
      retrievedUrl,
      urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_SUCCESS',
    })),
  });
  const {
    promptTokenCount = 0,
    toolUsePromptTokenCount = 0,
    candidatesTokenCount = 0,
    thoughtsTokenCount = 0,
    totalTokenCount,
  } = usageMetadata;
  expect(toolUsePromptTokenCount).toBeGreaterThan(0);
  expect(totalTokenCount).toBe(
    promptTokenCount + toolUsePromptTokenCount + candidatesTokenCount + thoughtsTokenCount,
  );
  const without = await generate({ contents: [user('Hello')], tools });
  expect(without.candidates[0]).not.toHaveProperty('urlContextMetadata');
  expect(without.usageMetadata).not.toHaveProperty('toolUsePromptTokenCount');
});

test('code is run, and its parts are taken back in the next turn', async () => {
  const tools = [{ codeExecution: {} }];
  const first = user('Count these words');
  const [candidate] = (await generate({ contents: [first], tools })).candidates;
  expect(candidate?.content.parts).toMatchObject([
    {
      executableCode: { language: 'PYTHON', code: 'words = ["Count","these","words"]\nprint(len(words))\n' },
    },
    { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '3\n' } },
    { text: expect.stringContaining('You wrote 3 words') as string },
  ]);
  const chunks = await streamOf({ contents: [first], tools });
  expect(chunks.slice(0, 2).map(({ candidates }) => candidates[0]?.content.parts)).toEqual(
    candidate?.content.parts.slice(0, 2).map((part) => [part]),
  );
  const again = { contents: [first, { role: 'model', ...candidate?.content }, user('Again')], tools };
  expect(await textOf(again)).toContain('again');
});
