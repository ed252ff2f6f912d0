import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway, TestGatewayOptions } from './start-test-gateway.ts';

let backend: RecordingBackend;
let gateway: TestGateway | undefined;

beforeAll(async () => {
  backend = await startBackend((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-backend': 'yes' }).end('{"a":1}');
  });
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  backend.received.length = 0;
});

afterAll(() => backend.close());

type Sections = Parameters<typeof policies>[0];

async function start(sections: Sections, options: TestGatewayOptions = {}): Promise<TestGateway> {
  const inbound = `<base />${sections.inbound ?? ''}`;
  const files = { 'apis/echo/policy.xml': policies({ ...sections, inbound }) };
  gateway = await startTestGateway({ backend: backend.url, files, ...options });
  return gateway;
}

const set = (name: string, action: string, ...values: string[]): string =>
  `<set-header name="${name}" exists-action="${action}">${values.map((value) => `<value>${value}</value>`).join('')}</set-header>`;

test('set-header overrides, skips, appends and deletes', async () => {
  const { send } = await start({
    inbound: [
      set('x-a', 'override', 'new'),
      set('x-b', 'skip', 'new'),
      set('x-c', 'append', 'new'),
      set('x-d', 'delete'),
      set('x-e', 'skip', 'new'),
      set('x-f', 'override', 'one', 'two'),
    ].join(''),
  });
  const headers = { 'x-a': 'old', 'x-b': 'old', 'x-c': 'old', 'X-D': 'old' };
  await send({ path: '/echo/items/1', headers });
  expect(backend.received[0]?.headers).toMatchObject({
    'x-a': 'new',
    'x-b': 'old',
    'x-c': 'old, new',
    'x-e': 'new',
    'x-f': 'one, two',
  });
  expect(backend.received[0]?.headers).not.toHaveProperty('x-d');
});

test('the header Server stays, whoever deletes it; it can be replaced', async () => {
  const own = await startBackend((_request, response) =>
    response.writeHead(200, { server: 'backend' }).end(),
  );
  try {
    for (const [outbound, server] of [
      [set('Server', 'delete'), 'backend'],
      ['<set-header name=\'@("ser" + "ver")\' exists-action=\'@("delete")\' />', 'backend'],
      [set('server', 'override', 'edge'), 'edge'],
    ] as const) {
      const { send, close } = await start({ outbound }, { backend: own.url });
      expect((await send({ path: '/echo/items/1' })).headers.server).toBe(server);
      await close();
      gateway = undefined;
    }
  } finally {
    await own.close();
  }
});

test.each(['Connection', 'Content-Length', 'Keep-Alive', 'Transfer-Encoding'])(
  'a computed name that is %s changes nothing',
  async (name) => {
    const computed = `name='@("${name}".ToLower())'`;
    const { send } = await start({
      inbound: `<set-header ${computed}><value>7</value></set-header>`,
      outbound: `<set-header ${computed} exists-action="delete" />`,
    });
    const answer = await send({ method: 'POST', path: '/echo/items/1', body: '{"b":2}' });
    expect([answer.status, answer.text]).toEqual([200, '{"a":1}']);
    expect(backend.received).toMatchObject([{ body: '{"b":2}' }]);
  },
);

test('set-header in outbound changes the response', async () => {
  const { send } = await start({
    outbound: `<base />${set('x-backend', 'delete')}${set('x-new', 'override', 'yes')}`,
  });
  const { headers } = await send({ path: '/echo/items/1' });
  expect(headers['x-new']).toBe('yes');
  expect(headers).not.toHaveProperty('x-backend');
});

test('a header value with a line break is refused, not sent', async () => {
  const { send } = await start({ inbound: set('x-a', 'override', '@("a\\r\\nx-injected: 1")') });
  expect((await send({ path: '/echo/items/1' })).status).toBe(500);
  expect(backend.received).toEqual([]);
});

test('a reason with a line break is refused, not sent', async () => {
  const { send } = await start({
    outbound: '<set-status code="200" reason=\'@("a\\r\\nx-injected: 1")\' />',
  });
  const response = await send({ path: '/echo/items/1' });
  expect(response.status).toBe(500);
  expect(response.headers).not.toHaveProperty('x-injected');
});

test('choose runs the first branch whose condition holds, otherwise the last', async () => {
  const { send } = await start({
    inbound: `<choose>
      <when condition='@(context.Request.MatchedParameters["id"] == "1")'>${set('x-branch', 'override', 'one')}</when>
      <when condition="@(context.Request.Url.Path.Length < 10)">${set('x-branch', 'override', 'two')}</when>
      <otherwise>${set('x-branch', 'override', 'other')}</otherwise>
    </choose>`,
  });
  for (const id of ['1', '22', '333']) await send({ path: `/echo/items/${id}` });
  expect(backend.received.map(({ headers }) => headers['x-branch'])).toEqual(['one', 'two', 'other']);
});

test('set-variable keeps what an expression gives', async () => {
  const { send } = await start({
    inbound: `<set-variable name="count" value="@(2)" />
      ${set('x-a', 'override', '@(((int)context.Variables["count"] + 1).ToString())')}`,
  });
  await send({ path: '/echo/items/1' });
  expect(backend.received[0]?.headers['x-a']).toBe('3');
});

test('set-body takes the template that is none, and refuses Liquid', async () => {
  await (
    await start({ inbound: '<set-body template="none">@("a" + "b")</set-body>' })
  ).send({ path: '/echo/items/1', method: 'POST', body: 'x' });
  expect(backend.received[0]?.body).toBe('ab');
  await expect(start({ inbound: '<set-body template="liquid">{{ body }}</set-body>' })).rejects.toThrow(
    /policy.xml:\d+:\d+ <set-body> "template" is one of none\./,
  );
});

