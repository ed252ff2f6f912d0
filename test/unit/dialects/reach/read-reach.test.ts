import {
  CHAT_REQUEST,
  CONTAINER_REQUEST,
  OPEN_REQUEST,
} from '../../../../src/dialects/reach/chat-messages.ts';
import { CLAUDE_REQUEST } from '../../../../src/dialects/reach/claude-messages.ts';
import { findReach } from '../../../../src/dialects/reach/read-reach.ts';
import { googleMessage } from '../../../../src/dialects/reach/google-messages.ts';
import type { Message } from '../../../../src/dialects/reach/rules.ts';
import { formatPath } from '../../../../src/errors/format-path.ts';
import { readJson } from '../../../../src/json/read-json.ts';
import { rejectedBy } from '../../thrown-by.ts';

const GENERATE = googleMessage('GenerateContentRequest');
const COUNT = googleMessage('CountTokensRequest');
const EMBED = googleMessage('EmbedContentRequest');
const CACHE = googleMessage('CachedContent');
const PREDICT = googleMessage('PredictRequest');
const JOB = googleMessage('BatchPredictionJob');

const GS = 'gs://sample-batches/output/x';
const HTTPS = 'https://example.com/x.png';
const STORE = 'projects/p1/locations/eu/collections/default_collection/dataStores/d';

/** Lists the reach of a body: places by use, tools with their sources, caches and violations. */
async function found(message: Message, body: unknown): Promise<string[]> {
  const reach = await findReach(message, await readJson(Buffer.from(JSON.stringify(body))));
  return [
    ...reach.places.map(({ use, path, uri }) => `${use} ${formatPath(path)} ${uri}`),
    ...reach.tools.flatMap(({ tool, path, sources = [] }) => [
      `tool ${formatPath(path)} ${tool}`,
      ...sources.map((source) => `source ${formatPath(source.path)} ${source.name}`),
    ]),
    ...reach.caches.map(({ field, name }) => `cache ${field} ${name}`),
    ...reach.trimmed.map(({ object, without }) => {
      const text = object.body.toString('utf8', object.start, object.end);
      return without === undefined ? `labels ${text}` : `without ${without} ${text}`;
    }),
    ...reach.violations.map(({ field, description }) => `refused ${field} ${description}`),
  ];
}

const UNKNOWN_PLACE = 'is not a member that the gateway knows, and its value looks like an address';
const UNKNOWN_TOOL = 'is not a tool that the gateway knows';
const MISPLACED_TOOL = 'has the name of a tool where none is expected';
const MISPLACED_CACHE = 'has the name of a context cache where none is expected';
const OTHER_MODEL = 'must be left out: a call reaches only the model that it names';
const WITH_SPACE = 'gs://sample-batches/output/a b.png';
/** Texts that some reader of addresses takes for a place in Cloud Storage. */
const GOOGLES_STORAGE = [
  'https://commondatastorage.googleapis.com/bucket/x',
  'https://bucket.commondatastorage.googleapis.com/x',
  'https://storage.europe-west1.rep.googleapis.com/bucket/x',
  'https://bucket.storage.mtls.googleapis.com',
  'https://www.googleapis.com/storage/v1/b/bucket/o/x?alt=media',
  'https://www.googleapis.com/download/storage/v1/b/bucket/o/x?alt=media',
  'https://somebody@storage.googleapis.com/bucket/x',
  'https://storage.googleapis.com./bucket/x',
  'https:\\\\storage.googleapis.com\\bucket',
  '//storage.cloud.google.com?x',
];
/** Texts that are not base64, although their beginning doesn't look like an address. */
const NO_BYTES = [`${' '.repeat(70)}${GS}`, `${'\n'.repeat(40)}${GS}`, '//storage.googleapis.com/bucket/x'];
const file = (fileUri: unknown) => ({ parts: [{ fileData: { mimeType: 'text/plain', fileUri } }] });

