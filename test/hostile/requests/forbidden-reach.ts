import type { ObservedChain } from '../../end-to-end/observed-chain.ts';
import { each, type HostileKind, type HostileRequest } from '../hostile-request.ts';
import { SECRET } from '../run-hostile.ts';
import {
  CHAT,
  FLOWER,
  GEMINI,
  GENERATE,
  MESSAGE,
  MESSAGES,
  PARENT,
  REGION,
  PREDICT,
  PROMPT,
  RAW_PREDICT,
  STREAM,
} from './sample-requests.ts';

const CACHES = `/vertex/v1/${PARENT}/cachedContents`;
const JOBS = `/vertex/v1/${PARENT}/batchPredictionJobs`;
const COUNT = `/vertex/v1/${GEMINI}:countTokens`;
const VEO = `/vertex/v1/${REGION}/publishers/google/models/veo-3.1-generate-001`;
/** A batch job that the assistants may create. */
const JOB = {
  displayName: 'job',
  model: 'publishers/google/models/gemini-3.5-flash',
  inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://sample-batches/input/a.jsonl'] } },
  outputConfig: {
    predictionsFormat: 'jsonl',
    gcsDestination: { outputUriPrefix: 'gs://sample-batches/output' },
  },
};
const EMBED = `/vertex/v1/${PARENT}/publishers/google/models/gemini-embedding-2:embedContent`;
const NATIVE_CHAT = `/vertex/v1/${PARENT}/endpoints/openapi/chat/completions`;

/** Places of another team, none of which the sandbox may read. */
const THEIRS = 'gs://sample-batches/output/november.jsonl';
const FILE = { mimeType: 'text/plain', fileUri: THEIRS };
const TEXT = { text: 'Read this.' };

function contentsWith(part: object): Record<string, unknown> {
  return { contents: [{ role: 'user', parts: [TEXT, part] }] };
}

/** Prompts by each member that makes Google read a file. */
const PROMPTS: Readonly<Record<string, (file: object) => Record<string, unknown>>> = {
  fileData: (file) => contentsWith({ fileData: file }),
  file_data: (file) => contentsWith({ file_data: file }),
  'fileData in one object for contents': (file) => ({
    contents: { role: 'user', parts: { fileData: file } },
  }),
  'the second turn': (file) => ({
    contents: [
      { role: 'user', parts: [TEXT] },
      { role: 'model', parts: [TEXT] },
      { role: 'user', parts: [{ fileData: file }] },
    ],
  }),
  'a turn of the model': (file) => ({
    contents: [
      { role: 'model', parts: [{ fileData: file }] },
      { role: 'user', parts: [TEXT] },
    ],
  }),
  systemInstruction: (file) => ({ ...PROMPT, systemInstruction: { parts: [{ fileData: file }] } }),
  system_instruction: (file) => ({ ...PROMPT, system_instruction: { parts: { file_data: file } } }),
  'a function’s response': (file) => ({
    contents: [
      ...PROMPT.contents,
      { role: 'model', parts: [{ functionCall: { name: 'look', args: {} } }] },
      {
        role: 'user',
        parts: [{ functionResponse: { name: 'look', response: {}, parts: [{ fileData: file }] } }],
      },
    ],
  }),
};

const SPELLINGS: Readonly<Record<string, object>> = {
  fileUri: FILE,
  file_uri: { mime_type: 'text/plain', file_uri: THEIRS },
};

const OPERATIONS = {
  'a whole answer': GENERATE,
  'a stream': STREAM,
  'a count': COUNT,
  v1beta1: GENERATE.replace('v1', 'v1beta1'),
};

