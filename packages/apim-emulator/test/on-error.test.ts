import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';
import { sendRequest } from '@vertex-ai-gateway/test-support/send-request';

let gateway: TestGateway | undefined;

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

const show = (name: string): string =>
  `<set-header name="x-${name}"><value>@(context.LastError.${name} ?? "")</value></set-header>`;
const SHOW_ERROR = ['Source', 'Reason', 'Scope', 'Section', 'Path', 'PolicyId'].map(show).join('');
const GLOBAL = `<policies><on-error>${SHOW_ERROR}</on-error></policies>`;

async function start(files: Record<string, string>): Promise<TestGateway> {
  gateway = await startTestGateway({ files });
  return gateway;
}

async function lastError(files: Record<string, string>, path = '/echo/items/1'): Promise<unknown> {
  const { send } = await start({ 'policy.xml': GLOBAL, ...files });
  const { headers } = await send({ path });
  return Object.fromEntries(
    ['source', 'reason', 'scope', 'section', 'path', 'policyid'].map((name) => [name, headers[`x-${name}`]]),
  );
}

const FAIL = '@((string)context.Variables["missing"])';

test('LastError tells where a nested policy failed', async () => {
  const inbound = `<choose><when condition="@(false)" /></choose>
    <choose>
      <when condition="@(false)" />
      <when condition="@(true)"><set-variable id="the-one" name="a" value="${FAIL}" /></when>
    </choose>`;
  expect(await lastError({ 'apis/echo/operations/get-item/policy.xml': policies({ inbound }) })).toEqual({
    source: 'set-variable',
    reason: 'ExpressionValueEvaluationFailure',
    scope: 'operation',
    section: 'inbound',
    path: 'choose[2]/when[2]/set-variable',
    policyid: 'the-one',
  });
});

test('LastError tells which condition failed', async () => {
  const inbound = `<choose><when condition="@(false)" /><when condition="@(bool.Parse("x"))" /></choose>`;
  expect(await lastError({ 'products/starter/policy.xml': policies({ inbound }) })).toMatchObject({
    source: 'choose',
    reason: 'ExpressionValueEvaluationFailure',
    scope: 'product',
    path: 'choose/when[2]',
  });
});

test('an expression that fails is answered as an internal error', async () => {
  const inbound = `<set-variable name="a" value="${FAIL}" />`;
  const { send } = await start({ 'apis/echo/policy.xml': policies({ inbound }) });
  const response = await send({ path: '/echo/items/1' });
  expect(response.status).toBe(500);
  expect(response.json()).toMatchObject({ statusCode: 500, message: 'Internal server error' });
});

test('an unknown operation runs on-error of its API, an unknown API that of the global scope', async () => {
  const api = policies({ 'on-error': '<base /><set-header name="x-api"><value>yes</value></set-header>' });
  const { send } = await start({ 'policy.xml': GLOBAL, 'apis/echo/policy.xml': api });
  const known = await send({ path: '/echo/nothing' });
  expect(known.headers).toMatchObject({
    'x-source': 'configuration',
    'x-reason': 'OperationNotFound',
    'x-api': 'yes',
  });
  const unknown = await send({ path: '/nowhere' });
  expect(unknown.headers['x-reason']).toBe('OperationNotFound');
  expect(unknown.headers).not.toHaveProperty('x-api');
});

test('without an operation the URL is still the one that the caller sent', async () => {
  const show = '<set-header name="x-path"><value>@(context.Request.Url.Path)</value></set-header>';
  const { send } = await start({ 'apis/echo/policy.xml': policies({ 'on-error': show }) });
  expect((await send({ path: '/echo/nothing?q=1' })).headers['x-path']).toBe('/echo/nothing');
});

test('a refused key runs on-error of the operation, not that of a product', async () => {
  const mark = (name: string): string =>
    policies({ 'on-error': `<base /><set-header name="x-${name}"><value>yes</value></set-header>` });
  const { port } = await start({
    'policy.xml': GLOBAL,
    'products/starter/policy.xml': mark('product'),
    'apis/echo/operations/get-item/policy.xml': mark('operation'),
  });
  const { status, headers } = await sendRequest(port, { path: '/echo/items/1' });
  expect(status).toBe(401);
  expect(headers).toMatchObject({ 'x-source': 'authorization', 'x-reason': 'SubscriptionKeyNotFound' });
  expect(headers['x-operation']).toBe('yes');
  expect(headers).not.toHaveProperty('x-product');
});

test('on-error sees the status of the answer, and can replace the answer', async () => {
  const document = `<policies><on-error>
    <return-response>
      <set-status code="@(context.Response.StatusCode + 1)" />
      <set-body>@("was " + context.Response.StatusCode)</set-body>
    </return-response>
  </on-error></policies>`;
  const { send } = await start({ 'policy.xml': document });
  expect(await send({ path: '/nowhere' })).toMatchObject({ status: 405, text: 'was 404' });
});

test('an error in on-error is answered as an internal error', async () => {
  const document = `<policies><on-error><set-variable name="a" value="${FAIL}" /></on-error></policies>`;
  const { send } = await start({ 'policy.xml': document });
  expect((await send({ path: '/nowhere' })).status).toBe(500);
});
