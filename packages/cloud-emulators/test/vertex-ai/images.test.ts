import { MODEL, REGIONAL_MODELS, startForTests, type VertexAiForTests } from './vertex-ai-for-tests.ts';

const PICTURES = MODEL.replace('gemini-3.5-flash', 'gemini-3.1-flash-image');
const contents = [{ role: 'user', parts: [{ text: 'A lighthouse' }] }];
const IMAGE = {
  inlineData: { mimeType: 'image/png', data: expect.stringMatching(/^iVBORw0KGgo/) as string },
};
const TEXT = { text: expect.any(String) as string };
let vertex: VertexAiForTests;

beforeAll(async () => {
  vertex = await startForTests();
});
afterAll(() => vertex.close());

function draw(
  generationConfig: object,
  model = PICTURES,
  verb = 'generateContent',
): ReturnType<VertexAiForTests['call']> {
  return vertex.call('POST', `${model}:${verb}`, { contents, generationConfig });
}

test.each([
  [{}, [TEXT, IMAGE]],
  [{ responseModalities: ['TEXT', 'IMAGE'], imageConfig: { aspectRatio: '16:9' } }, [TEXT, IMAGE]],
  [{ responseModalities: ['IMAGE'] }, [IMAGE]],
  [{ responseModalities: ['TEXT'] }, [TEXT]],
])('%j gives the parts that it asks for', async (config, parts) => {
  const { status, json } = await draw(config);
  expect({ status, json }).toMatchObject({ status: 200, json: { candidates: [{ content: { parts } }] } });
  expect((await draw(config)).json).toMatchObject({
    candidates: (json as { candidates: object[] }).candidates,
  });
});

test('an image counts by modality', async () => {
  const { json } = await draw({});
  const { candidatesTokenCount, candidatesTokensDetails } = (
    json as { usageMetadata: { candidatesTokenCount: number; candidatesTokensDetails: object[] } }
  ).usageMetadata;
  expect(candidatesTokensDetails).toEqual([
    { modality: 'TEXT', tokenCount: candidatesTokenCount - 1120 },
    { modality: 'IMAGE', tokenCount: 1120 },
  ]);
});

test('the image is the last piece of a stream', async () => {
  const { json } = await draw({}, PICTURES, 'streamGenerateContent');
  expect((json as object[]).at(-1)).toMatchObject({
    candidates: [{ content: { parts: [IMAGE] }, finishReason: 'STOP' }],
    usageMetadata: {
      candidatesTokensDetails: [{ modality: 'TEXT' }, { modality: 'IMAGE', tokenCount: 1120 }],
    },
  });
});

test.each([
  [{ aspectRatio: '7:4' }, 400, /aspect ratio is not one of 1:1/],
  [{ imageSize: '8K' }, 400, /image size is not one of 1K, 2K, 4K/],
  [{ imageOutputOptions: { mimeType: 'image/jpeg' } }, 501, /does not support images other than PNG/],
])('%j is refused', async (imageConfig, status, message) => {
  const { status: refused, json } = await draw({ imageConfig });
  expect(refused).toBe(status);
  expect(JSON.stringify(json)).toMatch(message);
});

test('a form of the image is taken', async () => {
  const imageOutputOptions = { mimeType: 'image/png', compressionQuality: 80 };
  const { status } = await draw({ imageConfig: { aspectRatio: '3:2', imageSize: '2K', imageOutputOptions } });
  expect(status).toBe(200);
});

test.each([[{ responseModalities: ['IMAGE'] }], [{ imageConfig: { aspectRatio: '1:1' } }]])(
  'a model of texts does not take %j',
  async (config) => {
    expect(await draw(config, MODEL)).toMatchObject({
      status: 400,
      json: { error: { status: 'INVALID_ARGUMENT' } },
    });
  },
);

test('pages that a tool fetched count as tokens of tools, by modality', async () => {
  const asked = [{ role: 'user', parts: [{ text: 'Read https://example.com/a' }] }];
  const { json } = await vertex.call('POST', `${MODEL}:generateContent`, {
    contents: asked,
    tools: [{ urlContext: {} }],
  });
  expect(json).toMatchObject({
    usageMetadata: {
      toolUsePromptTokenCount: 128,
      toolUsePromptTokensDetails: [{ modality: 'TEXT', tokenCount: 128 }],
    },
  });
});

test('Imagen is retired', async () => {
  const body = { instances: [{ prompt: 'A lighthouse' }] };
  expect((await vertex.call('POST', `${REGIONAL_MODELS}/imagen-4.0-generate-001:predict`, body)).status).toBe(
    404,
  );
});