const places: HostileRequest[] = [
  ...Object.entries(OPERATIONS).flatMap(([operation, path]) =>
    Object.entries(PROMPTS).flatMap(([member, toBody]) =>
      Object.entries(SPELLINGS).map(([spelling, file]) => ({
        name: `${member} by ${spelling} for ${operation}`,
        as: 'sandbox-app' as const,
        path,
        body: toBody(file),
        status: 403,
        code: 'STORAGE_NOT_ALLOWED',
      })),
    ),
  ),
  ...[
    'gs://sample-batches',
    'gs://sample-sandbox-other/input/a',
    'gs://sample-sandbox/inputs/a',
    'gs://sample-sandbox/output/a',
    'GS://sample-batches/output/a',
    'gs://sample-sandbox/input/../output/a',
    'gs://sample-sandbox/input/%2e%2e/a',
    'gs://sample-sandbox/input//a',
    'gs://SAMPLE-SANDBOX/input/a',
    'https://storage.googleapis.com/sample-batches/output/a',
    'https://storage.cloud.google.com/sample-batches/output/a',
    'https://sample-batches.storage.googleapis.com/output/a',
    'https://evil.example/a',
    'http://169.254.169.254/computeMetadata/v1/',
    'https://user@evil.example/a',
    'https://generativelanguage.googleapis.com/v1beta/files/abc',
    'https://www.youtube.com/watch?v=dQw4w9WgXcQ',
    'https://youtu.be/dQw4w9WgXcQ',
    'file:///etc/passwd',
    'ftp://evil.example/a',
    '//evil.example/a',
    ' gs://sample-batches/output/a',
    'gs:/sample-batches/a',
    'bq://sample-project.assistants.prompts',
    SECRET,
    '',
  ].map((fileUri) => ({
    name: `of ${JSON.stringify(fileUri)}`,
    as: 'sandbox-app' as const,
    path: GENERATE,
    body: contentsWith({ fileData: { mimeType: 'text/plain', fileUri } }),
    status: [400, 403],
  })),
  ...[1, ['gs://sample-batches/a'], { uri: THEIRS }].map((fileUri) => ({
    name: `of no text: ${JSON.stringify(fileUri)}`,
    as: 'sandbox-app' as const,
    path: GENERATE,
    body: contentsWith({ fileData: { mimeType: 'text/plain', fileUri } }),
    status: [400, 403],
  })),
  {
    name: 'in a context cache',
    as: 'sandbox-app',
    path: CACHES,
    status: 403,
    code: 'STORAGE_NOT_ALLOWED',
    body: { model: GEMINI, ...contentsWith({ fileData: FILE }) },
  },
  {
    name: 'in the system instruction of a context cache',
    as: 'sandbox-app',
    path: CACHES,
    status: 403,
    code: 'STORAGE_NOT_ALLOWED',
    body: { model: GEMINI, ...PROMPT, system_instruction: { parts: [{ file_data: SPELLINGS.file_uri }] } },
  },
  {
    name: 'in an embedding',
    as: 'sandbox-app',
    path: EMBED,
    status: 403,
    code: 'STORAGE_NOT_ALLOWED',
    body: { content: { parts: [{ fileData: FILE }] } },
  },
  ...[CHAT, NATIVE_CHAT].flatMap((path) =>
    Object.entries({
      'image_url as an object': { type: 'image_url', image_url: { url: THEIRS } },
      'image_url as a text': { type: 'image_url', image_url: THEIRS },
      'image_url of the web': { type: 'image_url', image_url: { url: 'https://evil.example/a.png' } },
      video_url: { type: 'video_url', video_url: { url: THEIRS } },
      input_audio: { type: 'input_audio', input_audio: { data: THEIRS, format: 'mp3' } },
      file: { type: 'file', file: { file_id: THEIRS } },
    }).map(([name, part]) => ({
      name: `${name} of ${path.split('/')[1] ?? ''}`,
      as: 'sandbox-app' as const,
      path,
      body: {
        model: path === CHAT ? 'gemini-fast' : 'google/gemini-3.5-flash',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Look.' }, part] }],
      },
      status: [400, 403],
    })),
  ),
  ...Object.entries({
    image: { type: 'image', source: { type: 'url', url: 'https://evil.example/a.png' } },
    document: { type: 'document', source: { type: 'url', url: 'https://evil.example/a.pdf' } },
    'a file of theirs': { type: 'image', source: { type: 'url', url: THEIRS } },
    'a file of the API': { type: 'document', source: { type: 'file', file_id: 'file_abc' } },
    'in a tool’s result': {
      type: 'tool_result',
      tool_use_id: 'a',
      content: [{ type: 'image', source: { type: 'url', url: 'https://evil.example/a.png' } }],
    },
  }).map(([name, block]) => ({
    name: `${name} for Claude`,
    path: MESSAGES,
    body: { ...MESSAGE, messages: [{ role: 'user', content: [block] }] },
    status: [400, 403],
  })),
];

