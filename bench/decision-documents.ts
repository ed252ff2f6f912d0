import type { CallTarget, Principal } from '../src/governance/call-target.ts';
import { Access, type CatalogEntry, Limits } from '../src/governance/documents.ts';
import type { GovernanceDocuments } from '../src/governance/governance.ts';

const ENTRIES = 1_000;
const ROLES = 200;
const TAGS = 50;
const LOCATIONS = ['us-central1', 'us-east5', 'europe-west1', 'europe-west4', 'global'];
const OPERATIONS = ['generateContent', 'streamGenerateContent', 'countTokens', 'rawPredict'] as const;

/** Creates documents with a thousand models and `rules` rules: eight of ten grant, one denies, one is a residency rule. */
export function createDocuments(rules: number): GovernanceDocuments {
  const entries = Array.from({ length: ENTRIES }, (_, index) => createEntry(index));
  const grants = Math.max(1, Math.round(rules * 0.8));
  const denies = Math.round(rules * 0.1);
  const access = Access.parse({
    identityProviders: [{ id: 'entra', type: 'entra', tenantId: 'tenant', audiences: ['gateway'] }],
    roles: Array.from({ length: ROLES }, (_, index) => ({
      name: roleAt(index),
      environment: 'production',
      description: 'A team.',
    })),
    grants: Array.from({ length: grants }, (_, index) => ({
      id: `grant-${index}`,
      reason: 'The team builds on it.',
      roles: [roleAt(index), roleAt(index * 7 + 1)],
      ...(index % 2 === 0 ? { tags: [tagAt(index)] } : { entries: [nameAt(index * 13), nameAt(index * 17)] }),
      ...(index % 3 === 0 && { locations: [LOCATIONS[index % LOCATIONS.length]] }),
      ...(index % 4 === 0 && { operations: [OPERATIONS[index % OPERATIONS.length]] }),
    })),
    denies: Array.from({ length: denies }, (_, index) => ({
      id: `deny-${index}`,
      reason: 'Its cost is not agreed yet.',
      ...(index % 2 === 0 && { roles: [roleAt(index * 3)] }),
      entries: [nameAt(index * 11)],
      operations: ['countTokens'],
    })),
    residency: Array.from({ length: rules - grants - denies }, (_, index) => ({
      id: `residency-${index}`,
      reason: 'The data stays in the European Union.',
      roles: [roleAt(index * 5)],
      locations: ['europe-west1', 'europe-west4'],
    })),
  });
  return { catalog: { entries }, access, limits: Limits.parse({ products: [] }) };
}

/** Creates calls of all kinds: allowed and denied, by path, by alias and in the short form. */
export function createCalls(count: number): { principal: Principal; target: CallTarget }[] {
  return Array.from({ length: count }, (_, index) => {
    const isShort = index % 10 === 0;
    const name = index % 7 === 0 ? `alias-${index % ENTRIES}` : `model-${(index * 31) % (ENTRIES + 20)}`;
    return {
      principal: {
        roles: [roleAt(index), roleAt(index * 3), 'Unknown.Role'],
        applicationId: '66666666-6666-4666-8666-666666666666',
        isDelegated: false,
      },
      target: {
        project: isShort ? undefined : 'sample-project',
        location: isShort ? undefined : LOCATIONS[index % LOCATIONS.length],
        operation: OPERATIONS[index % OPERATIONS.length] ?? 'predict',
        resource: { kind: 'model', publisher: 'google', model: name },
      },
    };
  });
}

function createEntry(index: number): CatalogEntry {
  return {
    name: nameAt(index),
    alias: `alias-${index}`,
    publisher: 'google',
    model: `model-${index}`,
    environments: ['production'],
    project: 'sample-project',
    locations: LOCATIONS,
    operations: [...OPERATIONS],
    tags: [tagAt(index), tagAt(index * 3 + 1)],
    classification: 'internal',
  };
}

function nameAt(index: number): string {
  return `entry-${index % ENTRIES}`;
}

function roleAt(index: number): string {
  return `Team${index % ROLES}.Use`;
}

function tagAt(index: number): string {
  return `tag-${index % TAGS}`;
}
