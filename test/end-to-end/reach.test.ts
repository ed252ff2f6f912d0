import type { RecordedRequest } from '@vertex-ai-gateway/cloud-emulators/control/control';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

const LOCATION = 'projects/sample-project/locations';
const US = `/vertex/v1/${LOCATION}/us`;
const REGION = `/vertex/v1/${LOCATION}/us-central1`;
const FLASH = `${US}/publishers/google/models/gemini-3.5-flash`;
const BETA_FLASH = FLASH.replace('/v1/', '/v1beta1/');
const EU_FLASH = FLASH.replace('locations/us', 'locations/eu');
const HAIKU = `/vertex/v1/${LOCATION}/us-east5/publishers/anthropic/models/claude-haiku-4-5@20251001`;
const CHATS = `${US}/endpoints/openapi/chat/completions`;
const CONTAINER = `${REGION}/endpoints/5678901234`;
const VEO = `${REGION}/publishers/google/models/veo-3.1-generate-001:predictLongRunning`;

/** A surface on which a body can name a place, with the member that does. */
interface Surface {
  readonly path: string;
  readonly field: string;
  readonly body: (uri: string) => object;
  /** The application; `sandbox-app` when left out. */
  readonly application?: string;
}

const part = (uri: string) => ({
  role: 'user',
  parts: [{ fileData: { mimeType: 'text/plain', fileUri: uri } }],
});
const text = [{ role: 'user', parts: [{ text: 'x' }] }];
const chat = (content: unknown) => ({
  model: 'google/gemini-3.5-flash',
  messages: [{ role: 'user', content: [content] }],
});
const claude = (content: unknown) => ({
  anthropic_version: 'vertex-2023-10-16',
  max_tokens: 9,
  messages: [{ role: 'user', content: [content] }],
});
const image = (url: string) => ({ type: 'image', source: { type: 'url', url } });

const SURFACES: Readonly<Record<string, Surface>> = {
  contents: {
    path: `${FLASH}:generateContent`,
    field: 'contents[0].parts[0].fileData.fileUri',
    body: (uri) => ({ contents: [part(uri)] }),
  },
  'contents of v1beta1': {
    path: `${BETA_FLASH}:generateContent`,
    field: 'contents[0].parts[0].file_data.file_uri',
    body: (uri) => ({
      contents: [{ role: 'user', parts: [{ file_data: { mime_type: 'text/plain', file_uri: uri } }] }],
    }),
  },
  'a system instruction': {
    path: `${FLASH}:generateContent`,
    field: 'system_instruction.parts[0].fileData.file_uri',
    body: (uri) => ({ contents: text, system_instruction: { parts: [{ fileData: { file_uri: uri } }] } }),
  },
  'a function’s response': {
    path: `${FLASH}:generateContent`,
    field: 'contents[0].parts[0].functionResponse.parts[0].fileData.fileUri',
    body: (uri) => ({
      contents: [
        {
          role: 'user',
          parts: [{ functionResponse: { name: 'f', response: {}, parts: [{ fileData: { fileUri: uri } }] } }],
        },
      ],
    }),
  },
  'a stream': {
    path: `${FLASH}:streamGenerateContent?alt=sse`,
    field: 'contents[0].parts[0].fileData.fileUri',
    body: (uri) => ({ contents: [part(uri)] }),
  },
  'counted tokens': {
    path: `${FLASH}:countTokens`,
    field: 'contents[0].parts[0].fileData.fileUri',
    body: (uri) => ({ contents: [part(uri)] }),
  },
  'computed tokens': {
    path: `${FLASH}:computeTokens`,
    field: 'contents.parts.fileData.fileUri',
    body: (uri) => ({ contents: { parts: { fileData: { fileUri: uri } } } }),
  },
  'an embedding of content': {
    path: `${US}/publishers/google/models/gemini-embedding-2:embedContent`,
    field: 'content.parts[0].fileData.fileUri',
    body: (uri) => ({ content: part(uri) }),
  },
  'a context cache': {
    path: `${US}/cachedContents`,
    field: 'contents[0].parts[0].fileData.fileUri',
    body: (uri) => ({
      model: 'publishers/google/models/gemini-3.5-flash',
      contents: [part(uri)],
      ttl: '60s',
    }),
  },
  'a chat’s image': {
    path: CHATS,
    field: 'messages[0].content[0].image_url.url',
    body: (url) => chat({ type: 'image_url', image_url: { url } }),
  },
  'a chat’s image by its address alone': {
    path: '/openai/v1/chat/completions',
    field: 'messages[0].content[0].image_url',
    body: (url) => chat({ type: 'image_url', image_url: url }),
  },
  'a chat’s audio': {
    path: '/openai/v1/chat/completions',
    field: 'messages[0].content[0].input_audio.data',
    body: (data) => chat({ type: 'input_audio', input_audio: { data, format: 'wav' } }),
  },
  'a tool’s message of a chat': {
    path: '/openai/v1/chat/completions',
    field: 'messages[0].extra_content.google.parts[0].file_data.file_uri',
    body: (uri) => ({
      model: 'gemini-fast',
      messages: [
        {
          role: 'tool',
          content: 'x',
          extra_content: { google: { parts: [{ file_data: { file_uri: uri } }] } },
        },
      ],
    }),
  },
  'Claude’s image': {
    path: `${HAIKU}:rawPredict`,
    field: 'messages[0].content[0].source.url',
    body: (url) => claude(image(url)),
  },
  'Claude’s document, whose tokens are counted': {
    path: `/vertex/v1/${LOCATION}/us/publishers/anthropic/models/count-tokens:rawPredict`,
    field: 'messages[0].content[0].content[0].source.url',
    body: (url) => ({
      model: 'claude-haiku-4-5@20251001',
      ...claude({ type: 'tool_result', tool_use_id: 't', content: [image(url)] }),
    }),
  },
  'an image of Anthropic’s own surface': {
    path: '/anthropic/v1/messages',
    field: 'messages[0].content[0].source.url',
    body: (url) => ({
      model: 'claude-haiku-4-5-20251001',
      max_tokens: 9,
      messages: [{ role: 'user', content: [image(url)] }],
    }),
  },
};

