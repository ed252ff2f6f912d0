import { lastErrorOf, SHOW_LAST_ERROR } from './last-error.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

let backend: RecordingBackend;
let gateway: TestGateway | undefined;

beforeAll(async () => {
  backend = await startBackend();
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  backend.received.length = 0;
});

afterAll(() => backend.close());

async function start(inbound: string): Promise<TestGateway> {
  const files = { 'apis/echo/policy.xml': policies({ inbound, 'on-error': SHOW_LAST_ERROR }) };
  gateway = await startTestGateway({ backend: backend.url, files });
  return gateway;
}

const check = (values: string, ignoreCase = 'false'): string =>
  `<check-header id="door" name="X-Door" failed-check-httpcode="401" failed-check-error-message="Not &quot;here&quot;" ignore-case="${ignoreCase}">${values}</check-header>`;

test('a header with one of the values lets the call through', async () => {
  const { send } = await start(check('<value>a</value><value>b</value>'));
  expect((await send({ path: '/echo/items/1', headers: { 'x-door': 'b' } })).status).toBe(200);
  expect(backend.received[0]?.headers['x-door']).toBe('b');
});

test('without values any value but an empty one will do', async () => {
  const { send } = await start(check(''));
  expect((await send({ path: '/echo/items/1', headers: { 'x-door': 'anything' } })).status).toBe(200);
  expect((await send({ path: '/echo/items/1', headers: { 'x-door': '' } })).status).toBe(401);
});

test('a missing header is answered with the code and the message of the policy', async () => {
  const { send } = await start(check('<value>a</value>'));
  const response = await send({ path: '/echo/items/1' });
  expect(response.status).toBe(401);
  expect(response.text).toBe('{ "statusCode": 401, "message": "Not \\"here\\"" }');
  expect(lastErrorOf(response)).toEqual({
    Source: 'check-header',
    Reason: 'HeaderNotFound',
    Message: 'Header X-Door was not found in the request. Access denied.',
    Scope: 'api',
    Section: 'inbound',
    Path: 'check-header',
    PolicyId: 'door',
  });
  expect(backend.received).toEqual([]);
});

test('a code of 500 has the message of the policy, too', async () => {
  const { send } = await start(check('<value>a</value>').replace('"401"', '"500"'));
  expect(await send({ path: '/echo/items/1' })).toMatchObject({
    status: 500,
    text: '{ "statusCode": 500, "message": "Not \\"here\\"" }',
  });
});

test('a code that is none fails the request', async () => {
  const { send } = await start(check('').replace('"401"', '"@(1000 + 1)"'));
  const response = await send({ path: '/echo/items/1' });
  expect(response.status).toBe(500);
  expect(response.text).toContain('"message": "Internal server error"');
  expect(lastErrorOf(response)?.Message).toBe('The status code is not valid.');
});

test('another value is refused', async () => {
  const { send } = await start(check('<value>a</value>'));
  const response = await send({ path: '/echo/items/1', headers: { 'x-door': 'A' } });
  expect(response.status).toBe(401);
  expect(lastErrorOf(response)).toMatchObject({
    Reason: 'HeaderValueNotAllowed',
    Message: 'Header X-Door value of A is not allowed. Access denied.',
  });
});

test('a header that is sent twice has to have a value that is allowed both times', async () => {
  const { send } = await start(check('<value>a</value><value>b</value>'));
  const statusOf = async (values: string[]): Promise<number> =>
    (await send({ path: '/echo/items/1', headers: { 'x-door': values } })).status;
  expect([await statusOf(['a', 'b']), await statusOf(['a', 'c'])]).toEqual([200, 401]);
});

test('case is ignored where the policy says so', async () => {
  const { send } = await start(check('<value>Abc</value>', 'true'));
  expect((await send({ path: '/echo/items/1', headers: { 'x-door': 'aBC' } })).status).toBe(200);
});

test('every attribute and value may be an expression', async () => {
  const { send } = await start(`<set-variable name="door" value="open" />
    <check-header name="@("X-" + "Door")" failed-check-httpcode="@(400 + 18)" failed-check-error-message="@("tea")" ignore-case="@(1 == 1)">
      <value>@((string)context.Variables["door"])</value>
    </check-header>`);
  expect((await send({ path: '/echo/items/1', headers: { 'x-door': 'OPEN' } })).status).toBe(200);
  expect(await send({ path: '/echo/items/1' })).toMatchObject({
    status: 418,
    text: '{ "statusCode": 418, "message": "tea" }',
  });
});

test.each([
  [
    '<check-header name="a" failed-check-httpcode="401" failed-check-error-message="no" />',
    /policy\.xml:2:10 <check-header> needs the attribute "ignore-case"\.$/,
  ],
  [
    '<check-header name="a" failed-check-httpcode="99" failed-check-error-message="no" ignore-case="true" />',
    /policy\.xml:2:56 <check-header> "failed-check-httpcode" is a whole number from 200 to 599\.$/,
  ],
  [
    '<check-header name="a" failed-check-httpcode="401" failed-check-error-message="no" ignore-case="yes" />',
    /"ignore-case" is one of true, false\.$/,
  ],
  [check('<values />'), /<values> isn't supported within <check-header>; allowed: value\.$/],
])('refuses %s', async (policy, problem) => {
  await expect(start(policy)).rejects.toThrow(problem);
});

test('is not allowed in outbound', async () => {
  const files = { 'apis/echo/policy.xml': policies({ outbound: check('') }) };
  await expect(startTestGateway({ files })).rejects.toThrow(
    "isn't allowed in outbound; allowed in: inbound.",
  );
});
