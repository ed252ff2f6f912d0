import { messageOfCall } from '../../../../src/dialects/vertex-dialect.ts';
import { readVertexPath } from '../../../../src/dialects/vertex-path.ts';

const PARENT = 'v1/projects/sample-project/locations/us-central1';
const GEMINI = `${PARENT}/publishers/google/models/gemini-3.5-flash`;
const CLAUDE = `${PARENT}/publishers/anthropic/models/claude-sonnet-5-5`;
const MISTRAL = `${PARENT}/publishers/mistralai/models/mistral-ocr`;
const ENDPOINT = `${PARENT}/endpoints/42`;

/** The rule for unlisted members of a call's body; undefined for a body that is not inspected. */
function others(path: string, method = 'POST'): string | undefined {
  return messageOfCall(readVertexPath(method, path))?.others;
}

test.each([
  ...['generateContent', 'streamGenerateContent', 'countTokens', 'computeTokens', 'embedContent'].map(
    (verb) => `${GEMINI}:${verb}`,
  ),
  ...['predict', 'predictLongRunning'].map((verb) => `${GEMINI}:${verb}`),
  ...['generateContent', 'streamGenerateContent', 'countTokens', 'computeTokens', 'predictLongRunning'].map(
    (verb) => `${ENDPOINT}:${verb}`,
  ),
  `${CLAUDE}:rawPredict`,
  `${CLAUDE}:streamRawPredict`,
  `${PARENT}/endpoints/openapi/chat/completions`,
  `${PARENT}/publishers/anthropic/models/count-tokens:rawPredict`,
  `${ENDPOINT}/chat/completions`,
  `${PARENT}/batchPredictionJobs`,
  `${PARENT}/cachedContents`,
])('an unlisted member in a body of %s is refused where it looks like a place', (path) => {
  expect(others(path)).toBe('unlisted');
});

test.each(['rawPredict', 'streamRawPredict'])(
  'an unlisted member in another publisher’s %s is judged by its form',
  (verb) => {
    expect(others(`${MISTRAL}:${verb}`)).toBe('input');
  },
);

test.each([
  'predict',
  'explain',
  'rawPredict',
  'streamRawPredict',
  'directPredict',
  'directRawPredict',
  'serverStreamingPredict',
])('in a body for a custom container, %s, Google’s storage is judged', (verb) => {
  expect(others(`${ENDPOINT}:${verb}`)).toBe('container');
});

test.each([
  ['POST', `${GEMINI}:fetchPredictOperation`],
  ['POST', `${ENDPOINT}:fetchPredictOperation`],
  ['POST', `${PARENT}/batchPredictionJobs/7:cancel`],
  ['PATCH', `${PARENT}/cachedContents/7`],
  ['GET', `${PARENT}/cachedContents`],
  ['GET', GEMINI],
])('%s %s has a body that can reach nothing', (method, path) => {
  expect(others(path, method)).toBeUndefined();
});
