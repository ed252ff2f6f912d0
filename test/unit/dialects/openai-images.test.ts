import { openAiDialect } from '../../../src/dialects/openai-dialect.ts';
import type { AuthorizedCall } from '../../../src/governance/decide.ts';
import type { BytesPayload, Prediction } from '../../../src/prediction/prediction.ts';
import { rejectedBy, thrownBy } from '../thrown-by.ts';
import { authorizedCall } from './authorized-call.ts';

const MODEL = 'gemini-3.1-flash-image';
const ASKED = { model: MODEL, prompt: 'A "blue" iris' };
const USAGE = { inputTokens: 4, outputTokens: 1120, totalTokens: 1124 };

function callOf(model: string, publisher = 'google'): AuthorizedCall {
  return authorizedCall({
    operation: 'generateContent',
    location: 'us',
    resource: { kind: 'model', publisher, model },
  });
}

async function ask(body: object, headers: Readonly<Record<string, string>> = {}): Promise<Prediction> {
  return openAiDialect.readPrediction({
    method: 'POST',
    path: 'v1/images/generations',
    query: new URLSearchParams(),
    header: (name) => headers[name] ?? null,
    body: Buffer.from(JSON.stringify(body)),
  });
}

async function splitOf(body: object): Promise<NonNullable<BytesPayload['split']>> {
  const { split } = (await ask(body)).payload as BytesPayload;
  if (!split) throw new TypeError('images are made by a request each');
  return split;
}

async function sent(body: object): Promise<unknown[]> {
  const requests = (await splitOf(body)).requests(callOf(MODEL));
  return requests.map((request) => JSON.parse(Buffer.from(request.write().body ?? []).toString()) as unknown);
}

/** The response to a call that Vertex AI answers so. */
async function received(answers: readonly object[], more: object = {}): Promise<unknown> {
  const split = await splitOf({ ...ASKED, n: answers.length, ...more });
  const requests = split.requests(callOf(MODEL));
  const parts: Uint8Array[] = [];
  for (const [index, request] of requests.entries())
    parts.push(await request.read(Buffer.from(JSON.stringify(answers[index]))));
  return JSON.parse(Buffer.from(split.join(parts, { usage: USAGE })).toString());
}

const image = (data: string, more: object = {}) => ({ inlineData: { mimeType: 'image/png', data }, ...more });
const answerOf = (...parts: object[]) => ({ candidates: [{ content: { parts }, finishReason: 'STOP' }] });
const stopped = (finishReason: string) => ({ candidates: [{ finishReason }] });

test('a text becomes a request for each image, byte for byte', async () => {
  const prediction = await ask({ ...ASKED, n: 2 }, { 'x-vertex-ai-llm-shared-request-type': 'flex' });
  expect(prediction).toMatchObject({
    operation: 'generateContent',
    resource: { kind: 'name', name: MODEL },
    serviceTier: 'flex',
    payload: { format: 'gemini' },
  });
  expect(prediction.payload).not.toHaveProperty('framing');
  const { split } = prediction.payload as BytesPayload;
  const requests = split?.requests(callOf(MODEL)) ?? [];
  expect(requests.map(({ subject }) => subject)).toEqual(['the image 1', 'the image 2']);
  for (const request of requests) {
    const { path, headers, body } = request.write();
    expect(path).toBe(
      `/v1/projects/sample-project/locations/us/publishers/google/models/${MODEL}:generateContent`,
    );
    expect(headers).toEqual({ 'x-vertex-ai-llm-shared-request-type': 'flex' });
    expect(Buffer.from(body ?? []).toString()).toBe(
      '{"contents":[{"role":"user","parts":[{"text":"A \\"blue\\" iris"}]}],"generationConfig":{"responseModalities":["IMAGE"],"imageConfig":{"imageOutputOptions":{"mimeType":"image/png"}}}}',
    );
  }
});

test('what OpenAI’s clients send without meaning more changes nothing', async () => {
  const plain = {
    n: null,
    size: 'auto',
    quality: 'standard',
    background: 'opaque',
    moderation: 'auto',
    response_format: 'b64_json',
    output_format: 'png',
    stream: false,
    partial_images: 0,
    user: 'somebody',
    safety_identifier: 'somebody',
  };
  expect(await sent({ ...ASKED, ...plain })).toEqual(await sent(ASKED));
});

test.each([
  ['1024x1024', { aspectRatio: '1:1' }],
  ['1536x1024', { aspectRatio: '3:2' }],
  ['1024x1536', { aspectRatio: '2:3' }],
  ['1792x1024', { aspectRatio: '16:9' }],
  ['1024x1792', { aspectRatio: '9:16' }],
  ['2048x2048', { aspectRatio: '1:1', imageSize: '2K' }],
  ['2048x1152', { aspectRatio: '16:9', imageSize: '2K' }],
  ['3840x2160', { aspectRatio: '16:9', imageSize: '4K' }],
  ['4096x4096', { aspectRatio: '1:1', imageSize: '4K' }],
])('%s is asked for as %j', async (size, form) => {
  expect(await sent({ ...ASKED, size })).toMatchObject([
    {
      generationConfig: {
        imageConfig: { ...form, imageOutputOptions: { mimeType: 'image/png' } },
      },
    },
  ]);
});

