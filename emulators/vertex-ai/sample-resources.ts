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
const PUBLISHER_LOCATIONS = new Set(['us-central1', 'europe-west1', 'europe-west4', 'global']);
const PUBLISHER_MODELS = new Set(['gemini-2.5-flash', 'gemini-2.5-pro']);
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

/** Throws GoogleError NOT_FOUND unless the publisher's model is served in this project and location. */
export function checkPublisherModel({ project, location, publisher, id }: PublisherModel): void {
  const served = publisher === 'google' && PUBLISHER_MODELS.has(id);
  if (served && PROJECTS.has(project) && PUBLISHER_LOCATIONS.has(location)) return;
  const name = `projects/${project}/locations/${location}/publishers/${publisher ?? ''}/models/${id}`;
  throw new GoogleError(
    'NOT_FOUND',
    `Publisher Model \`${name}\` was not found or your project does not have access to it. Please ensure you are using a valid model version. For more information, see: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions`,
  );
}
