import fc from 'fast-check';
import { explain } from '../../../src/governance/explain.ts';
import { listTools } from '../../../src/governance/list-tools.ts';
import type { Principal } from '../../../src/governance/call-target.ts';
import { PLAIN_TOOLS, type ToolName } from '../../../src/governance/tools.ts';
import { governanceOf, modelEntry } from './governance-of.ts';

const AGENT_ID = '66666666-6666-4666-8666-666666666666';
const REASON = 'Because of the tests.';
const STORE = 'projects/sample-project/locations/eu/collections/default_collection/dataStores/handbook';
const CORPUS = 'projects/sample-project/locations/europe-west4/ragCorpora/42';
const SERVER = 'https://tools.example.com/mcp';

const governance = governanceOf({
  projects: [{ id: 'sample-project', number: '123456789012' }],
  entries: [modelEntry({ operations: ['generateContent', 'embedContent'] })],
  grants: [{ id: 'team', reason: REASON, roles: ['Team.Use', 'Europe', 'Other', 'Bot'], entries: ['flash'] }],
  residency: [{ id: 'eu', reason: REASON, roles: ['Europe'], locations: ['europe-west4', 'eu'] }],
  agents: [{ id: 'bot', reason: REASON, applicationId: AGENT_ID, roles: ['Bot'] }],
  tools: [
    {
      id: 'team-tools',
      reason: REASON,
      roles: ['Team.Use', 'Europe'],
      use: [...PLAIN_TOOLS],
      reach: {
        vertexAiSearch: [STORE],
        vertexRagStore: [CORPUS],
        mcpServers: [SERVER],
        externalApi: [SERVER],
      },
    },
    { id: 'bot-tools', reason: REASON, roles: ['Bot'], use: ['functionDeclarations'] },
  ],
});

function judge(
  tool: ToolName,
  sources: readonly string[] = [],
  roles = ['Team.Use'],
  changes: Partial<Principal> & { location?: string } = {},
) {
  const { location = 'europe-west4', ...principal } = changes;
  return governance.judgeTool(
    { roles, applicationId: '', isDelegated: false, ...principal },
    { tool, sources, location },
  );
}

test.each(PLAIN_TOOLS)('%s is for those whose role lists it', (tool) => {
  expect(judge(tool)).toBe('allowed');
  expect(judge(tool, [], ['Other'])).toBe('not-allowed');
  expect(judge(tool, [], ['Other', 'Team.Use'])).toBe('allowed');
  expect(judge(tool, [], [])).toBe('not-allowed');
});

test('a tool reaches what is listed for it, and nothing beside, below or of another tool', () => {
  expect(judge('vertexAiSearch', [STORE])).toBe('allowed');
  expect(judge('vertexAiSearch', [STORE.replace('sample-project', '123456789012')])).toBe('allowed');
  expect(judge('vertexAiSearch', [STORE, STORE])).toBe('allowed');
  expect(judge('vertexAiSearch', [STORE], ['Bot', 'Team.Use'])).toBe('allowed');
  expect(judge('vertexAiSearch', [STORE, `${STORE}s`])).toBe('source-not-allowed');
  expect(judge('vertexAiSearch', [STORE.replace('handbook', 'Handbook')])).toBe('source-not-allowed');
  expect(judge('vertexAiSearch', [STORE.replace('dataStores', 'engines')])).toBe('source-not-allowed');
  expect(judge('vertexAiSearch', [STORE.replace('/eu/', '/us/')])).toBe('source-not-allowed');
  expect(judge('vertexAiSearch', [STORE.replace('sample-project', '999999999999')])).toBe(
    'source-not-allowed',
  );
  expect(judge('vertexAiSearch', [])).toBe('source-not-allowed');
  expect(judge('vertexAiSearch', [CORPUS])).toBe('source-malformed');
  expect(judge('vertexRagStore', [CORPUS])).toBe('allowed');
  expect(judge('mcpServers', [SERVER])).toBe('allowed');
  expect(judge('externalApi', [SERVER.replace('.com', '.com:443')])).toBe('allowed');
  expect(judge('externalApi', [SERVER.replace('.com', '.com:8443')])).toBe('source-not-allowed');
  expect(judge('mcpServers', [`${SERVER}/other`])).toBe('source-not-allowed');
  expect(judge('mcpServers', ['https://tools.example.com'])).toBe('source-not-allowed');
  expect(judge('vertexRagStore', [CORPUS], ['Other'])).toBe('not-allowed');
});

