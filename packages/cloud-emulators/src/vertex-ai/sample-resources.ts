import { GoogleError } from './google-error.ts';
import { unsupported } from './refusals.ts';
import {
  type Container,
  type DeployedModel,
  ENDPOINTS_LOCATION,
  PROJECT_ID,
  PROJECT_NUMBER,
  sampleEndpoint,
  type SampleEndpoint,
} from './sample-endpoints.ts';

/** The APIs that serve publishers' models. */
export type ModelApi = 'generateContent' | 'predict' | 'embedContent' | 'predictLongRunning' | 'rawPredict';

/** A publisher's model of the sample project. */
export interface SampleModel {
  readonly publisher: string;
  readonly id: string;
  readonly versionId: string;
  readonly launchStage: 'GA' | 'PUBLIC_PREVIEW';
  readonly locations: readonly string[];
  readonly apis: readonly ModelApi[];
}

/** The locations of Gemini 3 and of Claude since its fifth generation. Each model's page may name some regions besides. */
const WITHOUT_REGIONS: readonly string[] = ['us', 'eu', 'global'];
const GEMINI = {
  publisher: 'google',
  versionId: 'default',
  launchStage: 'GA',
  locations: WITHOUT_REGIONS,
  apis: ['generateContent'],
} as const;
const REGIONAL = { ...GEMINI, locations: ['us-central1', 'europe-west1', 'europe-west4'] } as const;

const CLAUDE = {
  publisher: 'anthropic',
  versionId: 'default',
  launchStage: 'GA',
  locations: WITHOUT_REGIONS,
  apis: ['rawPredict'],
} as const;
const CLAUDE_4 = { ...CLAUDE, locations: ['us-east5', 'europe-west1', ...WITHOUT_REGIONS] } as const;

/**
 * The models, sorted by publisher and name, as lists of models are.
 * Locations: https://docs.cloud.google.com/gemini-enterprise-agent-platform/resources/locations,
 * https://docs.cloud.google.com/gemini-enterprise-agent-platform/resources/supported-capabilities and
 * https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/guides/gemini-3-5-flash
 */
export const SAMPLE_MODELS: readonly SampleModel[] = [
  { ...CLAUDE_4, id: 'claude-haiku-4-5@20251001', versionId: '20251001' },
  { ...CLAUDE, id: 'claude-haiku-5-5' },
  { ...CLAUDE_4, id: 'claude-opus-4-5@20251101', versionId: '20251101' },
  { ...CLAUDE, id: 'claude-opus-5-5' },
  { ...CLAUDE, id: 'claude-sonnet-5-5' },
  { ...GEMINI, id: 'gemini-3-flash-preview', launchStage: 'PUBLIC_PREVIEW', locations: ['global'] },
  { ...GEMINI, id: 'gemini-3.1-flash-image' },
  { ...GEMINI, id: 'gemini-3.1-pro-preview', launchStage: 'PUBLIC_PREVIEW', locations: ['global'] },
  { ...GEMINI, id: 'gemini-3.5-flash' },
  { ...GEMINI, id: 'gemini-3.5-flash-lite' },
  { ...GEMINI, id: 'gemini-3.8-flash' },
  { ...REGIONAL, id: 'gemini-embedding-001', apis: ['predict'] },
  { ...GEMINI, id: 'gemini-embedding-2', apis: ['embedContent'] },
  {
    ...GEMINI,
    id: 'gemini-embedding-2-preview',
    launchStage: 'PUBLIC_PREVIEW',
    locations: ['us-central1'],
    apis: ['embedContent'],
  },
  { ...REGIONAL, id: 'text-embedding-005', apis: ['predict'] },
  { ...REGIONAL, id: 'veo-3.1-generate-001', locations: ['us-central1'], apis: ['predictLongRunning'] },
  {
    publisher: 'mistralai',
    id: 'mistral-small-2503',
    versionId: '2503',
    launchStage: 'GA',
    locations: ['us-central1', 'europe-west4'],
    apis: ['rawPredict'],
  },
];

