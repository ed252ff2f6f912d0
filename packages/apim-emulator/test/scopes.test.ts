import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway, TestGatewayOptions } from './start-test-gateway.ts';

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

async function start(options: TestGatewayOptions): Promise<TestGateway> {
  gateway = await startTestGateway({ backend: backend.url, ...options });
  return gateway;
}

const append = (value: string): string =>
  `<set-header name="trail" exists-action="append"><value>${value}</value></set-header>`;
const GLOBAL = `<policies><inbound>${append('global')}</inbound><backend><forward-request /></backend></policies>`;

function trail(): string | undefined {
  return backend.received[0]?.headers.trail as string | undefined;
}

test('base puts the section of the parent scope in its place: global, product, API, operation', async () => {
  const { send } = await start({
    files: {
      'policy.xml': GLOBAL,
      'products/starter/policy.xml': policies({ inbound: `<base />${append('product')}` }),
      'apis/echo/policy.xml': policies({ inbound: `${append('before')}<base />${append('api')}` }),
      'apis/echo/operations/get-item/policy.xml': policies({ inbound: `<base />${append('operation')}` }),
    },
  });
  await send({ path: '/echo/items/1' });
  expect(trail()).toBe('before, global, product, api, operation');
});

test('without base nothing is inherited', async () => {
  const { send } = await start({
    files: { 'policy.xml': GLOBAL, 'apis/echo/policy.xml': policies({ inbound: append('api') }) },
  });
  await send({ path: '/echo/items/1' });
  expect(trail()).toBe('api');
});

test('a section that is not there inherits nothing', async () => {
  const { send } = await start({
    files: {
      'policy.xml': GLOBAL,
      'apis/echo/policy.xml': '<policies><inbound><base /></inbound></policies>',
    },
  });
  expect((await send({ path: '/echo/items/1' })).status).toBe(200);
  expect(backend.received).toEqual([]);
});

test('without a global document the request is forwarded', async () => {
  const { send } = await start({});
  const response = await send({ path: '/echo/items/1?x=1' });
  expect(response.text).toBe('{"ok":true}');
  expect(backend.received).toMatchObject([{ method: 'GET', url: '/base/items/1?x=1' }]);
});

test('a fragment runs where it is included', async () => {
  const { send } = await start({
    files: {
      'policy-fragments/stamp/policy.xml': `<fragment>${append('fragment')}</fragment>`,
      'apis/echo/policy.xml': policies({
        inbound: `${append('a')}<include-fragment fragment-id="stamp" />${append('b')}<base />`,
      }),
    },
  });
  await send({ path: '/echo/items/1' });
  expect(trail()).toBe('a, fragment, b');
});

test('return-response ends the pipeline: neither the backend nor outbound is reached', async () => {
  const { send } = await start({
    files: {
      'apis/echo/policy.xml': policies({
        inbound: `<return-response>
          <set-status code="418" reason="Teapot" />
          <set-header name="x-kind"><value>tea</value></set-header>
          <set-body>short and stout</set-body>
        </return-response>`,
        outbound: '<set-header name="x-outbound"><value>yes</value></set-header>',
      }),
    },
  });
  const response = await send({ path: '/echo/items/1' });
  expect(response).toMatchObject({ status: 418, reason: 'Teapot', text: 'short and stout' });
  expect(response.headers).toMatchObject({ 'x-kind': 'tea', 'content-length': '15' });
  expect(response.headers).not.toHaveProperty('x-outbound');
  expect(backend.received).toEqual([]);
});

test('return-response is 200 and empty by default', async () => {
  const { send } = await start({
    files: { 'apis/echo/policy.xml': policies({ inbound: '<return-response />' }) },
  });
  expect(await send({ path: '/echo/items/1' })).toMatchObject({ status: 200, text: '' });
});