test.each<[ToolName, string]>([
  ['vertexAiSearch', `${STORE}/`],
  ['vertexAiSearch', `/${STORE}`],
  ['vertexAiSearch', `//discoveryengine.googleapis.com/${STORE}`],
  ['vertexAiSearch', STORE.replace('default_collection', '..')],
  ['vertexAiSearch', STORE.replace('handbook', 'hand%62ook')],
  ['vertexAiSearch', `${STORE}/servingConfigs/default`],
  ['vertexAiSearch', STORE.toUpperCase()],
  ['vertexAiSearch', `${STORE}\n`],
  ['vertexAiSearch', 'handbook'],
  ['vertexRagStore', `${CORPUS}/ragFiles/1`],
  ['vertexRagStore', CORPUS.replace('europe-west4', '-')],
  ['mcpServers', `${SERVER}?token=1`],
  ['mcpServers', `${SERVER}#x`],
  ['mcpServers', 'https://user@tools.example.com/mcp'],
  ['mcpServers', 'https://tools.example.com:443@else.example/mcp'],
  ['mcpServers', 'https://tools.example.com:443:443/mcp'],
  ['mcpServers', 'https://tools.example.com:443\\mcp'],
  ['mcpServers', 'http://tools.example.com/mcp'],
  ['mcpServers', 'https://10.0.0.1/mcp'],
  ['mcpServers', 'https://www.youtube.com/'],
  ['mcpServers', 'gs://bucket/in'],
  ['externalApi', 'https://tools.example.com/../mcp'],
  ['googleSearch', STORE],
])('%s reaches no %j', (tool, source) => {
  expect(judge(tool, [source])).toBe('source-malformed');
});

test('whatever a tool may reach is written as it is listed, but for the number of its project', () => {
  const piece = fc.constantFrom(
    ...['projects/', 'sample-project', '123456789012', '/locations/', 'eu', 'us', '/collections/', '-', '*'],
    ...['default_collection', '/dataStores/', '/engines/', 'handbook', '/', '//', '..', '%2F', '?', '#', ' '],
    ...['\n', '\0', 'HANDBOOK', '\u2215', 'https://', 'tools.example.com', '/mcp', ':443', '@', '\\'],
  );
  const written = fc.tuple(
    fc.constantFrom(STORE, SERVER, ''),
    fc.array(piece, { maxLength: 8 }),
    fc.nat(120),
  );
  const known = new Set([STORE, STORE.replace('sample-project', '123456789012')]);
  const servers = new Set([
    SERVER,
    `${SERVER}/`,
    SERVER.replace('.com', '.com:443'),
    `${SERVER.replace('.com', '.com:443')}/`,
  ]);
  fc.assert(
    fc.property(written, ([begun, pieces, at]) => {
      const source = `${begun.slice(0, at)}${pieces.join('')}${begun.slice(at)}`;
      expect(judge('vertexAiSearch', [source]) === 'allowed').toBe(known.has(source));
      expect(judge('mcpServers', [source]) === 'allowed').toBe(servers.has(source));
    }),
    { numRuns: 5_000 },
  );
});

test.each<[ToolName, 'allowed' | 'outside-residency']>([
  ['functionDeclarations', 'allowed'],
  ['codeExecution', 'allowed'],
  ['computerUse', 'outside-residency'],
  ['googleSearch', 'outside-residency'],
  ['googleSearchRetrieval', 'outside-residency'],
  ['googleMaps', 'outside-residency'],
  ['enterpriseWebSearch', 'outside-residency'],
  ['urlContext', 'outside-residency'],
  ['parallelAiSearch', 'outside-residency'],
  ['exaAiSearch', 'outside-residency'],
  ['webSearch', 'outside-residency'],
  ['webFetch', 'outside-residency'],
])('of a caller whom residency keeps, %s is %s', (tool, verdict) => {
  expect(judge(tool, [], ['Europe'])).toBe(verdict);
  expect(judge(tool, [], ['Team.Use', 'Europe'])).toBe(verdict);
});

test('what stays in a multi-region is for calls that are served there', () => {
  expect(judge('enterpriseWebSearch', [], ['Europe'], { location: 'eu' })).toBe('allowed');
  expect(judge('googleSearch', [], ['Europe'], { location: 'eu' })).toBe('outside-residency');
});

