import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Governance } from '../../../src/governance/governance.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';
import { GovernanceDocumentError } from '../../../src/governance/yaml-document.ts';

const CATALOG = `entries:
  - name: iris
    alias: flowers
    endpoint: '1234567890'
    environments: [production]
    project: sample-project
    locations: [us-central1]
    operations: [predict]
    tags: [scoring]
    classification: internal
`;
const MODEL = `  - name: flash
    alias: fast
    publisher: google
    model: gemini-3.5-flash
    environments: [sandbox]
    project: sample-project
    locations: [us-central1]
    operations: [generateContent]
    classification: internal
`;
/** A model that ends on a day, with a replacement or without. */
function retiring(on: string, replacement?: string): string {
  const lines = [`on: ${on}`, 'source: https://vendor.example.com/ends'];
  if (replacement !== undefined) lines.push(`replacement: ${replacement}`);
  return `${MODEL}    retires:\n${lines.map((line) => `      ${line}\n`).join('')}`;
}

const ACCESS = `identityProviders:
  - { id: entra, type: entra, tenantId: tenant, audiences: [gateway] }
roles:
  - { name: Scoring.Predict, environment: production, description: Tests. }
grants:
  - id: scoring-iris
    reason: The scoring team classifies flowers.
    roles: [Scoring.Predict]
    entries: [iris]
`;
const RESIDENCY = `residency:
  - { id: eu-only, reason: Tests., roles: [Scoring.Predict], locations: [europe-west4] }
`;
const RESIDENCY_BESIDE = `  - { id: us-only, reason: Tests., roles: [Scoring.Predict], locations: [us-central1] }
`;
const LIMITS = `products:
  - { id: production, displayName: Production, description: Tests., environment: production }
`;
const AGENT = '66666666-6666-4666-8666-666666666666';

/** A limits document with one product, whose APIM subscriptions belong to these applications. */
function withApplications(...applications: readonly string[]): string {
  return `products:
  - id: production
    displayName: Production
    description: Tests.
    environment: production
    subscriptions:
      applications:
${applications.map((one) => `        - ${one}\n`).join('')}`;
}

/** A limits document with one product, which lets calls in with a key alone. */
function withKeyOnlyCallers(environment: string, keyOnlyCallers: string): string {
  return `products:
  - id: open-to-keys
    displayName: Open to keys
    description: Tests.
    environment: ${environment}
    callsPerMinute: 1
    keyOnlyCallers: ${keyOnlyCallers}
`;
}

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'governance-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function load(catalog = CATALOG, access = ACCESS, limits = LIMITS): Governance {
  writeFileSync(join(directory, 'catalog.yaml'), catalog);
  writeFileSync(join(directory, 'access.yaml'), access);
  writeFileSync(join(directory, 'limits.yaml'), limits);
  return loadGovernance(directory);
}

/** The error's message without the directory. */
function refusal(catalog: string, access?: string, limits?: string): string {
  try {
    load(catalog, access, limits);
  } catch (error) {
    expect(error).toBeInstanceOf(GovernanceDocumentError);
    return (error as Error).message.replace(`${directory}/`, '');
  }
  throw new Error('the documents were accepted');
}

test('the committed documents load', () => {
  const { documents } = loadGovernance(join(__dirname, '../../../governance'));
  expect(documents.catalog.entries.map(({ name }) => name)).toContain('iris');
});

test('loading leaves the documents as they are', () => {
  load();
  expect(readFileSync(join(directory, 'catalog.yaml'), 'utf8')).toBe(CATALOG);
});

test('the policy version changes with each document, and with nothing else', () => {
  const { policyVersion } = load();
  expect(policyVersion).toMatch(/^[0-9a-f]{64}$/);
  expect(load().policyVersion).toBe(policyVersion);
  expect(load(`${CATALOG}# a comment\n`).policyVersion).not.toBe(policyVersion);
  expect(load(CATALOG, `${ACCESS}# a comment\n`).policyVersion).not.toBe(policyVersion);
  expect(load(CATALOG, ACCESS, `${LIMITS}# a comment\n`).policyVersion).not.toBe(policyVersion);
});

