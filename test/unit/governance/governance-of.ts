import type { z } from 'zod';
import {
  Access,
  type Catalog,
  type CatalogEntry,
  type Grant,
  Limits,
  type Role,
} from '../../../src/governance/documents.ts';
import { Protection } from '../../../src/governance/protection-document.ts';
import { createSchemaCompiler } from '../../../src/governance/compile-schemas.ts';
import { createGovernance, type Governance } from '../../../src/governance/governance.ts';

type ModelEntry = Extract<CatalogEntry, { model: string }>;
type EndpointEntry = Extract<CatalogEntry, { endpoint: string }>;

const ENTRY = {
  environments: ['production'],
  project: 'sample-project',
  locations: ['us-central1'],
  classification: 'internal',
} satisfies Partial<CatalogEntry>;

export function endpointEntry(changes: Partial<EndpointEntry> = {}): EndpointEntry {
  return { ...ENTRY, name: 'iris', endpoint: '1234567890', operations: ['predict'], ...changes };
}

export function modelEntry(changes: Partial<ModelEntry> = {}): ModelEntry {
  return {
    ...ENTRY,
    name: 'flash',
    publisher: 'google',
    model: 'gemini-3.5-flash',
    operations: ['generateContent', 'streamGenerateContent'],
    ...changes,
  };
}

export interface Rules extends Partial<Omit<z.input<typeof Access>, 'roles' | 'grants'>> {
  readonly entries: readonly CatalogEntry[];
  readonly projects?: NonNullable<Catalog['projects']>;
  readonly grants: readonly Grant[];
  /** Each role that a rule names, in production, when left out. */
  readonly roles?: readonly Role[];
  /** The products `production` and `sandbox`, each of its own environment, when left out. */
  readonly products?: z.input<typeof Limits>['products'];
  /** Nothing is inspected when left out. */
  readonly protection?: z.input<typeof Protection>;
}

const PRODUCTS: Rules['products'] = (['production', 'sandbox'] as const).map((id) => ({
  id,
  displayName: id,
  description: 'Tests.',
  environment: id,
}));

/** Creates the governance of these entries and rules alone. */
export function governanceOf({
  entries,
  projects = [],
  grants,
  roles,
  products = PRODUCTS,
  protection,
  ...rules
}: Rules): Governance {
  const named = [...grants, ...(rules.denies ?? []), ...(rules.residency ?? []), ...(rules.agents ?? [])];
  const names = new Set(named.flatMap((rule) => rule.roles ?? []));
  const access = Access.parse({
    identityProviders: [{ id: 'entra', type: 'entra', tenantId: 'tenant', audiences: ['gateway'] }],
    roles: roles ?? [...names].map((name) => ({ name, environment: 'production', description: 'Tests.' })),
    grants,
    ...rules,
  });
  const limits = Limits.parse({ products });
  return createGovernance(
    {
      catalog: { entries: [...entries], projects },
      access,
      limits,
      ...(protection && { protection: Protection.parse(protection) }),
    },
    'policy-1',
    createSchemaCompiler(),
  );
}
