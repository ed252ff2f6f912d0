import { setTimeout as sleep } from 'node:timers/promises';
import { GoogleError } from './google-error.ts';
import { endpointAtHost, ownHostOf, type SampleEndpoint } from './sample-endpoints.ts';
import { findSampleEndpoint } from './sample-resources.ts';

/** The parts of a call that the rules of an endpoint's type depend on. */
export interface EndpointCall {
  /** The host that the call is sent to, without its port. */
  readonly host: string;
  /** The endpoint: `projects/{id or number}/locations/{location}/endpoints/{id}` */
  readonly name: string;
  /** The method's name in gRPC, such as `RawPredict`. */
  readonly method: string;
  readonly bytes: number;
  readonly wantsStream: boolean;
}

/** The duration of a custom endpoint's inference, and the time limit of it at a shared host. */
export interface Inference {
  readonly durationInMs: number;
  readonly sharedTimeoutInMs: number;
}

const MEBIBYTE = 1_048_576;
/** The methods that are served at an endpoint's own host. */
const METHODS_AT_OWN_HOST = ['Predict', 'RawPredict', 'StreamRawPredict', 'ChatCompletions'];
const LIMITS = { shared: 1.5, own: 10 };
/** The default time limit of an endpoint with its own host. */
const OWN_TIMEOUT_IN_MS = 600_000;
/** The time limit of a shared endpoint. */
export const SHARED_TIMEOUT_IN_MS = 60_000;

/**
 * Refuses a call that the endpoint's type does not allow: one to another host than its own, a method that is not served
 * there, a stream at a shared host, or too large a body. Calls to no endpoint of the sample project pass.
 * Source: https://cloud.google.com/vertex-ai/docs/predictions/choose-endpoint-type; README.md lists the sources of the
 * messages
 * @throws GoogleError FAILED_PRECONDITION, NOT_FOUND, UNIMPLEMENTED
 */
export function checkEndpointType({ host, name, method, bytes, wantsStream }: EndpointCall): void {
  const endpoint = findSampleEndpoint(name);
  const atHost = endpointAtHost(host);
  if (atHost && atHost !== endpoint)
    throw new GoogleError('NOT_FOUND', `The host ${host} does not serve \`${name}\`.`);
  if (!endpoint) return;
  if (!atHost && endpoint.type !== 'shared') throw notAtSharedHost(endpoint);
  if (endpoint.serves === 'tuned-gemini') return;
  if (atHost && !METHODS_AT_OWN_HOST.includes(method))
    throw new GoogleError('UNIMPLEMENTED', `${method} is not supported at the endpoint's own host.`);
  if (!atHost && wantsStream)
    throw new GoogleError('UNIMPLEMENTED', 'Streaming is not supported by shared public endpoints.');
  const limit = atHost ? LIMITS.own : LIMITS.shared;
  if (bytes > limit * MEBIBYTE)
    throw new GoogleError(
      'FAILED_PRECONDITION',
      `The request size (${bytes} bytes) exceeds ${limit.toFixed(3)}MB limit.`,
    );
}

/**
 * Waits as long as a custom endpoint's inference takes, up to the time limit of the endpoint's type.
 * @throws GoogleError DEADLINE_EXCEEDED
 */
export async function infer(
  { host, name }: Pick<EndpointCall, 'host' | 'name'>,
  { durationInMs, sharedTimeoutInMs }: Inference,
): Promise<void> {
  const endpoint = findSampleEndpoint(name);
  if (!endpoint || endpoint.serves === 'tuned-gemini' || durationInMs === 0) return;
  const timeoutInMs = endpointAtHost(host) ? OWN_TIMEOUT_IN_MS : sharedTimeoutInMs;
  await sleep(Math.min(durationInMs, timeoutInMs));
  if (durationInMs > timeoutInMs)
    throw new GoogleError('DEADLINE_EXCEEDED', 'Deadline exceeded while waiting for the model server.');
}

/**
 * Makes the error for an endpoint that a shared host does not serve.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints#Endpoint
 */
function notAtSharedHost(endpoint: SampleEndpoint): GoogleError {
  const host = ownHostOf(endpoint) ?? '';
  return new GoogleError(
    'FAILED_PRECONDITION',
    endpoint.type === 'dedicated'
      ? `Dedicated Endpoint cannot be accessed through the shared Vertex AI domain aiplatform.googleapis.com. Please access the endpoint using its dedicated domain name '${host}'`
      : 'Private Service Connect Endpoint cannot be accessed through the shared Vertex AI domain aiplatform.googleapis.com.',
  );
}

/** Gives the host that a request names, without its port. */
export function hostOf(authority: string | string[] | undefined): string {
  return String(authority ?? '').replace(/:\d+$/, '');
}
