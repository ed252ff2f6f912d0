import { readTerraform } from '../../scripts/infra/check-terraform-files.ts';
import { readGoogle } from './read-google.ts';
import { parseTemplate } from './terraform/parse-template.ts';

const SUBJECT = 'd0000002-0000-4000-8000-000000000002';
const POOL = '//iam.googleapis.com/projects/7/locations/global/workloadIdentityPools/azure';
const VARIABLES = {
  project: 'pool',
  model_projects: ['one', 'two'],
  tenant_id: 't',
  audience: 'a',
  subject: SUBJECT,
};
const NUMBERS = { pool: '7', one: '1', two: '2' };

async function plan(changes: Record<string, string | boolean | string[]> = {}) {
  return readGoogle(await readTerraform('infra/google'), { ...VARIABLES, ...changes }, NUMBERS);
}

test('Google trusts one subject of the tenant, for one audience', async () => {
  expect((await plan()).poolProvider).toEqual({
    audience: `${POOL}/providers/entra`,
    issuerUri: 'https://login.microsoftonline.com/t/v2.0',
    allowedAudiences: ['a'],
    attributeCondition: `assertion.sub=='${SUBJECT}'`,
  });
});

test('each project of the catalog has the API, and a binding of its own role to that subject', async () => {
  const { iam } = await plan();
  const bindings = (id: string) => [
    { role: `projects/${id}/roles/vertexAiGateway`, members: [`principal:${POOL}/subject/${SUBJECT}`] },
  ];
  const services = ['iam.googleapis.com', 'iamcredentials.googleapis.com', 'sts.googleapis.com'];
  expect(iam.projects).toEqual([
    { id: 'pool', number: '7', services, bindings: [] },
    { id: 'one', number: '1', services: ['aiplatform.googleapis.com'], bindings: bindings('one') },
    { id: 'two', number: '2', services: ['aiplatform.googleapis.com'], bindings: bindings('two') },
  ]);
  expect(Object.keys(iam.customRoles ?? {})).toEqual([
    'projects/one/roles/vertexAiGateway',
    'projects/two/roles/vertexAiGateway',
  ]);
  expect(iam.serviceAccounts).toEqual([]);
});

test('the wide role takes the place of the narrow one', async () => {
  const { iam } = await plan({ narrow_role: false });
  expect(iam.customRoles).toEqual({});
  expect(iam.projects.flatMap(({ bindings }) => bindings).map(({ role }) => role)).toEqual([
    'roles/aiplatform.user',
    'roles/aiplatform.user',
  ]);
});

test('function apps of several regions are let in, each by its subject, and nobody else', async () => {
  const other = 'd0000002-0000-4000-8000-000000000003';
  const { poolProvider, iam } = await plan({ other_subjects: [other] });
  expect(poolProvider.attributeCondition).toBe(`assertion.sub in ["${SUBJECT}","${other}"]`);
  expect(iam.projects[1]?.bindings[0]?.members).toEqual([`principalSet:${POOL}/*`]);
});

test('nothing of Model Armor is there unless locations are named', async () => {
  const { iam, modelArmorTemplates } = await plan();
  expect(modelArmorTemplates).toEqual([]);
  expect(JSON.stringify(iam)).not.toContain('modelarmor');
});

test('each location has a template that the gateway and Vertex AI may use', async () => {
  const { iam, modelArmorTemplates } = await plan({
    model_armor_locations: ['eu', 'us'],
    screened_projects: ['1'],
  });
  expect(modelArmorTemplates).toEqual(
    ['eu', 'us'].map((location) => ({
      name: `projects/pool/locations/${location}/templates/strict`,
      filters: ['pi_and_jailbreak', 'malicious_uris', 'sdp'],
    })),
  );
  const [pool] = iam.projects;
  expect(pool?.services).toContain('modelarmor.googleapis.com');
  expect(pool?.bindings).toEqual(
    [
      `principal:${POOL}/subject/${SUBJECT}`,
      'serviceAccount:service-1@gcp-sa-aiplatform.iam.gserviceaccount.com',
    ].map((member) => ({ role: 'roles/modelarmor.user', members: [member] })),
  );
});

test('with a service account, the account calls and the subject impersonates it', async () => {
  const { iam, serviceAccount } = await plan({ service_account: 'gateway' });
  const email = 'gateway@pool.iam.gserviceaccount.com';
  expect(serviceAccount).toBe(email);
  expect(iam.projects[1]?.bindings[0]?.members).toEqual([`serviceAccount:${email}`]);
  expect(iam.serviceAccounts).toEqual([
    {
      email,
      bindings: [
        { role: 'roles/iam.workloadIdentityUser', members: [`principal:${POOL}/subject/${SUBJECT}`] },
      ],
    },
  ]);
});

test('a variable that nobody declares is refused, and one without a value', async () => {
  await expect(plan({ colour: 'red' })).rejects.toThrow('There is no variable "colour".');
  const module = await readTerraform('infra/google');
  expect(() => readGoogle(module, { project: 'pool' }, NUMBERS)).toThrow('has no value');
});

test.each(['${[for one in var.a : one]}', '${var.a + 1}', '${upper(', '${var.a'])(
  '%s is not supported',
  (text) => {
    expect(() => parseTemplate(text)).toThrow(SyntaxError);
  },
);
