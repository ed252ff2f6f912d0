import { INSTANCE, PARAMETERS } from './media-messages.ts';
import {
  CACHE,
  defineMessage,
  harmless,
  harmlessBecause,
  INPUT,
  LABELS,
  OUTPUT,
  refused,
  SOURCE,
  toolOf,
  type Members,
  type Message,
  type Rule,
} from './rules.ts';

/** The rule of a member that holds one of the messages below, or a list of it. */
function message(name: string): Rule {
  return { is: 'message', of: of(name) };
}

const OWN_IDENTITY = 'must be left out: calls run as the gateway’s own identity';
const OWN_SECRETS = 'must be left out: a call cannot read secrets of the project';
const OWN_MODEL = 'must be left out: a call reaches only the model that it names';
const OWN_SCREENING = 'must be left out: a call cannot use templates of the project';
const BY_GOOGLE = 'must be left out: Google sets it';
const NAMED_BY_PATH = harmlessBecause('names the model that the gateway authorizes, in the path or here');

/**
 * The rules for every message in a body for Google's own models, by Google's names. A test compares the table with Google's
 * published discovery document: a member that Google adds fails the test until it has a rule here.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1beta1/projects.locations.publishers.models/generateContent
 */
export const GOOGLE_MESSAGES: Readonly<Record<string, Members>> = {
  GenerateContentRequest: {
    ...harmless('serviceTier continuationToken'),
    model: NAMED_BY_PATH,
    cachedContent: CACHE,
    contents: message('Content'),
    generationConfig: message('GenerationConfig'),
    labels: LABELS,
    modelArmorConfig: message('ModelArmorConfig'),
    outputConfig: message('GenerationOutputConfig'),
    safetySettings: message('SafetySetting'),
    systemInstruction: message('Content'),
    toolConfig: message('ToolConfig'),
    tools: message('Tool'),
  },
  CountTokensRequest: {
    contents: message('Content'),
    endpoint: NAMED_BY_PATH,
    generationConfig: message('GenerationConfig'),
    instances: message('Instance'),
    model: NAMED_BY_PATH,
    systemInstruction: message('Content'),
    tools: message('Tool'),
  },
  ComputeTokensRequest: {
    contents: message('Content'),
    endpoint: NAMED_BY_PATH,
    instances: message('Instance'),
    model: NAMED_BY_PATH,
  },
  EmbedContentRequest: {
    ...harmless('autoTruncate outputDimensionality taskType title'),
    model: NAMED_BY_PATH,
    content: message('Content'),
    embedContentConfig: message('EmbedContentRequestEmbedContentConfig'),
  },
  EmbedContentRequestEmbedContentConfig: harmless(
    'audioTrackExtraction autoTruncate documentOcr outputDimensionality taskType title',
  ),
  CachedContent: {
    ...harmless('createTime displayName expireTime ttl updateTime'),
    model: NAMED_BY_PATH,
    contents: message('Content'),
    encryptionSpec: refused('must be left out: a context cache has the encryption key of its project'),
    name: refused(BY_GOOGLE),
    systemInstruction: message('Content'),
    toolConfig: message('ToolConfig'),
    tools: message('Tool'),
    usageMetadata: refused(BY_GOOGLE),
  },
  PredictRequest: {
    endpoint: NAMED_BY_PATH,
    instances: message('Instance'),
    labels: LABELS,
    parameters: message('Parameters'),
  },
  PredictLongRunningRequest: {
    endpoint: NAMED_BY_PATH,
    instances: message('Instance'),
    labels: LABELS,
    parameters: message('Parameters'),
  },

  Content: { ...harmless('role'), parts: message('Part') },
  Part: {
    ...harmless(`
      audioTranscription codeExecutionResult executableCode inlineData mediaProcessing mediaResolution
      speechMetadata text thought thoughtSignature toolCall toolResponse partMetadata videoMetadata
    `),
    fileData: message('FileData'),
    functionCall: message('FunctionCall'),
    functionResponse: message('FunctionResponse'),
  },
  FileData: { ...harmless('displayName mimeType'), fileUri: INPUT },
  FunctionCall: harmless('args id name partialArgs willContinue'),
  FunctionResponse: {
    ...harmless('id name response scheduling willContinue'),
    parts: message('FunctionResponsePart'),
  },
  FunctionResponsePart: {
    ...harmless('inlineData mediaProcessing'),
    fileData: message('FunctionResponseFileData'),
  },
  FunctionResponseFileData: { ...harmless('displayName mimeType'), fileUri: INPUT },

  GenerationConfig: {
    ...harmless(`
      audioTimestamp candidateCount enableAffectiveDialog frequencyPenalty logprobs maxOutputTokens
      mediaResolution presencePenalty responseJsonSchema responseLogprobs responseMimeType
      responseModalities responseSchema seed stopSequences temperature topK topP
    `),
    audioTranscriptionConfig: message('AudioTranscriptionConfig'),
    imageConfig: message('ImageConfig'),
    modelConfig: message('GenerationConfigModelConfig'),
    routingConfig: message('GenerationConfigRoutingConfig'),
    speechConfig: message('SpeechConfig'),
    thinkingConfig: message('GenerationConfigThinkingConfig'),
  },
  AudioTranscriptionConfig: harmless(`
    languageCodes languageAuto languageHints customVocabulary adaptationPhrases wordTimestamp diarization
    mode sourceText
  `),
  ImageConfig: {
    ...harmless(`
      aspectRatio imageSize outputCompressionQuality outputMimeType personGeneration prominentPeople
    `),
    imageOutputOptions: message('ImageConfigImageOutputOptions'),
  },
  ImageConfigImageOutputOptions: harmless('compressionQuality mimeType'),
  GenerationConfigModelConfig: harmless('featureSelectionPreference'),
  GenerationConfigRoutingConfig: {
    autoMode: message('GenerationConfigRoutingConfigAutoRoutingMode'),
    manualMode: message('GenerationConfigRoutingConfigManualRoutingMode'),
  },
  GenerationConfigRoutingConfigAutoRoutingMode: {
    modelRoutingPreference: harmlessBecause('chooses between quality and cost'),
  },
  GenerationConfigRoutingConfigManualRoutingMode: { modelName: refused(OWN_MODEL) },
  GenerationConfigThinkingConfig: harmless('includeThoughts thinkingBudget thinkingLevel'),
  SpeechConfig: {
    ...harmless('languageCode'),
    multiSpeakerVoiceConfig: message('MultiSpeakerVoiceConfig'),
    voiceConfig: message('VoiceConfig'),
  },
  MultiSpeakerVoiceConfig: { speakerVoiceConfigs: message('SpeakerVoiceConfig') },
  SpeakerVoiceConfig: { ...harmless('speaker'), voiceConfig: message('VoiceConfig') },
  VoiceConfig: {
    prebuiltVoiceConfig: message('PrebuiltVoiceConfig'),
    replicatedVoiceConfig: message('ReplicatedVoiceConfig'),
  },
  PrebuiltVoiceConfig: harmless('voiceName'),
  ReplicatedVoiceConfig: harmless('mimeType voiceSampleAudio'),
  SafetySetting: harmless('category method threshold'),
  // Another template than the project's could switch its screening off.
  ModelArmorConfig: {
    promptTemplateName: refused(OWN_SCREENING),
    responseTemplateName: refused(OWN_SCREENING),
  },
  GenerationOutputConfig: { outputUriPrefix: OUTPUT },

  ToolConfig: {
    ...harmless('includeServerSideToolInvocations'),
    functionCallingConfig: message('FunctionCallingConfig'),
    retrievalConfig: message('RetrievalConfig'),
  },
  FunctionCallingConfig: harmless('allowedFunctionNames mode streamFunctionCallArguments'),
  RetrievalConfig: harmless('languageCode latLng'),

  Tool: {
    codeExecution: toolOf('codeExecution', of('ToolCodeExecution')),
    computerUse: toolOf('computerUse', of('ToolComputerUse')),
    enterpriseWebSearch: toolOf('enterpriseWebSearch', of('EnterpriseWebSearch')),
    exaAiSearch: toolOf('exaAiSearch', of('ToolExaAiSearch')),
    functionDeclarations: toolOf('functionDeclarations', of('FunctionDeclaration')),
    googleMaps: toolOf('googleMaps', of('GoogleMaps')),
    googleSearch: toolOf('googleSearch', of('ToolGoogleSearch')),
    googleSearchRetrieval: toolOf('googleSearchRetrieval', of('GoogleSearchRetrieval')),
    mcpServers: toolOf('mcpServers', of('McpServer')),
    parallelAiSearch: toolOf('parallelAiSearch', of('ToolParallelAiSearch')),
    retrieval: message('Retrieval'),
    urlContext: toolOf('urlContext', of('UrlContext')),
  },
  ToolCodeExecution: {},
  ToolComputerUse: harmless(`
    disabledSafetyPolicies enablePromptInjectionDetection environment excludedPredefinedFunctions
  `),
  EnterpriseWebSearch: harmless('blockingConfidence excludeDomains'),
  ToolExaAiSearch: harmless('apiKey customConfigs'),
  FunctionDeclaration: harmless(
    'behavior description name parameters parametersJsonSchema response responseJsonSchema',
  ),
  GoogleMaps: { ...harmless('enableWidget groundingTypes'), authConfig: message('AuthConfig') },
  ToolGoogleSearch: {
    ...harmless('blockingConfidence excludeDomains timeRangeFilter'),
    searchTypes: message('ToolGoogleSearchSearchTypes'),
  },
  ToolGoogleSearchSearchTypes: {
    imageSearch: message('ToolGoogleSearchImageSearch'),
    webSearch: message('ToolGoogleSearchWebSearch'),
  },
  ToolGoogleSearchImageSearch: {},
  ToolGoogleSearchWebSearch: {},
  GoogleSearchRetrieval: harmless('dynamicRetrievalConfig'),
  ToolParallelAiSearch: harmless('apiKey customConfigs enableDataRetention enableZeroDataRetention'),
  UrlContext: {},
  McpServer: { ...harmless('name'), streamableHttpTransport: message('StreamableHttpTransport') },
  StreamableHttpTransport: {
    ...harmless('headers sseReadTimeout terminateOnClose timeout'),
    url: SOURCE,
  },
  Retrieval: {
    ...harmless('disableAttribution'),
    externalApi: toolOf('externalApi', of('ExternalApi')),
    vertexAiSearch: toolOf('vertexAiSearch', of('VertexAISearch')),
    vertexRagStore: toolOf('vertexRagStore', of('VertexRagStore')),
  },
  ExternalApi: {
    ...harmless('apiSpec simpleSearchParams'),
    apiAuth: message('ApiAuth'),
    authConfig: message('AuthConfig'),
    elasticSearchParams: message('ExternalApiElasticSearchParams'),
    endpoint: SOURCE,
  },
  ExternalApiElasticSearchParams: {
    ...harmless('index numHits'),
    searchTemplate: harmlessBecause('is a template of the search server itself'),
  },
  ApiAuth: { apiKeyConfig: message('ApiAuthApiKeyConfig') },
  ApiAuthApiKeyConfig: {
    apiKeySecretVersion: refused(OWN_SECRETS),
    apiKeyString: harmlessBecause('is the caller’s own key'),
  },
  AuthConfig: {
    ...harmless('apiKey authType'),
    apiKeyConfig: message('AuthConfigApiKeyConfig'),
    googleServiceAccountConfig: message('AuthConfigGoogleServiceAccountConfig'),
    httpBasicAuthConfig: message('AuthConfigHttpBasicAuthConfig'),
    oauthConfig: message('AuthConfigOauthConfig'),
    oidcConfig: message('AuthConfigOidcConfig'),
  },
  AuthConfigApiKeyConfig: {
    ...harmless('httpElementLocation name'),
    apiKeySecret: refused(OWN_SECRETS),
    apiKeyString: harmlessBecause('is the caller’s own key'),
  },
  AuthConfigGoogleServiceAccountConfig: { serviceAccount: refused(OWN_IDENTITY) },
  AuthConfigHttpBasicAuthConfig: { credentialSecret: refused(OWN_SECRETS) },
  AuthConfigOauthConfig: { ...harmless('accessToken'), serviceAccount: refused(OWN_IDENTITY) },
  AuthConfigOidcConfig: { ...harmless('idToken'), serviceAccount: refused(OWN_IDENTITY) },
  VertexAISearch: {
    ...harmless('filter maxResults'),
    dataStoreSpecs: message('VertexAISearchDataStoreSpec'),
    datastore: SOURCE,
    engine: SOURCE,
  },
  VertexAISearchDataStoreSpec: { ...harmless('filter'), dataStore: SOURCE },
  VertexRagStore: {
    ...harmless('similarityTopK vectorDistanceThreshold'),
    ragCorpora: SOURCE,
    ragResources: message('VertexRagStoreRagResource'),
    ragRetrievalConfig: message('RagRetrievalConfig'),
    storeContext: refused('must be left out: a call can read a corpus but not write to it'),
  },
  VertexRagStoreRagResource: {
    ragCorpus: SOURCE,
    ragFileIds: harmlessBecause('has ids of files in the corpus'),
  },
  RagRetrievalConfig: {
    ...harmless('filter hybridSearch topK'),
    ranking: message('RagRetrievalConfigRanking'),
  },
  RagRetrievalConfigRanking: {
    llmRanker: message('RagRetrievalConfigRankingLlmRanker'),
    rankService: message('RagRetrievalConfigRankingRankService'),
  },
  RagRetrievalConfigRankingLlmRanker: { modelName: refused(OWN_MODEL) },
  RagRetrievalConfigRankingRankService: {
    modelName: harmlessBecause('names a model of the ranking service, which generates nothing'),
  },

  BatchPredictionJob: {
    ...harmless(`
      disableContainerLogging displayName generateExplanation modelVersionId instanceConfig
      manualBatchTuningParameters
    `),
    dedicatedResources: message('BatchDedicatedResources'),
    model: NAMED_BY_PATH,
    completionStats: refused(BY_GOOGLE),
    createTime: refused(BY_GOOGLE),
    encryptionSpec: refused('must be left out: a job has the encryption key of its project'),
    endTime: refused(BY_GOOGLE),
    error: refused(BY_GOOGLE),
    explanationSpec: refused('must be left out: the gateway cannot check the places that it reads from'),
    inputConfig: message('BatchPredictionJobInputConfig'),
    labels: harmlessBecause('is replaced by the gateway’s own labels'),
    modelMonitoringConfig: refused(
      'must be left out: the gateway cannot check the places that it reads from and writes to',
    ),
    modelMonitoringStatsAnomalies: refused(BY_GOOGLE),
    modelMonitoringStatus: refused(BY_GOOGLE),
    modelParameters: message('Parameters'),
    name: refused(BY_GOOGLE),
    outputConfig: message('BatchPredictionJobOutputConfig'),
    outputInfo: refused(BY_GOOGLE),
    partialFailures: refused(BY_GOOGLE),
    resourcesConsumed: refused(BY_GOOGLE),
    satisfiesPzi: refused(BY_GOOGLE),
    satisfiesPzs: refused(BY_GOOGLE),
    serviceAccount: refused('must be left out: jobs run as the gateway’s own identity'),
    startTime: refused(BY_GOOGLE),
    state: refused(BY_GOOGLE),
    unmanagedContainerModel: refused('must be left out: a job runs on a model of the catalog'),
    updateTime: refused(BY_GOOGLE),
    endpoint: refused('must be left out: a job runs on a publisher’s model'),
  },
  BatchPredictionJobInputConfig: {
    ...harmless('instancesFormat'),
    bigquerySource: message('BigQuerySource'),
    gcsSource: message('GcsSource'),
    vertexMultimodalDatasetSource: refused('must be left out: a job reads from Cloud Storage or BigQuery'),
  },
  BatchPredictionJobOutputConfig: {
    ...harmless('predictionsFormat'),
    bigqueryDestination: message('BigQueryDestination'),
    gcsDestination: message('GcsDestination'),
    vertexMultimodalDatasetDestination: refused(
      'must be left out: a job writes to Cloud Storage or BigQuery',
    ),
  },
  BatchDedicatedResources: {
    ...harmless('flexStart maxReplicaCount spot startingReplicaCount'),
    machineSpec: message('MachineSpec'),
  },
  MachineSpec: {
    ...harmless(`
      acceleratorCount acceleratorType gpuPartitionSize machineType minGpuDriverVersion
      multihostGpuNodeCount tpuTopology
    `),
    reservationAffinity: refused('must be left out: a job cannot use reservations of the project'),
  },
  BigQuerySource: { inputUri: INPUT },
  GcsSource: { uris: INPUT },
  BigQueryDestination: { outputUri: OUTPUT },
  GcsDestination: { outputUriPrefix: OUTPUT },
};

const DEFINED = new Map([
  ['Instance', INSTANCE],
  ['Parameters', PARAMETERS],
]);

/** Finds the rules of a message by Google's name. Messages refer to each other, so each is made on first use. */
export function googleMessage(name: string): Message {
  const defined = DEFINED.get(name) ?? define(name);
  DEFINED.set(name, defined);
  return defined;
}

function define(name: string): Message {
  const members = GOOGLE_MESSAGES[name];
  if (!members) throw new TypeError(`there is no message ${name}`);
  return defineMessage(members, name === 'Tool' || name === 'Retrieval' ? { others: 'tool' } : {});
}

function of(name: string): () => Message {
  return () => googleMessage(name);
}
