import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGovernance } from '../../../src/governance/load-governance.ts';
import { explain } from '../../../src/governance/explain.ts';
import { findHostProblem } from '../../../src/governance/endpoint-address.ts';
import type { CallTarget } from '../../../src/governance/call-target.ts';
import { endpointEntry, governanceOf } from './governance-of.ts';

const ENTRY = endpointEntry({ endpoint: '42' });
const PROJECTS = [{ id: 'sample-project', number: '123456789012' }];
const DEDICATED = '42.us-central1-548213907654.prediction.vertexai.goog';
const PRIVATE = '42-us-central1-123456789012.prediction.p.vertexai.goog';
const PRINCIPAL = { roles: ['Team'], applicationId: '', isDelegated: false };
const GRANTS = [{ id: 'all', reason: 'Tests.', roles: ['Team'], entries: ['iris'] }];
const TARGET: CallTarget = {
  project: 'sample-project',
  location: 'us-central1',
  operation: 'predict',
  resource: { kind: 'endpoint', endpoint: '42' },
};

function problemOf(host: string, projects = PROJECTS): string | undefined {
  return findHostProblem({ projects }, ENTRY, 'us-central1', host);
}

test.each([
  DEDICATED,
  '42.us-central1-fasttryout.prediction.vertexai.goog',
  PRIVATE,
  '10.128.0.9',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  'iris.models.example.com',
])('an endpoint may be at %s', (host) => {
  expect(problemOf(host)).toBeUndefined();
});

test.each([
  'https://iris.example.com',
  'iris.example.com:443',
  'iris.example.com/v1',
  'iris.example.com?x',
  'user@iris.example.com',
  'user:secret@10.0.0.1',
  'iris.example.com.',
  'Iris.example.com',
  'iris_.example.com',
  'iris..example.com',
  '-iris.example.com',
  'iris',
  'iris.example.com#',
  'iris.example.com\\evil.example.com',
  'iris.example.com%2f',
  'ïris.example.com',
  '10.0.0.1:8443',
  '10.0.1',
  '0x0a.0.0.1',
  '010.0.0.1',
  '167772161',
  'example.167772161',
  'fd00::1',
  '[fd00::1]',
  ' 10.0.0.1',
  `${'a'.repeat(64)}.example.com`,
])('the host %j is no host alone', (host) => {
  expect(problemOf(host)).toMatch(/^Give a host name or a private IPv4 address alone/);
});

test.each([
  '169.254.169.254',
  '169.254.0.1',
  '127.0.0.1',
  '0.0.0.0',
  '8.8.8.8',
  '172.15.0.1',
  '172.32.0.1',
  '192.169.0.1',
  '100.63.0.1',
  '100.128.0.1',
  '199.36.153.8',
  '255.255.255.255',
])('%s is not a private address', (host) => {
  expect(problemOf(host)).toMatch(/^\S+ is not a private address/);
});

test.each([
  'metadata.google.internal',
  'google.internal',
  'us-central1-aiplatform.googleapis.com',
  'us-central1-aiplatform-x.p.googleapis.com',
  'sts.googleapis.com',
  'vertexai.goog',
  'x.vertexai.goog',
  'iris.localhost',
])('%s is no host of one endpoint', (host) => {
  expect(problemOf(host)).toMatch(/^This host serves many endpoints/);
});

test.each([
  ['43.us-central1-548213907654.prediction.vertexai.goog'],
  ['42.europe-west4-548213907654.prediction.vertexai.goog'],
  ['42.us-central1-sample-project.prediction.vertexai.goog'],
  ['42.us-central1-548213907654.evil.prediction.vertexai.goog'],
  ['evil.42.us-central1-548213907654.prediction.vertexai.goog'],
])('%s is not the dedicated name of this endpoint in this location', (host) => {
  expect(problemOf(host)).toMatch(
    /^The dedicated DNS name of this endpoint in this location is 42\.us-central1-…/,
  );
});

test.each([
  '43-us-central1-123456789012.prediction.p.vertexai.goog',
  '42-europe-west4-123456789012.prediction.p.vertexai.goog',
  '42-us-central1-999999999999.prediction.p.vertexai.goog',
  'x.42-us-central1-123456789012.prediction.p.vertexai.goog',
])('%s is not the private name of this endpoint in this location', (host) => {
  expect(problemOf(host)).toBe(`The private DNS name of this endpoint in this location is ${PRIVATE}.`);
});

