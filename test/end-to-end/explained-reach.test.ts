import { ObservedChain } from './observed-chain.ts';

const US = '/vertex/v1/projects/sample-project/locations/us';
const EUROPE = US.replace(/us$/, 'eu');
const FLASH = 'publishers/google/models/gemini-3.5-flash';
/** Stands for what a caller would send; no telemetry may hold it. */
const PROMPT = 'Ocelots nap at noon.';
const OTHERS = 'gs://sample-batches/output/job/predictions.jsonl';
const CORPUS = 'projects/sample-project/locations/europe-west4/ragCorpora/4611686018427387904';
const HANDBOOK = 'projects/sample-project/locations/us/collections/default_collection/dataStores/handbook';

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

function prompt(...parts: readonly object[]): object {
  return { contents: [{ role: 'user', parts: [{ text: PROMPT }, ...parts] }] };
}

function withTool(tool: object): object {
  return { ...prompt(), tools: [tool] };
}

function file(fileUri: string): object {
  return prompt({ fileData: { mimeType: 'text/plain', fileUri } });
}

function store(datastore: string): object {
  return withTool({ retrieval: { vertexAiSearch: { datastore } } });
}

interface Explanation {
  readonly decision: string;
  readonly code?: string;
  readonly rule: string;
  readonly missing?: readonly string[];
  readonly violations?: readonly { readonly field: string }[];
}

test.each<
  [what: string, application: string, path: string, body: object, code: string, rule: string, field: string]
>([
  [
    'another team’s output',
    'sandbox-app',
    `${US}/${FLASH}:generateContent`,
    file(OTHERS),
    'STORAGE_NOT_ALLOWED',
    'default-deny',
    'contents[0].parts[1].fileData.fileUri',
  ],
  [
    'another team’s output by its web address',
    'sandbox-app',
    `${US}/${FLASH}:generateContent`,
    file(OTHERS.replace('gs://', 'https://storage.googleapis.com/')),
    'STORAGE_NOT_ALLOWED',
    'default-deny',
    'contents[0].parts[1].fileData.fileUri',
  ],
  [
    'a video, for who lists none',
    'sandbox-app',
    `${US}/${FLASH}:streamGenerateContent`,
    file('https://youtu.be/9hE5-98ZeCg'),
    'STORAGE_NOT_ALLOWED',
    'default-deny',
    'contents[0].parts[1].fileData.fileUri',
  ],
  [
    'a picture in OpenAI’s words',
    'assistants-app',
    '/openai/v1/chat/completions',
    {
      model: 'gemini-3.5-flash',
      messages: [
        {
          role: 'user',
          content: [{ type: 'image_url', image_url: { url: 'https://else.example.com/pictures/a.png' } }],
        },
      ],
    },
    'STORAGE_NOT_ALLOWED',
    'default-deny',
    'messages[0].content[0].image_url.url',
  ],
  [
    'a tool that no role lists',
    'sandbox-app',
    `${US}/${FLASH}:generateContent`,
    withTool({ googleSearch: {} }),
    'TOOL_NOT_ALLOWED',
    'default-deny',
    'tools[0].googleSearch',
  ],
  [
    'a tool that leaves the European Union',
    'eu-analytics-app',
    `${EUROPE}/${FLASH}:generateContent`,
    withTool({ google_search: {} }),
    'TOOL_NOT_ALLOWED',
    'eu-only',
    'tools[0].google_search',
  ],
  [
    'a tool that leaves the European Union, where the gateway chooses the location',
    'eu-analytics-app',
    `/vertex/v1/${FLASH}:generateContent`,
    withTool({ urlContext: {} }),
    'TOOL_NOT_ALLOWED',
    'eu-only',
    'tools[0].urlContext',
  ],
  [
    'a data store, for who lists none',
    'eu-analytics-app',
    `${EUROPE}/${FLASH}:generateContent`,
    store(HANDBOOK),
    'TOOL_NOT_ALLOWED',
    'default-deny',
    'tools[0].retrieval.vertexAiSearch',
  ],
  [
    'a data store of another project',
    'assistants-app',
    `${US}/${FLASH}:generateContent`,
    store(HANDBOOK.replace('sample-project', 'other-project')),
    'TOOL_NOT_ALLOWED',
    'default-deny',
    'tools[0].retrieval.vertexAiSearch.datastore',
  ],
  [
    'a search in Anthropic’s words',
    'sandbox-app',
    '/anthropic/v1/messages',
    {
      model: 'claude-haiku-4-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: PROMPT }],
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
    },
    'TOOL_NOT_ALLOWED',
    'default-deny',
    'tools[0].type',
  ],
])(
  '%s is refused as it is explained, and Google hears nothing',
  async (_, application, path, body, code, rule, field) => {
    const explanation = await explain(application, path, body);
    expect(explanation).toMatchObject({ decision: 'deny', code, rule });
    expect(explanation.violations?.map((violation) => violation.field)).toEqual([field]);
    expect(explanation.missing?.[0]?.startsWith(field)).toBe(true);
    const answer = await observed.call({ application, path, body: JSON.stringify(body) });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain(field);
    expect(answer.text).not.toMatch(/sample-batches|youtu|else\.example|handbook/);
    observed.whenRecorded(answer, (record) => {
      expect(record).toMatchObject({ status: '403', code });
    });
    expect(await observed.chain.requests('vertex-ai')).toEqual([]);
  },
);