test.each([
  [
    'a policy that is not known',
    '<jsonp callback-parameter-name="cb" />',
    "<jsonp> isn't a policy that is supported",
  ],
  [
    'a policy in a section it is not allowed in',
    '<forward-request />',
    "<forward-request> isn't allowed in inbound; allowed in: backend.",
  ],
  [
    'an attribute that is not known',
    '<set-header name="a" colour="b" />',
    'The attribute "colour" isn\'t supported; allowed: name, exists-action, id.',
  ],
  ['a missing attribute', '<set-variable name="a" />', '<set-variable> needs the attribute "value".'],
  [
    'a child that is not known',
    '<set-header name="a"><values /></set-header>',
    "<values> isn't supported within <set-header>; allowed: value.",
  ],
  ['text where none belongs', '<choose>hm</choose>', '<choose> takes no text.'],
  [
    'a value that is not allowed',
    '<set-header name="a" exists-action="replace" />',
    '"exists-action" is one of override, skip, append, delete.',
  ],
  [
    'an expression where none is allowed',
    '<set-variable name="@(1)" value="a" />',
    'Policy expressions aren\'t allowed in "name".',
  ],
  [
    'an expression within a literal',
    '<set-variable name="a" value="b @(c)" />',
    'An expression must be the whole value.',
  ],
  [
    'a named value that is not there',
    '<set-variable name="a" value="{{b}}" />',
    'uses the named value "b", which doesn\'t exist. Known: none.',
  ],
  [
    'a fragment that is not there',
    '<include-fragment fragment-id="a" />',
    'There is no fragment "a"; known: none.',
  ],
  [
    'a header that cannot be changed',
    '<set-header name="Content-Length"><value>1</value></set-header>',
    'The header "Content-Length" can\'t be changed or deleted.',
  ],
  [
    'a condition that is no Boolean',
    '<choose><when condition="yes" /></choose>',
    '<when> "condition" is an expression, true, or false.',
  ],
  [
    'a condition that gives a text',
    '<choose><when condition="@(context.Api.Name)"><set-method>GET</set-method></when></choose>',
    '<when> "condition" is a Boolean; this expression gives a string.',
  ],
  [
    'a condition that gives a token',
    `<choose><when condition='@(context.Request.Body.As<JObject>()["a"])'><set-method>GET</set-method></when></choose>`,
    '<when> "condition" is a Boolean; this expression gives a JToken.',
  ],
  [
    'a header without a value',
    '<set-header name="a" exists-action="append" />',
    '<set-header> needs a child <value>, unless exists-action is delete.',
  ],
  [
    'a query parameter without a value',
    '<set-query-parameter name="a" />',
    '<set-query-parameter> needs a child <value>, unless exists-action is delete.',
  ],
  [
    'a rewrite to a parameter that no operation has',
    '<rewrite-uri template="/v2/{id}/{colour}" />',
    '<rewrite-uri> "template" has the parameter "colour", which no URL template has; known: id, model.',
  ],
  [
    'a status code that is a date',
    '<return-response><set-status code="@(DateTime.UtcNow)" /></return-response>',
    '<set-status> "code" is a whole number; this expression gives a DateTime.',
  ],
  [
    'an increment that is no number',
    '<rate-limit-by-key calls="1" renewal-period="1" counter-key="a" increment-count="few" />',
    '<rate-limit-by-key> "increment-count" is a whole number of at least 0.',
  ],
  [
    'an increment condition that is no Boolean',
    '<quota-by-key calls="1" renewal-period="300" counter-key="a" increment-condition="often" />',
    '<quota-by-key> "increment-condition" is an expression, true, or false.',
  ],
  [
    'a header for what is left that no message can have',
    '<rate-limit-by-key calls="1" renewal-period="1" counter-key="a" remaining-calls-header-name="what is left" />',
    '<rate-limit-by-key> "what is left" is not the name of a header.',
  ],
  [
    'a header for what is left that is none to be set',
    '<llm-token-limit counter-key="a" tokens-per-minute="1" estimate-prompt-tokens="false" remaining-tokens-header-name="Content-Length" />',
    '<llm-token-limit> The header "Content-Length" can\'t be changed or deleted.',
  ],
  [
    'a reason of two lines',
    '<return-response><set-status code="200" reason="a&#10;b" /></return-response>',
    '<set-status> "reason" has characters that no status line can have.',
  ],
  [
    'the start of a period in another format',
    '<quota-by-key calls="1" renewal-period="300" counter-key="a" first-period-start="2026-01-01" />',
    '<quota-by-key> "first-period-start" is yyyy-MM-ddTHH:mm:ssZ.',
  ],
  [
    'a status for refused tokens that is none',
    '<validate-azure-ad-token tenant-id="t" failed-validation-httpcode="4o1" />',
    '<validate-azure-ad-token> "failed-validation-httpcode" is a whole number from 200 to 599.',
  ],
  [
    'a backend that is no address',
    '<set-backend-service base-url="ftp://a.example" />',
    '"base-url" is an http or https address without a query.',
  ],
  [
    'a backend with a port that there is not',
    '<set-backend-service base-url="https://a.example:99999" />',
    '"base-url" is an http or https address without a query.',
  ],
  [
    'a number that is too long to be counted to',
    '<rate-limit-by-key calls="99999999999999999999" renewal-period="1" counter-key="a" />',
    '<rate-limit-by-key> "calls" is a whole number of at least 1.',
  ],
  ['an expression that is not C#', '<set-variable name="a" value="@(1 +)" />', 'policy.xml:3:'],
])('refuses %s at start', async (_, policy, problem) => {
  const document = policies({ inbound: `\n${policy}` });
  const starting = start({ files: { 'apis/echo/policy.xml': document } });
  await expect(starting).rejects.toThrow(problem);
  await expect(starting).rejects.toThrow(/apis\/echo\/policy\.xml:3:\d+ /);
});

test.each([
  ['<policies><inbound /><inbound /></policies>', '<inbound> occurs twice.'],
  [
    '<policies><inbond /></policies>',
    "<inbond> isn't a section; sections: inbound, backend, outbound, on-error.",
  ],
  ['<policies><inbound><base /></inbound></policies>', "<base> isn't allowed in the global scope"],
  ['<policies id="a" />', '<policies> The attribute "id" isn\'t supported; allowed: none.'],
  [
    '<policies><inbound x="1" /></policies>',
    'policy.xml:1:23 <inbound> The attribute "x" isn\'t supported; allowed: none.',
  ],
  ['<policies>\n  <inbound>stray</inbound></policies>', 'policy.xml:2:12 <inbound> takes no text.'],
  ['<policies><![CDATA[stray]]></policies>', '<policies> takes no text.'],
])('refuses the global document %s', async (document, problem) => {
  await expect(start({ files: { 'policy.xml': document } })).rejects.toThrow(problem);
});

