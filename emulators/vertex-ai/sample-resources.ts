import { GoogleError } from './google-error.ts';

/** A model on an endpoint, as a prediction's answer names it. */
export interface DeployedModel {
  readonly deployedModelId: string;
  readonly model: string;
  readonly modelDisplayName: string;
  readonly modelVersionId: string;
}

/** The parts of a publisher model's name. */
export interface PublisherModel {
  readonly project: string;
  readonly location: string;
  readonly publisher: string | undefined;
  readonly id: string;
}

const PROJECTS = new Set(['sample-project', '123456789012']);
/** The models of each publisher, and where they are served. */
const PUBLISHERS = new Map([
  [
    'google',
    {
      locations: new Set(['us-central1', 'europe-west1', 'europe-west4', 'global']),
      models: new Set(['gemini-2.5-flash', 'gemini-2.5-pro']),
    },
  ],
  [
    'anthropic',
    {
      locations: new Set(['us-east5', 'europe-west1', 'global']),
      models: new Set(['claude-sonnet-4-5@20250929', 'claude-haiku-4-5@20251001']),
    },
  ],
]);
const ENDPOINT = { location: 'us-central1', id: '1234567890' };
const IRIS: DeployedModel = {
  deployedModelId: '2345678901234567890',
  model: 'projects/123456789012/locations/us-central1/models/3456789012345678901',
  modelDisplayName: 'iris-classifier',
  modelVersionId: '1',
};

/**
 * The model that an endpoint serves.
 * @param name `projects/{id or number}/locations/{location}/endpoints/{id}`
 * @throws GoogleError NOT_FOUND when there is no such endpoint; INVALID_ARGUMENT when the name has another form
 */
export function findEndpoint(name: string): DeployedModel {
  const [, project = '', location, id] =
    /^projects\/([^/]+)\/locations\/([^/]+)\/endpoints\/([^/]+)$/.exec(name) ?? [];
  if (id === undefined) {
    throw new GoogleError('INVALID_ARGUMENT', 'Invalid resource field value in the request.');
  }
  if (PROJECTS.has(project) && location === ENDPOINT.location && id === ENDPOINT.id) return IRIS;
  throw new GoogleError('NOT_FOUND', `Endpoint \`${name}\` not found.`);
}

/** Throws GoogleError NOT_FOUND unless it is a model of Google that is served in this project and location. */
export function checkPublisherModel(model: PublisherModel): void {
  if (model.publisher !== 'google' || !isServed(model)) throw notServed(model);
}

/** Throws GoogleError NOT_FOUND unless it is a model of Anthropic that is served in this project and location. */
export function checkClaudeModel(model: PublisherModel): void {
  if (model.publisher !== 'anthropic' || !isServed(model)) throw notServed(model);
}

function isServed({ project, location, publisher, id }: PublisherModel): boolean {
  const served = PUBLISHERS.get(publisher ?? '');
  return PROJECTS.has(project) && served?.models.has(id) === true && served.locations.has(location);
}

function notServed({ project, location, publisher, id }: PublisherModel): GoogleError {
  const name = `projects/${project}/locations/${location}/publishers/${publisher ?? ''}/models/${id}`;
  return new GoogleError(
    'NOT_FOUND',
    `Publisher Model \`${name}\` was not found or your project does not have access to it. Please ensure you are using a valid model version. For more information, see: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions`,
  );
}