test.each<[Message, unknown, string[]]>([
  [GENERATE, { contents: [file(GS)] }, [`inputs contents[0].parts[0].fileData.fileUri ${GS}`]],
  [GENERATE, { contents: file(GS) }, [`inputs contents.parts[0].fileData.fileUri ${GS}`]],
  [
    GENERATE,
    { contents: { parts: { file_data: { file_uri: GS } } } },
    [`inputs contents.parts.file_data.file_uri ${GS}`],
  ],
  [
    GENERATE,
    { contents: [{ parts: [{ fileData: { file_uri: GS } }, { file_data: { fileUri: HTTPS } }] }] },
    [
      `inputs contents[0].parts[0].fileData.file_uri ${GS}`,
      `inputs contents[0].parts[1].file_data.fileUri ${HTTPS}`,
    ],
  ],
  [
    GENERATE,
    { contents: [{ parts: [{ fileData: { file_uri: GS, fileUri: HTTPS } }] }] },
    [
      `inputs contents[0].parts[0].fileData.file_uri ${GS}`,
      `inputs contents[0].parts[0].fileData.fileUri ${HTTPS}`,
    ],
  ],
  [GENERATE, { systemInstruction: file(GS) }, [`inputs systemInstruction.parts[0].fileData.fileUri ${GS}`]],
  [GENERATE, { system_instruction: file(GS) }, [`inputs system_instruction.parts[0].fileData.fileUri ${GS}`]],
  [
    GENERATE,
    { contents: [{ parts: [{ function_response: { name: 'f', parts: [{ fileData: { fileUri: GS } }] } }] }] },
    [`inputs contents[0].parts[0].function_response.parts[0].fileData.fileUri ${GS}`],
  ],
  [GENERATE, { outputConfig: { outputUriPrefix: GS } }, [`outputs outputConfig.outputUriPrefix ${GS}`]],
  [COUNT, { contents: [file(GS)] }, [`inputs contents[0].parts[0].fileData.fileUri ${GS}`]],
  [COUNT, { instances: [{ image: { gcsUri: GS } }] }, [`inputs instances[0].image.gcsUri ${GS}`]],
  [EMBED, { content: file(GS) }, [`inputs content.parts[0].fileData.fileUri ${GS}`]],
  [CACHE, { contents: [file(GS)] }, [`inputs contents[0].parts[0].fileData.fileUri ${GS}`]],

  [
    PREDICT,
    {
      instances: [
        { prompt: HTTPS, image: { gcsUri: GS }, lastFrame: { gcs_uri: GS } },
        { referenceImages: [{ image: { gcsUri: GS } }], video: { uri: 'no place' } },
      ],
      parameters: { storageUri: GS },
    },
    [
      `inputs instances[0].image.gcsUri ${GS}`,
      `inputs instances[0].lastFrame.gcs_uri ${GS}`,
      `inputs instances[1].referenceImages[0].image.gcsUri ${GS}`,
      'inputs instances[1].video.uri no place',
      `outputs parameters.storageUri ${GS}`,
    ],
  ],
  [PREDICT, { parameters: [{ storageUri: GS }] }, [`outputs parameters[0].storageUri ${GS}`]],
  [PREDICT, { parameters: { storage_uri: [GS] } }, [`outputs parameters.storage_uri[0] ${GS}`]],
  [PREDICT, { instances: { image: { gcsUri: GS } } }, [`inputs instances.image.gcsUri ${GS}`]],
  [
    PREDICT,
    { instances: [{ somethingNew: { deep: [GS] } }] },
    [`inputs instances[0].somethingNew.deep[0] ${GS}`],
  ],
  [PREDICT, { instances: [GS] }, [`inputs instances[0] ${GS}`]],
  [
    PREDICT,
    { instances: [{ bytesBase64Encoded: 'aGk=' }, { bytesBase64Encoded: GS }] },
    [`inputs instances[1].bytesBase64Encoded ${GS}`],
  ],
  [PREDICT, { parameters: { newUri: GS } }, [`refused parameters.newUri ${UNKNOWN_PLACE}`]],
  [
    PREDICT,
    { parameters: { pubsubTopic: 'projects/p1/topics/t' } },
    [
      'refused parameters.pubsubTopic must be left out: Google writes to it with an identity that is not the caller’s',
    ],
  ],

  [
    CHAT_REQUEST,
    {
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: GS, detail: 'high' } }] }],
    },
    [`inputs messages[0].content[0].image_url.url ${GS}`],
  ],
  [
    CHAT_REQUEST,
    {
      messages: [
        {
          content: [
            { image_url: HTTPS },
            { video_url: { url: GS } },
            { audio_url: { url: GS } },
            { input_audio: { data: GS, format: 'wav' } },
            { file: { file_data: GS } },
            { file: { file_id: 'file-1' } },
            { image_url: { url: 'data:image/png;base64,AAAA' } },
            { input_audio: { data: 'AAAA', format: 'wav' } },
            { input_audio: { data: '//uQxAAA' } },
            { file: { file_data: 'data:application/pdf;base64,AAAA' } },
          ],
        },
      ],
    },
    [
      `inputs messages[0].content[0].image_url ${HTTPS}`,
      `inputs messages[0].content[1].video_url.url ${GS}`,
      `inputs messages[0].content[2].audio_url.url ${GS}`,
      `inputs messages[0].content[3].input_audio.data ${GS}`,
      `inputs messages[0].content[4].file.file_data ${GS}`,
      'refused messages[0].content[5].file.file_id names a file that OpenAI stores, which Vertex AI cannot read',
    ],
  ],
  [
    CHAT_REQUEST,
    {
      messages: [{ role: 'tool', extra_content: { google: { parts: [{ file_data: { file_uri: GS } }] } } }],
    },
    [`inputs messages[0].extra_content.google.parts[0].file_data.file_uri ${GS}`],
  ],
  [
    CHAT_REQUEST,
    {
      labels: { a: 'b' },
      google: { labels: { c: 'd' } },
      extra_body: {
        google: { cached_content: 'c1', labels: { e: 'f' }, tools: [{ google_search: {} }] },
        Labels: {},
      },
    },
    [
      'tool extra_body.google.tools[0].google_search googleSearch',
      'cache extra_body.google.cached_content c1',
      'labels {"a":"b"}',
      'labels {"c":"d"}',
      'labels {"e":"f"}',
      'labels {}',
    ],
  ],
  [
    CHAT_REQUEST,
    { tools: [{ type: 'function', function: { name: 'f' } }, { type: 'web_search' }, { googleSearch: {} }] },
    [
      'tool tools[0].function functionDeclarations',
      'tool tools[1].type googleSearch',
      'tool tools[2].googleSearch googleSearch',
    ],
  ],
  [
    CHAT_REQUEST,
    { tools: [{ type: 'mcp', server_url: HTTPS }] },
    [`refused tools[0].type ${UNKNOWN_TOOL}`, `refused tools[0].server_url ${UNKNOWN_PLACE}`],
  ],
  [CHAT_REQUEST, { web_search_options: {} }, ['tool web_search_options googleSearch']],
  [CHAT_REQUEST, { google_search: {} }, [`refused google_search ${MISPLACED_TOOL}`]],

  [
    CLAUDE_REQUEST,
    {
      messages: [
        {
          content: [
            { type: 'image', source: { type: 'url', url: HTTPS } },
            { type: 'document', source: { type: 'url', url: GS } },
            { type: 'document', source: { type: 'file', file_id: 'f1' } },
            {
              type: 'document',
              source: { type: 'content', content: [{ type: 'image', source: { type: 'url', url: GS } }] },
            },
            { type: 'tool_result', content: [{ type: 'image', source: { type: 'url', url: GS } }] },
            { type: 'search_result', source: HTTPS, title: 't', content: [{ type: 'text', text: HTTPS }] },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
            { type: 'tool_use', input: { url: GS, tools: [{ googleSearch: {} }] } },
            { type: 'web_search_tool_result', content: [{ type: 'web_search_result', url: HTTPS }] },
          ],
        },
      ],
    },
    [
      `inputs messages[0].content[0].source.url ${HTTPS}`,
      `inputs messages[0].content[1].source.url ${GS}`,
      `inputs messages[0].content[3].source.content[0].source.url ${GS}`,
      `inputs messages[0].content[4].content[0].source.url ${GS}`,
      'refused messages[0].content[2].source.file_id names a resource that Anthropic stores, which has no owner here',
    ],
  ],
  [
    CLAUDE_REQUEST,
    {
      mcp_servers: [{ type: 'url', name: 's', url: HTTPS }],
      tools: [
        { name: 'f', input_schema: { $ref: HTTPS } },
        { type: 'custom', name: 'g' },
        { type: 'web_search_20250305', name: 'web_search' },
        { type: 'web_fetch_20260318', name: 'web_fetch' },
        { type: 'computer_20250124', name: 'computer' },
        { type: 'code_execution_20250825', name: 'code_execution' },
        { type: 'text_editor_20250728', name: 'e' },
        { type: 'mcp_toolset', mcp_server_name: 's' },
        { type: 'advisor_20260301', name: 'advisor', model: 'claude-opus-5' },
      ],
    },
    [
      'tool mcp_servers mcpServers',
      `source mcp_servers[0].url ${HTTPS}`,
      'tool tools[0].name functionDeclarations',
      'tool tools[1].name functionDeclarations',
      'tool tools[2].type webSearch',
      'tool tools[3].type webFetch',
      'tool tools[4].type computerUse',
      'tool tools[5].type codeExecution',
      'tool tools[6].name functionDeclarations',
      `refused tools[8].type ${UNKNOWN_TOOL}`,
    ],
  ],
  [
    CLAUDE_REQUEST,
    { fallbacks: [{ model: 'claude-opus-5' }], inference_geo: 'us', container: 'c' },
    [
      'refused fallbacks must be left out: a call reaches only the model that it names',
      'refused inference_geo must be left out: the call’s location decides where it is served',
      'refused container names a resource that Anthropic stores, which has no owner here',
    ],
  ],

  [
    OPEN_REQUEST,
    {
      document: { type: 'document_url', document_url: HTTPS },
      messages: [{ content: [{ type: 'image_url', image_url: GS }] }],
      instances: [{ image: { gcsUri: GS } }],
      parameters: { storageUri: GS },
      new_member: [{ deep: HTTPS }],
      contents: [file(GS)],
    },
    [
      `inputs document.document_url ${HTTPS}`,
      `inputs messages[0].content[0].image_url ${GS}`,
      `inputs instances[0].image.gcsUri ${GS}`,
      `outputs parameters.storageUri ${GS}`,
      `inputs new_member[0].deep ${HTTPS}`,
      `inputs contents[0].parts[0].fileData.fileUri ${GS}`,
    ],
  ],
  [
    CONTAINER_REQUEST,
    {
      instances: [{ url: HTTPS, gcs: GS, tools: ['hammer'], labels: { a: 'b' } }, `see ${GS}`],
      labels: ['a'],
      tools: [{ type: 'hammer' }],
      inputs: ['bq://p1.dataset', 'https://storage.googleapis.com/bucket/x', HTTPS],
      messages: [{ content: [{ image_url: { url: 'https://10.0.0.1/' } }] }],
    },
    [
      `inputs instances[0].gcs ${GS}`,
      'inputs inputs[0] bq://p1.dataset',
      'inputs inputs[1] https://storage.googleapis.com/bucket/x',
      'inputs messages[0].content[0].image_url.url https://10.0.0.1/',
    ],
  ],
  [
    CONTAINER_REQUEST,
    {
      instances: [
        ...GOOGLES_STORAGE,
        'gs://bucket/of mine.csv',
        'gs://bucket/x is a place, isn’t it?',
        'https://storage.example.com/x',
      ],
      prompt: 'gs://bucket/x is a place, isn’t it?',
      input: [{ audio: GS }],
      documents: GS,
    },
    [
      ...GOOGLES_STORAGE.map((uri, index) => `inputs instances[${index}] ${uri}`),
      `inputs instances[${GOOGLES_STORAGE.length}] gs://bucket/of mine.csv`,
      `inputs input[0].audio ${GS}`,
      `inputs documents ${GS}`,
    ],
  ],
  [
    PREDICT,
    {
      instances: [
        { content: { parts: [{ fileData: { fileUri: GS } }] } },
        { prompt: [{ image: { gcsUri: GS } }, HTTPS], text: GS, title: { new: WITH_SPACE } },
        { image: { newUri: WITH_SPACE } },
        { tools: [{ googleSearch: {} }], cached_content: '1' },
      ],
      parameters: { prompt: { storageUri: GS } },
    },
    [
      `inputs instances[0].content.parts[0].fileData.fileUri ${GS}`,
      `inputs instances[1].prompt[0].image.gcsUri ${GS}`,
      `inputs instances[1].title.new ${WITH_SPACE}`,
      `inputs instances[2].image.newUri ${WITH_SPACE}`,
      `outputs parameters.prompt.storageUri ${GS}`,
      `refused instances[3].tools ${MISPLACED_TOOL}`,
      `refused instances[3].cached_content ${MISPLACED_CACHE}`,
    ],
  ],
  [
    PREDICT,
    { instances: NO_BYTES.map((bytesBase64Encoded) => ({ image: { bytesBase64Encoded } })) },
    NO_BYTES.map((text, index) => `inputs instances[${index}].image.bytesBase64Encoded ${text}`),
  ],
  [
    OPEN_REQUEST,
    {
      input: [{ image: GS }, HTTPS],
      documents: [{ content: 'x', metadata: [{ key: 'url', value: HTTPS }] }],
      query: HTTPS,
      audio: { uri: GS },
      prompt: { uri: GS },
      agent: { tools: [] },
      generationConfig: {
        routingConfig: { manualMode: { modelName: 'gemini-3.1-pro-preview' } },
        new: HTTPS,
      },
      modelArmorConfig: { promptTemplateName: 'lax' },
      outputConfig: { outputUriPrefix: GS },
      mcp_servers: [{ url: HTTPS }],
    },
    [
      `inputs input[0].image ${GS}`,
      `inputs audio.uri ${GS}`,
      `inputs prompt.uri ${GS}`,
      `outputs outputConfig.outputUriPrefix ${GS}`,
      `refused agent.tools ${MISPLACED_TOOL}`,
      `refused generationConfig.routingConfig.manualMode.modelName ${OTHER_MODEL}`,
      `refused generationConfig.new ${UNKNOWN_PLACE}`,
      'refused modelArmorConfig.promptTemplateName must be left out: a call cannot use templates of the project',
      `refused mcp_servers ${MISPLACED_TOOL}`,
    ],
  ],
  [
    CHAT_REQUEST,
    {
      extra_body: { google: { extra_body: { google: { labels: { a: 'b' }, cached_content: '1' } } } },
      google: { google: { cached_content: '2', model: 'm' }, new_member: { cachedContent: '3' } },
    },
    [
      'cache extra_body.google.extra_body.google.cached_content 1',
      'cache google.google.cached_content 2',
      'labels {"a":"b"}',
      `refused google.google.model ${OTHER_MODEL}`,
      `refused google.new_member.cachedContent ${MISPLACED_CACHE}`,
    ],
  ],
  [GENERATE, { newMember: WITH_SPACE }, [`refused newMember ${UNKNOWN_PLACE}`]],
  [COUNT, { cachedContent: '1' }, [`refused cachedContent ${MISPLACED_CACHE}`]],
  [
    JOB,
    {
      inputConfig: { gcsSource: { uris: [GS, 'gs://a/b'] }, bigquerySource: { input_uri: 'bq://p1.d' } },
      outputConfig: { gcsDestination: { outputUriPrefix: GS } },
      modelParameters: { storageUri: GS },
      dedicatedResources: {
        machineSpec: { reservationAffinity: { values: ['projects/p1/reservations/r'] } },
      },
    },
    [
      `inputs inputConfig.gcsSource.uris[0] ${GS}`,
      'inputs inputConfig.gcsSource.uris[1] gs://a/b',
      'inputs inputConfig.bigquerySource.input_uri bq://p1.d',
      `outputs outputConfig.gcsDestination.outputUriPrefix ${GS}`,
      `outputs modelParameters.storageUri ${GS}`,
      'refused dedicatedResources.machineSpec.reservationAffinity must be left out: a job cannot use reservations of the project',
    ],
  ],
])('finds what %# makes Google reach', async (message, body, expected) => {
  expect(await found(message, body)).toEqual(expected);
});

