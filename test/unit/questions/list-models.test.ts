import fc from 'fast-check';
import type { Principal } from '../../../src/governance/call-target.ts';
import { decideCatalog } from '../../../src/governance/decide-catalog.ts';
import type { Access } from '../../../src/governance/documents.ts';
import { createSchemaCompiler } from '../../../src/governance/compile-schemas.ts';
import { createGovernance } from '../../../src/governance/governance.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';
import { listModels } from '../../../src/questions/list-models.ts';

const governance = loadGovernance('governance');
const { access } = governance.documents;

const anyPrincipal: fc.Arbitrary<Principal> = fc.record({
  roles: fc.subarray([...access.roles.map(({ name }) => name), 'Stranger']),
  applicationId: fc.constantFrom(
    'ffffffff-ffff-4fff-8fff-ffffffffffff',
    ...access.agents.map(({ applicationId }) => applicationId),
  ),
  isDelegated: fc.boolean(),
});

test('the models of any caller are exactly the calls that would be allowed', () => {
  fc.assert(
    fc.property(anyPrincipal, (principal) => {
      const listed = listModels(governance, principal).flatMap(({ name, allowed }) =>
        allowed.flatMap(({ locations, operations }) =>
          locations.flatMap((location) => operations.map((operation) => `${name} ${location} ${operation}`)),
        ),
      );
      const decided = decideCatalog(governance, principal)
        .filter(({ decision }) => decision.allowed)
        .map(({ entry, location, operation }) => `${entry.name} ${location} ${operation}`);
      expect(listed.toSorted()).toEqual(decided.toSorted());
    }),
  );
});

test('locations that allow the same operations stand together, others apart', () => {
  const roles = ['Assistants.Use'];
  const entries = ['gemini-3.5-flash'];
  const grants: Access['grants'] = [
    { id: 'one', reason: 'Tests.', roles, entries, operations: ['countTokens'] },
    {
      id: 'two',
      reason: 'Tests.',
      roles,
      entries,
      operations: ['generateContent'],
      locations: ['eu'],
    },
  ];
  const { documents } = governance;
  const own = createGovernance(
    { ...documents, access: { ...access, grants } },
    'tests',
    createSchemaCompiler(),
  );
  expect(listModels(own, { roles, applicationId: 'any', isDelegated: false })).toMatchObject([
    {
      name: 'gemini-3.5-flash',
      allowed: [
        { locations: ['us', 'global'], operations: ['countTokens'] },
        { locations: ['eu'], operations: ['generateContent', 'countTokens'] },
      ],
    },
  ]);
});
