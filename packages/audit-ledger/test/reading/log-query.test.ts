import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { listen, type Listening } from '@vertex-ai-gateway/cloud-emulators/loopback/listen';
import { createLogQuery, type LogRow } from '../../src/reading/log-query.ts';
import { AuditError } from '../../src/audit-error.ts';
import { rejectedBy } from '../thrown-by.ts';

const APPLICATION_ID = '55555555-5555-4555-8555-555555555555';
const TOKEN = 'a-token-secret';
const SECRET = 'an-answer-secret';
const { signal: never } = new AbortController();

type Answer = (response: ServerResponse) => void;

let server: Listening;
let received: { request: IncomingMessage; body: string }[];
let answer: Answer;

beforeEach(async () => {
  received = [];
  server = await listen(
    createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ request, body: Buffer.concat(chunks).toString() });
        answer(response);
      });
    }),
    0,
  );
});
afterEach(() => server.close());

function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

const TABLES = {
  tables: [{ name: 'PrimaryResult', columns: [{ name: 'n', type: 'long' }], rows: [[1], [2]] }],
};

interface Changes {
  readonly timeoutInMs?: number;
  readonly token?: () => Promise<string>;
  readonly signal?: AbortSignal;
}

function query({
  timeoutInMs = 5000,
  token = () => Promise.resolve(TOKEN),
  signal = never,
}: Changes = {}): Promise<readonly LogRow[]> {
  const endpoint = `http://127.0.0.1:${server.port}`;
  return createLogQuery({ endpoint, applicationId: APPLICATION_ID, token, timeoutInMs })('traces', signal);
}

async function failure(changes?: Changes): Promise<AuditError> {
  const error = await rejectedBy(query(changes));
  const everything = [error.stack, inspect(error, { depth: null, showHidden: true }), JSON.stringify(error)];
  for (const secret of [TOKEN, SECRET]) expect(everything.join()).not.toContain(secret);
  expect(error.cause).toBeUndefined();
  return error;
}

test('a query is posted with the token, and its rows come by the names of their columns', async () => {
  answer = json(200, TABLES);
  expect(await query()).toEqual([{ n: 1 }, { n: 2 }]);
  expect(received.map(({ body }) => body)).toEqual(['{"query":"traces"}']);
  expect(received[0]?.request).toMatchObject({
    method: 'POST',
    url: `/v1/apps/${APPLICATION_ID}/query`,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', prefer: 'wait=5' },
  });
});

test('no content is no rows', async () => {
  answer = (response) => void response.writeHead(204).end();
  expect(await query()).toEqual([]);
});

test.each([400, 401, 403, 404, 302])('HTTP %i is a refusal that operators must look at', async (status) => {
  answer = json(status, { error: { message: SECRET } }, { location: '/elsewhere' });
  const error = await failure();
  expect(error).toMatchObject({ code: 'AUDIT_QUERY_REJECTED', retryAfterInMs: undefined });
  expect(error.message).toContain(`(HTTP ${status})`);
});

test.each([500, 502, 503, 504])('HTTP %i is an outage', async (status) => {
  answer = json(status, { error: { message: SECRET } });
  expect((await failure()).code).toBe('AUDIT_UNAVAILABLE');
});

test.each<[string | undefined, number | undefined]>([
  ['7', 7000],
  ['0', 0],
  ['999999', 3_600_000],
  ['soon', undefined],
  ['-1', undefined],
  ['Thu, 01 Jan 1970 00:00:00 GMT', undefined],
  [undefined, undefined],
])('HTTP 429 with Retry-After %s is an outage that says how long to wait', async (header, retryAfterInMs) => {
  answer = json(429, { error: { message: SECRET } }, header === undefined ? {} : { 'retry-after': header });
  expect(await failure()).toMatchObject({ code: 'AUDIT_UNAVAILABLE', retryAfterInMs });
});

test('Retry-After can be a date', async () => {
  const inAMinute = new Date(Date.now() + 60_000).toUTCString();
  answer = json(503, {}, { 'retry-after': inAMinute });
  const { retryAfterInMs = 0 } = await failure();
  expect(retryAfterInMs).toBeGreaterThan(50_000);
  expect(retryAfterInMs).toBeLessThanOrEqual(60_000);
});

test.each<[string, Answer]>([
  ['nothing', (response) => void response.writeHead(200).end()],
  ['no JSON', (response) => void response.writeHead(200).end(SECRET)],
  ['no tables', json(200, { tables: [] })],
  ['tables without columns', json(200, { tables: [{ rows: [[SECRET]] }] })],
  ['a row of another length', json(200, { tables: [{ columns: [{ name: 'n' }], rows: [[1, SECRET]] }] })],
  ['a part of the rows', json(200, { ...TABLES, error: { code: 'PartialError', message: SECRET } })],
  [
    'more than anybody asked for',
    (response) => void response.writeHead(200).end(Buffer.alloc(17 * 1024 * 1024, ' ')),
  ],
])('an answer with %s is not read', async (_, behaviour) => {
  answer = behaviour;
  const error = await failure();
  expect(error.code).toBe('AUDIT_UNAVAILABLE');
  expect(error.message).toContain('not complete');
});

test.each<[string, Answer]>([
  ['drops the connection', (response) => void response.destroy()],
  [
    'breaks off',
    (response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"tables"');
      setImmediate(() => response.destroy());
    },
  ],
])('a service that %s is an outage', async (_, behaviour) => {
  answer = behaviour;
  expect(await failure()).toMatchObject({
    code: 'AUDIT_UNAVAILABLE',
    message: expect.stringContaining('cannot be reached') as string,
  });
});

test('a service that is not there is an outage', async () => {
  await server.close();
  expect((await failure()).code).toBe('AUDIT_UNAVAILABLE');
});

test.each<[string, Answer]>([
  ['never answers', () => undefined],
  ['never ends its answer', (response) => void response.writeHead(200).write('{')],
])('a service that %s is late', async (_, behaviour) => {
  answer = behaviour;
  const error = await failure({ timeoutInMs: 100 });
  expect(error.code).toBe('AUDIT_UNAVAILABLE');
  expect(error.message).toContain('did not answer in time');
});

test('a call that ends takes its query with it', async () => {
  const controller = new AbortController();
  const gone = new AuditError('AUDIT_UNAVAILABLE', 'The caller went away.');
  const closed = Promise.withResolvers<undefined>();
  answer = (response) => {
    response.once('close', () => closed.resolve(undefined));
    controller.abort(gone);
  };
  expect(await rejectedBy(query({ signal: controller.signal }))).toBe(gone);
  await closed.promise;
});

test('a call that has ended asks nothing', async () => {
  const gone = new AuditError('AUDIT_UNAVAILABLE', 'The caller went away.');
  expect(await rejectedBy(query({ signal: AbortSignal.abort(gone) }))).toBe(gone);
  expect(received).toEqual([]);
});

test('without a token nothing is asked, and nothing of the failure is kept', async () => {
  const error = await failure({ token: () => Promise.reject(new Error(SECRET)) });
  expect(error.code).toBe('AUDIT_UNAVAILABLE');
  expect(error.message).toContain('managed identity');
  expect(received).toEqual([]);
});
