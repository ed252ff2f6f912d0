import { gzipSync } from 'node:zlib';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { lastErrorOf, SHOW_LAST_ERROR } from './last-error.ts';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { RecordingBackend } from '@vertex-ai-gateway/test-support/recording-backend';
import type { ReceivedResponse } from '@vertex-ai-gateway/test-support/send-request';
import { KEY, policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

const SPECIFICATION = `
openapi: 3.0.3
paths:
  /items/{id}:
    get:
      operationId: get-item
      responses:
        '200':
          content:
            application/json: { schema: { $ref: '#/components/schemas/Item' } }
            text/event-stream: {}
        default:
          content:
            application/problem+json: { schema: { type: object } }
    post:
      operationId: post-item
      requestBody:
        required: true
        content:
          application/json: { schema: { $ref: '#/components/schemas/Item' } }
          text/*: {}
components:
  schemas:
    Item:
      type: object
      required: [name]
      properties:
        name: { type: string, maxLength: 5, nullable: true }
        count: { type: integer, minimum: 0, exclusiveMinimum: true }
        kind: { type: string, enum: [a, b] }
        day: { type: string, format: date }
        tags: { type: array, maxItems: 2, items: { $ref: '#/components/schemas/Tag' } }
        free: { type: object }
      additionalProperties: false
    Tag: { type: string, pattern: '^[a-z]+$' }
`;

const JSON_TYPE = { 'content-type': 'application/json' };

let answer: RequestListener = (_request, response) => response.end();
let backend: RecordingBackend;
let gateway: TestGateway | undefined;

beforeAll(async () => {
  backend = await startBackend((request, response) => answer(request, response));
});

beforeEach(() => {
  answer = (_request, response) => response.end();
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  backend.received.length = 0;
});

afterAll(() => backend.close());

interface Settings {
  readonly unspecified?: string;
  readonly size?: string;
  readonly action?: string;
  readonly more?: string;
  readonly map?: string;
}

function validate({
  unspecified = 'prevent',
  size = 'prevent',
  action = 'prevent',
  more = '',
  map = '',
}: Settings): string {
  return `<validate-content unspecified-content-type-action="${unspecified}" max-size="200" size-exceeded-action="${size}" errors-variable-name="errors">${map}<content type="application/json" validate-as="json" action="${action}" ${more} /></validate-content>`;
}

const SHOW_ERRORS =
  '<set-header name="x-errors"><value>@(Uri.EscapeDataString(((JArray)context.Variables.GetValueOrDefault<object>("errors", new JArray())).ToString()))</value></set-header>';

async function start(document: string): Promise<TestGateway> {
  gateway = await startTestGateway({
    backend: backend.url,
    files: {
      'policy.xml':
        '<policies><backend><forward-request buffer-response="false" /></backend><on-error /></policies>',
      'apis/echo/specification.yaml': SPECIFICATION,
      'apis/echo/policy.xml': document,
    },
  });
  return gateway;
}

function onRequests(settings: Settings = {}): Promise<TestGateway> {
  return start(
    policies({
      inbound: `<base />${validate(settings)}`,
      outbound: SHOW_ERRORS,
      'on-error': SHOW_LAST_ERROR + SHOW_ERRORS,
    }),
  );
}

function onResponses(settings: Settings = {}): Promise<TestGateway> {
  return start(
    policies({ outbound: validate(settings) + SHOW_ERRORS, 'on-error': SHOW_LAST_ERROR + SHOW_ERRORS }),
  );
}

function post(body: string | Buffer, headers: Record<string, string> = JSON_TYPE): Promise<ReceivedResponse> {
  if (!gateway) throw new Error('no gateway');
  return gateway.send({ method: 'POST', path: '/echo/items/1', headers, body });
}

function errorsOf({ headers }: ReceivedResponse): unknown {
  return JSON.parse(decodeURIComponent(String(headers['x-errors'])));
}

test('a body that conforms is forwarded as it came', async () => {
  await onRequests();
  const body =
    '{ "name": null, "count": 1, "kind": "a", "day": "2026-01-31", "tags": ["x"], "free": {"a":1} }';
  expect((await post(body, { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(200);
  expect(backend.received).toMatchObject([{ body }]);
});

test('a body that does not conform is answered with 400, and tells where', async () => {
  await onRequests();
  const response = await post('{ "name": "ab",\n  "count": "one" }');
  const details =
    'Body of the request does not conform to the definition Item, which is associated with the content type application/json. Invalid type. Expected integer. Line: 2, Position: 12';
  expect(response.status).toBe(400);
  expect(response.json()).toEqual({ statusCode: 400, message: details });
  expect(errorsOf(response)).toEqual([
    {
      Name: 'application/json',
      Type: 'RequestBody',
      ValidationRule: 'IncorrectMessage',
      Details: details,
      Action: 'prevent',
    },
  ]);
  expect(lastErrorOf(response)).toMatchObject({
    Source: 'validate-content',
    Reason: 'Bad request',
    Message: details,
    Section: 'inbound',
  });
  expect(backend.received).toEqual([]);
});

test.each([
  ['{}', 'Required properties are missing from object: name. Line: 1, Position: 1'],
  ['{"name":"toolong"}', 'String exceeds maximum length of 5. Line: 1, Position: 9'],
  ['{"name":"a","count":0}', '"exclusiveMinimum"'],
  ['{"name":"a","kind":"c"}', 'Value is not defined in enum. Line: 1, Position: 20'],
  ['{"name":"a","day":"2026-13-01"}', "Value does not validate against format 'date'."],
  ['{"name":"a","tags":["x","Y"]}', "String does not match regex pattern '^[a-z]+$'. Line: 1, Position: 25"],
  ['{"name":"a","tags":["x","y","z"]}', 'Array item count exceeds maximum count of 2.'],
  ['{"name":"a","x":1}', "Property 'x' has not been defined and the schema does not allow additional"],
  ['[]', 'Invalid type. Expected object. Line: 1, Position: 1'],
  ['{"name":"a",}', 'It is not valid JSON. Line: 1, Position: 13'],
  ['{"name":', 'It is not valid JSON. Line: 1, Position: 9'],
  ['', 'It is not valid JSON. Line: 1, Position: 1'],
])('%s is refused', async (body, problem) => {
  await onRequests();
  const response = await post(body);
  expect(response.status).toBe(400);
  const { message } = response.json() as { message: string };
  if (problem === '"exclusiveMinimum"') expect(message).toContain('must be > 0');
  else expect(message).toContain(problem);
});

test('no error tells a value', async () => {
  await onRequests();
  const response = await post('{"name":"secret-value","count":"secret-value","kind":"secret-value"}');
  expect(response.status).toBe(400);
  expect(errorsOf(response)).toHaveLength(3);
  expect(decodeURIComponent(JSON.stringify(response.headers)) + response.text).not.toContain('secret-value');
});

test('detect notes all errors and lets the call through, ignore notes none', async () => {
  await onRequests({ action: 'detect' });
  const body = '{"count":"one"}';
  const detected = await post(body);
  expect(detected.status).toBe(200);
  expect(errorsOf(detected)).toMatchObject([{ Action: 'detect' }, { Action: 'detect' }]);
  await gateway?.close();
  await onRequests({ action: 'ignore' });
  const ignored = await post(body);
  expect([ignored.status, errorsOf(ignored)]).toEqual([200, []]);
});

test('an action may be an expression', async () => {
  await onRequests({ action: '@(context.Request.Method == "POST" ? "prevent" : "ignore")' });
  expect((await post('{}')).status).toBe(400);
});

test.each([
  ['a long body', 'x'.repeat(201), JSON_TYPE, '201'],
  [
    'a body that is long when decompressed',
    gzipSync('x'.repeat(900)),
    { ...JSON_TYPE, 'content-encoding': 'gzip' },
    'more than 200',
  ],
])('%s is refused', async (_, body, headers, size) => {
  await onRequests();
  const response = await post(body, headers);
  expect(response.json()).toEqual({
    statusCode: 400,
    message: `Request's body is ${size} bytes long and it exceeds the limit of 200 bytes.`,
  });
  expect(errorsOf(response)).toMatchObject([
    {
      Type: 'RequestBody',
      ValidationRule: 'SizeLimit',
      Details: `Request's body is ${size} bytes long and it exceeds the configured limit of 200 bytes.`,
    },
  ]);
});

test('a compressed body is validated, and forwarded compressed', async () => {
  await onRequests();
  const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
  expect((await post(gzipSync('{"name":"a"}'), headers)).status).toBe(200);
  expect((await post(gzipSync('{"name":1}'), headers)).status).toBe(400);
  expect(backend.received).toHaveLength(1);
});

test('a coding that nobody can read is no fault of the schema', async () => {
  await onRequests();
  const response = await post('{}', { ...JSON_TYPE, 'content-encoding': 'rot13' });
  expect(response.json()).toEqual({
    statusCode: 400,
    message: 'The request could not be processed due to an internal error. Contact the API owner.',
  });
  expect(errorsOf(response)).toMatchObject([{ ValidationRule: 'ValidationException' }]);
});

test('a type that the specification does not name is refused; a range names many', async () => {
  await onRequests();
  const refused = await post('<a/>', { 'content-type': 'application/xml' });
  expect(refused.json()).toEqual({
    statusCode: 400,
    message: 'Unspecified content type application/xml is not allowed.',
  });
  expect(errorsOf(refused)).toMatchObject([{ Name: 'application/xml', ValidationRule: 'Unspecified' }]);
  expect((await post('{}', {})).status).toBe(400);
  expect((await post('free text', { 'content-type': 'text/plain' })).status).toBe(200);
});

test('a body that is required has to be there', async () => {
  const { send } = await onRequests();
  expect((await send({ method: 'POST', path: '/echo/items/1' })).json()).toEqual({
    statusCode: 400,
    message: 'Body of the request is missing.',
  });
  expect((await send({ path: '/echo/items/1' })).status).toBe(200);
});

test.each([
  ['<content-type-map missing-content-type-value="application/json" />', {}],
  ['<content-type-map any-content-type-value="application/json" />', { 'content-type': 'text/plain' }],
  [
    '<content-type-map><type from="Application/HAL+json" to="application/json" /></content-type-map>',
    { 'content-type': 'application/hal+json' },
  ],
  [
    '<content-type-map any-content-type-value="text/plain"><type when="@(context.Request.Method == "POST")" to="application/json" /></content-type-map>',
    { 'content-type': 'application/x' },
  ],
])('%s maps a type to another', async (map, headers) => {
  await onRequests({ map });
  expect((await post('{"name":"a"}', headers)).status).toBe(200);
  expect((await post('{"name":1}', headers)).status).toBe(400);
});

test('allow-additional-properties overrides the schemas', async () => {
  await onRequests({ more: 'allow-additional-properties="true"' });
  expect((await post('{"name":"a","x":1}')).status).toBe(200);
  await gateway?.close();
  await onRequests({ more: 'allow-additional-properties="false"' });
  expect((await post('{"name":"a","free":{"x":1}}')).status).toBe(400);
});

test('a response that does not conform is answered with 502 and tells the client nothing', async () => {
  const { send } = await onResponses();
  answer = (_request, response) => response.writeHead(200, JSON_TYPE).end('{"name":1}');
  const response = await send({ path: '/echo/items/1' });
  expect(response.status).toBe(502);
  expect(response.json()).toEqual({
    statusCode: 502,
    message: 'The request could not be processed due to an internal error. Contact the API owner.',
  });
  expect(lastErrorOf(response)).toMatchObject({ Reason: 'Response not allowed', Section: 'outbound' });
  expect(errorsOf(response)).toMatchObject([{ Type: 'ResponseBody', ValidationRule: 'IncorrectMessage' }]);
});

test('a response that conforms, one of another status and one without a body are passed on', async () => {
  const { send } = await onResponses();
  answer = (_request, response) => response.writeHead(200, JSON_TYPE).end('{"name":"a"}');
  expect((await send({ path: '/echo/items/1' })).text).toBe('{"name":"a"}');
  answer = (_request, response) =>
    response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{}');
  expect((await send({ path: '/echo/items/1' })).status).toBe(404);
  answer = (_request, response) => response.writeHead(204).end();
  expect((await send({ path: '/echo/items/1' })).status).toBe(204);
});

test('a response of a type that is not specified, or that is too long, is refused', async () => {
  const { send } = await onResponses();
  answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
  expect((await send({ path: '/echo/items/1' })).status).toBe(502);
  answer = (_request, response) => {
    response.writeHead(200, JSON_TYPE);
    response.write('x'.repeat(150));
    response.end('x'.repeat(150));
  };
  const long = await send({ path: '/echo/items/1' });
  expect(errorsOf(long)).toMatchObject([{ Type: 'ResponseBody', ValidationRule: 'SizeLimit' }]);
});

test('a stream of a type without a schema is passed on as it arrives', async () => {
  const { port } = await onResponses({ size: 'ignore' });
  const finish = Promise.withResolvers<undefined>();
  answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    void finish.promise.then(() => response.end('data: 2\n\n'));
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { 'ocp-apim-subscription-key': KEY };
    httpRequest({ port, path: '/echo/items/1', headers }, resolve).on('error', reject).end();
  });
  const [first] = (await once(response, 'data')) as [Buffer];
  expect(first.toString()).toBe('data: 1\n\n');
  finish.resolve(undefined);
  await once(response.resume(), 'end');
});

test('a schema that refers to one that is not there is no fault of the caller', async () => {
  gateway = await startTestGateway({
    backend: backend.url,
    files: {
      'apis/echo/specification.yaml': SPECIFICATION.replace("schemas/Tag' } }", "schemas/Gone' } }"),
      'apis/echo/policy.xml': policies({ inbound: validate({}), 'on-error': SHOW_LAST_ERROR }),
    },
  });
  const response = await post('{"name":"a"}');
  expect(response.status).toBe(400);
  expect(response.text).toContain('internal error');
  expect(lastErrorOf(response)?.Message).toBe("API's schema does not exist or it could not be resolved.");
});

test.each([
  [
    '<validate-content unspecified-content-type-action="prevent" max-size="102401" size-exceeded-action="prevent" />',
    /:2:80 <validate-content> "max-size" is a whole number from 1 to 102400\.$/,
  ],
  [
    '<validate-content max-size="1" size-exceeded-action="prevent" />',
    /<validate-content> needs the attribute "unspecified-content-type-action"\.$/,
  ],
  [validate({ unspecified: 'allow' }), /is one of ignore, prevent, detect\.$/],
  [validate({}).replace('"json"', '"xml"'), /<content> "validate-as" is one of json\.$/],
  [
    validate({ more: 'schema-id="a"' }),
    /<content> The attribute "schema-id" isn't supported; allowed: type, validate-as, action,/,
  ],
  [
    validate({ map: '<content-type-map><type to="a/b" /></content-type-map>' }),
    /<type> needs one of the attributes "from" and "when"\.$/,
  ],
])('refuses %s', async (policy, problem) => {
  await expect(start(policies({ inbound: policy }))).rejects.toThrow(problem);
});

test('is not allowed in backend', async () => {
  await expect(start(policies({ backend: validate({}) }))).rejects.toThrow(
    "isn't allowed in backend; allowed in: inbound, outbound, on-error.",
  );
});
