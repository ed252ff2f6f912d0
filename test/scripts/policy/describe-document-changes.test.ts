import { describeDocumentChanges } from '../../../scripts/policy/describe-document-changes.ts';
import type { GovernanceDocuments } from '../../../src/governance/governance.ts';
import { find, sampleGovernance } from './sample-documents.ts';

const before = sampleGovernance().documents;

function changes(change: (documents: GovernanceDocuments) => void): string[] {
  return describeDocumentChanges(before, sampleGovernance(change).documents);
}

test('the same documents have nothing to say', () => {
  expect(changes(() => undefined)).toEqual([]);
});

test('a limit is named with what it was', () => {
  expect(
    changes(({ limits }) => {
      find(limits.products, 'production').callsPerMinute = 1200;
    }),
  ).toEqual(['The product production: callsPerMinute is now 1200, it was 600.']);
});

test('a limit that is lifted, and one that is new', () => {
  expect(
    changes(({ limits }) => {
      limits.roles = [{ role: 'Europe.Use', concurrentStreams: 3 }];
      delete find(limits.products, 'production').callsPerMinute;
    }),
  ).toEqual([
    'The product production: callsPerMinute is no longer set, it was 600.',
    'The limit of the role Europe.Use is new. concurrentStreams 3.',
    'The limit of the role Score.Use is gone.',
  ]);
});

test('which application an APIM subscription belongs to is named, and how many there may be', () => {
  const applications = (applicationId: string) => [{ subscription: 'team', applicationId }];
  const bound = sampleGovernance(({ limits }) => {
    find(limits.products, 'production').subscriptions = { perUser: 2, applications: applications('one') };
  }).documents;
  const rebound = sampleGovernance(({ limits }) => {
    find(limits.products, 'production').subscriptions = { perUser: 3, applications: applications('other') };
  }).documents;
  expect(describeDocumentChanges(before, bound)).toEqual([
    'The product production: subscriptions per user is now 2, it was not set.',
    'The product production: subscriptions belong to applications is now true, it was not set.',
    'The APIM subscription team is new. It is of the product production and belongs to the application one.',
  ]);
  expect(describeDocumentChanges(bound, rebound)).toEqual([
    'The product production: subscriptions per user is now 3, it was 2.',
    'The APIM subscription team: applicationId is now "other", it was "one".',
  ]);
  expect(describeDocumentChanges(bound, before)).toContain('The APIM subscription team is gone.');
});

test('an entry that is new says what it offers', () => {
  expect(
    changes(({ catalog }) => {
      catalog.entries.push({ ...find(catalog.entries, 'iris'), name: 'tulips', endpoint: '43' });
    }),
  ).toEqual(['The catalog entry tulips is new. Offered in us-central1 for predict.']);
});

test('lists say what they gain and lose', () => {
  expect(
    changes(({ access }) => {
      find(access.residency, 'eu-only').locations = ['europe-west4', 'europe-north1'];
    }),
  ).toEqual(['The residency rule eu-only: locations gain europe-north1 and lose europe-west1.']);
});

test('a list in another order says so', () => {
  expect(
    changes(({ catalog }) => {
      find(catalog.entries, 'flash').locations.reverse();
    }),
  ).toEqual([
    'The catalog entry flash: locations are in another order: europe-west4, europe-west1, us-central1.',
  ]);
});

test('a deny that is gone, a grant that is new and a role in another environment are named', () => {
  expect(
    changes(({ access }) => {
      find(access.roles, 'Score.Use').environment = 'sandbox';
      access.denies = [];
      access.grants.push({ id: 'more', reason: 'More is needed.', roles: ['Score.Use'], tags: ['chat'] });
    }),
  ).toEqual([
    'The role Score.Use: environment is now "sandbox", it was "production".',
    'The grant more is new. More is needed.',
    'The deny no-batches is gone.',
  ]);
});

test('a schema that is new for an endpoint is shown', () => {
  expect(
    changes(({ catalog }) => {
      const iris = find(catalog.entries, 'iris');
      if ('endpoint' in iris) iris.instances = { type: 'array' };
    }),
  ).toEqual(['The catalog entry iris: instances is now {"type":"array"}, it was not set.']);
});

test('long values that differ are said to change', () => {
  const schema = (keyword: string): Record<string, unknown> => ({ description: keyword.repeat(200) });
  const withSchema = (keyword: string): GovernanceDocuments =>
    sampleGovernance(({ catalog }) => {
      const iris = find(catalog.entries, 'iris');
      if ('endpoint' in iris) iris.instances = schema(keyword);
    }).documents;
  expect(describeDocumentChanges(withSchema('a '), withSchema('b '))).toEqual([
    'The catalog entry iris: instances changes.',
  ]);
});

test('a host that is new, another or gone is shown with what it was', () => {
  const withHosts = (hosts: Record<string, string> | undefined): GovernanceDocuments =>
    sampleGovernance(({ catalog }) => {
      const iris = find(catalog.entries, 'iris');
      if ('endpoint' in iris) iris.hosts = hosts;
    }).documents;
  const ours = withHosts({ 'us-central1': 'iris.example.com' });
  const others = withHosts({ 'us-central1': 'other.example.com' });
  expect(describeDocumentChanges(before, ours)).toEqual([
    'The catalog entry iris: host in us-central1 is now "iris.example.com", it was not set.',
  ]);
  expect(describeDocumentChanges(ours, others)).toEqual([
    'The catalog entry iris: host in us-central1 is now "other.example.com", it was "iris.example.com".',
  ]);
  expect(describeDocumentChanges(ours, before)).toEqual([
    'The catalog entry iris: host in us-central1 is no longer set, it was "iris.example.com".',
  ]);
});

test('an entry that is new says at which hosts it is called', () => {
  expect(
    changes(({ catalog }) => {
      const iris = find(catalog.entries, 'iris');
      if ('endpoint' in iris)
        catalog.entries.push({
          ...iris,
          name: 'tulips',
          endpoint: '43',
          hosts: { 'us-central1': 'tulips.example.com' },
        });
    }),
  ).toEqual([
    'The catalog entry tulips is new. Offered in us-central1 for predict. Called at tulips.example.com in us-central1.',
  ]);
});

test('a tool rule that is new says who may give models what, and each change of what tools may reach', () => {
  expect(
    changes(({ access }) => {
      access.tools.push({
        id: 'code',
        reason: 'Models calculate.',
        roles: ['Score.Use'],
        use: ['codeExecution'],
        reach: { mcpServers: ['https://tools.example.com/mcp'] },
      });
      find(access.tools, 'look-up').use.push('urlContext');
      find(access.tools, 'look-up').reach = {
        vertexRagStore: [],
        vertexAiSearch: ['projects/p/locations/eu/collections/c/dataStores/d'],
      };
    }),
  ).toEqual([
    'The tool rule look-up: use gain urlContext.',
    'The tool rule look-up: what vertexRagStore may reach lose projects/sample-project/locations/europe-west4/ragCorpora/42.',
    'The tool rule look-up: what vertexAiSearch may reach is now projects/p/locations/eu/collections/c/dataStores/d, it was not set.',
    'The tool rule code is new. Models calculate. Score.Use may give models codeExecution and mcpServers.',
  ]);
});