/** Places in which the assistants may not write. */
const ELSEWHERE = 'gs://sample-sandbox/output/november';

const storage: HostileRequest[] = [
  ...[
    { storageUri: ELSEWHERE },
    { storage_uri: ELSEWHERE },
    [{ storageUri: ELSEWHERE }],
    { STORAGEURI: ELSEWHERE },
    { outputOptions: { storageUri: ELSEWHERE } },
  ].map((parameters) => ({
    name: `${JSON.stringify(parameters)} of Veo`,
    path: `${VEO}:predictLongRunning`,
    body: { instances: [{ prompt: 'A cat' }], parameters },
    status: [400, 403],
  })),
  ...[
    { image: { gcsUri: 'gs://sample-sandbox/input/a.png', mimeType: 'image/png' } },
    { image: { gcs_uri: 'gs://sample-sandbox/input/a.png' } },
    { lastFrame: { gcsUri: 'gs://sample-sandbox/input/a.png' } },
    { video: { gcsUri: 'gs://sample-sandbox/input/a.mp4' } },
    { referenceImages: [{ image: { gcsUri: 'gs://sample-sandbox/input/a.png' } }] },
    { referenceImages: [{ referenceImage: { gcsUri: 'gs://sample-sandbox/input/a.png' } }] },
  ].map((more) => ({
    name: `${JSON.stringify(more)} read by Veo`,
    path: `${VEO}:predictLongRunning`,
    body: { instances: [{ prompt: 'A cat', ...more }] },
    status: [400, 403],
  })),
  ...Object.entries({
    'another’s input': {
      inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://sample-sandbox/input/a'] } },
    },
    'another’s input behind one’s own': {
      inputConfig: {
        instancesFormat: 'jsonl',
        gcsSource: { uris: ['gs://sample-batches/input/a', 'gs://sample-sandbox/input/a'] },
      },
    },
    'another’s table': {
      inputConfig: {
        instancesFormat: 'bigquery',
        bigquerySource: { inputUri: 'bq://sample-project.sandbox.t' },
      },
    },
    'an output of another': {
      outputConfig: {
        predictionsFormat: 'jsonl',
        gcsDestination: { outputUriPrefix: 'gs://sample-sandbox/output' },
      },
    },
    'a service account': { serviceAccount: 'owner@sample-project.iam.gserviceaccount.com' },
    'a service account by its other name': {
      service_account: 'owner@sample-project.iam.gserviceaccount.com',
    },
    'a key of its own': { encryptionSpec: { kmsKeyName: 'k' } },
    'a container of its own': { unmanagedContainerModel: { artifactUri: 'gs://evil/a' } },
    'an endpoint': { endpoint: `${REGION}/endpoints/1234567890` },
  }).map(([name, more]) => ({
    name: `${name} of a batch job`,
    path: JOBS,
    body: {
      ...JOB,
      ...more,
    },
    status: [400, 403],
  })),
];

const DATA_STORE = 'projects/other-project/locations/global/collections/default_collection/dataStores/secret';

