import { join } from 'node:path';
import { derivePolicies } from '../../../scripts/policy/derive-policies.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';
import { type Edge, startEdge } from '../../apim/start-edge.ts';

const CHAT = '/openai/v1/chat/completions';
const PRO =
  '/vertex/v1/projects/p/locations/us-central1/publishers/google/models/gemini-3.1-pro-preview:generateContent';
const MINUTE_IN_MS = 60_000;

let edge: Edge;
let time = Date.now();

/** The edge of an entry that may be called once a minute. */
beforeAll(async () => {
  const { documents, policyVersion } = loadGovernance(join(process.cwd(), 'governance'));
  const limits = { ...documents.limits, entries: [{ entry: 'gemini-3.1-pro-preview', callsPerMinute: 1 }] };
  const governance = { documents: { ...documents, limits }, policyVersion };
  const derived = derivePolicies(governance, ['anthropic', 'gateway', 'openai', 'vertex']);
  edge = await startEdge({ documents: derived, now: () => time });
});

afterAll(() => edge.close());

/** Bodies of more than 64 KiB, or too deep for Newtonsoft.Json, and whether they count for gemini-3.1-pro-preview. */
const LONG = 'x'.repeat(70_000);
const DEEP = `${'['.repeat(100)}${']'.repeat(100)}`;
test.each<[counts: boolean, what: string, body: string]>([
  [true, 'a long one that names it last', `{"text":"${LONG}","model":"gemini-3.1-pro-preview"}`],
  [true, 'one with spaces', `{"text":"${LONG}", "model" \n : \t "gemini-3.1-pro-preview" }`],
  [
    true,
    'one that names it with its publisher',
    `{"model":"google/gemini-3.1-pro-preview","text":"${LONG}"}`,
  ],
  [true, 'a deep one', `{"deep":${DEEP},"model":"gemini-3.1-pro-preview"}`],
  [true, 'one with the name escaped', `{"text":"${LONG}","\\u006dodel":"gemini-3.1-pro-preview"}`],
  [true, 'one with the value escaped', `{"text":"${LONG}","model":"gemini\\u002d3.1-pro-preview"}`],
  [true, 'a deep one with the name escaped', `{"deep":${DEEP},"mo\\u0064el":"gemini-3.1-pro-preview"}`],
  [
    true,
    'one that names several',
    `{"text":"${LONG}","model":"gemini-3.1-pro-preview","of":{"model":"any"}}`,
  ],
  [true, 'one with endless spaces', `{"text":"${LONG}","model":${' '.repeat(600)}"gemini-3.1-pro-preview"}`],
  [
    true,
    'one with many of the name',
    `{"text":"${LONG}",${'"model":1,'.repeat(70)}"model":"gemini-3.1-pro-preview"}`,
  ],
  [false, 'a long one that names another', `{"text":"${LONG}","model":"gemini-3.5-flash"}`],
  [false, 'one that names no model', `{"text":"${LONG}"}`],
  [
    false,
    'one that names it in a text',
    `{"text":"${LONG} \\"model\\":\\"gemini-3.1-pro-preview\\"","model":"any"}`,
  ],
  [
    false,
    'one whose tools have a model',
    `{"tools":{"model":{"type":"string"}},"t":"${LONG}","model":"any"}`,
  ],
  [false, 'one with the word as a value', `{"kind":"model","list":["model"],"t":"${LONG}","model":"any"}`],
  [false, 'what is no JSON', LONG],
])('a body counts for an entry (%s): %s', async (counts, _, body) => {
  time += MINUTE_IN_MS + 1;
  expect((await edge.predict({ path: CHAT, body })).status).toBe(200);
  expect(edge.functionApp.received.at(-1)?.body).toBe(body);
  expect((await edge.predict({ path: PRO })).status).toBe(counts ? 429 : 200);
});

test.each([
  ['numbers', `{"model":"any","messages":[${'1,'.repeat(2_000_000)}1]}`],
  ['members', `{"model":"any",${'"a":1,'.repeat(690_000)}"a":1}`],
  ['models', `{${'"model":"any",'.repeat(290_000)}"model":"any"}`],
  ['quotes', `{"model":"any","a":"${'\\"'.repeat(2_000_000)}"}`],
])('4 MB of %s are no error of the edge', async (_, body) => {
  time += MINUTE_IN_MS + 1;
  expect((await edge.predict({ path: CHAT, body })).status).toBe(200);
});
