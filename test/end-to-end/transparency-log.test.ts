import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ManagedIdentityCredential } from '@azure/identity';
import { BlobServiceClient, ContainerClient, RestError } from '@azure/storage-blob';
import type { VerificationReport } from '@vertex-ai-gateway/audit-ledger/verification';
import { ObservedChain } from './observed-chain.ts';
import { predict } from './sample-calls.ts';

const ROOT = resolve(__dirname, '../..');
const TIMEOUT_IN_MS = 60_000;

interface Telemetry {
  readonly data: {
    readonly baseData: { readonly name?: string; readonly properties?: Readonly<Record<string, string>> };
  };
}

let observed: ObservedChain;
let ledger: ContainerClient;
let state: ContainerClient;
let witness: ContainerClient;
let scratch: string;
const trusted = getCACertificates('default');

beforeAll(async () => {
  observed = await ObservedChain.start();
  const { environment } = observed.chain;
  const { functionAppSettings: settings, certificateAuthorityFile } = environment;
  scratch = mkdtempSync(join(tmpdir(), 'log-'));
  writeFileSync(join(scratch, 'environment.json'), JSON.stringify(environment));
  for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER']) process.env[name] = settings[name];
  setDefaultCACertificates([...trusted, readFileSync(certificateAuthorityFile, 'utf8')]);
  // The identity of the function app, which may do most of all.
  const credential = new ManagedIdentityCredential({ clientId: settings.AZURE_CLIENT_ID ?? '' });
  const storage = new BlobServiceClient(settings.AUDIT_STORAGE_URL ?? '', credential);
  ledger = storage.getContainerClient('audit-ledger');
  state = storage.getContainerClient('audit-state');
  witness = new ContainerClient(settings.AUDIT_WITNESS_URL ?? '', credential);
});

afterAll(async () => {
  await observed.stop();
  setDefaultCACertificates(trusted);
  rmSync(scratch, { recursive: true });
});

/** Runs a command of `audit:*` and gives its output, whatever its exit code. */
function run(command: string, ...parameters: string[]): Promise<string> {
  const environment = ['--environment-file', join(scratch, 'environment.json')];
  const script = join(ROOT, 'scripts/audit', `${command}.ts`);
  return new Promise((done) => {
    const options = { timeout: TIMEOUT_IN_MS, maxBuffer: 16 * 1024 * 1024 };
    execFile(process.execPath, [script, ...environment, ...parameters], options, (_, output, errors) =>
      done(output || errors),
    );
  });
}

async function verify(...parameters: string[]): Promise<VerificationReport> {
  return JSON.parse(await run('verify', '--json', ...parameters)) as VerificationReport;
}

/** The findings about the set of chains, and what vouches for it. */
async function findingsOf(...parameters: string[]): Promise<string[]> {
  const { findings } = await verify(...parameters);
  return findings
    .filter(({ kind }) => ['tree-changed', 'chain-changed', 'unwitnessed'].includes(kind))
    .map(({ kind, message }) => `${kind}: ${message}`);
}

async function namesIn(container: ContainerClient, prefix = ''): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of container.listBlobsFlat({ prefix })) names.push(name);
  return names;
}

/** Runs the timer until the log has as many leaves. */
async function sweepUntil(leaves: number): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    await observed.chain.runTimer('audit-sweep', 1);
    const heads = await namesIn(witness);
    if (heads.some((name) => Number(/\/0*(\d+)-/.exec(name)?.[1]) >= leaves)) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error('The log did not grow.');
}

test('a chain that made a call is in the log, under a head that the witness has', async () => {
  await predict(observed);
  await sweepUntil(1);
  const report = await verify();
  expect(report).toMatchObject({ treeHeads: 1, leaves: 1, witnessedHeads: 1 });
  expect(report.findings.filter(({ kind }) => kind.startsWith('tree'))).toEqual([]);
  expect(await namesIn(ledger, 'tree/')).toHaveLength(1);
});

test('whoever acts as the function app takes no head from the witness', async () => {
  const [name = ''] = await namesIn(witness);
  const blob = witness.getBlockBlobClient(name);
  for (const change of [() => blob.delete(), () => blob.upload('{}', 2), () => witness.delete()])
    await expect(change()).rejects.toBeInstanceOf(RestError);
  expect(await namesIn(witness)).toEqual([name]);
});

test('a head that was put aside vouches for the log later', async () => {
  const file = join(scratch, 'head.json');
  expect(await run('witness', '--out', file)).toContain('vouches for the 1 leaves');
  expect(await verify('--witness', file)).toMatchObject({ witnessedHeads: 1 });
  const head = readFileSync(file, 'utf8');
  expect(JSON.parse(head)).toMatchObject({ size: 1 });
  expect(await run('verify', '--witness', join(scratch, 'environment.json'))).toContain(
    '--witness must name a file that audit:witness wrote',
  );
});

test('a chain that was deleted with its cursor is missing', async () => {
  await observed.chain.restartFunctionApp({});
  await predict(observed);
  await sweepUntil(2);
  const [victim = ''] = await namesIn(ledger, 'chains/');
  const [, day = '', writer = ''] = victim.split('/');
  for (const name of await namesIn(ledger, `chains/${day}/${writer}/`)) await ledger.deleteBlob(name);
  for (const folder of ['shipping', 'recovery', 'logged']) {
    const name = `${folder}/${day}/${writer}.json`;
    await state.getBlobClient(name).deleteIfExists();
  }
  const missing = `chain-changed: The whole chain of ${writer} is missing from the ledger, but an anchor names it.`;
  expect(await findingsOf()).toEqual([missing]);
});

test('a log that was deleted is found by the witness, and goes on from what the witness has', async () => {
  const [name = ''] = await namesIn(ledger, 'tree/');
  await ledger.deleteBlob(name);
  expect(await findingsOf()).toContainEqual(
    expect.stringMatching(/^tree-changed: The witness has a signed head .* that the log does not have/),
  );
  await observed.chain.restartFunctionApp({});
  await predict(observed);
  await sweepUntil(3);
  const [first = ''] = (await ledger.getBlobClient(name).downloadToBuffer()).toString().split('\n');
  expect((JSON.parse(first) as { size: number }).size).toBeGreaterThanOrEqual(2);
  const telemetry = (await observed.chain.control('application-insights', 'GET', 'telemetry')) as Telemetry[];
  const problems = telemetry.flatMap(({ data: { baseData } }) =>
    baseData.name === 'gateway.audit.verification' ? [baseData.properties?.problem] : [],
  );
  expect(problems).toEqual(['tree-cut']);
});
