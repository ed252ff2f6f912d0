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
});

afterAll(() => backend.close());

async function start(inbound: string): Promise<TestGateway> {
  const files = { 'apis/echo/policy.xml': policies({ inbound, 'on-error': SHOW_LAST_ERROR }) };
  gateway = await startTestGateway({ backend: backend.url, files });
  return gateway;
}

const filter = (action: string, children: string): string =>
  `<ip-filter action="${action}">${children}</ip-filter>`;
const range = (from: string, to: string): string => `<address-range from="${from}" to="${to}" />`;

test.each([
  ['allow', '<address>127.0.0.1</address>', 200],
  ['allow', range('127.0.0.0', '127.255.255.255'), 200],
  ['allow', `<address>10.0.0.1</address>${range('127.0.0.1', '127.0.0.1')}`, 200],
  ['allow', '<address>@("127.0." + "0.1")</address>', 200],
  ['allow', '<address>::ffff:127.0.0.1</address>', 200],
  ['allow', '<address>10.0.0.1</address>', 403],
  ['allow', range('::1', '::ffff'), 403],
  ['allow', '<address>@("10.0.0.1")</address>', 403],
  ['forbid', '<address>127.0.0.1</address>', 403],
  ['forbid', range('126.0.0.0', '128.0.0.0'), 403],
  ['forbid', '<address>10.0.0.1</address>', 200],
  ['@("for" + "bid")', '<address>127.0.0.1</address>', 403],
])('%s %s: %i', async (action, children, status) => {
  const { send } = await start(filter(action, children));
  expect((await send({ path: '/echo/items/1' })).status).toBe(status);
});

test.each([
  ['allow', '10.0.0.1', 'CallerIpNotAllowed', 'Caller IP address 127.0.0.1 is not allowed. Access denied.'],
  ['forbid', '127.0.0.1', 'CallerIpBlocked', 'Caller IP address is blocked. Access denied.'],
])('%s tells why in LastError only', async (action, address, reason, message) => {
  const { send } = await start(filter(action, `<address>${address}</address>`));
  const response = await send({ path: '/echo/items/1' });
  expect(response.text).toBe('{ "statusCode": 403, "message": "Forbidden" }');
  expect(lastErrorOf(response)).toMatchObject({ Source: 'ip-filter', Reason: reason, Message: message });
});

test('a header that names another address changes nothing', async () => {
  const { send } = await start(filter('allow', '<address>10.0.0.1</address>'));
  const headers = { 'x-forwarded-for': '10.0.0.1' };
  expect((await send({ path: '/echo/items/1', headers })).status).toBe(403);
});

test.each([
  [filter('forbid', '<address>@("here")</address>'), 'An address of the filter is not an IP address.'],
  [
    filter('@("maybe")', '<address>10.0.0.1</address>'),
    'The action of the filter is neither allow nor forbid.',
  ],
])('%s lets nobody through', async (policy, message) => {
  const { send } = await start(policy);
  const response = await send({ path: '/echo/items/1' });
  expect(response.status).toBe(500);
  expect(lastErrorOf(response)?.Message).toBe(message);
});

test.each([
  [filter('allow', ''), /policy\.xml:2:10 <ip-filter> needs a child <address> or <address-range>\.$/],
  [filter('allow', '<address>10.0.0.0/8</address>'), /:2:45 <address> needs an IP address; networks such as/],
  [filter('allow', range('10.0.0.9', 'ten')), /:2:71 <address-range> needs an IP address/],
  [
    filter('allow', range('10.0.0.9', '10.0.0.1')),
    /goes from an address to a higher one of the same kind\.$/,
  ],
  [filter('allow', range('10.0.0.9', '::1')), /goes from an address to a higher one of the same kind\.$/],
  [filter('allow', range('@("10.0.0.1")', '10.0.0.2')), /Policy expressions aren't allowed in "from"\.$/],
  [filter('deny', '<address>10.0.0.1</address>'), /"action" is one of allow, forbid\.$/],
])('refuses %s', async (policy, problem) => {
  await expect(start(policy)).rejects.toThrow(problem);
});