test.each<[unknown, string[]]>([
  [{ functionDeclarations: [{ name: 'f' }] }, ['tool tools[0].functionDeclarations functionDeclarations']],
  [{ function_declarations: [{ name: 'f' }] }, ['tool tools[0].function_declarations functionDeclarations']],
  [{ codeExecution: {} }, ['tool tools[0].codeExecution codeExecution']],
  [{ googleSearch: {} }, ['tool tools[0].googleSearch googleSearch']],
  [{ google_search: { exclude_domains: [HTTPS] } }, ['tool tools[0].google_search googleSearch']],
  [{ googleSearchRetrieval: {} }, ['tool tools[0].googleSearchRetrieval googleSearchRetrieval']],
  [{ enterpriseWebSearch: {} }, ['tool tools[0].enterpriseWebSearch enterpriseWebSearch']],
  [
    { parallelAiSearch: { customConfigs: { url: HTTPS } } },
    ['tool tools[0].parallelAiSearch parallelAiSearch'],
  ],
  [{ exaAiSearch: { apiKey: 'k' } }, ['tool tools[0].exaAiSearch exaAiSearch']],
  [{ urlContext: {} }, ['tool tools[0].urlContext urlContext']],
  [{ computerUse: { environment: 'ENVIRONMENT_BROWSER' } }, ['tool tools[0].computerUse computerUse']],
  [{ googleSearch: null, retrieval: {} }, []],
  [{ functionDeclarations: [], mcpServers: [] }, []],
  [{ googleSearch: [] }, ['tool tools[0].googleSearch googleSearch']],
  [
    { retrieval: { vertexAiSearch: { datastore: STORE, dataStoreSpecs: [{ dataStore: `${STORE}2` }] } } },
    [
      'tool tools[0].retrieval.vertexAiSearch vertexAiSearch',
      `source tools[0].retrieval.vertexAiSearch.datastore ${STORE}`,
      `source tools[0].retrieval.vertexAiSearch.dataStoreSpecs[0].dataStore ${STORE}2`,
    ],
  ],
  [
    {
      retrieval: {
        vertex_ai_search: { engine: 'projects/p1/engines/e', data_store_specs: { data_store: STORE } },
      },
    },
    [
      'tool tools[0].retrieval.vertex_ai_search vertexAiSearch',
      'source tools[0].retrieval.vertex_ai_search.engine projects/p1/engines/e',
      `source tools[0].retrieval.vertex_ai_search.data_store_specs.data_store ${STORE}`,
    ],
  ],
  [
    {
      retrieval: {
        vertexRagStore: { ragResources: [{ rag_corpus: 'r1', ragFileIds: ['1'] }], ragCorpora: ['r2'] },
      },
    },
    [
      'tool tools[0].retrieval.vertexRagStore vertexRagStore',
      'source tools[0].retrieval.vertexRagStore.ragResources[0].rag_corpus r1',
      'source tools[0].retrieval.vertexRagStore.ragCorpora[0] r2',
    ],
  ],
  [
    {
      retrieval: {
        externalApi: {
          endpoint: HTTPS,
          apiAuth: { apiKeyConfig: { apiKeySecretVersion: 'projects/p1/secrets/s/versions/1' } },
          authConfig: { oauthConfig: { serviceAccount: 'a@p1.iam.gserviceaccount.com' } },
        },
      },
    },
    [
      'tool tools[0].retrieval.externalApi externalApi',
      `source tools[0].retrieval.externalApi.endpoint ${HTTPS}`,
      'refused tools[0].retrieval.externalApi.apiAuth.apiKeyConfig.apiKeySecretVersion must be left out: a call cannot read secrets of the project',
      'refused tools[0].retrieval.externalApi.authConfig.oauthConfig.serviceAccount must be left out: calls run as the gateway’s own identity',
    ],
  ],
  [
    { mcpServers: [{ name: 's', streamableHttpTransport: { url: HTTPS, headers: { a: HTTPS } } }] },
    [
      'tool tools[0].mcpServers mcpServers',
      `source tools[0].mcpServers[0].streamableHttpTransport.url ${HTTPS}`,
    ],
  ],
  [{ fileSearch: { fileSearchStoreNames: ['s'] } }, [`refused tools[0].fileSearch ${UNKNOWN_TOOL}`]],
  [{ retrieval: { newSource: {} } }, [`refused tools[0].retrieval.newSource ${UNKNOWN_TOOL}`]],
  [
    { googleSearch: { newUri: HTTPS } },
    ['tool tools[0].googleSearch googleSearch', `refused tools[0].googleSearch.newUri ${UNKNOWN_PLACE}`],
  ],
])('finds the tool %j and what it reaches', async (tool, expected) => {
  expect(await found(GENERATE, { contents: [], tools: [tool] })).toEqual(expected);
  const inChat = await found(CHAT_REQUEST, { extra_body: { google: { tools: [tool] } } });
  expect(inChat.map((line) => line.replaceAll('extra_body.google.', ''))).toEqual(expected);
});