const MEDIA: Readonly<Record<string, Surface>> = {
  'an image that a video begins with': {
    path: VEO,
    field: 'instances[0].image.gcsUri',
    body: (gcsUri) => ({ instances: [{ prompt: 'x', image: { gcsUri } }] }),
    application: 'assistants-app',
  },
  'a video’s reference': {
    path: VEO,
    field: 'instances[0].referenceImages[0].image.gcs_uri',
    body: (uri) => ({ instances: [{ prompt: 'x', referenceImages: [{ image: { gcs_uri: uri } }] }] }),
    application: 'assistants-app',
  },
  'a container’s image': {
    path: `${CONTAINER}:rawPredict`,
    field: 'messages[0].content[0].image_url.url',
    body: (url) => chat({ type: 'image_url', image_url: { url } }),
    application: 'assistants-app',
  },
};

const FOREIGN = 'gs://sample-batches/output/x';

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterEach(() => observed.chain.control('vertex-ai', 'DELETE', 'faults'));

afterAll(() => observed.stop());

function call(
  { path, application = 'sandbox-app' }: Pick<Surface, 'path' | 'application'>,
  body: object | string,
): Promise<Answer> {
  return observed.call({ application, path, body: typeof body === 'string' ? body : JSON.stringify(body) });
}

/** Expects a denial in the client's own form that names the wrong members, its record, and no request to Google. */
async function expectDenied(
  answer: Answer,
  status: number,
  code: string,
  fields: readonly string[],
): Promise<void> {
  expect(answer.status).toBe(status);
  for (const field of fields) expect(answer.text).toContain(field);
  observed.whenRecorded(answer, { outcome: 'denied', code, status: String(status) });
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
}

/** Lets Google accept any request, and returns the last that it received. */
async function receive(work: () => Promise<Answer>): Promise<RecordedRequest> {
  await observed.chain.inject('vertex-ai', {
    status: 200,
    body: '{}',
    headers: { 'content-type': 'application/json; charset=UTF-8' },
  });
  const answer = await work();
  const received = (await observed.chain.requests('vertex-ai')).at(-1);
  if (!received) throw new Error(`nothing was received, and the answer was ${answer.text}`);
  observed.whenRecorded(answer, ({ outcome, decision }) => {
    expect([outcome, decision]).not.toContain('denied');
  });
  return received;
}

