import { join } from 'node:path';
import { derivePolicies } from '../../../scripts/policy/derive-policies.ts';
import { anthropicDialect } from '../../../src/dialects/anthropic-dialect.ts';
import { openAiDialect } from '../../../src/dialects/openai-dialect.ts';
import { vertexDialect } from '../../../src/dialects/vertex-dialect.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { CatalogEntry } from '../../../src/governance/documents.ts';
import { createSchemaCompiler } from '../../../src/governance/compile-schemas.ts';
import { createGovernance, type Governance } from '../../../src/governance/governance.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';
import { keysOf, namesOf } from '../../../src/governance/find-entries.ts';
import type { ReceivedResponse, SentRequest } from '@vertex-ai-gateway/test-support/send-request';
import { type Edge, startEdge } from '../../apim/start-edge.ts';
import { endpointEntry, modelEntry } from '../../unit/governance/governance-of.ts';

const MINUTE_IN_MS = 60_000;
const PLACE = 'projects/sample-project/locations/us-central1';
const NUMBERED = 'projects/123456789012/locations/us-central1';
const DIALECTS = { vertex: vertexDialect, openai: openAiDialect, anthropic: anthropicDialect };

/** Entries whose names mean different entries on different surfaces, or have a special meaning in paths. */
const ODD_ENTRIES = [
  modelEntry({ name: 'opus', model: 'gemini-opus', operations: ['chatCompletions'] }),
  modelEntry({ name: 'claude-odd', publisher: 'anthropic', model: 'opus', operations: ['rawPredict'] }),
  modelEntry({
    name: 'counted',
    alias: 'count-tokens',
    model: 'counted',
    operations: ['rawPredict', 'chatCompletions'],
  }),
  endpointEntry({ name: 'open', endpoint: 'openapi', operations: ['predict', 'chatCompletions'] }),
  endpointEntry({ name: 'models', endpoint: '42', operations: ['predict', 'chatCompletions'] }),
  modelEntry({
    name: 'dated-20250101',
    alias: 'Dated.Two',
    publisher: 'anthropic',
    model: 'claude-dated@20250101',
    operations: ['rawPredict'],
  }),
];

let edge: Edge;
let governance: Governance;
let time = Date.now();
let authorization: string;

/** The edge and the function app's rules of a catalog whose every entry may be called once a minute. */
beforeAll(async () => {
  const { documents, policyVersion } = loadGovernance(join(process.cwd(), 'governance'));
  const entries = [...documents.catalog.entries, ...ODD_ENTRIES];
  const limited = {
    ...documents,
    catalog: { ...documents.catalog, entries },
    limits: {
      ...documents.limits,
      entries: entries.map(({ name: entry }) => ({ entry, callsPerMinute: 1 })),
    },
  };
  governance = createGovernance(limited, policyVersion, createSchemaCompiler());
  const apis = ['anthropic', 'gateway', 'openai', 'vertex'];
  const derived = derivePolicies({ documents: limited, policyVersion }, apis);
  edge = await startEdge({ documents: derived, now: () => time });
  // The token outlives the minutes that pass in this test.
  const exp = Math.floor(time / 1000) + 30 * 86_400;
  authorization = `Bearer ${await edge.issuer.sign({ exp })}`;
}, 60_000);

function ask(request: Partial<SentRequest>): Promise<ReceivedResponse> {
  return edge.predict({ ...request, headers: { authorization, ...request.headers } });
}

afterAll(() => edge.close());

interface Spelling {
  readonly surface: keyof typeof DIALECTS;
  /** The path below the surface. */
  readonly path: string;
  readonly body: string;
}

/** Lists the ways, right and wrong, in which a body could name a model by one of its names. */
function inBodies(publisher: string, name: string): string[] {
  const short = [
    name,
    `models/${name}`,
    `endpoints/${name}`,
    `${publisher}/${name}`,
    `publishers/${publisher}/models/${name}`,
    `models/${publisher}/${name}`,
    `anthropic/${name}`,
  ];
  return [
    ...short,
    ...short.map((one) => `${PLACE}/${one}`),
    `${NUMBERED}/publishers/${publisher}/models/${name}`,
    ` ${name}`,
    `${name} `,
    name.toUpperCase(),
    `${name}@default`,
    `${name}:predict`,
    `/${name}`,
    `${name}/`,
    encodeURIComponent(name).replaceAll('-', '%2D'),
    `projects//locations//${name}`,
  ];
}

