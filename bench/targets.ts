import { Pool } from 'undici';
import type { RecordedRequest } from '@vertex-ai-gateway/cloud-emulators/control/control';
import type { Environment } from '@vertex-ai-gateway/cloud-emulators/environment-file';

export type Operation = 'predict' | 'generateContent' | 'streamGenerateContent?alt=sse';

/** A server that answers predictions: the bare proxy, the function app, or the edge before it. */
export interface Target {
  readonly name: string;
  /** The connections of its calls, which are kept alive. */
  readonly pool: Pool;
  request(operation: Operation): { path: string; headers: Record<string, string>; body: string };
}

const PARENT = 'v1/projects/sample-project/locations';
const RESOURCES = {
  endpoint: `${PARENT}/us-central1/endpoints/1234567890`,
  model: `${PARENT}/us/publishers/google/models/gemini-3.5-flash`,
};
const CONNECTIONS = 16;
const BODIES = {
  predict: JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] }),
  generate: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Why is the sky blue?' }] }] }),
};
/** Headers of the edge's call that belong to its connection or its body. */
const CONNECTION_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

/** Creates the target of the edge, called by the two sample applications that may use these operations. */
export async function createEdge(environment: Environment): Promise<Target> {
  const scoring = await headersOf(environment, 'scoring-app');
  const assistants = await headersOf(environment, 'assistants-app');
  return createTarget('edge + function app', environment.gatewayUrl, '/vertex', (operation) =>
    operation === 'predict' ? scoring : assistants,
  );
}

/** Reads the headers of the last call that the edge forwarded to a path of this operation. @throws Error without one. */
export async function readHeadersStamped(
  environment: Environment,
  part: string,
): Promise<Record<string, string>> {
  const requests = await recorded(environment, 'functions-host');
  const request = requests.findLast(({ path }) => path.includes(part));
  if (!request) throw new Error(`The edge has not forwarded any call of ${part}.`);
  return Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !CONNECTION_HEADERS.has(name)),
  );
}

/** Clears the requests that the emulators have kept, which would fill their memory. */
export async function forgetReceived({ controls }: Environment): Promise<void> {
  const urls = Object.values(controls).map((url) => `${url}/requests`);
  urls.push(`${controls['application-insights'] ?? ''}/telemetry`);
  await Promise.all(urls.map(async (url) => (await fetch(url, { method: 'DELETE' })).text()));
}

export function createBareProxy(port: number): Target {
  return createTarget('bare proxy', `http://127.0.0.1:${port}`, '', () => ({}));
}

export function createTarget(
  name: string,
  origin: string,
  prefix: string,
  headers: (operation: Operation) => Record<string, string>,
): Target {
  return {
    name,
    pool: new Pool(origin, { connections: CONNECTIONS }),
    request: (operation) => ({
      path: `${prefix}/${operation === 'predict' ? RESOURCES.endpoint : RESOURCES.model}:${operation}`,
      headers: { ...headers(operation), 'content-type': 'application/json' },
      body: operation === 'predict' ? BODIES.predict : BODIES.generate,
    }),
  };
}

/** The headers of an application's calls to the edge: a token and the key of its APIM subscription. */
export async function headersOf(
  environment: Environment,
  application: string,
): Promise<Record<string, string>> {
  const { id = '', subscriptionKey = '' } = environment.applications[application] ?? {};
  const answer = await fetch(environment.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: id,
      client_secret: 'none-is-checked',
      scope: environment.scope,
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return { authorization: `Bearer ${token}`, 'ocp-apim-subscription-key': subscriptionKey };
}

async function recorded({ controls }: Environment, emulator: string): Promise<RecordedRequest[]> {
  const answer = await fetch(`${controls[emulator] ?? ''}/requests`);
  return (await answer.json()) as RecordedRequest[];
}