test.each(Object.entries({ ...SURFACES, ...MEDIA }))(
  '%s of another team’s is not read',
  async (_, surface) => {
    const answer = await call(
      surface,
      surface.body(surface.application ? 'gs://sample-sandbox/input/x' : FOREIGN),
    );
    await expectDenied(answer, 403, 'STORAGE_NOT_ALLOWED', [surface.field]);
  },
);

test.each(Object.entries({ ...SURFACES, ...MEDIA }))('%s of one’s own is read', async (_, surface) => {
  const own = surface.application ? 'gs://sample-batches/input/x' : 'gs://sample-sandbox/input/x';
  const { body, bodyEncoding } = await receive(() => call(surface, surface.body(own)));
  expect(Buffer.from(body, bodyEncoding).toString()).toContain(`"${own}"`);
});

test('every byte of a body that reaches what it may goes on', async () => {
  const sent = String.raw`{ "contents":[{"role":"user", "parts" : [ {"file\u0044ata" : {"fileUri": "gs:\/\/sample-sandbox\/input\/x"}}]}] }`;
  const { body, bodyEncoding } = await receive(() => call({ path: `${FLASH}:generateContent` }, sent));
  expect(Buffer.from(body, bodyEncoding).toString()).toBe(sent);
});

test.each<[string, string, object, string]>([
  [
    'videos',
    VEO,
    { instances: [{ prompt: 'x' }], parameters: [{ storageUri: 'gs://sample-sandbox/output' }] },
    'parameters[0].storageUri',
  ],
  [
    'answers',
    `${FLASH}:generateContent`,
    { contents: text, outputConfig: { outputUriPrefix: 'gs://sample-sandbox/output' } },
    'outputConfig.outputUriPrefix',
  ],
])('%s are not written where another team’s are', async (_, path, body, field) => {
  const answer = await call({ path, application: 'assistants-app' }, body);
  await expectDenied(answer, 403, 'STORAGE_NOT_ALLOWED', [field]);
});

const STORE = `${LOCATION}/us/collections/default_collection/dataStores`;

test.each<[string, string, string, unknown, string]>([
  ['sandbox-app', 'Google Search', `${FLASH}:generateContent`, { googleSearch: {} }, 'googleSearch'],
  [
    'sandbox-app',
    'Google Search in snake case',
    `${FLASH}:streamGenerateContent`,
    { google_search: {} },
    'google_search',
  ],
  ['sandbox-app', 'code', `${FLASH}:generateContent`, { codeExecution: {} }, 'codeExecution'],
  ['eu-analytics-app', 'Google Search', `${EU_FLASH}:generateContent`, { googleSearch: {} }, 'googleSearch'],
  ['eu-analytics-app', 'maps', `${EU_FLASH}:generateContent`, { googleMaps: {} }, 'googleMaps'],
  [
    'eu-analytics-app',
    'addresses in the prompt',
    `${EU_FLASH}:generateContent`,
    { urlContext: {} },
    'urlContext',
  ],
  [
    'eu-analytics-app',
    'the web',
    `${EU_FLASH}:generateContent`,
    { enterpriseWebSearch: {} },
    'enterpriseWebSearch',
  ],
  ['assistants-app', 'maps', `${FLASH}:generateContent`, { googleMaps: {} }, 'googleMaps'],
  [
    'assistants-app',
    'another data store',
    `${FLASH}:generateContent`,
    { retrieval: { vertexAiSearch: { datastore: `${STORE}/secrets` } } },
    'retrieval.vertexAiSearch.datastore',
  ],
  [
    'assistants-app',
    'another corpus',
    `${FLASH}:countTokens`,
    {
      retrieval: {
        vertex_rag_store: { rag_resources: [{ rag_corpus: `${LOCATION}/europe-west4/ragCorpora/1` }] },
      },
    },
    'retrieval.vertex_rag_store.rag_resources[0].rag_corpus',
  ],
])('%s gives no model %s', async (application, _what, path, tool, field) => {
  const answer = await call({ path, application }, { contents: text, tools: [tool] });
  await expectDenied(answer, 403, 'TOOL_NOT_ALLOWED', [`tools[0].${field}`]);
});