/** Tools that reach beyond the prompt, each in both of its spellings. */
const TOOLS: Readonly<Record<string, object>> = {
  googleSearch: { googleSearch: {} },
  google_search: { google_search: {} },
  googleSearchRetrieval: { googleSearchRetrieval: { dynamicRetrievalConfig: {} } },
  google_search_retrieval: { google_search_retrieval: {} },
  googleMaps: { googleMaps: {} },
  google_maps: { google_maps: {} },
  urlContext: { urlContext: {} },
  url_context: { url_context: {} },
  enterpriseWebSearch: { enterpriseWebSearch: {} },
  enterprise_web_search: { enterprise_web_search: {} },
  'a data store': { retrieval: { vertexAiSearch: { datastore: DATA_STORE } } },
  'a data store, by the other spelling': { retrieval: { vertex_ai_search: { datastore: DATA_STORE } } },
  'an engine': { retrieval: { vertexAiSearch: { engine: DATA_STORE.replace('dataStores', 'engines') } } },
  'data stores': { retrieval: { vertexAiSearch: { dataStoreSpecs: [{ dataStore: DATA_STORE }] } } },
  'a RAG corpus': { retrieval: { vertexRagStore: { ragCorpora: [`${PARENT}/ragCorpora/1`] } } },
  'a RAG resource': {
    retrieval: { vertexRagStore: { ragResources: [{ ragCorpus: `${PARENT}/ragCorpora/1` }] } },
  },
  'an API': { retrieval: { externalApi: { endpoint: 'https://evil.example', apiSpec: 'SIMPLE_SEARCH' } } },
  'an MCP server': {
    mcpServers: [{ name: 'evil', streamableHttpTransport: { url: 'https://evil.example' } }],
  },
  computerUse: { computerUse: { environment: 'ENVIRONMENT_BROWSER' } },
  'a tool that nobody knows': { exfiltrate: {} },
  'a tool that nobody knows with an address': { newTool: { endpoint: 'https://evil.example' } },
};

const tools: HostileRequest[] = Object.entries({
  'a whole answer': GENERATE,
  'a stream': STREAM,
  'a cache': CACHES,
}).flatMap(([operation, path]) =>
  Object.entries(TOOLS).map(([name, tool]) => ({
    name: `${name} for ${operation}`,
    as: 'sandbox-app' as const,
    path,
    body: { ...(path === CACHES && { model: GEMINI }), ...PROMPT, tools: [tool] },
    status: [400, 403],
  })),
);

const EU = (path: string) => path.replace('locations/us', 'locations/eu');

const residency: HostileRequest[] = [
  ...each(TOOLS, (tool, name) => ({
    name: `${name} takes nothing out of Europe`,
    as: 'eu-analytics-app',
    path: EU(GENERATE),
    body: { ...PROMPT, tools: [tool] },
    status: [400, 403],
  })),
  ...['us', 'global', 'us-central1', 'asia-east1', 'eu/../us', 'europe-west2'].map((location) => ({
    name: `the location ${location}`,
    as: 'eu-analytics-app' as const,
    path: GENERATE.replace('locations/us', `locations/${encodeURIComponent(location)}`),
    body: PROMPT,
    status: [400, 403, 404],
  })),
  ...[
    `projects/sample-project/locations/us/publishers/google/models/gemini-3.5-flash`,
    `projects/123456789012/locations/global/publishers/google/models/gemini-3.5-flash`,
  ].map((model) => ({
    name: `a chat that names ${model}`,
    as: 'eu-analytics-app' as const,
    path: CHAT,
    body: { model, messages: [{ role: 'user', content: 'Hello' }] },
    status: [400, 403],
  })),
  {
    name: 'web search in a chat',
    as: 'eu-analytics-app',
    path: CHAT,
    status: [400, 403],
    body: { model: 'gemini-fast', messages: [{ role: 'user', content: 'Hello' }], web_search_options: {} },
  },
  {
    name: 'a tool of Google’s in the extra body of a chat',
    as: 'eu-analytics-app',
    path: CHAT,
    status: [400, 403],
    body: {
      model: 'gemini-fast',
      messages: [{ role: 'user', content: 'Hello' }],
      extra_body: { google: { tools: [{ googleSearch: {} }] } },
    },
  },
];

const operations: HostileRequest[] = [
  ...[
    `${PARENT}/publishers/google/models/gemini-3.5-flash/operations/abc`,
    `projects/other-project/locations/us-central1/publishers/google/models/veo-3.1-generate-001/operations/abc`,
    `projects/999999999999/locations/us-central1/publishers/google/models/veo-3.1-generate-001/operations/abc`,
    `projects/sample-project/locations/europe-west4/publishers/google/models/veo-3.1-generate-001/operations/abc`,
    `${REGION}/publishers/google/models/veo-3.1-generate-001/operations/../abc`,
    `${REGION}/publishers/google/models/veo-3.1-generate-001/operations/a/operations/b`,
    `${PARENT}/operations/abc`,
    'operations/abc',
    SECRET,
    '',
  ].map((operationName) => ({
    name: `the operation ${operationName}`,
    path: `${VEO}:fetchPredictOperation`,
    body: { operationName },
    status: [400, 404],
  })),
  {
    name: 'the operation of nobody',
    path: `${VEO}:fetchPredictOperation`,
    status: [400, 404],
    body: { operationName: `${REGION}/publishers/google/models/veo-3.1-generate-001/operations/12345` },
  },
];