test.each<[what: string, application: string, path: string, body: object]>([
  [
    'a file of one’s own',
    'sandbox-app',
    `${US}/${FLASH}:generateContent`,
    file('gs://sample-sandbox/input/a.txt'),
  ],
  [
    'functions',
    'sandbox-app',
    `${US}/${FLASH}:generateContent`,
    withTool({ functionDeclarations: [{ name: 'f' }] }),
  ],
  [
    'a video',
    'assistants-app',
    `${US}/${FLASH}:generateContent`,
    file('https://www.youtube.com/watch?v=9hE5-98ZeCg'),
  ],
  ['Google Search', 'assistants-app', `${US}/${FLASH}:generateContent`, withTool({ googleSearch: {} })],
  ['a data store', 'assistants-app', `${US}/${FLASH}:generateContent`, store(HANDBOOK)],
  [
    'a corpus',
    'assistants-app',
    `${US}/${FLASH}:generateContent`,
    withTool({ retrieval: { vertexRagStore: { ragResources: [{ ragCorpus: CORPUS }] } } }),
  ],
  [
    'code in the European Union',
    'eu-analytics-app',
    `${EUROPE}/${FLASH}:generateContent`,
    withTool({ codeExecution: {} }),
  ],
])('%s goes to Google as it is explained', async (_, application, path, body) => {
  expect(await explain(application, path, body)).toMatchObject({ decision: 'allow' });
  const answer = await observed.call({ application, path, body: JSON.stringify(body) });
  expect(answer.status).not.toBe(403);
  expect(await observed.chain.requests('vertex-ai')).toHaveLength(1);
});

test('an explanation tells the tools and places that a call may have', async () => {
  expect(await explain('assistants-app', `${US}/${FLASH}:generateContent`, prompt())).toMatchObject({
    decision: 'allow',
    storage: { outputs: ['gs://sample-batches/output', 'bq://sample-project.assistants'] },
    tools: {
      use: ['functionDeclarations', 'codeExecution', 'googleSearch', 'urlContext', 'webSearch'],
      reach: { vertexAiSearch: [HANDBOOK], vertexRagStore: [CORPUS] },
    },
  });
  expect(await explain('eu-analytics-app', `${EUROPE}/${FLASH}:generateContent`, prompt())).toMatchObject({
    storage: { inputs: [], outputs: [] },
    tools: { use: ['functionDeclarations', 'codeExecution'], reach: {} },
  });
});

test('every call is on record once', () => observed.expectAllOnRecord([]));

async function explain(application: string, path: string, body: object): Promise<Explanation> {
  const answer = await observed.call({
    application,
    path: '/gateway/v1/policy:explain',
    body: JSON.stringify({ method: 'POST', path, body }),
  });
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text) as Explanation;
}
