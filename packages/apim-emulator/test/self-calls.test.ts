import type { ApiManagementOptions } from '../src/start-api-management.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

let backend: RecordingBackend;
let gateway: TestGateway | undefined;

beforeAll(async () => {
  backend = await startBackend();
});

beforeEach(() => {
  backend.received.length = 0;
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

afterAll(() => backend.close());

/** `GET` calls the gateway itself, at the named value `self` and by another host name; `POST` answers it. */
async function start(
  self: 'public' | 'loopback',
  options: Pick<ApiManagementOptions, 'internalNetwork' | 'tier'>,
): Promise<TestGateway> {
  const call = `<base /><set-method>POST</set-method><set-backend-service base-url="{{self}}/echo" />
    <set-header name="Host"><value>gateway.example</value></set-header>`;
  const host = '<return-response><set-body>@(context.Request.OriginalUrl.Host)</set-body></return-response>';
  gateway = await startTestGateway({
    backend: backend.url,
    namedValues: (publicUrl, loopbackUrl) => ({ self: self === 'public' ? publicUrl : loopbackUrl }),
    files: {
      'apis/echo/operations/get-item/policy.xml': policies({
        inbound: call,
        'on-error': '<return-response><set-body>@(context.LastError.Reason)</set-body></return-response>',
      }),
      'apis/echo/operations/post-item/policy.xml': policies({ inbound: host }),
    },
    ...options,
  });
  return gateway;
}

test.each([
  ['public', {}, 'gateway.example'],
  ['loopback', {}, 'gateway.example'],
  ['public', { internalNetwork: true }, 'BackendConnectionFailure'],
  ['loopback', { internalNetwork: true }, 'gateway.example'],
  ['public', { tier: 'v2' }, 'gateway.example'],
  ['loopback', { tier: 'v2' }, 'BackendConnectionFailure'],
] as const)('a gateway that calls itself at its %s address, with %j: %s', async (self, options, answer) => {
  const { send } = await start(self, options);
  expect((await send({ path: '/echo/items/1' })).text).toBe(answer);
});

test('send-request reaches the gateway itself where forward-request does, by the host that it names', async () => {
  gateway = await startTestGateway({
    internalNetwork: true,
    namedValues: (publicUrl, loopbackUrl) => ({ public: publicUrl, loopback: loopbackUrl }),
    files: {
      'apis/echo/operations/get-item/policy.xml': policies({
        inbound: `<send-request mode="copy" response-variable-name="none" ignore-error="true"><set-url>{{public}}/echo/items/1</set-url><set-method>POST</set-method></send-request>
          <send-request mode="copy" response-variable-name="answer"><set-url>{{loopback}}/echo/items/1</set-url><set-method>POST</set-method><set-header name="host"><value>gateway.example</value></set-header></send-request>
          <return-response><set-body>@((context.Variables["none"] == null ? "no way, " : "a way, ") + ((IResponse)context.Variables["answer"]).Body.As<string>())</set-body></return-response>`,
      }),
      'apis/echo/operations/post-item/policy.xml': policies({
        inbound:
          '<return-response><set-body>@(context.Request.OriginalUrl.Host)</set-body></return-response>',
      }),
    },
  });
  expect((await gateway.send({ path: '/echo/items/1' })).text).toBe('no way, gateway.example');
});

test('the host of the caller goes to no backend; one that a policy sets does', async () => {
  gateway = await startTestGateway({
    backend: backend.url,
    files: {
      'apis/echo/operations/post-item/policy.xml': policies({
        inbound: '<base /><set-header name="Host"><value>api.example</value></set-header>',
      }),
    },
  });
  await gateway.send({ path: '/echo/items/1', headers: { host: 'caller.example' } });
  await gateway.send({ method: 'POST', path: '/echo/items/1', headers: { host: 'caller.example' } });
  expect(backend.received.map(({ headers }) => headers.host)).toEqual([
    new URL(backend.url).host,
    'api.example',
  ]);
});