test('moving text from one document to another changes the policy version', () => {
  const { policyVersion } = load(`${CATALOG}# a`, `# b\n${ACCESS}`);
  expect(load(`${CATALOG}# a# b\n`, ACCESS).policyVersion).not.toBe(policyVersion);
});

test('a syntax error tells file, line and column', () => {
  expect(refusal(CATALOG, 'grants:\n  - id: x\n   roles: [\n')).toMatch(/^access\.yaml:3:\d+: \S/);
});

test('a key that stands twice tells file, line and column', () => {
  expect(refusal(CATALOG, ACCESS.replace('    entries', '    id: other\n    entries'))).toMatch(
    /^access\.yaml:9:5: Map keys must be unique\.$/,
  );
});

test('an alias without an anchor tells the file', () => {
  expect(refusal('entries: *missing\n')).toMatch(/^catalog\.yaml:1:1: .*alias/);
});

test('a document that is not there is refused with its path', () => {
  expect(() => loadGovernance(directory)).toThrow(join(directory, 'catalog.yaml'));
});

test.each([
  'directPredict',
  'directRawPredict',
  'serverStreamingPredict',
  'chatCompletions',
  'generateContent',
])('an entry with a schema of its instances does not offer %s', (operation) => {
  const offering = (schema: string) =>
    CATALOG.replace('operations: [predict]', `operations: [predict, ${operation}]${schema}`);
  expect(load(offering('')).documents.catalog.entries[0]?.operations).toContain(operation);
  for (const schema of ['instances', 'parameters'])
    expect(refusal(offering(`\n    ${schema}: { type: object }`))).toMatch(
      new RegExp(
        String.raw`^catalog\.yaml:\d+:\d+: entries\.0\.operations\.1: A body of ${operation} has no instances`,
      ),
    );
});

/**
 * Documents with one mistake each: a title, the catalog, access and limits documents, and the error's place and text.
 */
