import { request } from 'node:http';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { sendRequest } from '@vertex-ai-gateway/test-support/send-request';
import { KEY, policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

const DESCRIBE = `<base />
  <set-header name="x-subscription"><value>@(context.Subscription?.Id ?? "none")</value></set-header>
  <set-header name="x-product"><value>@(context.Product?.Id ?? "none")</value></set-header>`;
const PRODUCT_POLICY = policies({
  inbound: '<base /><set-header name="x-product-policy"><value>@(context.Product.Id)</value></set-header>',
});
const ELSEWHERE = { id: 'sub-3', name: 'Third', product: 'elsewhere', primaryKey: 'elsewhere-key' };
const SUBSCRIPTIONS = [
  { id: 'sub-1', name: 'First', product: 'starter', primaryKey: KEY },
  { id: 'sub-2', name: 'Second', product: 'starter', primaryKey: 'suspended-key', state: 'suspended' },
  ELSEWHERE,
  { id: 'sub-4', name: 'Fourth', primaryKey: 'all-apis-key' },
  { id: 'sub-5', name: 'Fifth', primaryKey: 'cancelled-all-apis-key', state: 'cancelled' },
];

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

function product(id: string, apis: readonly string[], subscriptionRequired: boolean): Record<string, string> {
  return {
    [`products/${id}/productInformation.json`]: JSON.stringify({ properties: { subscriptionRequired } }),
    [`products/${id}/apis.json`]: JSON.stringify(apis.map((name) => ({ name }))),
    [`products/${id}/policy.xml`]: PRODUCT_POLICY,
  };
}

async function start(files: Readonly<Record<string, string>>): Promise<TestGateway> {
  gateway = await startTestGateway({
    backend: backend.url,
    subscriptions: SUBSCRIPTIONS,
    files: {
      'apis/echo/policy.xml': policies({ inbound: DESCRIBE }),
      ...product('starter', ['echo'], true),
      ...product('elsewhere', [], true),
      ...files,
    },
  });
  return gateway;
}

function openApi(): Record<string, string> {
  const properties = { path: 'echo', serviceUrl: backend.url, subscriptionRequired: false };
  return { 'apis/echo/apiInformation.json': JSON.stringify({ properties }) };
}

async function contextOf({ port }: TestGateway, key?: string): Promise<unknown> {
  const headers = key === undefined ? {} : { 'ocp-apim-subscription-key': key };
  const { status } = await sendRequest(port, { path: '/echo/items/1', headers });
  const received = backend.received.at(-1)?.headers ?? {};
  return [status, received['x-subscription'], received['x-product'], received['x-product-policy']];
}

test.each([undefined, '', 'nonsense', 'suspended-key', 'elsewhere-key'])(
  'a call with the key %j belongs to the open product of its API',
  async (key) => {
    expect(await contextOf(await start(product('open', ['echo'], false)), key)).toEqual([
      200,
      'none',
      'open',
      'open',
    ]);
  },
);

test('beside an open product a valid key counts as without it', async () => {
  const started = await start(product('open', ['echo'], false));
  expect(await contextOf(started, KEY)).toEqual([200, 'sub-1', 'starter', 'starter']);
});

test.each([
  ['beside an open product', () => product('open', ['echo'], false)],
  ['beside products that want a key', () => ({})],
  ['on an API that needs none', openApi],
])('the key of a subscription for all APIs gives no product, %s', async (_, files) => {
  expect(await contextOf(await start(files()), 'all-apis-key')).toEqual([200, 'sub-4', 'none', undefined]);
});

test('the key of a subscription for all APIs that is not active is none', async () => {
  expect(await contextOf(await start({}), 'cancelled-all-apis-key')).toEqual([
    401,
    undefined,
    undefined,
    undefined,
  ]);
});

test('an open product opens its own APIs alone', async () => {
  const started = await start(product('open', [], false));
  expect(await contextOf(started)).toEqual([401, undefined, undefined, undefined]);
});

test.each([undefined, 'nonsense', 'elsewhere-key'])(
  'an API that needs no key is called without a product, with the key %j',
  async (key) => {
    expect(await contextOf(await start(openApi()), key)).toEqual([200, 'none', 'none', undefined]);
  },
);

test('a valid key counts on an API that needs none', async () => {
  expect(await contextOf(await start(openApi()), KEY)).toEqual([200, 'sub-1', 'starter', 'starter']);
});

test('an API in two open products is refused at start', async () => {
  const files = { ...product('open-a', ['echo'], false), ...product('open-b', ['echo'], false) };
  await expect(start(files)).rejects.toThrow(
    /products\/open-b: The API "echo" is in another open product\.$/,
  );
});

test('a request to upgrade is answered like any other', async () => {
  const started = await start({});
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
    'ocp-apim-subscription-key': KEY,
  };
  const status = await new Promise((resolve, reject) => {
    const outgoing = request({ port: started.port, path: '/echo/items/1', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    outgoing.on('upgrade', () => reject(new Error('upgraded')));
    outgoing.on('error', reject);
    outgoing.end();
  });
  expect(status).toBe(200);
  expect(backend.received[0]?.headers).not.toHaveProperty('upgrade');
});

test('a named value may be the address of the gateway itself', async () => {
  gateway = await startTestGateway({
    backend: backend.url,
    namedValues: (gatewayUrl) => ({ self: gatewayUrl }),
    files: {
      'apis/echo/policy.xml': policies({
        inbound: '<base /><set-header name="x-self"><value>{{self}}</value></set-header>',
      }),
    },
  });
  await gateway.send({ path: '/echo/items/1' });
  expect(backend.received[0]?.headers['x-self']).toBe(`http://127.0.0.1:${gateway.port}`);
});
