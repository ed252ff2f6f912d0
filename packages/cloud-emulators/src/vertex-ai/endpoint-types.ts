import { setTimeout as sleep } from 'node:timers/promises';
import { GoogleError } from './google-error.ts';
import { endpointAtHost, ownHostOf, type SampleEndpoint } from './sample-endpoints.ts';
import { findSampleEndpoint } from './sample-resources.ts';

/** One call of an endpoint, as far as the endpoint's type has a say in it. */
export interface EndpointCall {
  /** Without its port. */
  readonly host: string;
  /** `projects/{id or number}/locations/{location}/endpoints/{id}` */
  readonly name: string;
  /** As in gRPC: `RawPredict`. */
  readonly method: string;
  readonly bytes: number;
  readonly wantsStream: boolean;
}

/** How long the models of custom endpoints take, and how long they are waited for at a shared host. */
export interface Inference {
  readonly durationInMs: number;
  readonly sharedTimeoutInMs: number;
}

const MEBIBYTE = 1_048_576;
/** What is served at a host of the endpoint's own. */
const METHODS_AT_OWN_HOST = ['Predict', 'RawPredict', 'StreamRawPredict', 'ChatCompletions'];
const LIMITS = { shared: 1.5, own: 10 };
/** What endpoints have unless they are made otherwise. */
const OWN_TIMEOUT_IN_MS = 600_000;
export const SHARED_TIMEOUT_IN_MS = 60_000;

/**
 * Refuses what the type of an endpoint does not have: another host than its own, a method that is not served there, a
 * stream at a shared host, too large a body. Calls that are for no endpoint of the sample project pass.
 * Source: https://cloud.google.com/vertex-ai/docs/predictions/choose-endpoint-type; README.md says whose words these are
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
 * Takes the time that a custom endpoint's model takes, no longer than its type waits for it.
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

/** Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints#Endpoint */
function notAtSharedHost(endpoint: SampleEndpoint): GoogleError {
  const host = ownHostOf(endpoint) ?? '';
  return new GoogleError(
    'FAILED_PRECONDITION',
    endpoint.type === 'dedicated'
      ? `Dedicated Endpoint cannot be accessed through the shared Vertex AI domain aiplatform.googleapis.com. Please access the endpoint using its dedicated domain name '${host}'`
      : 'Private Service Connect Endpoint cannot be accessed through the shared Vertex AI domain aiplatform.googleapis.com.',
  );
}

/** The host that a request names, without its port. */
export function hostOf(authority: string | string[] | undefined): string {
  return String(authority ?? '').replace(/:\d+$/, '');
}
