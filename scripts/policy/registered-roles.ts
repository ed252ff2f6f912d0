import type { GovernanceDocuments } from '../../src/governance/governance.ts';
import type { GeneratedFile } from './write-schemas.ts';

/** Derives the list of roles that the gateway's registration in Entra ID defines: name and description of each. */
export function registeredRoles({ access }: Pick<GovernanceDocuments, 'access'>): GeneratedFile {
  const roles = access.roles.map(({ name, description }) => ({ name, description }));
  return { path: 'infra/azure/entra/roles.json', text: `${JSON.stringify(roles)}\n` };
}
