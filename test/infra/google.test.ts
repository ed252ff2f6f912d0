import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTerraformMistakes, readTerraform } from '../../scripts/infra/check-terraform-files.ts';

const FOLDER = 'infra/google';
const FOLDERS = [FOLDER, 'infra/bootstrap/google'];

async function findMistakesIn(text: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'terraform-'));
  try {
    writeFileSync(join(folder, 'main.tf'), text);
    return findTerraformMistakes(await readTerraform(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each(FOLDERS)(
  'every resource, block and argument of %s is the provider’s, and every reference leads somewhere',
  async (folder) => {
    expect(findTerraformMistakes(await readTerraform(folder))).toEqual([]);
  },
);

test.each([
  [
    'resource "google_service_acount" "a" {}',
    "google_service_acount.a: The provider's schema has no such resource.",
  ],
  [
    'resource "google_service_account" "a" {}',
    'google_service_account.a: The argument "account_id" is missing.',
  ],
  [
    'resource "google_service_account" "a" {\n  account_id = "a"\n  colour = "red"\n}',
    'google_service_account.a: There is no argument "colour".',
  ],
  [
    'resource "google_org_policy_policy" "a" {\n  name = "a"\n  parent = "b"\n  spec {\n    rules {\n      enforced = "TRUE"\n    }\n  }\n}',
    'google_org_policy_policy.a.spec.rules: There is no argument "enforced".',
  ],
  ['resource "google_service_account" "a" {\n  account_id = var.name\n}', 'var.name: Nothing declares it.'],
  ['variable "name" {}', 'var.name: Nothing uses it.'],
])('%j is refused', async (text, mistake) => {
  expect(await findMistakesIn(text)).toContain(mistake);
});

test('a file that is no HCL is refused with its name', async () => {
  await expect(findMistakesIn('resource "a" {')).rejects.toThrow(/main\.tf/);
});

test.each(FOLDERS)('nothing in %s makes a key, and the provider is pinned', async (folder) => {
  const { resource, terraform } = await readTerraform(folder);
  expect(Object.keys(resource).filter((type) => /_key|secret|password/.test(type))).toEqual([]);
  const schema = JSON.parse(readFileSync('scripts/infra/google-provider-schema.json', 'utf8')) as {
    source: string;
  };
  const [version] = /\d+\.\d+\.\d+/.exec(schema.source) ?? [];
  expect(JSON.stringify(terraform)).toContain(`"version":"${version}"`);
});

test('the pool lets in the function app’s identity alone, with the audience of the federation', async () => {
  const { resource } = await readTerraform(FOLDER);
  expect(resource.google_iam_workload_identity_pool_provider?.entra).toEqual([
    expect.objectContaining({
      attribute_mapping: { 'google.subject': 'assertion.sub' },
      attribute_condition: '${local.condition}',
      oidc: [
        {
          issuer_uri: 'https://login.microsoftonline.com/${var.tenant_id}/v2.0',
          allowed_audiences: ['${var.audience}'],
        },
      ],
    }),
  ]);
});

test('what is granted calls and keeps nothing but what the gateway serves', async () => {
  const { resource } = await readTerraform(FOLDER);
  const [role] = resource.google_project_iam_custom_role?.gateway ?? [];
  const permissions = role?.permissions as string[];
  expect(permissions).toEqual(permissions.toSorted());
  const allowed =
    /^aiplatform\.(batchPredictionJobs|cachedContents|endpoints)\.(cancel|create|delete|explain|get|list|predict|update)$/;
  expect(permissions.filter((permission) => !allowed.test(permission))).toEqual([]);
  expect(permissions).toContain('aiplatform.endpoints.predict');
});
