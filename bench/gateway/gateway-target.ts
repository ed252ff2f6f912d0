import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';

/** The operations of the measurements. */
export type Method = 'generateContent' | 'streamGenerateContent?alt=sse' | 'predict';

/** A server that is called with predictions. */
export interface GatewayTarget {
  readonly name: string;
  /** The process whose CPU time and memory count; undefined for the upstream itself. */
  readonly pid: number | undefined;
  /** The connections of its calls, which are kept alive. */
  readonly pool: Pool;
  /** The path before that of Vertex AI. */
  readonly prefix: string;
  readonly headers: () => Record<string, string>;
}

const PARENT = '/v1/projects/sample-project/locations';
const PATHS: Readonly<Record<Method, string>> = {
  generateContent: `${PARENT}/us/publishers/google/models/gemini-3.5-flash:generateContent`,
  'streamGenerateContent?alt=sse': `${PARENT}/us/publishers/google/models/gemini-3.5-flash:streamGenerateContent?alt=sse`,
  predict: `${PARENT}/us-central1/endpoints/1234567890:predict`,
};

export function createTarget(
  { name, pid, prefix, headers }: Omit<GatewayTarget, 'pool'>,
  origin: string,
  options: Pool.Options = {},
): GatewayTarget {
  const pool = new Pool(origin, { headersTimeout: 0, bodyTimeout: 0, ...options });
  return { name, pid, prefix, headers, pool };
}

/** Creates the headers of API Management's call, each with a request id of its own. */
export function stampedWith(headers: Readonly<Record<string, string>>): () => Record<string, string> {
  return () => ({ ...headers, 'x-gateway-request-id': randomUUID() });
}

/** Adds what the platform's host adds to a call before it passes it on to the library's own server. */
export function hostedWith(headers: () => Record<string, string>): () => Record<string, string> {
  return () => ({
    ...headers(),
    'x-forwarded-host': 'gateway.example.net',
    'x-forwarded-proto': 'https',
    'x-ms-invocation-id': randomUUID(),
  });
}

/** Makes a call and reads its whole answer. @throws Error for any status but 200. */
export async function callTarget(target: GatewayTarget, method: Method, body: string): Promise<void> {
  const { statusCode, body: answer } = await startCall(target, method, body);
  if (statusCode === 200) {
    await answer.bytes();
    return;
  }
  throw new Error(`${target.name} answers ${statusCode}: ${await answer.text()}`);
}

/** Starts a call; its answer's body is still to be read. */
export function startCall({ pool, prefix, headers }: GatewayTarget, method: Method, body: string) {
  return pool.request({
    method: 'POST',
    path: `${prefix}${PATHS[method]}`,
    headers: { ...headers(), 'content-type': 'application/json' },
    body,
  });
}
