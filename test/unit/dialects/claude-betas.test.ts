import { BETAS, readBetas } from '../../../src/dialects/claude-betas.ts';
import { editJson } from '../../../src/json/edit-json.ts';
import { readJson } from '../../../src/json/read-json.ts';
import { thrownBy } from '../thrown-by.ts';

interface Sent {
  readonly header: string | undefined;
  readonly body: unknown;
}

/** Reads the betas of a call. @returns what Vertex AI is sent. */
async function send(header: string | null, body: object = {}): Promise<Sent> {
  const json = await readJson(Buffer.from(JSON.stringify(body)));
  const { headers, edits } = readBetas((name) => (name === 'anthropic-beta' ? header : null), json);
  return {
    header: headers['anthropic-beta'],
    body: JSON.parse(Buffer.from(editJson(json, edits)).toString()) as unknown,
  };
}

async function refuse(header: string | null, body: object) {
  const json = await readJson(Buffer.from(JSON.stringify(body)));
  const { code, violations } = thrownBy(() => readBetas(() => header, json));
  expect(code).toBe('INVALID_REQUEST');
  return violations.map(({ field, description }) => `${field} ${description}`);
}

test.each([...BETAS])('%s goes on or is left out, in the header and in the body', async (name, { sent }) => {
  const expected = sent === undefined ? [] : [sent];
  expect(await send(`kept-1,${name}`, { anthropic_beta: [name], max_tokens: 1 })).toEqual({
    header: ['kept-1', ...expected].join(','),
    body: { ...(sent !== undefined && { anthropic_beta: expected }), max_tokens: 1 },
  });
});

test('every row of the table names its source', () => {
  for (const [name, { source }] of BETAS) {
    expect(name).toMatch(/^[a-z0-9-]+-\d{4}-?\d{2}-?\d{2}$/);
    expect(source).toMatch(/^https:\/\/(platform\.claude\.com|github\.com)\//);
  }
});

test('a header and a list that are empty afterwards are not sent', async () => {
  expect(await send('effort-2025-11-24,', { anthropic_beta: ['oauth-2025-04-20'] })).toEqual({
    header: undefined,
    body: {},
  });
  expect(await send(null, { anthropic_beta: null })).toEqual({
    header: undefined,
    body: { anthropic_beta: null },
  });
  expect(await send(' , ')).toEqual({ header: undefined, body: {} });
});

test('a beta that Vertex AI has under another name is sent once by that', async () => {
  const { header } = await send('advanced-tool-use-2025-11-20, tool-search-tool-2025-10-19');
  expect(header).toBe('tool-search-tool-2025-10-19');
});

test.each([
  ['fast-mode-2026-02-01', { speed: 'fast' }, 'speed'],
  ['mcp-client-2025-11-20', { mcp_servers: [{ url: 'https://example.com' }] }, 'mcp_servers'],
  ['web-fetch-2025-09-10', { tools: [{ name: 'a' }, { type: 'web_fetch_20250910' }] }, 'tools[1]'],
  ['code-execution-2025-08-25', { tools: [{ type: 'code_execution_20250825' }] }, 'tools[0]'],
  ['skills-2025-10-02', { container: { skills: [] } }, 'container'],
])('%s is refused by name where the call uses it', async (name, body, field) => {
  const expected = [`${field} needs the beta ${name}, which Vertex AI does not have`];
  expect(await refuse(name, body)).toEqual(expected);
  expect(await refuse(null, { ...body, anthropic_beta: [name] })).toEqual(expected);
});

test.each([
  { mcp_servers: [] },
  { mcp_servers: null },
  { tools: [{ type: 'custom' }, 1, null] },
  { tools: 'x' },
])('%j uses nothing of a beta', async (body) => {
  expect((await send('mcp-client-2025-11-20,web-fetch-2025-09-10', body)).header).toBeUndefined();
});

test.each([
  ['a b', {}],
  ['a,b\u0000', {}],
  ['x'.repeat(129), {}],
  [Array.from({ length: 101 }, (_, index) => `b-${index}`).join(), {}],
  [null, { anthropic_beta: 'effort-2025-11-24' }],
  [null, { anthropic_beta: [1] }],
  [null, { anthropic_beta: [['a']] }],
  [null, { anthropic_beta: Array(101).fill('a') }],
  [null, { anthropic_beta: { 0: 'a' } }],
])('%j is no list of names', async (header, body) => {
  expect(await refuse(header, body)).toEqual([
    expect.stringMatching(/^anthropic.beta must .*at most 100 names of betas$/),
  ]);
});
