/** A deployed model, as a prediction's answer names it. */
export interface DeployedModel {
  readonly deployedModelId: string;
  readonly model: string;
  readonly modelDisplayName: string;
  readonly modelVersionId: string;
}

/**
 * The type of an endpoint, which decides its host.
 * Source: https://cloud.google.com/vertex-ai/docs/predictions/choose-endpoint-type
 */
export type EndpointType = 'shared' | 'dedicated' | 'private';

/** An endpoint of the sample project. */
export interface SampleEndpoint {
  readonly id: string;
  readonly type: EndpointType;
  /** The custom model's container, or the tuned Gemini model. */
  readonly serves: Container | 'tuned-gemini';
}

/** A custom model's container on an endpoint. */
export interface Container {
  readonly container: 'iris' | 'text-generator';
  readonly deployedModel: DeployedModel;
}

/** The id of the sample project. */
export const PROJECT_ID = 'sample-project';
/** The number of the sample project. */
export const PROJECT_NUMBER = '123456789012';
/** The location of the sample endpoints. */
export const ENDPOINTS_LOCATION = 'us-central1';
/** Google's part of dedicated host names; it is not the project's number. */
const UID = '548213907654';
const IRIS: DeployedModel = {
  deployedModelId: '2345678901234567890',
  model: 'projects/123456789012/locations/us-central1/models/3456789012345678901',
  modelDisplayName: 'iris-classifier',
  modelVersionId: '1',
};
const TEXT: DeployedModel = {
  deployedModelId: '6789012345678901234',
  model: 'projects/123456789012/locations/us-central1/models/7890123456789012345',
  modelDisplayName: 'gemma-3-4b-it',
  modelVersionId: '1',
};

const ENDPOINTS: readonly SampleEndpoint[] = [
  { id: '1234567890', type: 'shared', serves: { container: 'iris', deployedModel: IRIS } },
  {
    id: '3456789012',
    type: 'shared',
    serves: { container: 'iris', deployedModel: { ...IRIS, deployedModelId: '4567890123456789012' } },
  },
  { id: '4567890123', type: 'shared', serves: 'tuned-gemini' },
  { id: '5678901234', type: 'private', serves: { container: 'text-generator', deployedModel: TEXT } },
  {
    id: '6789012345',
    type: 'dedicated',
    serves: { container: 'iris', deployedModel: { ...IRIS, deployedModelId: '8901234567890123456' } },
  },
];

/** The own host of an endpoint by its type; it serves no other endpoint. */
const HOSTS: Readonly<Record<Exclude<EndpointType, 'shared'>, (id: string) => string>> = {
  // Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints (dedicatedEndpointDns)
  dedicated: (id) => `${id}.${ENDPOINTS_LOCATION}-${UID}.prediction.vertexai.goog`,
  // Source: https://cloud.google.com/vertex-ai/docs/predictions/private-service-connect#create-dns-record
  private: (id) => `${id}-${ENDPOINTS_LOCATION}-${PROJECT_NUMBER}.prediction.p.vertexai.goog`,
};

/** The host names of the emulator's certificate, which match those of Google's certificates. */
export const HOST_NAMES: readonly string[] = [
  '*.googleapis.com',
  '*.us.rep.googleapis.com',
  '*.eu.rep.googleapis.com',
  `*.${ENDPOINTS_LOCATION}-${UID}.prediction.vertexai.goog`,
  '*.prediction.p.vertexai.goog',
];

/** Finds a sample endpoint by its number. */
export function sampleEndpoint(id: string | undefined): SampleEndpoint | undefined {
  return ENDPOINTS.find((endpoint) => endpoint.id === id);
}

/** Gives the own host of an endpoint; undefined for a shared one. */
export function ownHostOf({ id, type }: SampleEndpoint): string | undefined {
  return type === 'shared' ? undefined : HOSTS[type](id);
}

/** Finds the endpoint with this own host. */
export function endpointAtHost(host: string): SampleEndpoint | undefined {
  return ENDPOINTS.find((endpoint) => ownHostOf(endpoint) === host);
}