const labels: HostileRequest[] = [
  ...Object.entries({ 'a whole answer': GENERATE, 'a stream': STREAM }).map(([operation, path]) => ({
    name: `of ${operation} reach nobody`,
    path,
    body: { ...PROMPT, labels: { cost: SECRET } },
    status: 200,
    google: expectNoLabels,
  })),
  ...[
    { labels: { cost: SECRET } },
    { google: { labels: { cost: SECRET } } },
    { extra_body: { google: { labels: { cost: SECRET } } } },
    { extra_body: { labels: { cost: SECRET } } },
  ].map((more) => ({
    name: `of a chat reach nobody: ${JSON.stringify(more)}`,
    path: CHAT,
    body: { model: 'gemini-fast', messages: [{ role: 'user', content: 'Hello' }], ...more },
    status: [200, 400],
    // Google may refuse the call without the labels.
    record: { outcome: expect.any(String) as string },
    google: expectNoLabels,
  })),
];

const schemas: HostileRequest[] = [
  ...[
    'text/plain',
    'application/octet-stream',
    'application/json; charset=utf-16',
    'multipart/form-data',
    'application/x-protobuf',
  ].map((type) => ({
    name: `hold for ${type}`,
    as: 'scoring-app' as const,
    path: RAW_PREDICT,
    headers: { 'content-type': type },
    status: [400, 415],
    body: JSON.stringify({ instances: [['evil', 1, 2, 3]] }),
  })),
  ...[[1], [1, 2, 3, '4'], [[1, 2, 3, 4]], {}, { sepal_length: 1 }, null, 'text'].map((instance) => ({
    name: `hold for ${JSON.stringify(instance)}`,
    as: 'scoring-app' as const,
    path: PREDICT,
    body: { instances: [...FLOWER.instances, instance] },
    status: 400,
    code: 'INVALID_REQUEST',
  })),
  {
    name: 'hold for what is no JSON',
    as: 'scoring-app',
    path: RAW_PREDICT,
    body: '5.1,3.5,1.4,0.2',
    status: [400, 415],
    headers: { 'content-type': 'text/csv' },
  },
];

/** Resources of the assistants. Other callers must not learn that they exist. */
const THEIR_CACHE = '/vertex/v1/{their-cache}';
const THEIR_JOB = '/vertex/v1/{their-job}';
const STRANGERS = ['sandbox-app', 'eu-analytics-app', 'agent-app', 'scoring-app'] as const;

const theirs: HostileRequest[] = STRANGERS.flatMap((as) => [
  ...(['GET', 'DELETE', 'PATCH'] as const).map((method) => ({
    name: `${as}: ${method} of their cache`,
    as,
    method,
    path: THEIR_CACHE,
    status: [403, 404],
    google: expectReading,
    ...(method === 'PATCH' && { body: { ttl: '600s' } }),
  })),
  ...(['GET', 'DELETE'] as const).map((method) => ({
    name: `${as}: ${method} of their job`,
    as,
    method,
    path: THEIR_JOB,
    status: [403, 404],
    google: expectReading,
  })),
  {
    name: `${as}: stopping their job`,
    as,
    path: `${THEIR_JOB}:cancel`,
    body: {},
    status: [403, 404],
    google: expectReading,
  },
  {
    name: `${as}: going on from their cache`,
    as,
    path: GENERATE,
    body: { ...PROMPT, cachedContent: '{their-cache}' },
    status: [400, 403, 404],
    google: expectReading,
  },
  {
    name: `${as}: looking after their video`,
    as,
    path: `${VEO}:fetchPredictOperation`,
    body: { operationName: '{their-operation}' },
    status: [400, 403, 404],
    google: () => undefined,
  },
]);