test('JPEG has a quality', async () => {
  expect(await sent({ ...ASKED, output_format: 'jpeg', output_compression: 70 })).toMatchObject([
    {
      generationConfig: {
        imageConfig: { imageOutputOptions: { mimeType: 'image/jpeg', compressionQuality: 70 } },
      },
    },
  ]);
});

test.each([
  [{ prompt: '' }, 'prompt'],
  [{ prompt: undefined }, 'prompt'],
  [{ model: undefined }, 'model'],
  [{ n: 0 }, 'n'],
  [{ n: 11 }, 'n'],
  [{ size: '512x512' }, 'size'],
  [{ size: '1024x9999' }, 'size'],
  [{ size: '9999x9999' }, 'size'],
  [{ size: '4096x1024' }, 'size'],
  [{ size: 'large' }, 'size'],
  [{ size: '1024x1024\n' }, 'size'],
  [{ output_format: 'webp' }, 'output_format'],
  [{ output_compression: 70 }, 'output_compression'],
  [{ response_format: 'url' }, 'response_format'],
  [{ quality: 'hd' }, 'quality'],
  [{ background: 'transparent' }, 'background'],
  [{ moderation: 'low' }, 'moderation'],
  [{ stream: true }, 'stream'],
  [{ partial_images: 2 }, 'partial_images'],
  [{ style: 'vivid' }, 'style'],
])('%j is refused by its name', async (change, field) => {
  const error = await rejectedBy(ask({ ...ASKED, ...change }));
  expect(error).toMatchObject({ code: 'INVALID_REQUEST', violations: [{ field }] });
  expect(error.message).not.toContain('undefined');
});

test('an address of an image is refused with the reason', async () => {
  const error = await rejectedBy(ask({ ...ASKED, response_format: 'url' }));
  expect(error.message).toBe(
    'The body is not valid: response_format: must be b64_json, or left out: the gateway keeps no images that an address could name.',
  );
});

test.each([
  [MODEL, 'google', true],
  ['gemini-3-pro-image-preview', 'google', true],
  ['gemini-3.5-flash', 'google', false],
  ['claude-image', 'anthropic', false],
])('%s of %s makes images: %s', async (model, publisher, isOne) => {
  const prediction = await ask({ ...ASKED, model });
  const judge = () => prediction.check?.(callOf(model, publisher));
  if (isOne) expect(judge).not.toThrow();
  else expect(thrownBy(judge)).toMatchObject({ code: 'INVALID_REQUEST', violations: [{ field: 'model' }] });
});

test('images come back in base64 with the usage of all', async () => {
  const draft = image('draft', { thought: true });
  expect(await received([answerOf(draft, { text: 'Here' }, image('AA==')), answerOf(image('BB=='))])).toEqual(
    {
      created: expect.any(Number) as number,
      output_format: 'png',
      data: [{ b64_json: 'AA==' }, { b64_json: 'BB==' }],
      usage: {
        input_tokens: 4,
        input_tokens_details: { image_tokens: 0, text_tokens: 4 },
        output_tokens: 1120,
        total_tokens: 1124,
      },
    },
  );
  expect(await received([answerOf(image('AA=='))], { output_format: 'jpeg' })).toMatchObject({
    output_format: 'jpeg',
  });
});

test('an image that Google’s filters hold back is left out while another is there', async () => {
  expect(await received([stopped('IMAGE_SAFETY'), answerOf(image('AA=='))])).toMatchObject({
    data: [{ b64_json: 'AA==' }],
  });
});

test.each([
  [stopped('IMAGE_SAFETY'), 'VERTEX_INVALID_ARGUMENT', /filters of Google/],
  [{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }, 'VERTEX_INVALID_ARGUMENT', /filters of Google/],
  [answerOf({ text: 'Which iris?' }), 'VERTEX_INVALID_ARGUMENT', /made no image/],
  [stopped('NO_IMAGE'), 'VERTEX_FAILED', /made no image/],
  [{}, 'VERTEX_INVALID_ARGUMENT', /made no image/],
])('no image at all is an error: %j', async (answer, code, message) => {
  const error = await rejectedBy(received([answer]));
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
});

test('an answer that is no JSON is a failure of Vertex AI', async () => {
  const [request] = (await splitOf(ASKED)).requests(callOf(MODEL));
  expect(await rejectedBy(request?.read(Buffer.from('<html>')) ?? Promise.resolve())).toMatchObject({
    code: 'VERTEX_FAILED',
  });
});