const MISTAKES: Record<string, readonly [catalog: string, access: string, limits: string, message: string]> =
  {
    'an empty document': ['', ACCESS, LIMITS, 'catalog.yaml:1:1: must be an object'],
    'an entry without locations': [
      CATALOG.replace('[us-central1]', '[]'),
      ACCESS,
      LIMITS,
      'catalog.yaml:7:16: entries.0.locations: must not be empty',
    ],
    'a project that can be no project': [
      CATALOG.replace('sample-project', 'Sample/Project'),
      ACCESS,
      LIMITS,
      'catalog.yaml:6:14: entries.0.project: must be a Google Cloud project id or number',
    ],
    'a location that can be no location': [
      CATALOG.replace('us-central1', 'us-central1, evil.example#'),
      ACCESS,
      LIMITS,
      'catalog.yaml:7:30: entries.0.locations.1: must be a Google Cloud location such as europe-west4 or global',
    ],
    'a location that does not exist': [
      CATALOG.replace('us-central1', 'us-centrall1'),
      ACCESS,
      LIMITS,
      'catalog.yaml:7:17: entries.0.locations.0: "us-centrall1" is not a known location of Vertex AI. Did you mean "us-central1"?',
    ],
    'a location that is listed twice': [
      CATALOG.replace('us-central1', 'us-central1, us-central1'),
      ACCESS,
      LIMITS,
      'catalog.yaml:7:30: entries.0.locations.1: "us-central1" occurs twice.',
    ],
    'two entries of one name': [
      CATALOG + MODEL.replace('flash', 'iris'),
      ACCESS,
      LIMITS,
      'catalog.yaml:11:11: entries.1.name: "iris" occurs twice.',
    ],
    'two entries for one endpoint': [
      CATALOG + CATALOG.slice('entries:\n'.length).replace('iris', 'other').replace('flowers', 'roses'),
      ACCESS,
      LIMITS,
      'catalog.yaml:13:15: entries.1.endpoint: "1234567890" is taken: it already names "iris".',
    ],
    'an end on a day that there is not': [
      CATALOG + retiring('2027-02-30'),
      ACCESS,
      LIMITS,
      'catalog.yaml:21:11: entries.1.retires.on: Invalid ISO date',
    ],
    'an end that nobody has announced': [
      CATALOG + retiring('2027-02-28').replace('https://', 'ftp://'),
      ACCESS,
      LIMITS,
      'catalog.yaml:22:15: entries.1.retires.source: must be an https:// address',
    ],
    'an unknown replacement': [
      CATALOG + retiring('2027-02-28', 'irls'),
      ACCESS,
      LIMITS,
      'catalog.yaml:23:20: entries.1.retires.replacement: "irls" is not a known catalog entry. Did you mean "iris"?',
    ],
    'a replacement that ends as early': [
      CATALOG + retiring('2027-02-28', 'flash'),
      ACCESS,
      LIMITS,
      'catalog.yaml:23:20: entries.1.retires.replacement: flash ends on 2027-02-28 itself, which is not after 2027-02-28.',
    ],
    'an alias that is another entry’s alias, also of another kind': [
      CATALOG + MODEL.replace('fast', 'flowers'),
      ACCESS,
      LIMITS,
      'catalog.yaml:12:12: entries.1.alias: "flowers" is taken: it already names "iris".',
    ],
    'an alias that is another entry’s name': [
      CATALOG + MODEL.replace('fast', 'iris'),
      ACCESS,
      LIMITS,
      'catalog.yaml:12:12: entries.1.alias: "iris" is taken: it already names "iris".',
    ],
    'a grant without a reason': [
      CATALOG,
      ACCESS.replace(/ {4}reason.*\n/, ''),
      LIMITS,
      'access.yaml:6:5: grants.0.reason: is missing',
    ],
    'a number where a name is expected': [
      CATALOG,
      ACCESS.replace('[Scoring.Predict]', '[7]'),
      LIMITS,
      'access.yaml:8:13: grants.0.roles.0: must be a text',
    ],
    'a grant to an unknown role': [
      CATALOG,
      ACCESS.replace('[Scoring.Predict]', '[Scoring.Predict, Scoring.Predicts]'),
      LIMITS,
      'access.yaml:8:30: grants.0.roles.1: "Scoring.Predicts" is not a known role. Did you mean "Scoring.Predict"?',
    ],
    'a grant of an unknown entry': [
      CATALOG,
      ACCESS.replace('[iris]', '[iris, isis]'),
      LIMITS,
      'access.yaml:9:21: grants.0.entries.1: "isis" is not a known catalog entry. Did you mean "iris"?',
    ],
    'a grant of an unknown entry that is like no other': [
      CATALOG + MODEL,
      ACCESS.replace('[iris]', '[claude-sonnet]'),
      LIMITS,
      'access.yaml:9:15: grants.0.entries.0: "claude-sonnet" is not a known catalog entry. Use one of these: iris, flash.',
    ],
    'a grant of an unknown tag': [
      CATALOG,
      ACCESS.replace('entries: [iris]', 'tags: [scorin]'),
      LIMITS,
      'access.yaml:9:12: grants.0.tags.0: "scorin" is not a known tag. Did you mean "scoring"?',
    ],
    'a grant in a location that does not exist': [
      CATALOG,
      `${ACCESS}    locations: [us-central11]\n`,
      LIMITS,
      'access.yaml:10:17: grants.0.locations.0: "us-central11" is not a known location of Vertex AI. Did you mean "us-central1"?',
    ],
    'a grant that can never match, for its location': [
      CATALOG,
      `${ACCESS}    locations: [europe-west4]\n`,
      LIMITS,
      'access.yaml:6:5: grants.0: this rule can never match: no entry of it offers its operations in its locations to the environments of its roles.',
    ],
    'a grant that can never match, for its operation': [
      CATALOG,
      `${ACCESS}    operations: [explain]\n`,
      LIMITS,
      'access.yaml:6:5: grants.0: this rule can never match: no entry of it offers its operations in its locations to the environments of its roles.',
    ],
    'a grant that can never match, for the environment of its role': [
      CATALOG + MODEL,
      ACCESS.replace('[iris]', '[flash]'),
      LIMITS,
      'access.yaml:6:5: grants.0: this rule can never match: no entry of it offers its operations in its locations to the environments of its roles.',
    ],
    'a grant that can never match, for the residency of its role': [
      CATALOG,
      `${ACCESS}${RESIDENCY}`,
      LIMITS,
      'access.yaml:6:5: grants.0: this rule can never match: eu-only keeps its roles in europe-west4 only, where it grants nothing.',
    ],
    'a residency rule that leaves no location': [
      CATALOG,
      `${ACCESS}${RESIDENCY}${RESIDENCY_BESIDE}`,
      LIMITS,
      'access.yaml:12:5: residency.1: with eu-only, this rule leaves no location to holders of "Scoring.Predict".',
    ],
    'a deny that can never match': [
      CATALOG,
      `${ACCESS}denies:\n  - { id: idle, reason: Tests., entries: [iris], operations: [explain] }\n`,
      LIMITS,
      'access.yaml:11:5: denies.0: this rule can never match: no entry of it offers its operations in its locations to the environments of its roles.',
    ],
    'two rules of one id, also of two kinds': [
      CATALOG,
      `${ACCESS}denies:\n  - { id: scoring-iris, reason: Tests., entries: [iris] }\n`,
      LIMITS,
      'access.yaml:11:11: denies.0.id: "scoring-iris" occurs twice.',
    ],
    'a rule with the name of the catalog': [
      CATALOG,
      ACCESS.replace('scoring-iris', 'catalog'),
      LIMITS,
      'access.yaml:6:9: grants.0.id: "catalog" is reserved for decisions without a rule.',
    ],
    'two roles of one name': [
      CATALOG,
      ACCESS.replace(
        'grants:',
        '  - { name: Scoring.Predict, environment: sandbox, description: Tests. }\ngrants:',
      ),
      LIMITS,
      'access.yaml:5:13: roles.1.name: "Scoring.Predict" occurs twice.',
    ],
    'a residency of an unknown role': [
      CATALOG,
      `${ACCESS}residency:\n  - { id: eu, reason: Tests., roles: [Analytics], locations: [europe-west4] }\n`,
      LIMITS,
      'access.yaml:11:39: residency.0.roles.0: "Analytics" is not a known role. Use one of these: Scoring.Predict.',
    ],
    'a residency in a location that does not exist': [
      CATALOG,
      `${ACCESS}residency:\n  - { id: eu, reason: Tests., roles: [Scoring.Predict], locations: [europe-west44] }\n`,
      LIMITS,
      'access.yaml:11:69: residency.0.locations.0: "europe-west44" is not a known location of Vertex AI. Did you mean "europe-west4"?',
    ],
    'two agents of one application': [
      CATALOG,
      `${ACCESS}agents:
  - { id: one, reason: Tests., applicationId: ${AGENT}, roles: [Scoring.Predict] }
  - { id: two, reason: Tests., applicationId: ${AGENT}, roles: [Scoring.Predict] }
`,
      LIMITS,
      `access.yaml:12:47: agents.1.applicationId: "${AGENT}" occurs twice.`,
    ],
    'an agent of an identity provider that is not there': [
      CATALOG,
      `${ACCESS}agents:
  - { id: one, reason: Tests., identityProvider: okta, applicationId: x, roles: [Scoring.Predict] }
`,
      LIMITS,
      'access.yaml:11:50: agents.0.identityProvider: "okta" is not a known identity provider. Use one of these: entra.',
    ],
    'an agent of Entra ID whose client id is no GUID': [
      CATALOG,
      `${ACCESS}agents:
  - { id: one, reason: Tests., applicationId: my-agent, roles: [Scoring.Predict] }
`,
      LIMITS,
      'access.yaml:11:47: agents.0.applicationId: "my-agent" is not a client id of Entra ID, which is a GUID. For an application of another issuer, set identityProvider.',
    ],
    'a group that stands for an unknown role': [
      CATALOG,
      ACCESS.replace(
        'roles:\n',
        `  - id: okta
    type: oidc
    openIdConfiguration: '{{okta}}'
    issuer: '{{issuer}}'
    audiences: [gateway]
    groups: { claim: groups, roles: { scorers: Scoring.Predic } }
roles:
`,
      ),
      LIMITS,
      'access.yaml:8:48: identityProviders.1.groups.roles.scorers: "Scoring.Predic" is not a known role. Did you mean "Scoring.Predict"?',
    ],
    'a limit of an unknown role': [
      CATALOG,
      ACCESS,
      `${LIMITS}roles:\n  - { role: Scoring, callsPerDay: 1 }\n`,
      'limits.yaml:4:13: roles.0.role: "Scoring" is not a known role. Use one of these: Scoring.Predict.',
    ],
    'a subscription of an application that Entra ID cannot have': [
      CATALOG,
      ACCESS,
      withApplications('{ subscription: one, applicationId: team }'),
      'limits.yaml:8:47: products.0.subscriptions.applications.0.applicationId: "team" is not a client id of Entra ID, which is a GUID. For an application of another issuer, set identityProvider.',
    ],
    'a subscription of an application of an unknown issuer': [
      CATALOG,
      ACCESS,
      withApplications(`{ subscription: one, applicationId: ${AGENT}, identityProvider: okta }`),
      'limits.yaml:8:103: products.0.subscriptions.applications.0.identityProvider: "okta" is not a known identity provider. Use one of these: entra.',
    ],
    'a subscription of two applications': [
      CATALOG,
      ACCESS,
      withApplications(
        `{ subscription: one, applicationId: ${AGENT} }`,
        `{ subscription: one, applicationId: ${AGENT} }`,
      ),
      'limits.yaml:9:27: products.0.subscriptions.applications.1.subscription: "one" occurs twice.',
    ],
    'a subscription whose id is none': [
      CATALOG,
      ACCESS,
      withApplications(`{ subscription: a b, applicationId: ${AGENT} }`),
      'limits.yaml:8:27: products.0.subscriptions.applications.0.subscription: must be the id of an APIM subscription',
    ],
    'two limits of one entry': [
      CATALOG,
      ACCESS,
      `${LIMITS}entries:\n  - { entry: iris, callsPerDay: 1 }\n  - { entry: iris, callsPerDay: 2 }\n`,
      'limits.yaml:5:14: entries.1.entry: "iris" occurs twice.',
    ],
    'two products of one id': [
      CATALOG,
      ACCESS,
      LIMITS + LIMITS.slice('products:\n'.length),
      'limits.yaml:3:11: products.1.id: "production" occurs twice.',
    ],
    'a product with the name of the open one': [
      CATALOG,
      ACCESS,
      LIMITS.replace('id: production', 'id: open'),
      'limits.yaml:2:11: products.0.id: "open" is reserved for a product that API Management always has.',
    ],
    'key-only callers with an unknown role': [
      CATALOG,
      ACCESS,
      withKeyOnlyCallers('production', '{ roles: [Scoring.Predikt] }'),
      'limits.yaml:7:31: products.0.keyOnlyCallers.roles.0: "Scoring.Predikt" is not a known role. Did you mean "Scoring.Predict"?',
    ],
    'key-only callers with a role of another environment': [
      CATALOG,
      ACCESS,
      withKeyOnlyCallers('sandbox', '{ roles: [Scoring.Predict] }'),
      'limits.yaml:7:31: products.0.keyOnlyCallers.roles.0: "Scoring.Predict" is a role of production, and the product is of sandbox.',
    ],
    'key-only callers with a role twice': [
      CATALOG,
      ACCESS,
      withKeyOnlyCallers('production', '{ roles: [Scoring.Predict, Scoring.Predict] }'),
      'limits.yaml:7:48: products.0.keyOnlyCallers.roles.1: "Scoring.Predict" occurs twice.',
    ],
    'key-only callers without a role': [
      CATALOG,
      ACCESS,
      withKeyOnlyCallers('production', '{ roles: [] }'),
      'limits.yaml:7:30: products.0.keyOnlyCallers.roles: must not be empty',
    ],
    'key-only callers beside an identity provider of their name': [
      CATALOG,
      ACCESS.replace('id: entra', 'id: subscription-key'),
      withKeyOnlyCallers('production', '{ roles: [Scoring.Predict] }'),
      'limits.yaml:7:21: products.0.keyOnlyCallers: an identity provider has the id "subscription-key", which is reserved for callers with a key alone.',
    ],
    'a schema of instances that is none': [
      `${CATALOG}    instances: { type: array, items: { type: numbr } }\n`,
      ACCESS,
      LIMITS,
      'catalog.yaml:11:46: entries.0.instances.items.type: not a valid JSON Schema: must be equal to one of the allowed values.',
    ],
    'a schema of parameters with an unknown keyword': [
      `${CATALOG}    parameters: { type: object, propertys: {} }\n`,
      ACCESS,
      LIMITS,
      'catalog.yaml:11:17: entries.0.parameters: not a usable JSON Schema: strict mode: unknown keyword: "propertys".',
    ],
    'a price of less than nothing': [
      `${CATALOG}    price: { perPrediction: -1 }\n`,
      ACCESS,
      LIMITS,
      'catalog.yaml:11:29: entries.0.price.perPrediction: must be at least 0',
    ],
    'a price beyond all that costs': [
      `${CATALOG}    price: { perPrediction: 1e308 }\n`,
      ACCESS,
      LIMITS,
      'catalog.yaml:11:29: entries.0.price.perPrediction: must be at most 1000000',
    ],
    'a limit beyond what the edge counts': [
      CATALOG,
      ACCESS,
      LIMITS.replace(' }', ', tokensPerDay: 2147483648 }'),
      'limits.yaml:2:108: products.0.tokensPerDay: must be at most 2147483647',
    ],
    'a long context of no length': [
      `${CATALOG}    price: { perMillionInputTokens: 1, perMillionOutputTokens: 1, longContext: { perMillionInputTokens: 1, perMillionOutputTokens: 1 } }\n`,
      ACCESS,
      LIMITS,
      'catalog.yaml:11:80: entries.0.price.longContext.aboveInputTokens: is missing',
    ],
    'a pattern that can backtrack': [
      `${CATALOG}    instances:\n      type: object\n      properties:\n        id: { type: string, pattern: '^(a+)+$' }\n`,
      ACCESS,
      LIMITS,
      'catalog.yaml:14:38: entries.0.instances.properties.id.pattern: the pattern ^(a+)+$ can take too long: a text can match in many ways, and each may have to be tried.',
    ],
    'a pattern of names that can backtrack': [
      `${CATALOG}    parameters: { patternProperties: { 'x*y': {} } }\n`,
      ACCESS,
      LIMITS,
      'catalog.yaml:11:47: entries.0.parameters.patternProperties.x*y: the pattern x*y can take too long: it may have to be tried at each character of a text, and each try can take long; begin it with ^.',
    ],
    'a schema that is somewhere else': [
      `${CATALOG}    instances: { $ref: 'https://example.com/schema' }\n`,
      ACCESS,
      LIMITS,
      "catalog.yaml:11:16: entries.0.instances: not a usable JSON Schema: can't resolve reference https://example.com/schema from id #.",
    ],
  };