const teams: HostileRequest[] = [
  ...theirs,
  ...(['GET', 'DELETE', 'PATCH'] as const).map((method) => ({
    name: `${method} of a cache that is nobody’s`,
    method,
    path: `${CACHES}/123`,
    status: 404,
    code: 'RESOURCE_NOT_FOUND',
    google: expectReading,
    ...(method === 'PATCH' && { body: { ttl: '600s' } }),
  })),
  ...(['GET', 'DELETE'] as const).map((method) => ({
    name: `${method} of a job that is nobody’s`,
    method,
    path: `${JOBS}/123`,
    status: 404,
    code: 'RESOURCE_NOT_FOUND',
    google: expectReading,
  })),
  {
    name: 'a job that is nobody’s is not stopped',
    path: `${JOBS}/123:cancel`,
    body: {},
    status: 404,
    code: 'RESOURCE_NOT_FOUND',
    google: expectReading,
  },
  ...[
    `filter=labels.gateway-team%3D"sandbox-use"`,
    `filter=)%20OR%20(state%3D"JOB_STATE_SUCCEEDED"`,
    'filter=%22',
    'pageSize=1000000',
    'orderBy=createTime;drop',
    'readMask=*',
  ].map((query) => ({
    name: `a list of jobs by ${query}`,
    method: 'GET' as const,
    path: `${JOBS}?${query}`,
    status: [200, 400],
    google: expectReading,
  })),
  {
    name: 'a job of a model that is not the team’s',
    path: JOBS,
    as: 'scoring-app',
    status: 403,
    code: 'NOT_GRANTED',
    body: JOB,
  },
];

const cache: HostileRequest[] = [
  ...[
    'projects/other-project/locations/us/cachedContents/1',
    'projects/999999999999/locations/us/cachedContents/1',
    `projects/sample-project/locations/eu/cachedContents/1`,
    `${PARENT}/cachedContents/../x`,
    '1',
    SECRET,
  ].flatMap((name) => [
    {
      name: `${name} for a prompt`,
      path: GENERATE,
      body: { ...PROMPT, cachedContent: name },
      status: [400, 404],
    },
    {
      name: `${name} for a stream`,
      path: STREAM,
      body: { ...PROMPT, cached_content: name },
      status: [400, 404],
    },
    {
      name: `${name} for a chat`,
      path: CHAT,
      body: {
        model: 'gemini-fast',
        messages: [{ role: 'user', content: 'Hello' }],
        extra_body: { google: { cached_content: name } },
      },
      status: [400, 404],
    },
  ]),
  {
    name: 'two names of one',
    path: GENERATE,
    body: { ...PROMPT, cachedContent: 'a', cached_content: 'b' },
    status: 400,
    code: 'INVALID_REQUEST',
  },
];

export const FORBIDDEN_REACH: HostileKind = {
  places,
  storage,
  tools,
  residency,
  operations,
  labels,
  schemas,
  teams,
  cache,
};

function expectNoLabels(received: readonly object[]): void {
  expect(JSON.stringify(received)).not.toContain(SECRET);
}

function expectReading(received: readonly { readonly method: string }[]): void {
  expect(received.filter(({ method }) => method !== 'GET')).toEqual([]);
}

/** Creates a context cache, a batch job and a video of the assistants. */
export async function createTheirResources(observed: ObservedChain): Promise<Record<string, string>> {
  const text = 'Narwhals sing in the polar night. '.repeat(600);
  const made = {
    'their-cache': [CACHES, { model: GEMINI, contents: [{ role: 'user', parts: [{ text }] }] }],
    'their-job': [JOBS, JOB],
    'their-operation': [`${VEO}:predictLongRunning`, { instances: [{ prompt: 'A cat' }] }],
  } as const;
  const names: Record<string, string> = {};
  for (const [key, [path, body]] of Object.entries(made)) {
    const answer = await observed.call({ application: 'assistants-app', path, body: JSON.stringify(body) });
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    names[key] = (JSON.parse(answer.text) as { name: string }).name;
  }
  return names;
}
