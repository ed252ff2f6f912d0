import { readOpenAiResponse } from '../../../src/dialects/openai-responses.ts';
import type { AuthorizedCall } from '../../../src/governance/decide.ts';
import type { BytesPayload, Prediction } from '../../../src/prediction/prediction.ts';
import { rejectedBy, thrownBy } from '../thrown-by.ts';
import { authorizedCall } from './authorized-call.ts';

async function read(body: object, headers: Record<string, string> = {}): Promise<Prediction> {
  return readOpenAiResponse({
    method: 'POST',
    path: 'v1/responses',
    query: new URLSearchParams(),
    header: (name) => headers[name] ?? null,
    body: Buffer.from(JSON.stringify({ model: 'fast', input: 'Hello', ...body })),
  });
}

function payloadOf({ payload }: Prediction): BytesPayload {
  if (payload.kind !== 'bytes') throw new Error('no bytes');
  return payload;
}

const CLAUDE = { kind: 'model', publisher: 'anthropic', model: 'claude-opus-5-5' } as const;

test.each([
  [false, 'generateContent', ['rawPredict']],
  [true, 'streamGenerateContent', ['streamRawPredict']],
])('with stream %s, a call of an alias has the operations of both vendors', async (stream, ...operations) => {
  expect(await read({ stream })).toMatchObject({
    project: undefined,
    location: undefined,
    operation: operations[0],
    otherOperations: operations[1],
    resource: { kind: 'name', name: 'fast' },
  });
});

test.each<[boolean, Partial<AuthorizedCall>, string, string]>([
  [
    false,
    { operation: 'generateContent' },
    'publishers/google/models/gemini-3.5-flash:generateContent',
    'gemini',
  ],
  [
    true,
    { operation: 'streamGenerateContent' },
    'publishers/google/models/gemini-3.5-flash:streamGenerateContent?alt=sse',
    'gemini',
  ],
  [
    true,
    { operation: 'streamGenerateContent', resource: { kind: 'endpoint', endpoint: '42' } },
    'endpoints/42:streamGenerateContent?alt=sse',
    'gemini',
  ],
  [
    false,
    { operation: 'rawPredict', resource: CLAUDE },
    'publishers/anthropic/models/claude-opus-5-5:rawPredict',
    'anthropic',
  ],
  [
    true,
    { operation: 'streamRawPredict', resource: CLAUDE },
    'publishers/anthropic/models/claude-opus-5-5:streamRawPredict',
    'anthropic',
  ],
])('with stream %s, %j is called at %s', async (stream, call, path, format) => {
  const headers = {
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    'anthropic-beta': 'x',
    other: 'y',
  };
  const payload = payloadOf(await read({ stream }, headers));
  expect(payload.request(authorizedCall(call))).toMatchObject({
    method: 'POST',
    path: `/v1/projects/sample-project/locations/us-central1/${path}`,
    headers: { traceparent: headers.traceparent },
    format,
  });
  expect([payload.framing, payload.rewrite?.streamFormat]).toEqual([stream ? 'sse' : undefined, 'responses']);
});

test.each<[string, Partial<AuthorizedCall>]>([
  ['a custom container', { operation: 'rawPredict', resource: { kind: 'endpoint', endpoint: '42' } }],
  [
    'Mistral',
    { operation: 'rawPredict', resource: { kind: 'model', publisher: 'mistralai', model: 'small' } },
  ],
])('%s is refused with another operation that may serve', async (_, call) => {
  const prediction = await read({});
  const error = thrownBy(() => prediction.check?.(authorizedCall(call)));
  expect(error).toMatchObject({ code: 'UNSUPPORTED_PARAMETER', violations: [{ field: 'model' }] });
  expect(error.message).toContain('POST v1/chat/completions');
});

const GEMINI = { operation: 'generateContent' };
const content = (part: object) => ({ input: [{ role: 'user', content: [part] }] });
const FUNCTION = { type: 'function', name: 'look_up' };
const CALL = { type: 'function_call', call_id: 'c', name: 'x', arguments: '{}' };

test.each([
  [
    'image_url',
    content({ type: 'input_image', image_url: 'https://elsewhere.example/a.png' }),
    'input[0].content[0].image_url',
  ],
  [
    'file_url',
    content({ type: 'input_file', file_url: 'gs://elsewhere/a.pdf' }),
    'input[0].content[0].file_url',
  ],
  [
    'a picture of a result',
    {
      input: [
        CALL,
        {
          type: 'function_call_output',
          call_id: 'c',
          output: [{ type: 'input_image', image_url: 'gs://elsewhere/a.png' }],
        },
      ],
    },
    'input[1].output[0].image_url',
  ],
])('the place in %s is judged by the member that names it', async (_, body, field) => {
  const judged: string[] = [];
  const judgePlace = (use: string, uri: string) => {
    judged.push(`${use} ${uri}`);
    return 'not-allowed' as const;
  };
  const prediction = await read(body);
  const error = thrownBy(() => prediction.check?.(authorizedCall({ ...GEMINI, judgePlace })));
  expect(error).toMatchObject({ code: 'STORAGE_NOT_ALLOWED', violations: [{ field }] });
  expect(judged).toEqual([expect.stringMatching(/^inputs (https|gs):\/\/elsewhere/)]);
});

test.each([
  [[FUNCTION], ['tools[0].name']],
  [[{ type: 'custom', name: 'x' }], ['tools[0].name']],
  [[{ type: 'namespace', name: 'n', tools: [FUNCTION] }], ['tools[0].tools[0].name']],
])('the tools %j are judged as functions', async (tools, fields) => {
  const prediction = await read({ tools });
  const error = thrownBy(() => prediction.check?.(authorizedCall(GEMINI)));
  expect(error).toMatchObject({ code: 'TOOL_NOT_ALLOWED', violations: fields.map((field) => ({ field })) });
  prediction.check?.(
    authorizedCall({
      ...GEMINI,
      judgeTool: (tool) => (tool === 'functionDeclarations' ? 'allowed' : 'not-allowed'),
    }),
  );
});

test.each([
  {},
  { tools: [] },
  content({ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }),
  content({ type: 'input_file', filename: 'a.pdf', file_data: 'JVBERg==' }),
  {
    input: [
      { role: 'user', content: 'See gs://secret/place' },
      { ...CALL, arguments: '{"uri":"gs://x/y"}' },
    ],
  },
])('%j reaches nothing', async (body) => {
  const prediction = await read(body);
  expect(() => prediction.check?.(authorizedCall(GEMINI))).not.toThrow();
});

test('a body that is no JSON is refused before all else', async () => {
  const request = { method: 'POST', path: 'v1/responses', query: new URLSearchParams(), header: () => null };
  expect((await rejectedBy(readOpenAiResponse({ ...request, body: Buffer.from('{') }))).code).toBe(
    'INVALID_JSON',
  );
});