test('set-body replaces the body of the request, with its length', async () => {
  const { send } = await start({
    inbound: '<set-body>@(context.Request.Body.As<string>().ToUpper() + "é")</set-body>',
  });
  await send({ method: 'POST', path: '/echo/items/1', body: 'abc' });
  expect(backend.received[0]).toMatchObject({ body: 'ABCé', headers: { 'content-length': '5' } });
});

test('reading a body without preserving it loses it', async () => {
  const read = (preserve: string): string =>
    `<set-variable name="a" value="@(context.Request.Body.As<string>(${preserve}))" />`;
  const lost = await start({ inbound: read('') });
  await lost.send({ method: 'POST', path: '/echo/items/1', body: 'abc' });
  await lost.close();
  const kept = await start({ inbound: read('preserveContent: true') });
  await kept.send({ method: 'POST', path: '/echo/items/1', body: 'abc' });
  expect(backend.received.map(({ body }) => body)).toEqual(['', 'abc']);
});

test('the body of a response can be read and replaced', async () => {
  const { send } = await start({
    outbound: '<base /><set-body>@(context.Response.Body.As<string>() + "!")</set-body>',
  });
  const response = await send({ path: '/echo/items/1' });
  expect(response.text).toBe('{"a":1}!');
  expect(response.headers['content-length']).toBe('8');
});

test('set-status changes the status of the response', async () => {
  const { send } = await start({ outbound: '<base /><set-status code="202" reason="Later" />' });
  expect(await send({ path: '/echo/items/1' })).toMatchObject({
    status: 202,
    reason: 'Later',
    text: '{"a":1}',
  });
});

test('trace emits telemetry, with the trace id of the caller', async () => {
  const time = Date.parse('2026-01-01T00:00:00Z');
  const { send, traces } = await start(
    {
      inbound: `<trace source="audit" severity="information">
        <message>@("item " + context.Request.MatchedParameters["id"])</message>
        <metadata name="subscription" value="@(context.Subscription.Id)" />
        <metadata name="fixed" value="yes" />
      </trace>`,
    },
    { now: () => time },
  );
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await send({ path: '/echo/items/7', headers: { traceparent } });
  await send({ path: '/echo/items/8' });
  expect(traces).toMatchObject([
    {
      time: new Date(time),
      source: 'audit',
      severity: 'information',
      message: 'item 7',
      metadata: { subscription: 'sub-1', fixed: 'yes' },
      operationId: '0af7651916cd43dd8448eb211c80319c',
    },
    { message: 'item 8' },
  ]);
  expect(traces[1]?.operationId).toBe(traces[1]?.requestId.replaceAll('-', ''));
});

test('trace is verbose unless it says otherwise', async () => {
  const { send, traces } = await start({ inbound: '<trace source="a"><message>b</message></trace>' });
  await send({ path: '/echo/items/1' });
  expect(traces).toMatchObject([{ severity: 'verbose', message: 'b', metadata: {} }]);
});

const IDENTITY = '<authentication-managed-identity resource="api://backend" />';

test('the managed identity token replaces the Authorization header and is fetched once', async () => {
  const asked: unknown[] = [];
  const { send } = await start(
    { inbound: IDENTITY },
    {
      managedIdentityToken: (resource, clientId) => {
        asked.push([resource, clientId]);
        return Promise.resolve({ token: 'mi', expiresAt: new Date(Date.now() + 3_600_000) });
      },
    },
  );
  const sent = { path: '/echo/items/1', headers: { authorization: 'Bearer caller' } };
  await Promise.all([send(sent), send(sent), send(sent)]);
  await send(sent);
  expect(asked).toEqual([['api://backend', undefined]]);
  expect(backend.received.map(({ headers }) => headers.authorization)).toEqual(Array(4).fill('Bearer mi'));
});

test('a managed identity token is fetched again before it expires', async () => {
  let time = Date.parse('2026-01-01T00:00:00Z');
  let count = 0;
  const { send } = await start(
    { inbound: IDENTITY },
    {
      now: () => time,
      managedIdentityToken: () => {
        count += 1;
        return Promise.resolve({ token: `mi-${count}`, expiresAt: new Date(time + 600_000) });
      },
    },
  );
  await send({ path: '/echo/items/1' });
  time += 539_999;
  await send({ path: '/echo/items/1' });
  time += 1;
  await send({ path: '/echo/items/1' });
  expect(backend.received.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer mi-1',
    'Bearer mi-1',
    'Bearer mi-2',
  ]);
});

test('without a managed identity token the call fails, unless errors are ignored', async () => {
  const failing = await start({ inbound: IDENTITY });
  expect((await failing.send({ path: '/echo/items/1' })).status).toBe(500);
  expect(backend.received).toEqual([]);
  await failing.close();
  const lenient = await start({ inbound: IDENTITY.replace(' />', ' ignore-error="true" />') });
  expect((await lenient.send({ path: '/echo/items/1' })).status).toBe(200);
});

test('the managed identity token can be put into a variable instead', async () => {
  const { send } = await start(
    {
      inbound: `<authentication-managed-identity resource="r" output-token-variable-name="t" />
        ${set('x-token', 'override', '@((string)context.Variables["t"])')}`,
    },
    {
      managedIdentityToken: () =>
        Promise.resolve({ token: 'mi', expiresAt: new Date(Date.now() + 3_600_000) }),
    },
  );
  await send({ path: '/echo/items/1' });
  expect(backend.received[0]?.headers['x-token']).toBe('mi');
  expect(backend.received[0]?.headers).not.toHaveProperty('authorization');
});