test('base and fragments take no attributes', async () => {
  const base = policies({ inbound: '<base id="a" />' });
  await expect(start({ files: { 'apis/echo/policy.xml': base } })).rejects.toThrow(
    '<base> The attribute "id" isn\'t supported; allowed: none.',
  );
  const files = {
    'policy-fragments/a/policy.xml': '<fragment>stray</fragment>',
    'apis/echo/policy.xml': policies({ inbound: '<include-fragment fragment-id="a" />' }),
  };
  await expect(start({ files })).rejects.toThrow(
    /policy-fragments\/a\/policy\.xml:1:11 <fragment> takes no text\./,
  );
});

test('a fragment that includes another is refused', async () => {
  const files = {
    'policy-fragments/a/policy.xml': '<fragment><include-fragment fragment-id="b" /></fragment>',
    'policy-fragments/b/policy.xml': `<fragment>${append('b')}</fragment>`,
    'apis/echo/policy.xml': policies({ inbound: '<include-fragment fragment-id="a" />' }),
  };
  await expect(start({ files })).rejects.toThrow('A fragment may not include another.');
});

test('a named value is held against what its attribute allows', async () => {
  const set = (attributes: string): Record<string, string> => ({
    'apis/echo/policy.xml': policies({
      inbound: `<set-header ${attributes}><value>1</value></set-header><set-variable name="{{name}}" value="1" />`,
    }),
  });
  const namedValues = { action: 'replace', name: '@(context.Api.Name)' };
  await expect(start({ namedValues, files: set('name="a" exists-action="{{action}}"') })).rejects.toThrow(
    '<set-header> "exists-action" is one of override, skip, append, delete.',
  );
  await expect(start({ namedValues, files: set('name="a"') })).rejects.toThrow(
    '<set-variable> Policy expressions aren\'t allowed in "name".',
  );
});

test('a branch may be empty', async () => {
  const choose = `<choose><when condition="@(false)" /><otherwise /></choose>`;
  const { send } = await start({ files: { 'apis/echo/policy.xml': policies({ inbound: choose }) } });
  expect((await send({ path: '/echo/items/1' })).status).toBe(200);
});

test.each([
  ['<fragment><jsonp /></fragment>', ":1:11 <jsonp> isn't a policy that is supported"],
  ['<fragment>\n<set-header name="a" /></fragment>', ':2:1 <set-header> needs a child <value>'],
  ['<fragment />', ':1:1 <fragment> needs one or more policies within it.'],
  ['<fragment><forward-request timeout="soon" /></fragment>', '"timeout" is a whole number of at least 0.'],
  ['<fragment><base /></fragment>', ":1:11 <base> isn't a policy that is supported"],
  [
    '<fragment><rate-limit calls="1" renewal-period="1" /><forward-request /></fragment>',
    /:1:\d+ <[a-z-]+> isn't allowed in /,
  ],
  [
    '<fragment><choose><when condition="@(true)"><quota calls="0" renewal-period="1" /></when></choose></fragment>',
    ':1:59 <quota> "calls" is a whole number of at least 1.',
  ],
])('refuses the fragment %s that nothing includes', async (fragment, problem) => {
  await expect(start({ files: { 'policy-fragments/a/policy.xml': fragment } })).rejects.toThrow(problem);
});

test.each([
  '<fragment><forward-request /></fragment>',
  '<fragment><quota calls="1" renewal-period="1" /></fragment>',
  '<fragment><rewrite-uri template="/{model}" /></fragment>',
])('takes the fragment %s that nothing includes', async (fragment) => {
  const { send } = await start({ files: { 'policy-fragments/a/policy.xml': fragment } });
  expect((await send({ path: '/echo/items/1' })).status).toBe(200);
});

test('the rewrite of an operation has the parameters of its own URL only', async () => {
  const document = policies({ inbound: '<base /><rewrite-uri template="/{model}" />' });
  await expect(start({ files: { 'apis/echo/operations/get-item/policy.xml': document } })).rejects.toThrow(
    '"template" has the parameter "model", which no URL template has; known: id.',
  );
});

test('named values given at start win over those of the folder', async () => {
  const { send } = await start({
    namedValues: { second: 'given' },
    files: {
      'named-values/one/namedValueInformation.json':
        '{"properties":{"displayName":"first","value":"folder"}}',
      'named-values/two/namedValueInformation.json':
        '{"properties":{"displayName":"second","value":"folder"}}',
      'apis/echo/policy.xml': policies({
        inbound: `<base />${append('{{first}}')}${append('{{ second }}')}`,
      }),
    },
  });
  await send({ path: '/echo/items/1' });
  expect(trail()).toBe('folder, given');
});
