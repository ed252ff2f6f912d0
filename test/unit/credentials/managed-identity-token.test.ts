import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { listen, type Listening } from '@vertex-ai-gateway/cloud-emulators/loopback/listen';
import { createManagedIdentityTokenSource } from '../../../src/credentials/managed-identity-token.ts';
import { rejectedBy } from '../thrown-by.ts';
import { UNLIMITED_IN_MS, withoutWaiting } from './without-waiting.ts';

const TOKEN = 'subject-token-secret';
const SECRET_HEADER = 'identity-header-secret';

type Answer = (response: ServerResponse) => void;

let server: Listening;
let urls: string[];
let answer: Answer;

beforeAll(async () => {
  // All tests share one server, because the SDK reads the address once per process.
  server = await listen(createServer(serve), 0);
  // The platform sets these variables, and @azure/identity reads them.
  process.env.IDENTITY_ENDPOINT = `http://127.0.0.1:${server.port}/msi/token`;
  process.env.IDENTITY_HEADER = SECRET_HEADER;
});
afterAll(async () => {
  delete process.env.IDENTITY_ENDPOINT;
  delete process.env.IDENTITY_HEADER;
  await server.close();
});
beforeEach(() => {
  urls = [];
  const expiresOn = String(Math.floor(Date.now() / 1000) + 3600);
  answer = json({ access_token: TOKEN, expires_on: expiresOn, resource: 'r', token_type: 'Bearer' });
});

function serve(request: IncomingMessage, response: ServerResponse): void {
  urls.push(request.url ?? '');
  if (request.headers['x-identity-header'] === SECRET_HEADER) answer(response);
  else response.writeHead(401).end();
}

function json(body: unknown): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

/** Creates a source of tokens. Each test has its own resource, because the SDK caches tokens per resource and process. */
function source(resource: string, clientId?: string, timeoutInMs = 5000): () => Promise<string> {
  return createManagedIdentityTokenSource({ resource, clientId, timeoutInMs });
}

test('the system-assigned identity’s token is asked for the resource', async () => {
  expect(await source('api://one')()).toBe(TOKEN);
  const { searchParams } = new URL(urls[0] ?? '', 'http://host');
  expect(searchParams.get('resource')).toBe('api://one');
  expect(searchParams.has('client_id')).toBe(false);
});

test('a user-assigned identity is named', async () => {
  const clientId = '44444444-4444-4444-8444-444444444444';
  expect(await source('api://two', clientId)()).toBe(TOKEN);
  expect(new URL(urls[0] ?? '', 'http://host').searchParams.get('client_id')).toBe(clientId);
});

async function failure(token: () => Promise<string>) {
  const error = await rejectedBy(token());
  expect(error.code).toBe('MANAGED_IDENTITY_UNAVAILABLE');
  const everything = [error.message, error.stack, inspect(error, { depth: null, showHidden: true })].join();
  expect(everything).not.toContain(TOKEN);
  expect(everything).not.toContain(SECRET_HEADER);
  return error;
}

test('an endpoint that hangs is told as late', async () => {
  const hung = Promise.withResolvers<ServerResponse>();
  answer = hung.resolve;
  const error = await failure(source('api://three', undefined, 50));
  expect(error.message).toBe(
    "The function app's managed identity endpoint did not answer in time, so the gateway has no Google credentials. Try again shortly.",
  );
  json({})(await hung.promise);
});

test.each<[string, string, Answer]>([
  ['answers nothing of use', 'api://four', json({})],
  ['refuses', 'api://five', (response) => void response.writeHead(400).end(TOKEN)],
  ['fails', 'api://six', (response) => void response.writeHead(500).end(TOKEN)],
  ['breaks the connection', 'api://seven', (response) => void response.destroy()],
])('an endpoint that %s is told as one without a token', async (_, resource, behaviour) => {
  answer = behaviour;
  const error = await withoutWaiting(() => failure(source(resource, undefined, UNLIMITED_IN_MS)));
  expect(error.message).toContain('did not answer with a token');
});