test.each(Object.entries(MISTAKES))(
  '%s is refused with its place',
  (_, [catalog, access, limits, message]) => {
    expect(refusal(catalog, access, limits)).toBe(message);
  },
);

test.each([
  [
    'an unknown key',
    `${CATALOG}    colour: red\n`,
    'catalog.yaml:11:13: entries.0.colour: this name is not allowed here. Use one of these: name, alias, ',
  ],
  [
    'a misspelt key',
    CATALOG.replace('tags:', 'tag:'),
    'catalog.yaml:9:10: entries.0.tag: this name is not allowed here. Did you mean "tags"?',
  ],
  [
    'a misspelt price',
    `${CATALOG}    price: { perMillionInputTokens: 1, perMillionOutputTokens: 1, perMillionCacheWrites: 1 }\n`,
    'catalog.yaml:11:90: entries.0.price.perMillionCacheWrites: this name is not allowed here. Did you mean "perMillionCacheWriteTokens"?',
  ],
  [
    'an operation that the gateway does not know',
    CATALOG.replace('[predict]', '[predicts]'),
    'catalog.yaml:8:18: entries.0.operations.0: "predicts" is not one of the allowed values. Did you mean "predict"?',
  ],
])('%s is refused with its place and what there is', (_, catalog, message) => {
  expect(refusal(catalog)).toContain(message);
});
