import { BUILT_IN_ROLES, ROLE_IDS } from '../../src/azure-rbac/built-in-roles.ts';
import { isCovered, parseCondition } from '../../src/azure-rbac/condition.ts';
import { assignEverywhere, RoleAssignments } from '../../src/azure-rbac/role-assignments.ts';

const ACCOUNT = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a';
const LEDGER = `${ACCOUNT}/blobServices/default/containers/ledger`;
const READ = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read';
const LIST_ONLY = `!(ActionMatches{'${READ}'} AND NOT SubOperationMatches{'Blob.List'})`;
const readBlob = { principalId: 'p', resourceId: LEDGER, action: READ, isDataAction: true };

test('a role holds for the resource of its scope and all below it, and for no other', () => {
  const at = (scope: string): boolean =>
    new RoleAssignments([{ principalId: 'p', role: ROLE_IDS.storageBlobDataReader, scope }]).permits(
      readBlob,
    );
  for (const scope of ['/', '/subscriptions/s', ACCOUNT, LEDGER, LEDGER.toUpperCase()])
    expect(at(scope)).toBe(true);
  for (const scope of [`${ACCOUNT}/blobServices/default/containers/led`, `${LEDGER}2`, '/subscriptions/t'])
    expect(at(scope)).toBe(false);
});

test('a role permits its own actions to its own principal', () => {
  const assignments = assignEverywhere(ROLE_IDS.storageBlobDataReader, 'p');
  expect(assignments.permits(readBlob)).toBe(true);
  expect(assignments.permits({ ...readBlob, principalId: 'q' })).toBe(false);
  expect(assignments.permits({ ...readBlob, action: READ.replace('read', 'write') })).toBe(false);
  // The action of that name on the resource itself is another one.
  expect(assignments.permits({ ...readBlob, isDataAction: false })).toBe(false);
});

test('what a definition takes away is not permitted', () => {
  const role = { actions: [], notActions: [], dataActions: ['*'], notDataActions: [READ] };
  const assignments = new RoleAssignments([{ principalId: 'p', role, scope: '/' }]);
  expect(assignments.permits(readBlob)).toBe(false);
  expect(assignments.permits({ ...readBlob, action: 'Microsoft.Storage/x' })).toBe(true);
});

test('a condition lets names of blobs be listed, and no blob be read', () => {
  const assignments = new RoleAssignments([
    { principalId: 'p', role: ROLE_IDS.storageBlobDataReader, scope: '/', condition: LIST_ONLY },
  ]);
  expect(assignments.permits({ ...readBlob, subOperation: 'Blob.List' })).toBe(true);
  expect(assignments.permits(readBlob)).toBe(false);
});

test.each([
  [`ActionMatches{'a'} OR ActionMatches{'b'} AND SubOperationMatches{'l'}`, 'b', undefined, false],
  [`(ActionMatches{'a'} || ActionMatches{'b'}) && !SubOperationMatches{'l'}`, 'b', undefined, true],
  [`ActionMatches{'*/read'}`, 'x/Read', undefined, true],
  [`NOT NOT SubOperationMatches{'L'}`, 'x', 'l', true],
])('%s of the action %s and the suboperation %p is %p', (text, action, subOperation, holds) => {
  expect(parseCondition(text)({ action, subOperation })).toBe(holds);
});

test.each([
  "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'a'",
  "ActionMatches{'a'} AND",
  "(ActionMatches{'a'}",
  "ActionMatches{'a'} ActionMatches{'b'}",
  '',
])('the condition %p is not supported', (condition) => {
  const assignment = { principalId: 'p', role: ROLE_IDS.monitoringReader, scope: '/', condition };
  expect(() => new RoleAssignments([assignment])).toThrow(SyntaxError);
});

test.each([
  ['*/read', 'Microsoft.Insights/logs/AppEvents/read', true],
  ['a*c', 'abc', true],
  ['a*c', 'ac', true],
  ['ab*bc', 'abc', false],
  ['a*b*c', 'axxbyyc', true],
  ['a*b*c', 'axxc', false],
  ['a', 'ab', false],
])('the pattern %s and the action %s match: %p', (pattern, action, matches) => {
  expect(isCovered(pattern, action)).toBe(matches);
});

test('the role of the audit key signs and wraps, and makes and deletes no key', () => {
  const { dataActions = [], actions } = BUILT_IN_ROLES.get(ROLE_IDS.keyVaultCryptoUser) ?? {};
  expect(actions).toEqual([]);
  expect(dataActions).toContain('Microsoft.KeyVault/vaults/keys/sign/action');
  for (const action of ['create/action', 'delete', 'purge/action', 'release/action'])
    expect(dataActions).not.toContain(`Microsoft.KeyVault/vaults/keys/${action}`);
});

test('a role that nobody knows is refused, and assignments are replaced as a whole', () => {
  const role = 'no such role';
  expect(() => assignEverywhere(role, 'p')).toThrow('There is no built-in role "no such role".');
  const assignments = assignEverywhere(ROLE_IDS.storageBlobDataReader, 'p');
  expect(assignments.actions['PUT role-assignments']?.([])).toEqual([]);
  expect(assignments.permits(readBlob)).toBe(false);
  expect(() => assignments.actions['PUT role-assignments']?.({})).toThrow(TypeError);
});

test('assignments of a resource are replaced with those above and below it, as far as they concern', () => {
  const role = ROLE_IDS.storageBlobDataReader;
  const elsewhere = { principalId: 'p', role, scope: `${ACCOUNT}2` };
  const assignments = new RoleAssignments([
    { principalId: 'p', role, scope: '/' },
    { principalId: 'p', role, scope: LEDGER },
    { principalId: 'q', role: ROLE_IDS.monitoringReader, scope: ACCOUNT },
    elsewhere,
  ]);
  assignments.reassign(ACCOUNT, [], (one) => one === role);
  expect(assignments.actions['GET role-assignments']?.(undefined)).toEqual([
    { principalId: 'q', role: ROLE_IDS.monitoringReader, scope: ACCOUNT },
    elsewhere,
  ]);
  assignments.reassign(ACCOUNT, []);
  expect(assignments.actions['GET role-assignments']?.(undefined)).toEqual([elsewhere]);
});
