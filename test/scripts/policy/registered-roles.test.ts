import { registeredRoles } from '../../../scripts/policy/registered-roles.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';

test('the registration has every role of the access document, with its description', () => {
  const { documents } = loadGovernance('governance');
  const { path, text } = registeredRoles(documents);
  expect(path).toBe('infra/azure/entra/roles.json');
  const roles = JSON.parse(text) as { name: string; description: string }[];
  expect(roles).toHaveLength(documents.access.roles.length);
  expect(roles).toContainEqual({ name: 'Analytics.Eu', description: 'The European analytics team.' });
});
