import { IamPolicies, type Project } from '../../src/google/iam-policies.ts';

const POOL = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/azure';
const PRINCIPAL = `principal:${POOL}/subject/app`;
const PREDICT = {
  project: 'p',
  service: 'aiplatform.googleapis.com',
  permission: 'aiplatform.endpoints.predict',
};

function projectWith(role: string, member: string): Project {
  return { id: 'p', number: '7', services: [PREDICT.service], bindings: [{ role, members: [member] }] };
}

test('a member has the permissions of the role, under the id and the number of the project', () => {
  const policies = new IamPolicies({
    projects: [projectWith('roles/aiplatform.user', PRINCIPAL)],
    serviceAccounts: [],
  });
  expect(policies.findRefusal(PRINCIPAL, PREDICT)).toBeUndefined();
  expect(policies.findRefusal(PRINCIPAL, { ...PREDICT, project: '7' })).toBeUndefined();
  expect(policies.findRefusal(`${PRINCIPAL}2`, PREDICT)).toBe('permission');
  expect(policies.findRefusal(PRINCIPAL, { ...PREDICT, permission: 'aiplatform.models.get' })).toBe(
    'permission',
  );
  expect(policies.findRefusal(PRINCIPAL, { ...PREDICT, project: 'q' })).toBe('permission');
});

test('a service that is off answers nobody', () => {
  const project = { ...projectWith('roles/aiplatform.user', PRINCIPAL), services: [] };
  const policies = new IamPolicies({ projects: [project], serviceAccounts: [] });
  expect(policies.findRefusal(PRINCIPAL, PREDICT)).toBe('service');
});

test('a custom role has the permissions that it lists', () => {
  const role = 'projects/p/roles/gateway';
  const configuration = { projects: [projectWith(role, PRINCIPAL)], serviceAccounts: [] };
  expect(() => new IamPolicies(configuration)).toThrow(`There is no role ${role}.`);
  const policies = new IamPolicies({ ...configuration, customRoles: { [role]: [] } });
  expect(policies.findRefusal(PRINCIPAL, PREDICT)).toBe('permission');
  policies.replace({ ...configuration, customRoles: { [role]: [PREDICT.permission] } });
  expect(policies.findRefusal(PRINCIPAL, PREDICT)).toBeUndefined();
});

test('the members of a pool are its subjects, and none of another pool', () => {
  const bindings = [{ role: 'roles/iam.workloadIdentityUser', members: [`principalSet:${POOL}/*`] }];
  const policies = new IamPolicies({ projects: [], serviceAccounts: [{ email: 'a@b', bindings }] });
  expect(policies.mayImpersonate(PRINCIPAL, 'a@b')).toBe(true);
  expect(policies.mayImpersonate(PRINCIPAL.replace('azure', 'azure2'), 'a@b')).toBe(false);
  expect(policies.mayImpersonate(PRINCIPAL, 'c@d')).toBe(false);
});