test.each<[Message, unknown]>([
  [
    GENERATE,
    {
      contents: [
        {
          role: 'user',
          parts: [{ text: HTTPS }, { text: GS }, { inlineData: { mimeType: 'image/png', data: '//8=' } }],
        },
        {
          role: 'model',
          parts: [
            {
              functionCall: { name: 'f', args: { fileData: { fileUri: GS }, tools: [{ googleSearch: {} }] } },
            },
          ],
        },
        {
          role: 'user',
          parts: [{ functionResponse: { name: 'f', response: { fileUri: GS, url: HTTPS, $ref: '#/x' } } }],
        },
        {
          parts: [
            { executableCode: { code: GS } },
            { codeExecutionResult: { output: GS } },
            { thoughtSignature: '//8=' },
          ],
        },
      ],
      generationConfig: {
        stopSequences: ['https://', HTTPS],
        responseSchema: { type: 'STRING', example: GS, format: 'uri' },
        responseJsonSchema: {
          $schema: 'https://json-schema.org/draft/2020-12/schema',
          $ref: HTTPS,
          properties: { tools: {} },
        },
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
      },
      toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
      safetySettings: [{ category: 'c', threshold: 't' }],
      somethingNew: { text: `look at ${HTTPS} please`, count: 3 },
    },
  ],
  [
    CHAT_REQUEST,
    {
      messages: [
        { role: 'user', name: 'n', content: HTTPS },
        {
          role: 'assistant',
          tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: `{"url":"${GS}"}` } }],
        },
        { role: 'tool', tool_call_id: '1', content: GS },
        { role: 'user', content: [{ type: 'text', text: GS }] },
        {
          role: 'assistant',
          content: 'a',
          annotations: [{ type: 'url_citation', url_citation: { url: HTTPS, title: 't' } }],
          reasoning_details: [{ type: 'reasoning.text', text: HTTPS }],
        },
        { role: 'user', content: [{ type: 'input_audio', input_audio: { data: '//uQ', format: 'mp3' } }] },
      ],
      response_format: { type: 'json_schema', json_schema: { schema: { $schema: HTTPS } } },
      metadata: { home: HTTPS },
      stop: [HTTPS],
      user: HTTPS,
    },
  ],
  [CHAT_REQUEST, { messages: [], functions: [], tools: [] }],
  [CLAUDE_REQUEST, { messages: [], mcp_servers: [], tools: [] }],
  [
    CLAUDE_REQUEST,
    { system: HTTPS, messages: [{ role: 'user', content: GS }], metadata: { user_id: HTTPS } },
  ],
  [
    PREDICT,
    {
      instances: [{ content: HTTPS, title: GS, task_type: 'RETRIEVAL_QUERY' }],
      parameters: { autoTruncate: true },
    },
  ],
  [EMBED, { content: { parts: [{ text: HTTPS }] }, title: HTTPS }],
  [CACHE, { model: 'projects/p1/locations/l/publishers/google/models/m', displayName: HTTPS, ttl: '60s' }],
])('finds nothing in ordinary data: %#', async (message, body) => {
  expect(await found(message, body)).toEqual([]);
});