test('a name that only looks like Google’s is one’s own', () => {
  expect(problemOf('42.prediction.vertexai.goog.example.com')).toBeUndefined();
  expect(problemOf('evilgoogleapis.com')).toBeUndefined();
});

test.each(['10.128.0.9', PRIVATE])('%s needs the number of the project', (host) => {
  expect(problemOf(host, [])).toMatch(/^List the number of sample-project under projects/);
  const numbered = { ...ENTRY, project: '123456789012' };
  expect(findHostProblem({}, numbered, 'us-central1', host)).toBeUndefined();
});

test.each([
  [DEDICATED, { name: DEDICATED }],
  [PRIVATE, { name: PRIVATE }],
  ['iris.models.example.com', { name: 'iris.models.example.com' }],
  // Google's certificate is for this name, whatever the DNS resolves it to.
  ['10.128.0.9', { name: PRIVATE, ip: '10.128.0.9' }],
])('a decision for an endpoint at %s says to call it there', (host, address) => {
  const governance = governanceOf({
    entries: [{ ...ENTRY, locations: ['us-central1', 'europe-west4'], hosts: { 'us-central1': host } }],
    projects: PROJECTS,
    grants: GRANTS,
  });
  const decision = governance.decide(PRINCIPAL, TARGET);
  expect(decision).toMatchObject({ allowed: true, call: { address } });
  const elsewhere = governance.decide(PRINCIPAL, { ...TARGET, location: 'europe-west4' });
  expect(elsewhere.allowed && elsewhere.call.address).toBeUndefined();
  expect(explain(governance, PRINCIPAL, TARGET, 'product')).toMatchObject({ host: address.name });
  expect(
    explain(governance, PRINCIPAL, { ...TARGET, location: 'europe-west4' }, 'product'),
  ).not.toHaveProperty('host');
});

describe('documents', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'hosts-'));
    writeFileSync(
      join(directory, 'access.yaml'),
      'identityProviders: [{ id: e, type: entra, tenantId: t, audiences: [a] }]\nroles: []\ngrants: []\n',
    );
    writeFileSync(join(directory, 'limits.yaml'), 'products: []\n');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function load(hosts: string, operations = '[predict]'): string | undefined {
    writeFileSync(
      join(directory, 'catalog.yaml'),
      `projects: [{ id: sample-project, number: '123456789012' }]
entries:
  - name: iris
    endpoint: '42'
    environments: [production]
    project: sample-project
    locations: [us-central1]
    classification: internal
    operations: ${operations}
    hosts: ${hosts}
`,
    );
    try {
      loadGovernance(directory);
      return undefined;
    } catch (error) {
      return (error as Error).message.replace(`${directory}/`, '');
    }
  }

  test('with the endpoint’s own hosts load', () => {
    const all = '[predict, rawPredict, streamRawPredict, chatCompletions]';
    expect(load(`{ us-central1: ${DEDICATED} }`, all)).toBeUndefined();
  });

  test.each([
    ['{ us-central1: 169.254.169.254 }', /^catalog\.yaml:10:27: entries\.0\.hosts\.us-central1: 169\.254/],
    [
      '{ europe-west4: 10.0.0.5 }',
      /^catalog\.yaml:10:28: .*"europe-west4" is not a known location of the entry\./,
    ],
    ['{ us_central1: 10.0.0.5 }', /^catalog\.yaml:10:\d+: .*a Google Cloud location/],
    ['{ us-central1: 5 }', /^catalog\.yaml:10:27: entries\.0\.hosts\.us-central1: /],
    ['10.0.0.5', /^catalog\.yaml:10:12: entries\.0\.hosts: /],
  ])('with the hosts %s are refused with their place', (hosts, message) => {
    expect(load(hosts)).toMatch(message);
  });

  test.each(['explain', 'directPredict', 'serverStreamingPredict', 'streamGenerateContent'])(
    'that offer %s at a host of the endpoint’s own are refused',
    (operation) => {
      expect(load(`{ us-central1: ${DEDICATED} }`, `[predict, ${operation}]`)).toMatch(
        /^catalog\.yaml:9:27: .*predict, rawPredict, streamRawPredict and chatCompletions only/,
      );
    },
  );
});
