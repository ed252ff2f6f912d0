import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { DoctorReport } from '../../src/doctor/report.ts';
import { fetchIdentityToken } from './doctor-of-chain.ts';
import { ObservedChain } from './observed-chain.ts';
import { ROOT } from './start-script.ts';

let observed: ObservedChain;
let folder: string;
let environmentFile: string;
let credentials: string;

beforeAll(async () => {
  observed = await ObservedChain.share();
  folder = mkdtempSync(join(tmpdir(), 'doctor-command-'));
  environmentFile = join(folder, 'environment.json');
  writeFileSync(environmentFile, JSON.stringify(observed.chain.environment));
  credentials = join(folder, 'application_default_credentials.json');
  writeFileSync(credentials, JSON.stringify(await applicationDefaultCredentials()));
});

afterAll(async () => {
  await observed.stop();
  rmSync(folder, { recursive: true });
});

/** The credentials that gcloud keeps for applications; here those of the function app’s identity. */
async function applicationDefaultCredentials(): Promise<object> {
  const { functionAppSettings: settings } = observed.chain.environment;
  const file = join(folder, 'subject-token');
  writeFileSync(file, await fetchIdentityToken(settings, settings.GOOGLE_SUBJECT_TOKEN_RESOURCE ?? ''));
  return {
    type: 'external_account',
    audience: settings.GOOGLE_POOL_PROVIDER_AUDIENCE,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: settings.GOOGLE_STS_URL,
    credential_source: { file },
  };
}

/** An `az` whose account has the rights of the function app’s identity, or nobody’s. */
function writeAzureCli(name: string, isSignedIn: boolean): string {
  const directory = join(folder, name);
  mkdirSync(directory);
  const signedIn = `const { argv, env } = process;
const resource = argv[argv.indexOf('--resource') + 1];
const query = new URLSearchParams({ 'api-version': '2019-08-01', resource, client_id: env.AZURE_CLIENT_ID });
fetch(env.DOUBLE_IDENTITY_ENDPOINT + '?' + query, { headers: { 'x-identity-header': env.DOUBLE_IDENTITY_HEADER } })
  .then((answer) => answer.json())
  .then(({ access_token: accessToken, expires_on: expires }) => console.log(JSON.stringify({
    accessToken, expires_on: Number(expires), expiresOn: new Date(expires * 1000).toISOString(), tokenType: 'Bearer',
  })));
`;
  const nobody = `console.error("ERROR: Please run 'az login' to setup account.");\nprocess.exitCode = 1;\n`;
  const file = join(directory, 'az');
  writeFileSync(file, `#!/usr/bin/env node\n${isSignedIn ? signedIn : nobody}`);
  chmodSync(file, 0o755);
  return directory;
}

interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
}

async function run(parameters: readonly string[], environment: NodeJS.ProcessEnv): Promise<Ended> {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/doctor.ts'), ...parameters], {
    env: { PATH: process.env.PATH, HOME: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, output, errors };
}

/** Runs the doctor of a developer's machine, where no chain runs. */
function runAsDeveloper(
  azureCli: string,
  parameters: readonly string[] = [],
  changes: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const { functionAppSettings, certificateAuthorityFile } = observed.chain.environment;
  const { IDENTITY_ENDPOINT, IDENTITY_HEADER, ...settings } = functionAppSettings;
  return run(['--environment-file', join(folder, 'none.json'), ...parameters], {
    ...settings,
    DOUBLE_IDENTITY_ENDPOINT: IDENTITY_ENDPOINT,
    DOUBLE_IDENTITY_HEADER: IDENTITY_HEADER,
    NODE_EXTRA_CA_CERTS: certificateAuthorityFile,
    GOOGLE_APPLICATION_CREDENTIALS: credentials,
    GOOGLE_CLOUD_PROJECT: 'sample-project',
    METADATA_SERVER_DETECTION: 'none',
    AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential',
    PATH: [azureCli, dirname(process.execPath), process.env.PATH].join(delimiter),
    ...changes,
  });
}

test('with --json it prints a report of the running chain, and ends with 0', async () => {
  const { exitCode, output } = await run(['--environment-file', environmentFile, '--json'], {});
  expect(DoctorReport.parse(JSON.parse(output))).toMatchObject({ isWell: true, broken: [] });
  expect(exitCode).toBe(0);
});

test('without --json it prints sentences', async () => {
  const { exitCode, output } = await run(['--environment-file', environmentFile], {});
  expect(output).toMatch(/^works {3}Settings of the function app: [^]*\nNothing is broken\.\n$/m);
  expect(exitCode).toBe(0);
});

test('on a developer’s machine it examines with the rights of az and gcloud', async () => {
  const { exitCode, output, errors } = await runAsDeveloper(writeAzureCli('signed-in', true), ['--json']);
  expect(errors).toBe('');
  const report = DoctorReport.parse(JSON.parse(output));
  expect(report).toMatchObject({ sight: 'developer', isWell: true, broken: [] });
  const statusOf = (name: string) => report.legs.find(({ leg }) => leg === name)?.status;
  expect([statusOf('identity-token'), statusOf('vertex-access'), statusOf('audit-storage')]).toEqual([
    'not-visible',
    'works',
    'works',
  ]);
  expect(exitCode).toBe(0);
});

test('a leg that is broken there ends it with 1, and what mends it is printed', async () => {
  const { exitCode, output } = await runAsDeveloper(writeAzureCli('signed-in-too', true), [], {
    AUDIT_KEY_URL: `${observed.chain.environment.functionAppSettings.AUDIT_KEY_URL ?? ''}-of-nobody`,
  });
  expect(output).toMatch(/^broken .*key/im);
  expect(output).toContain('az keyvault key');
  expect(exitCode).toBe(1);
});

test('who has not signed in is told to, and nothing is named broken', async () => {
  const { output } = await runAsDeveloper(writeAzureCli('nobody', false), ['--json'], {
    GOOGLE_APPLICATION_CREDENTIALS: undefined,
  });
  const report = DoctorReport.parse(JSON.parse(output));
  const remediesOf = (name: string) => report.legs.find(({ leg }) => leg === name)?.remedies;
  expect(report.broken).toEqual([]);
  expect(remediesOf('audit-storage')).toEqual(['az login']);
  for (const leg of ['vertex-api', 'vertex-access'])
    expect(remediesOf(leg)).toEqual(['gcloud auth application-default login']);
});

test('settings that are missing are named', async () => {
  const { exitCode, errors } = await run(['--environment-file', join(folder, 'none.json')], {});
  expect(errors).toContain('GOOGLE_POOL_PROVIDER_AUDIENCE');
  expect(exitCode).toBe(1);
});

test('an option that it does not have ends it with 2', async () => {
  const { exitCode, errors } = await run(['--colour'], {});
  expect(errors).toContain('Usage: npm run doctor');
  expect(exitCode).toBe(2);
});

test('no report has a token', async () => {
  const { output } = await run(['--environment-file', environmentFile, '--json'], {});
  expect(output).not.toMatch(/eyJ|ya29\.|Bearer /);
});

test('the three questions of the running chain are on record, and no other', async () => {
  const records = await observed.chain.auditRecords(undefined, 3);
  expect(records.map(({ operation, outcome }) => [operation, outcome])).toEqual(
    Array.from({ length: 3 }, () => ['doctor', 'answered']),
  );
});