test.each<[Message, unknown, string]>([
  [GENERATE, { contents: [{ parts: [{ imageUri: GS }] }] }, `contents[0].parts[0].imageUri ${UNKNOWN_PLACE}`],
  [GENERATE, { source: { nested: [{ any: 'bq://p1.d.t' }] } }, `source.nested[0].any ${UNKNOWN_PLACE}`],
  [GENERATE, { corpus: 'projects/p1/locations/l/ragCorpora/1' }, `corpus ${UNKNOWN_PLACE}`],
  [GENERATE, { place: '//storage.googleapis.com/b/o' }, `place ${UNKNOWN_PLACE}`],
  [GENERATE, { place: ` ${GS} ` }, `place ${UNKNOWN_PLACE}`],
  [GENERATE, { nested: { tools: [] } }, `nested.tools ${MISPLACED_TOOL}`],
  [GENERATE, { contents: HTTPS }, `contents ${UNKNOWN_PLACE}`],
  [GENERATE, { contents: [file(5)] }, 'contents[0].parts[0].fileData.fileUri must be a text'],
  [GENERATE, { contents: [file({ url: GS })] }, 'contents[0].parts[0].fileData.fileUri must be a text'],
  [
    GENERATE,
    { contents: [file(`gs://b/${'x'.repeat(20_000)}`)] },
    'contents[0].parts[0].fileData.fileUri is too long for a name or an address',
  ],
  [
    GENERATE,
    { modelArmorConfig: { promptTemplateName: 'projects/p1/locations/l/templates/lax' } },
    'modelArmorConfig.promptTemplateName must be left out: a call cannot use templates of the project',
  ],
  [
    GENERATE,
    { generation_config: { routing_config: { manual_mode: { model_name: 'gemini-3.1-pro-preview' } } } },
    'generation_config.routing_config.manual_mode.model_name must be left out: a call reaches only the model that it names',
  ],
  [PREDICT, { parameters: { storageUri: { a: 1 } } }, 'parameters.storageUri must be a text'],
])('refuses a member that can’t be judged, by its name: %#', async (message, body, problem) => {
  expect(await found(message, body)).toEqual([`refused ${problem}`]);
});