/** The APIs whose models can run batch predictions. */
const BATCH_APIS: readonly ModelApi[] = ['generateContent', 'rawPredict'];
/** The base model of the tuned model. */
const TUNED_FROM = 'gemini-3.5-flash';

/** Says if a project is the sample project, by its id or its number. */
export function isSampleProject(project: string | undefined): boolean {
  return project === PROJECT_ID || project === PROJECT_NUMBER;
}

/** Gives a resource's name with the project's number, as Google's answers have it; a caller may write the id. */
export function withProjectNumber(name: string): string {
  return name.startsWith(`projects/${PROJECT_ID}/`) ? name.replace(PROJECT_ID, PROJECT_NUMBER) : name;
}

/**
 * Checks that a call is for the sample project, in a location that has models.
 * @param permission the permission in Google's message, such as `aiplatform.cachedContents.list`
 * @throws GoogleError PERMISSION_DENIED, INVALID_ARGUMENT
 */
export function checkParent(params: Readonly<Record<string, string>>, permission: string): void {
  const { project = '', location = '' } = params;
  if (!isSampleProject(project)) {
    throw new GoogleError(
      'PERMISSION_DENIED',
      `Permission '${permission}' denied on resource '//aiplatform.googleapis.com/projects/${project}/locations/${location}' (or it may not exist).`,
    );
  }
  if (SAMPLE_MODELS.some(({ locations }) => locations.includes(location))) return;
  throw new GoogleError('INVALID_ARGUMENT', `Unsupported region for Vertex AI: ${location}.`);
}

/**
 * Finds the model that an endpoint serves by `predict`.
 * @param name `projects/{id or number}/locations/{location}/endpoints/{id}`
 * @throws GoogleError NOT_FOUND when there is no such endpoint; INVALID_ARGUMENT when the name has another form;
 * FAILED_PRECONDITION for the tuned Gemini model; UNIMPLEMENTED for the text generator
 */
export function findEndpoint(name: string): DeployedModel {
  const { container, deployedModel } = findContainer(name);
  if (container === 'iris') return deployedModel;
  throw new GoogleError(
    'UNIMPLEMENTED',
    'The Vertex AI emulator has the text generator for rawPredict, streamRawPredict and chat/completions only.',
  );
}

/**
 * Finds the container on an endpoint, for calls whose body it gets unchanged.
 * @throws GoogleError as `findEndpoint`
 */
export function findContainer(name: string): Container {
  const { serves } = findSampleEndpoint(name) ?? {};
  if (serves === 'tuned-gemini') throw notThroughPredict();
  if (serves) return serves;
  throw new GoogleError('NOT_FOUND', `Endpoint \`${name}\` not found.`);
}

/**
 * Finds the model of an endpoint that serves chat completions.
 * @throws GoogleError NOT_FOUND when there is no such endpoint, FAILED_PRECONDITION when it serves something else
 */
export function findTextGenerator(name: string): DeployedModel {
  const { container, deployedModel } = findContainer(name);
  if (container === 'text-generator') return deployedModel;
  throw new GoogleError('FAILED_PRECONDITION', `Endpoint \`${name}\` does not serve chat completions.`);
}

/**
 * Finds the base model of the tuned Gemini model on an endpoint.
 * @throws GoogleError NOT_FOUND when there is no such endpoint, FAILED_PRECONDITION when it serves something else
 */
export function findTunedModel(name: string): string {
  if (findSampleEndpoint(name)?.serves === 'tuned-gemini') return TUNED_FROM;
  findEndpoint(name);
  throw new GoogleError('FAILED_PRECONDITION', `Endpoint \`${name}\` does not serve a Gemini model.`);
}

/**
 * Finds the endpoint of this name; undefined where the sample project has none.
 * @throws GoogleError INVALID_ARGUMENT when the name has another form
 */
export function findSampleEndpoint(name: string): SampleEndpoint | undefined {
  const [, project, location, id] =
    /^projects\/([^/]+)\/locations\/([^/]+)\/endpoints\/([^/]+)$/.exec(name) ?? [];
  if (id === undefined) {
    throw new GoogleError('INVALID_ARGUMENT', 'Invalid resource field value in the request.');
  }
  return isSampleProject(project) && location === ENDPOINTS_LOCATION ? sampleEndpoint(id) : undefined;
}

