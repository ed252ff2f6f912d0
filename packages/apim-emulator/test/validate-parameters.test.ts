import { lastErrorOf, SHOW_LAST_ERROR } from './last-error.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import { sendRequest } from '@vertex-ai-gateway/test-support/send-request';
import type { ReceivedResponse } from '@vertex-ai-gateway/test-support/send-request';
import { KEY, policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

const SPECIFICATION = `
openapi: 3.0.3
paths:
  /items/{id}:
    parameters:
      - { name: id, in: path, required: true, schema: { type: string } }
      - { name: trace, in: query, schema: { type: string } }
    get:
      operationId: get-item
      parameters:
        - { name: id, in: path, required: true, schema: { type: integer, maximum: 99 } }
        - { name: count, in: query, schema: { $ref: '#/components/schemas/Count' } }
        - { name: ratio, in: query, schema: { type: number } }
        - { name: deep, in: query, schema: { type: boolean } }
        - { name: tags, in: query, schema: { type: array, maxItems: 3, items: { type: integer } } }
        - { name: X-Team, in: header, required: true, schema: { type: string, enum: [red, blue] } }
  /free/{name}:
    get: { operationId: get-free }
components:
  schemas:
    Count: { type: integer, minimum: 1 }
`;

const SHOW_ERRORS =
  '<set-header name="x-errors"><value>@(Uri.EscapeDataString(((JArray)context.Variables.GetValueOrDefault<object>("errors", new JArray())).ToString()))</value></set-header>';

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

function validate(specified: string, unspecified: string, children = ''): string {
  return `<validate-parameters specified-parameter-action="${specified}" unspecified-parameter-action="${unspecified}" errors-variable-name="errors">${children}</validate-parameters>`;
}

const ONLY_QUERY = '<headers unspecified-parameter-action="ignore" />';

async function start(inbound: string, specification = SPECIFICATION): Promise<TestGateway> {
  gateway = await startTestGateway({
    backend: backend.url,
    files: {
      'apis/echo/specification.yaml': specification,
      'apis/echo/policy.xml': policies({
        inbound: `<base />${inbound}`,
        outbound: SHOW_ERRORS,
        'on-error': SHOW_LAST_ERROR + SHOW_ERRORS,
      }),
    },
  });
  return gateway;
}

function get(path: string, headers: Record<string, string> = { 'x-team': 'red' }): Promise<ReceivedResponse> {
  if (!gateway) throw new Error('no gateway');
  return gateway.send({ path: `/echo${path}`, headers });
}

function errorsOf({ headers }: ReceivedResponse): unknown {
  return JSON.parse(decodeURIComponent(String(headers['x-errors'])));
}

test.each([
  '/items/7',
  '/items/7?count=3&ratio=-1.5e3&deep=True&trace=any',
  '/items/7?tags=1,2&tags=3',
  '/items/7?subscription-key=whatever',
])('%s is as specified', async (path) => {
  await start(validate('prevent', 'prevent', ONLY_QUERY));
  expect((await get(path)).status).toBe(200);
  expect(backend.received).toMatchObject([{ url: `/base${path}` }]);
});

const nonconforming = (what: string, problem: string): string =>
  `The value of the ${what} does not conform to the definition. ${problem} Line: 1, Position: 1`;

test.each([
  ['/items/100', nonconforming('path parameter id', 'Number exceeds maximum value of 99.')],
  [
    '/items/seven',
    "Value of the path parameter id couldn't be parsed according to the definition. It is no integer.",
  ],
  ['/items/7?count=0', nonconforming('query parameter count', 'Number is less than minimum value of 1.')],
  [
    '/items/7?count=1.5',
    "Value of the query parameter count couldn't be parsed according to the definition. It is no integer.",
  ],
  ['/items/7?count=1&count=2', 'Request cannot contain multiple values for the query parameter count.'],
  [
    '/items/7?deep=yes',
    "Value of the query parameter deep couldn't be parsed according to the definition. It is no boolean.",
  ],
  [
    '/items/7?tags=1,x',
    "Value of the query parameter tags couldn't be parsed according to the definition. It is no array.",
  ],
  [
    '/items/7?tags=1,2,3,4',
    nonconforming('query parameter tags', 'Array item count exceeds maximum count of 3.'),
  ],
  ['/items/7?Count=1', 'Unspecified query parameter Count is not allowed.'],
  ['/items/7?%66oo=1', 'Unspecified query parameter foo is not allowed.'],
])('%s is answered with 400', async (path, message) => {
  await start(validate('prevent', 'prevent', ONLY_QUERY));
  const response = await get(path);
  expect(response.status).toBe(400);
  expect(response.json()).toEqual({ statusCode: 400, message });
  expect(backend.received).toEqual([]);
});

test('a header that is missing, or has another value, is refused; its case does not matter', async () => {
  await start(validate('prevent', 'ignore'));
  expect((await get('/items/7', {})).json()).toEqual({
    statusCode: 400,
    message: 'Required header X-Team was not found in the request.',
  });
  const other = await get('/items/7', { 'X-TEAM': 'green' });
  expect(other.status).toBe(400);
  expect(errorsOf(other)).toEqual([
    {
      Name: 'X-Team',
      Type: 'RequestHeader',
      ValidationRule: 'IncorrectMessage',
      Details:
        'Value of the header X-Team does not conform to the definition. Value is not defined in enum. Line: 1, Position: 1',
      Action: 'prevent',
    },
  ]);
  expect(lastErrorOf(other)).toMatchObject({
    Source: 'validate-parameters',
    Reason: 'Bad request',
    Section: 'inbound',
    Path: 'validate-parameters',
  });
});

test('detect notes every error and lets the call through', async () => {
  await start(validate('detect', 'detect'));
  const response = await get('/items/7?count=0&other=1', { 'x-team': 'green' });
  expect(response.status).toBe(200);
  const names = (errorsOf(response) as { Name: string; Type: string }[]).map(({ Name, Type }) => [
    Type,
    Name,
  ]);
  expect(names).toEqual(
    expect.arrayContaining([
      ['RequestHeader', 'X-Team'],
      ['RequestHeader', 'Host'],
      ['QueryParameter', 'count'],
      ['QueryParameter', 'other'],
    ]),
  );
  expect(JSON.stringify(names)).not.toMatch(/x-forwarded-for|ocp-apim-subscription-key/i);
});

test('ignore skips validation', async () => {
  await start(validate('ignore', 'ignore'));
  const response = await get('/items/many?count=0&other=1', {});
  expect([response.status, errorsOf(response)]).toEqual([200, []]);
});

test('the action of a kind, and that of a named parameter, win over the wider ones', async () => {
  await start(
    validate(
      'prevent',
      'prevent',
      `<headers specified-parameter-action="ignore" unspecified-parameter-action="ignore"><parameter name="x-forbidden" action="prevent" /></headers>
       <query unspecified-parameter-action="detect"><parameter name="count" action="ignore" /><parameter name="debug" action="prevent" /></query>
       <path specified-parameter-action="ignore" />`,
    ),
  );
  expect((await get('/items/seven?count=0&other=1', {})).status).toBe(200);
  expect((await get('/items/7?ratio=x', {})).status).toBe(400);
  expect((await get('/items/7?debug=1', {})).status).toBe(400);
  expect((await get('/items/7', { 'X-Forbidden': '1' })).json()).toEqual({
    statusCode: 400,
    message: 'Unspecified header X-Forbidden is not allowed.',
  });
});

test('an action may be an expression', async () => {
  await start(validate('@(context.Request.Method == "GET" ? "prevent" : "ignore")', 'ignore'));
  expect((await get('/items/seven')).status).toBe(400);
});

test('a path parameter that the specification does not describe is an unspecified one', async () => {
  await start(validate('prevent', 'prevent', ONLY_QUERY));
  expect((await get('/free/a')).json()).toEqual({
    statusCode: 400,
    message: 'Unspecified path parameter name is not allowed.',
  });
});

test('the key is none of the parameters', async () => {
  const { port } = await start(validate('prevent', 'prevent', ONLY_QUERY));
  const path = `/echo/items/7?subscription-key=${KEY}`;
  expect((await sendRequest(port, { path, headers: { 'x-team': 'red' } })).status).toBe(200);
});

test('a schema that refers to one that is not there is no fault of the caller', async () => {
  await start(validate('prevent', 'ignore'), SPECIFICATION.replace('schemas/Count', 'schemas/Gone'));
  const response = await get('/items/7?count=1');
  expect(response.json()).toEqual({
    statusCode: 400,
    message: 'The request could not be processed due to an internal error. Contact the API owner.',
  });
  expect(lastErrorOf(response)?.Message).toBe("API's schema doesn't exist or it couldn't be resolved.");
});

test.each([
  [
    '<validate-parameters specified-parameter-action="prevent" />',
    /:2:18 <validate-parameters> needs the attribute "unspecified-parameter-action"\.$/,
  ],
  [
    validate('block', 'ignore'),
    /:2:67 <validate-parameters> "specified-parameter-action" is one of ignore, prevent, detect\.$/,
  ],
  [
    validate('ignore', 'ignore', '<path unspecified-parameter-action="ignore" />'),
    /<path> The attribute "unspecified-parameter-action" isn't supported; allowed: specified-parameter-action\.$/,
  ],
  [
    validate('ignore', 'ignore', '<query><parameter name="a" /></query>'),
    /<parameter> needs the attribute "action"\.$/,
  ],
  [validate('ignore', 'ignore', '<query /><query />'), /<query> occurs twice\.$/],
  [validate('ignore', 'ignore').repeat(2), /<validate-parameters> is allowed only once in inbound\.$/],
])('refuses %s', async (policy, problem) => {
  await expect(start(policy)).rejects.toThrow(problem);
});