test.each<[string, string, object, string]>([
  [
    'a chat',
    '/openai/v1/chat/completions',
    { ...chat({ type: 'text', text: 'x' }), web_search_options: {} },
    'web_search_options',
  ],
  [
    'what Google adds to a chat',
    CHATS,
    { ...chat({ type: 'text', text: 'x' }), extra_body: { google: { tools: [{ googleSearch: {} }] } } },
    'extra_body.google.tools[0].googleSearch',
  ],
  [
    'a context cache',
    `${US}/cachedContents`,
    { model: 'publishers/google/models/gemini-3.5-flash', contents: text, tools: [{ googleSearch: {} }] },
    'tools[0].googleSearch',
  ],
  [
    'Claude',
    '/anthropic/v1/messages',
    {
      model: 'claude-haiku-4-5',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'x' }],
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
    },
    'tools[0].type',
  ],
])('the sandbox lets %s search no web', async (_, path, body, field) => {
  const answer = await call({ path }, body);
  await expectDenied(answer, 403, 'TOOL_NOT_ALLOWED', [field]);
});

test.each<[string, object]>([
  [
    'functions',
    { functionDeclarations: [{ name: 'f', parametersJsonSchema: { $ref: 'https://example.com/s' } }] },
  ],
  ['Google Search', { googleSearch: {} }],
  ['its data store', { retrieval: { vertexAiSearch: { datastore: `${STORE}/handbook` } } }],
])('a team gives its model %s', async (_, tool) => {
  const body = JSON.stringify({ contents: text, tools: [tool] });
  const received = await receive(() =>
    call({ path: `${FLASH}:generateContent`, application: 'assistants-app' }, body),
  );
  expect(received.body).toBe(body);
});

test.each<[string, object, string[]]>([
  ['a place', { contents: [{ parts: [{ imageUri: FOREIGN }] }] }, ['contents[0].parts[0].imageUri']],
  ['a tool', { contents: text, tools: [{ timeTravel: {} }] }, ['tools[0].timeTravel']],
  ['a resource', { contents: text, corpus: `${LOCATION}/us-central1/ragCorpora/1` }, ['corpus']],
  [
    'a template',
    { contents: text, modelArmorConfig: { promptTemplateName: `${LOCATION}/x/templates/y` } },
    ['modelArmorConfig.promptTemplateName'],
  ],
])('%s that nobody has judged is refused by name', async (_, body, fields) => {
  const answer = await call({ path: `${FLASH}:generateContent` }, body);
  await expectDenied(answer, 400, 'INVALID_REQUEST', fields);
});

test('labels of callers never reach Google in a chat', async () => {
  const sent = `{"model":"google/gemini-3.5-flash","labels":{"team":"other"},"messages":[{"role":"user","content":"x"}],"extra_body":{"google":{"labels":{"a":"b"},"thinking_config":{}}}}`;
  const { body } = await receive(() => call({ path: CHATS }, sent));
  expect(body).toBe(sent.replace('{"team":"other"}', '{}              ').replace('{"a":"b"}', '{}       '));
});

test('policy:explain judges what a body reaches, on every surface', async () => {
  for (const [name, { path, body, field, application = 'sandbox-app' }] of Object.entries({
    ...SURFACES,
    ...MEDIA,
  })) {
    const asked = {
      method: 'POST',
      path,
      body: body(application === 'sandbox-app' ? FOREIGN : 'gs://sample-sandbox/input/x'),
    };
    const answer = await call({ path: '/gateway/v1/policy:explain', application }, asked);
    expect([name, JSON.parse(answer.text)]).toEqual([
      name,
      expect.objectContaining({
        decision: 'deny',
        code: 'STORAGE_NOT_ALLOWED',
        violations: [expect.objectContaining({ field })],
      }),
    ]);
  }
  const searching = { contents: text, tools: [{ googleSearch: {} }] };
  const asked = { method: 'POST', path: `${FLASH}:generateContent`, body: searching };
  const answer = await call({ path: '/gateway/v1/policy:explain' }, asked);
  expect(JSON.parse(answer.text)).toMatchObject({ decision: 'deny', code: 'TOOL_NOT_ALLOWED' });
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
});

test('all of it is on record, once, without a place in it', async () => {
  await observed.expectAllOnRecord([FOREIGN, 'sample-sandbox/input']);
});