function spellingsOf(entry: CatalogEntry): Spelling[] {
  const publisher = 'publisher' in entry ? entry.publisher : 'google';
  const messages = [{ role: 'user', content: 'Hi' }];
  const named = namesOf(entry).flatMap((name) => inBodies(publisher, name));
  const chats = named.map((model) => JSON.stringify({ model, messages }));
  const long = { text: 'x'.repeat(70_000) };
  const bodies: Spelling[] = [...new Set(named)].flatMap((model) => {
    const escaped = model.replace(/[a-z]/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);
    const chat = JSON.stringify({ model, messages });
    return [
      { surface: 'openai', path: 'v1/chat/completions', body: chat },
      { surface: 'openai', path: 'v1/chat/completions', body: chat.replace('{"model"', '{"mod\\u0065l"') },
      {
        surface: 'openai',
        path: 'v1/chat/completions',
        body: `{"model":"${escaped}",${chat.slice(1).replace(/^[^,]+,/, '')}`,
      },
      { surface: 'openai', path: 'v1/embeddings', body: JSON.stringify({ input: 'Hi', model }) },
      { surface: 'anthropic', path: 'v1/messages', body: JSON.stringify({ messages, max_tokens: 1, model }) },
      { surface: 'anthropic', path: 'v1/messages/count_tokens', body: chat },
      { surface: 'vertex', path: `v1/${PLACE}/endpoints/openapi/chat/completions`, body: chat },
      { surface: 'vertex', path: `v1/${PLACE}/endpoints/%6Fpenapi/chat/completions`, body: chat },
      {
        surface: 'vertex',
        path: `v1/${PLACE}/publishers/anthropic/models/count-tokens:rawPredict`,
        body: chat,
      },
      { surface: 'vertex', path: `v1/${PLACE}/cachedContents`, body: JSON.stringify({ model }) },
      { surface: 'vertex', path: 'v1/cachedContents', body: JSON.stringify({ model }) },
    ] as const;
  });
  const paths: Spelling[] = namesOf(entry).flatMap((name) => {
    const encoded = [
      name,
      encodeURIComponent(name),
      name.replace(/^./, (one) => `%${one.charCodeAt(0).toString(16)}`),
    ];
    return encoded.flatMap(
      (part) =>
        [
          { surface: 'vertex', path: `v1/${PLACE}/endpoints/${part}:predict`, body: '{"instances":[[1]]}' },
          { surface: 'vertex', path: `v1/${PLACE}/endpoints/${part}/chat/completions`, body: chats[0] ?? '' },
          { surface: 'vertex', path: `v1/publishers/${publisher}/models/${part}:countTokens`, body: '{}' },
          {
            surface: 'vertex',
            path: `v1beta1/${NUMBERED}/publishers/${publisher}/models/${part}:rawPredict`,
            body: JSON.stringify({ anthropic_version: 'vertex-2023-10-16', messages }),
          },
        ] as const,
    );
  });
  const longOnes: Spelling[] = namesOf(entry).map((model) => ({
    surface: 'openai',
    path: 'v1/chat/completions',
    body: JSON.stringify({ messages, ...long, model }),
  }));
  return [...bodies, ...paths, ...longOnes];
}

/** The entry that the function app finds for a call; undefined where it refuses the name. */
async function entryOf({ surface, path, body }: Spelling): Promise<CatalogEntry | undefined> {
  try {
    const target = await Promise.resolve(
      DIALECTS[surface].readPrediction({
        method: 'POST',
        path,
        query: new URLSearchParams(),
        header: () => null,
        body: Buffer.from(body),
      }),
    );
    if (target.resource.kind === 'any') return undefined;
    return governance.listAlternatives(target)[0]?.entry;
  } catch (error) {
    if (error instanceof GatewayError) return undefined;
    throw error;
  }
}

async function isUsedUp(entry: CatalogEntry): Promise<boolean> {
  const [key = ''] = keysOf(entry);
  const verb = key.startsWith('endpoints/') ? 'predict' : 'generateContent';
  const { status } = await ask({ path: `/vertex/v1/${PLACE}/${key}:${verb}`, body: '{}' });
  return status === 429;
}

test('the edge counts every spelling of every entry that the function app takes for it, and for no other', async () => {
  const { entries } = governance.documents.catalog;
  let taken = 0;
  for (const entry of entries) {
    const others = entries.filter((one) => one !== entry);
    for (const spelling of spellingsOf(entry)) {
      const meant = await entryOf(spelling);
      if (!meant) continue;
      taken += 1;
      time += MINUTE_IN_MS + 1;
      const { surface, path, body } = spelling;
      const { status } = await ask({ path: `/${surface}/${path}`, body });
      const told = { surface, path, body: body.slice(0, 200) };
      expect([told, status]).toEqual([told, 200]);
      expect([told, meant.name, await isUsedUp(meant)]).toEqual([told, meant.name, true]);
      const other = others[(taken / 3) % others.length];
      if (taken % 3 === 0 && other && other !== meant)
        expect([told, other.name, await isUsedUp(other)]).toEqual([told, other.name, false]);
    }
  }
  expect(taken).toBeGreaterThan(entries.length * 20);
}, 300_000);

/** A body that can't be read, or has no certain name, counts for every entry. */
test.each([
  [
    'a name with a character that no name has',
    { path: '/openai/v1/chat/completions', body: '{"model":"gemini-3.1-pro-preview\\u0000"}' },
  ],
  [
    'a name with spaces',
    { path: '/openai/v1/chat/completions', body: '{"model":" gemini-3.1-pro-preview"}' },
  ],
  ['an encoded name', { path: '/openai/v1/chat/completions', body: '{"model":"gemini%2D3.1-pro-preview"}' }],
  [
    'a path that is encoded twice',
    {
      path: `/vertex/v1/${PLACE}/publishers/google/models/gemini%252D3.1-pro-preview:generateContent`,
      body: '{}',
    },
  ],
])('%s counts for every entry', async (_, request) => {
  time += MINUTE_IN_MS + 1;
  await ask(request);
  for (const entry of governance.documents.catalog.entries.slice(0, 3))
    expect(await isUsedUp(entry)).toBe(true);
});

test('what a body says in another encoding than UTF-8 is read as the function app reads it', async () => {
  for (const charset of ['utf-16', 'utf-7', 'iso-8859-1', 'x-unknown']) {
    time += MINUTE_IN_MS + 1;
    const body = '{"model":"gemini-3.1-pro-preview","+AG0-odel":"any","messages":[{"role":"user"}]}';
    const headers = { 'content-type': `application/json; charset=${charset}` };
    await ask({ path: '/openai/v1/chat/completions', body, headers });
    const pro = governance.documents.catalog.entries.find(({ name }) => name === 'gemini-3.1-pro-preview');
    expect([charset, pro && (await isUsedUp(pro))]).toEqual([charset, true]);
  }
});