test('sources elsewhere are outside, listed or not; servers are anywhere', () => {
  expect(judge('vertexAiSearch', [STORE], ['Europe'])).toBe('allowed');
  expect(judge('vertexRagStore', [CORPUS], ['Europe'])).toBe('allowed');
  expect(judge('vertexAiSearch', [STORE.replace('/eu/', '/global/')], ['Europe'])).toBe('outside-residency');
  expect(judge('vertexRagStore', [CORPUS, CORPUS.replace('europe', 'us')], ['Europe'])).toBe(
    'outside-residency',
  );
  expect(judge('mcpServers', [SERVER], ['Europe'])).toBe('outside-residency');
  expect(judge('externalApi', [SERVER], ['Europe'])).toBe('outside-residency');
});

test.each<[ToolName, readonly string[], string, readonly string[]]>([
  ['functionDeclarations', [], 'europe-west4', []],
  ['googleSearch', [], 'europe-west4', ['*']],
  ['enterpriseWebSearch', [], 'europe-west4', ['*']],
  ['enterpriseWebSearch', [], 'eu', []],
  ['vertexAiSearch', [STORE, STORE], 'europe-west4', ['eu']],
  ['vertexRagStore', [CORPUS, 'unreadable'], 'europe-west4', ['europe-west4', '*']],
  ['mcpServers', [SERVER], 'europe-west4', ['*']],
])('%s with %j in %s takes prompts to %j', (tool, sources, location, destinations) => {
  expect(governance.listDestinations({ tool, sources, location })).toEqual(destinations);
  const may = (roles: readonly string[], idleRoles: readonly string[] = []) =>
    governance.maySendTo({ roles, idleRoles, applicationId: '', isDelegated: false }, destinations);
  const isInEurope = destinations.every((one) => ['eu', 'europe-west4'].includes(one));
  expect([may(['Team.Use']), may(['Europe']), may(['Team.Use'], ['Europe'])]).toEqual([
    true,
    isInEurope,
    isInEurope,
  ]);
});

test('for an application that acts for a person both must have the tool', () => {
  const delegated = { applicationId: AGENT_ID.toUpperCase(), isDelegated: true };
  expect(judge('functionDeclarations', [], ['Team.Use'], delegated)).toBe('allowed');
  expect(judge('functionDeclarations', [], ['Other'], delegated)).toBe('not-allowed');
  expect(judge('googleSearch', [], ['Team.Use'], delegated)).toBe('not-allowed');
  expect(judge('vertexAiSearch', [STORE], ['Team.Use'], delegated)).toBe('not-allowed');
  expect(judge('googleSearch', [], ['Europe'], delegated)).toBe('outside-residency');
  const stranger = { applicationId: 'x', isDelegated: true };
  expect(judge('functionDeclarations', [], ['Team.Use'], stranger)).toBe('not-allowed');
});

test('residency of a role that does not count with the key holds all the same', () => {
  expect(judge('googleSearch', [], ['Team.Use'], { idleRoles: ['Europe'] })).toBe('outside-residency');
  expect(judge('googleSearch', [], [], { idleRoles: ['Team.Use'] })).toBe('not-allowed');
});

test('a caller is told the tools and sources that it may use where it is served', () => {
  const listed = (roles: readonly string[], ...locations: string[]) =>
    listTools(governance, { roles, applicationId: '', isDelegated: false }, locations);
  expect(listed(['Team.Use'], 'us-central1')).toEqual({
    use: PLAIN_TOOLS,
    reach: { vertexAiSearch: [STORE], vertexRagStore: [CORPUS], mcpServers: [SERVER], externalApi: [SERVER] },
  });
  expect(listed(['Europe'], 'europe-west4')).toEqual({
    use: ['functionDeclarations', 'codeExecution'],
    reach: { vertexAiSearch: [STORE], vertexRagStore: [CORPUS] },
  });
  expect(listed(['Europe'], 'europe-west4', 'eu').use).toContain('enterpriseWebSearch');
  expect(listed(['Other'], 'us-central1')).toEqual({ use: [], reach: {} });
});

test('an explanation of what can give tools says which', () => {
  const explained = (operation: string) =>
    explain(
      governance,
      { roles: ['Bot'], applicationId: '', isDelegated: false },
      { project: undefined, location: undefined, operation, resource: { kind: 'name', name: 'flash' } },
      '',
    );
  expect(explained('generateContent').tools).toEqual({ use: ['functionDeclarations'], reach: {} });
  expect(explained('embedContent')).not.toHaveProperty('tools');
});