test.each([String.raw`\/9j\/4AAQ`, String.raw`AAAA\r\n//8=\n`, '_-8', '', 'data:image/png;base64,AAAA'])(
  'base64 is not taken for a place: %j',
  async (bytes) => {
    const body = await readJson(Buffer.from(`{"instances":[{"bytesBase64Encoded":"${bytes}"}]}`));
    expect((await findReach(PREDICT, body)).places).toEqual([]);
  },
);

test.each([String.raw`\u0067s\u003a//b/o`, String.raw`\u0067s:`, String.raw`\tgs`, String.raw`AAAA\\`])(
  'an escaped text is not taken for base64: %s',
  async (text) => {
    const body = await readJson(Buffer.from(`{"instances":[{"bytesBase64Encoded":"${text}"}]}`));
    expect((await findReach(PREDICT, body)).places).toHaveLength(1);
  },
);

test('an escape hides no place', async () => {
  const body = Buffer.from(
    String.raw`{"contents":[{"parts":[{"file\u0044ata":{"file\u005furi":"\u0067s:\/\/b\/o"}}]}],"x":"\u0067s://b/o"}`,
  );
  const { places, violations } = await findReach(GENERATE, await readJson(body));
  expect(places).toEqual([
    { path: ['contents', 0, 'parts', 0, 'fileData', 'file_uri'], use: 'inputs', uri: 'gs://b/o' },
  ]);
  expect(violations).toEqual([{ field: 'x', description: UNKNOWN_PLACE }]);
  const audio = Buffer.from(
    String.raw`{"messages":[{"content":[{"input_audio":{"data":"\u0067s://b/o"}}]}]}`,
  );
  expect((await findReach(CHAT_REQUEST, await readJson(audio))).places).toHaveLength(1);
});

test('names at most ten members', async () => {
  const body = { contents: [{ parts: Array.from({ length: 30 }, () => ({ imageUri: GS })) }] };
  expect(await found(GENERATE, body)).toHaveLength(10);
});

test('refuses more than 3,000 places, and stops there', async () => {
  const bodyOf = (length: number) => ({
    contents: [{ parts: Array.from({ length }, () => ({ fileData: { fileUri: GS } })) }],
  });
  expect(await found(GENERATE, bodyOf(3_000))).toHaveLength(3_000);
  const error = await rejectedBy(found(GENERATE, bodyOf(3_001)));
  expect(error).toMatchObject({
    code: 'INVALID_REQUEST',
    violations: [{ field: 'body', description: 'must name at most 3000 places, tools and their sources' }],
  });
});

test('inspects a long body in turns of the event loop', async () => {
  let turns = 0;
  const body = await readJson(Buffer.from(JSON.stringify({ x: Array.from({ length: 10_000 }, () => 1) })));
  await findReach(GENERATE, body, { next: () => Promise.resolve(void (turns += 1)) });
  expect(turns).toBeGreaterThanOrEqual(5);
});
