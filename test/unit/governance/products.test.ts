import type { CallTarget, Principal } from '../../../src/governance/call-target.ts';
import { targetOf } from '../../../src/governance/decide-catalog.ts';
import { splitRoles } from '../../../src/governance/principals.ts';
import type { CatalogEntry } from '../../../src/governance/documents.ts';
import { explain } from '../../../src/governance/explain.ts';
import { isAuditor } from '../../../src/governance/is-auditor.ts';
import { listLimits } from '../../../src/governance/principals.ts';
import { listModels } from '../../../src/questions/list-models.ts';
import { governanceOf, modelEntry } from './governance-of.ts';

const ENVIRONMENTS = ['sandbox', 'production'] as const;
const PRODUCTS = [...ENVIRONMENTS, 'unheard-of'] as const;
/** Catalog entries. The name of each tells which environments may reach it. */
const ENTRIES: readonly CatalogEntry[] = [['sandbox'] as const, ['production'] as const, ENVIRONMENTS].map(
  (environments) => {
    const name = environments.join('-');
    return modelEntry({ name, model: name, environments: [...environments] });
  },
);
const ROLES = ENVIRONMENTS.map((environment) => ({
  name: `Role.${environment}`,
  environment,
  description: 'Tests.',
}));
const HELD = [[], ['Role.sandbox'], ['Role.production'], ['Role.sandbox', 'Role.production']] as const;
const AGENT_ID = '66666666-6666-4666-8666-666666666666';

const governance = governanceOf({
  entries: ENTRIES,
  roles: ROLES,
  grants: [{ id: 'everything', reason: 'Tests.', roles: ROLES.map(({ name }) => name) }],
  agents: [{ id: 'the-agent', reason: 'Tests.', applicationId: AGENT_ID, roles: ['Role.sandbox'] }],
  auditors: { reason: 'Tests.', roles: ['Role.production'] },
});
const { documents } = governance;

function callerOf(roles: readonly string[], productId: string, isDelegated = false): Principal {
  return splitRoles(documents, { roles, productId, applicationId: AGENT_ID, isDelegated });
}

function callOf(entry: CatalogEntry): CallTarget {
  return targetOf(entry, 'generateContent', 'us-central1');
}

const MATRIX = PRODUCTS.flatMap((productId) =>
  HELD.flatMap((roles) =>
    ENTRIES.map((entry) => ({
      productId,
      roles,
      entry,
      name: `${productId} ${roles.join('+')} ${entry.name}`,
    })),
  ),
);

test.each(MATRIX)(
  '$name: a product serves its environment’s roles and entries alone',
  ({ productId, roles, entry }) => {
    const environment = ENVIRONMENTS.find((one) => one === productId);
    const isServed =
      environment !== undefined &&
      roles.some((role) => role === `Role.${environment}`) &&
      entry.environments.includes(environment);
    const caller = callerOf(roles, productId);
    expect(governance.decide(caller, callOf(entry)).allowed).toBe(isServed);
    expect(listModels(governance, caller).some(({ name }) => name === entry.name)).toBe(isServed);
  },
);

test.each([
  ['sandbox', 'Role.production', 'production'],
  ['production', 'Role.sandbox', 'sandbox'],
])('with a key of %s, a holder of %s is told to use one of %s', (productId, role, other) => {
  const [, , both] = ENTRIES;
  if (!both) throw new Error('There is no such entry.');
  const explanation = explain(governance, callerOf([role], productId), callOf(both), productId);
  expect(explanation).toMatchObject({
    allowed: false,
    rule: 'products',
    code: 'PRODUCT_NOT_ALLOWED',
    reason:
      `Your APIM subscription is of the product ${productId}, which serves only the environment ${productId}, and ` +
      `your role ${role} is of ${other}. Use a key of the product ${other} to call sandbox-production.`,
    missing: [`The call needs a key of the product ${other}.`],
  });
});

test('without a role for it, the roles that are suggested come with the key that they need', () => {
  const [, production] = ENTRIES;
  if (!production) throw new Error('There is no such entry.');
  expect(
    explain(governance, callerOf(['Role.sandbox'], 'sandbox'), callOf(production), 'sandbox'),
  ).toMatchObject({
    rule: 'default-deny',
    code: 'NOT_GRANTED',
    reason: expect.stringContaining(
      'Ask for one of these roles, and for a key of the product production: Role.production.',
    ) as string,
    missing: [
      'Your application needs the role Role.production.',
      'The call needs a key of the product production.',
    ],
  });
});

test('with a product that the documents do not know, no role counts', () => {
  const caller = callerOf(['Role.sandbox', 'Role.production'], 'unheard-of');
  expect([caller.roles, caller.idleRoles]).toEqual([[], ['Role.sandbox', 'Role.production']]);
  expect(listModels(governance, caller)).toEqual([]);
});

test('residency and denies hold for the roles that do not count, too', () => {
  const [, , both] = ENTRIES;
  if (!both) throw new Error('There is no such entry.');
  const all = { entries: ENTRIES, roles: ROLES, grants: documents.access.grants };
  const residency = [{ id: 'eu', reason: 'Tests.', roles: ['Role.production'], locations: ['europe-west1'] }];
  const denies = [{ id: 'never', reason: 'Tests.', roles: ['Role.production'] }];
  const caller = callerOf(['Role.sandbox', 'Role.production'], 'sandbox');
  expect(governance.decide(caller, callOf(both))).toMatchObject({ allowed: true });
  expect(governanceOf({ ...all, residency }).decide(caller, callOf(both))).toMatchObject({ rule: 'eu' });
  expect(governanceOf({ ...all, denies }).decide(caller, callOf(both))).toMatchObject({ rule: 'never' });
});

test('teams, auditors and limits go by the roles that count', () => {
  const caller = callerOf(['Role.sandbox', 'Role.production'], 'sandbox');
  expect(governance.ownersOf(caller)).toEqual([{ team: 'role-sandbox' }]);
  expect(isAuditor(documents.access, caller)).toBe(false);
  expect(isAuditor(documents.access, callerOf(['Role.production'], 'production'))).toBe(true);
  const limited = {
    ...documents,
    limits: { ...documents.limits, roles: ROLES.map(({ name }) => ({ role: name, callsPerMinute: 1 })) },
  };
  expect(listLimits(limited, caller, undefined, 'sandbox').map(({ name }) => name)).toEqual([
    'sandbox',
    'Role.sandbox',
  ]);
});

test('through an agent, people do what their roles that count allow, within what the agent’s own roles do', () => {
  const [sandbox, production, both] = ENTRIES.map(callOf);
  if (!sandbox || !production || !both) throw new Error('There is no such entry.');
  const person = callerOf(['Role.production'], 'production', true);
  expect(governance.decide(person, both)).toMatchObject({ allowed: true, rule: 'everything+the-agent' });
  expect(governance.decide(person, production)).toMatchObject({ code: 'AGENT_NOT_ALLOWED' });
  expect(governance.decide(callerOf(['Role.production'], 'sandbox', true), both)).toMatchObject({
    code: 'PRODUCT_NOT_ALLOWED',
  });
});

test('of no product in particular, every role counts', () => {
  const anybody = { roles: ['Role.sandbox'], applicationId: AGENT_ID, isDelegated: false };
  const [sandbox] = ENTRIES.map(callOf);
  if (!sandbox) throw new Error('There is no such entry.');
  expect(governance.decide(anybody, sandbox)).toMatchObject({ allowed: true });
});
