import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGovernance } from '../../../src/governance/load-governance.ts';

const CATALOG = `projects: [{ id: sample-project, number: '123456789012' }]
entries:
  - name: flash
    publisher: google
    model: gemini-3.5-flash
    environments: [production]
    project: sample-project
    locations: [europe-west4]
    operations: [generateContent]
    classification: internal
`;
const STORE = 'projects/sample-project/locations/eu/collections/default_collection/dataStores/handbook';
const ACCESS = `identityProviders:
  - { id: entra, type: entra, tenantId: tenant, audiences: [gateway] }
roles:
  - { name: Chat.Use, environment: production, description: Tests. }
  - { name: Europe.Use, environment: production, description: Tests. }
grants:
  - { id: chat, reason: Tests., roles: [Chat.Use, Europe.Use], entries: [flash] }
residency:
  - { id: eu-only, reason: Tests., roles: [Europe.Use], locations: [europe-west4] }
tools:
  - id: tools
    reason: Tests.
    roles: [Chat.Use, Europe.Use]
    use: [functionDeclarations, googleSearch]
    reach:
      vertexAiSearch: [${STORE}]
      mcpServers: [https://tools.example.com/mcp]
`;
const LIMITS = `products:
  - { id: production, displayName: Production, description: Tests., environment: production }
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'governance-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** The error of the access document; undefined for a valid one. */
function refusal(access: string): string | undefined {
  writeFileSync(join(directory, 'catalog.yaml'), CATALOG);
  writeFileSync(join(directory, 'access.yaml'), access);
  writeFileSync(join(directory, 'limits.yaml'), LIMITS);
  try {
    loadGovernance(directory);
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(`${directory}/`, '');
  }
}

test('tools of a role are taken, of one that residency keeps beside another, too', () => {
  expect(refusal(ACCESS)).toBeUndefined();
});

test.each<[what: string, from: string, to: string, message: string]>([
  [
    'an unknown role',
    'roles: [Chat.Use, Europe.Use]\n    use',
    'roles: [Chat.User]\n    use',
    'access.yaml:13:13: tools.0.roles.0: "Chat.User" is not a known role. Did you mean "Chat.Use"?',
  ],
  [
    'an unknown tool',
    'googleSearch',
    'google_search',
    'access.yaml:14:33: tools.0.use.1: "google_search" is not one of the allowed values. Did you mean "googleSearch"?',
  ],
  [
    'a tool that reaches something, without what',
    'googleSearch]',
    'vertexAiSearch]',
    'access.yaml:14:33: tools.0.use.1: "vertexAiSearch" reaches sources that a call names. List it under reach, with its sources.',
  ],
  [
    'an unknown tool that reaches something',
    'mcpServers:',
    'mcpServer:',
    'access.yaml:17:18: tools.0.reach.mcpServer: this name is not allowed here. Did you mean "mcpServers"?',
  ],
  [
    'a tool that reaches nothing',
    '[https://tools.example.com/mcp]',
    '[]',
    'access.yaml:17:19: tools.0.reach.mcpServers: must not be empty',
  ],
  [
    'a tool that is there twice',
    'googleSearch]',
    'functionDeclarations]',
    'access.yaml:14:33: tools.0.use.1: "functionDeclarations" occurs twice.',
  ],
  [
    'a data store without its project',
    STORE,
    'handbook',
    'access.yaml:16:24: tools.0.reach.vertexAiSearch.0: "handbook" is not a source of vertexAiSearch. Write projects/P/locations/L/collections/C/dataStores/D or projects/P/locations/L/collections/C/engines/E.',
  ],
  [
    'all data stores of a collection',
    STORE,
    STORE.replace('handbook', '*'),
    `access.yaml:16:24: tools.0.reach.vertexAiSearch.0: "${STORE.replace('handbook', '*')}" is not a source of vertexAiSearch. Write projects/P/locations/L/collections/C/dataStores/D or projects/P/locations/L/collections/C/engines/E.`,
  ],
  [
    'a server without its scheme',
    'https://tools.example.com/mcp',
    'tools.example.com/mcp',
    'access.yaml:17:20: tools.0.reach.mcpServers.0: "tools.example.com/mcp" is not a source of mcpServers. Write https://host/path.',
  ],
  [
    'a source that is there twice under two names',
    `[${STORE}]`,
    `[${STORE}, ${STORE.replace('sample-project', '123456789012')}]`,
    `access.yaml:16:113: tools.0.reach.vertexAiSearch.1: "${STORE}" occurs twice.`,
  ],
  [
    'no tool at all',
    ACCESS.slice(ACCESS.indexOf('    use:')),
    '',
    'access.yaml:11:5: tools.0: this rule lists no tool. Give it use or reach.',
  ],
  [
    'a tool that residency keeps from all of its roles',
    'roles: [Chat.Use, Europe.Use]\n    use',
    'roles: [Europe.Use]\n    use',
    'access.yaml:14:33: tools.0.use.1: eu-only keeps its roles in locations, and googleSearch does not stay in a location: https://cloud.google.com/vertex-ai/generative-ai/docs/grounding/grounding-with-google-search',
  ],
  [
    'a data store where residency lets none of its roles reach',
    'roles: [Chat.Use, Europe.Use]\n    use: [functionDeclarations, googleSearch]',
    'roles: [Europe.Use]',
    'access.yaml:15:24: tools.0.reach.vertexAiSearch.0: eu-only keeps its roles out of eu, where this source is.',
  ],
  [
    'an id that another rule has',
    'id: tools',
    'id: eu-only',
    'access.yaml:11:9: tools.0.id: "eu-only" occurs twice.',
  ],
])('%s is refused with its place', (_, from, to, message) => {
  expect(ACCESS).toContain(from);
  expect(refusal(ACCESS.replace(from, to))).toBe(message);
});