/**
 * Finds a publisher's model by the parts of its path, served in that project and location.
 * @param api the API that must serve the model; `apiName` is the method's name in Google's message
 * @throws GoogleError NOT_FOUND when there is none, INVALID_ARGUMENT or FAILED_PRECONDITION when another API serves it
 */
export function findPublisherModel(
  params: Readonly<Record<string, string>>,
  api: ModelApi,
  apiName: string = api,
): SampleModel {
  const { project = '', location = '', publisher = '', model: id = '' } = params;
  const name = `projects/${project}/locations/${location}/publishers/${publisher}/models/${id}`;
  const found = SAMPLE_MODELS.find(
    (model) =>
      isSampleProject(project) &&
      model.publisher === publisher &&
      model.id === id &&
      model.locations.includes(location),
  );
  if (!found) throw publisherModelNotFound(params);
  if (found.apis.includes(api)) return found;
  if (/[pP]redict/.test(apiName) && found.apis.includes('generateContent')) throw notThroughPredict();
  if (apiName === 'predict' && found.apis.includes('embedContent')) {
    throw new GoogleError('FAILED_PRECONDITION', 'Precondition check failed.');
  }
  throw new GoogleError(
    'INVALID_ARGUMENT',
    `Publisher Model \`${name}\` is not supported in the ${apiName} API.`,
  );
}

/**
 * Makes the error for a model that the project does not have in the location.
 * Source: https://github.com/google-gemini/gemini-cli/issues/19055
 */
export function publisherModelNotFound(params: Readonly<Record<string, string>>): GoogleError {
  const { project = '', location = '', publisher = '', model = '' } = params;
  const name = `projects/${project}/locations/${location}/publishers/${publisher}/models/${model}`;
  return new GoogleError(
    'NOT_FOUND',
    `Publisher Model \`${name}\` was not found or your project does not have access to it. Please ensure you are using a valid model version. For more information, see: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions`,
  );
}

/**
 * Finds the model of a batch prediction job in its project and location.
 * @param name `publishers/{publisher}/models/{model}`, with or without `projects/{project}/locations/{location}/`
 * before it
 * @throws GoogleError as `findPublisherModel`; INVALID_ARGUMENT for a name of another form or another location;
 * UNIMPLEMENTED for a custom model
 */
export function findBatchModel(params: Readonly<Record<string, string>>, name: string): SampleModel {
  const { project = '', location = '' } = params;
  const [, parent = '', publisher = '', model = ''] =
    /^(projects\/[^/]+\/locations\/[^/]+\/)?publishers\/([^/]+)\/models\/([^/]+)$/.exec(name) ?? [];
  if (/^projects\/[^/]+\/locations\/[^/]+\/models\/[^/]+$/.test(name)) {
    throw unsupported('batch predictions of a model that is not a publisher’s');
  }
  const wanted = withProjectNumber(`projects/${project}/locations/${location}/`);
  if (model === '' || (parent !== '' && withProjectNumber(parent) !== wanted)) {
    throw new GoogleError('INVALID_ARGUMENT', 'Invalid resource field value in the request.');
  }
  const found = SAMPLE_MODELS.find((each) => each.publisher === publisher && each.id === model);
  const api = found?.apis.find((each) => BATCH_APIS.includes(each)) ?? 'generateContent';
  return findPublisherModel({ project, location, publisher, model }, api, 'batchPredictionJobs');
}

/**
 * Makes the error for a model that `predict` does not serve.
 * Source: https://github.com/langchain-ai/langchainjs/issues/3884
 */
function notThroughPredict(): GoogleError {
  return new GoogleError(
    'FAILED_PRECONDITION',
    'Gemini cannot be accessed through Vertex Predict/RawPredict API. Please follow https://cloud.google.com/vertex-ai/docs/generative-ai/start/quickstarts/quickstart-multimodal for Gemini usage.',
  );
}
