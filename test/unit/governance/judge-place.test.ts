import type { Principal } from '../../../src/governance/call-target.ts';
import { explain } from '../../../src/governance/explain.ts';
import type { PlaceUse } from '../../../src/governance/judge-place.ts';
import { governanceOf, modelEntry } from './governance-of.ts';

const AGENT_ID = '66666666-6666-4666-8666-666666666666';
const REASON = 'Because of the tests.';

const governance = governanceOf({
  entries: [modelEntry()],
  grants: [{ id: 'team', reason: REASON, roles: ['Team.Use', 'Other', 'Bot'], entries: ['flash'] }],
  agents: [{ id: 'bot', reason: REASON, applicationId: AGENT_ID, roles: ['Bot'] }],
  storage: [
    { id: 'in', reason: REASON, roles: ['Team.Use'], inputs: ['gs://bucket/in', 'bq://sample-project.data'] },
    { id: 'out', reason: REASON, roles: ['Team.Use', 'Bot'], outputs: ['gs://bucket/out'] },
  ],
});

function judge(use: PlaceUse, uri: string, roles = ['Team.Use'], principal: Partial<Principal> = {}) {
  return governance.judgePlace({ roles, applicationId: '', isDelegated: false, ...principal }, use, uri);
}

test('a role reads and writes what its lists have', () => {
  expect(judge('inputs', 'gs://bucket/in/a.jsonl')).toBe('allowed');
  expect(judge('inputs', 'bq://sample-project.data.table')).toBe('allowed');
  expect(judge('outputs', 'gs://bucket/out/a')).toBe('allowed');
});

test('what may be read may not be written, and the other way round', () => {
  expect(judge('outputs', 'gs://bucket/in/a')).toBe('not-allowed');
  expect(judge('inputs', 'gs://bucket/out/a')).toBe('not-allowed');
});

test('nothing is allowed to a role without a list', () => {
  expect(judge('inputs', 'gs://bucket/in/a', ['Other'])).toBe('not-allowed');
  expect(judge('inputs', 'gs://bucket/in/a', [])).toBe('not-allowed');
});

test('what is no place is told apart', () => {
  expect(judge('inputs', 'gs://bucket/in/../x', [])).toBe('malformed');
});

test('for an application that acts for a person both must have the place', () => {
  const delegated = { applicationId: AGENT_ID.toUpperCase(), isDelegated: true };
  expect(judge('outputs', 'gs://bucket/out/a', ['Team.Use'], delegated)).toBe('allowed');
  expect(judge('inputs', 'gs://bucket/in/a', ['Team.Use'], delegated)).toBe('not-allowed');
  expect(judge('outputs', 'gs://bucket/out/a', ['Other'], delegated)).toBe('not-allowed');
  expect(judge('outputs', 'gs://bucket/out/a', ['Team.Use'], { applicationId: 'x', isDelegated: true })).toBe(
    'not-allowed',
  );
});

test('without lists nobody reads or writes anything', () => {
  const bare = governanceOf({
    entries: [modelEntry()],
    grants: [{ id: 'team', reason: REASON, roles: ['Team.Use'], entries: ['flash'] }],
  });
  const principal = { roles: ['Team.Use'], applicationId: '', isDelegated: false };
  expect(bare.judgePlace(principal, 'inputs', 'gs://bucket/in')).toBe('not-allowed');
});

test('a caller reaches what is of its roles that the documents know, as labels', () => {
  const principal = { applicationId: '', isDelegated: false };
  expect(governance.ownersOf({ ...principal, roles: ['Unknown', 'Other', 'Team.Use'] })).toEqual([
    { team: 'team-use' },
    { team: 'other' },
  ]);
});

test('an explanation of what can name places says what may be read and where may be written', () => {
  const jobs = governanceOf({
    entries: [modelEntry({ operations: ['batchPredict', 'generateContent'] })],
    grants: [{ id: 'team', reason: REASON, roles: ['Team.Use', 'Other'], entries: ['flash'] }],
    storage: [
      { id: 'one', reason: REASON, roles: ['Team.Use'], inputs: ['gs://bucket/in'] },
      { id: 'two', reason: REASON, roles: ['Other'], inputs: ['gs://other/in'], outputs: ['gs://other/out'] },
    ],
  });
  const explained = (operation: string, role: string) =>
    explain(
      jobs,
      { roles: [role], applicationId: '', isDelegated: false },
      {
        project: undefined,
        location: undefined,
        operation,
        resource: { kind: 'name', name: 'flash' },
      },
      '',
    );
  expect(explained('batchPredict', 'Team.Use').storage).toEqual({ inputs: ['gs://bucket/in'], outputs: [] });
  expect(explained('batchPredict', 'Other').storage).toEqual({
    inputs: ['gs://other/in'],
    outputs: ['gs://other/out'],
  });
  expect(explained('generateContent', 'Team.Use').storage).toEqual({
    inputs: ['gs://bucket/in'],
    outputs: [],
  });
  expect(explained('getModel', 'Other')).not.toHaveProperty('storage');
  expect(explained('batchPredict', 'Stranger')).not.toHaveProperty('storage');
});
