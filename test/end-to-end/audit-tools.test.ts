import { execFile } from 'node:child_process';
import { constants, createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createAuditPublicKeys } from '@vertex-ai-gateway/audit-ledger/keys';
import { VerificationReport } from '@vertex-ai-gateway/audit-ledger/verification';
import { StoredAudit } from '../support/stored-audit.ts';
import { ObservedChain } from './observed-chain.ts';
import { PREDICT_PATH } from './gateway-paths.ts';
import type { Answer } from './send-bytes.ts';
import { generate, PREDICT_BODY, predict } from './sample-calls.ts';

const ROOT = resolve(__dirname, '../..');
const CALLS = 3;
const TIMEOUT_IN_MS = 60_000;

/** Ends the process when it opens a connection. */
const NO_NETWORK = `data:text/javascript,${encodeURIComponent(`
  import { Socket } from 'node:net';
  import dns from 'node:dns';
  const refuse = () => { console.error('network'); process.exit(99); };
  Socket.prototype.connect = refuse;
  dns.lookup = refuse;
`)}`;

let observed: ObservedChain;
let stored: StoredAudit;
let scratch: string;
let bundle: string;
let publicKeyFile: string;
/** A call that the edge refused. */
let denied: Answer;

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

function run(
  parameters: readonly string[],
  {
    cwd = ROOT,
    environment = {},
  }: { readonly cwd?: string; readonly environment?: Record<string, string> } = {},
): Promise<Ended> {
  return new Promise((done) => {
    // The cache of compiled code is no setting: a tool does the same without it, and takes three times as long to start.
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const options = { cwd, env: { PATH, NODE_COMPILE_CACHE, ...environment }, timeout: TIMEOUT_IN_MS };
    const child = execFile(process.execPath, parameters, options, (_, output, errors) => {
      done({ code: child.exitCode ?? -1, output, errors });
    });
  });
}

/** Runs a command line on the running chain. */
function tool(name: string, ...parameters: readonly string[]): Promise<Ended> {
  return toolWith({}, name, ...parameters);
}

/** Runs a command line on the running chain, with other settings. A setting that is undefined is left out. */
async function toolWith(
  settings: Readonly<Record<string, string | undefined>>,
  name: string,
  ...parameters: readonly string[]
): Promise<Ended> {
  const { functionAppSettings, certificateAuthorityFile } = observed.chain.environment;
  const environment = { ...functionAppSettings, NODE_EXTRA_CA_CERTS: certificateAuthorityFile, ...settings };
  const file = join(scratch, 'environment.json');
  writeFileSync(file, JSON.stringify({ functionAppSettings: environment }));
  return run([join(ROOT, `scripts/audit/${name}.ts`), '--environment-file', file, ...parameters]);
}

/** Runs the verifier as a third party: with the only package that it needs, and no settings. */
function verifyAlone(...parameters: readonly string[]): Promise<Ended> {
  const verifier = join(scratch, 'verifier');
  if (!existsSync(verifier)) {
    mkdirSync(join(verifier, 'node_modules'), { recursive: true });
    for (const folder of ['packages/audit-ledger', 'scripts/audit'])
      cpSync(join(ROOT, folder), join(verifier, folder), { recursive: true });
    mkdirSync(join(verifier, 'node_modules/@vertex-ai-gateway'));
    symlinkSync(
      join(verifier, 'packages/audit-ledger'),
      join(verifier, 'node_modules/@vertex-ai-gateway/audit-ledger'),
    );
    writeFileSync(join(verifier, 'package.json'), '{"type":"module"}');
    symlinkSync(join(ROOT, 'node_modules/zod'), join(verifier, 'node_modules/zod'));
    mkdirSync(join(scratch, 'empty'));
  }
  const script = join(verifier, 'scripts/audit/verify.ts');
  return run(['--import', NO_NETWORK, script, ...parameters], { cwd: join(scratch, 'empty') });
}

function readReport({ output }: Ended): VerificationReport {
  return VerificationReport.parse(JSON.parse(output));
}

/** Runs the verification until it finds nothing; records may still arrive for some seconds. */
async function untilIntact(): Promise<Ended> {
  for (let attempt = 1; ; attempt += 1) {
    const ended = await tool('verify', '--json');
    if (ended.code === 0 || attempt === 10) return ended;
    await observed.chain.runTimer('audit-sweep').catch(() => undefined);
  }
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'audit-tools-'));
  bundle = join(scratch, 'bundle');
  publicKeyFile = join(scratch, 'audit.pem');
  observed = await ObservedChain.start();
  stored = new StoredAudit(observed.chain.environment);
  for (let call = 0; call < CALLS; call += 1) await predict(observed);
  await generate(observed);
  denied = await observed.call({ method: 'POST', path: PREDICT_PATH, body: PREDICT_BODY });
  await observed.chain.auditRecords(({ dialect }) => dialect === 'vertex', CALLS + 1);
  // A restart ends the chain, whose last checkpoint is then signed.
  await observed.chain.restartFunctionApp();
  await predict(observed);
  await observed.chain.auditRecords(({ operation }) => operation === 'predict', CALLS + 1);
}, TIMEOUT_IN_MS);

afterAll(async () => {
  stored.close();
  await observed.stop();
  rmSync(scratch, { recursive: true, force: true });
});

test('audit:verify says in plain words that nothing is wrong, and ends with 0', async () => {
  const ended = await untilIntact();
  expect(ended).toMatchObject({ code: 0, errors: '' });
  const report = readReport(ended);
  expect(report).toMatchObject({ isIntact: true, findings: [], notChecked: [], chains: 2 });
  expect(report.signatures).toBeGreaterThan(0);
  expect(report.anchors).toBeGreaterThan(0);
  expect(report.closings).toBeGreaterThanOrEqual(CALLS + 2);
  const { code, output } = await tool('verify');
  expect(code).toBe(0);
  expect(output).toMatch(/^Nothing is wrong\. Verified: the ledger and Application Insights\.\n/);
});

test('audit:verify --ledger-only leaves Application Insights out and says so, and ends with 0', async () => {
  const ended = await tool('verify', '--ledger-only', '--json');
  expect(ended.code).toBe(0);
  const report = readReport(ended);
  expect(report).toMatchObject({ scope: 'ledger', isIntact: true, anchors: 0, notChecked: [] });
  expect([report.requests, report.comparedRecords]).toEqual([undefined, undefined]);
  const { output } = await tool('verify', '--ledger-only');
  expect(output).toMatch(/^Nothing is wrong\. Verified: the ledger alone, without Application Insights\.\n/);
  expect(await tool('verify', '--bundle', bundle, '--ledger-only')).toMatchObject({ code: 2 });
});

test('audit:verify --contents reads contents, which a bundle has none of', async () => {
  expect(await tool('verify', '--contents', '--json')).toMatchObject({ code: 0 });
  expect(await tool('verify', '--bundle', bundle, '--contents')).toMatchObject({ code: 2 });
});

test('audit:verify --attest writes what a later one takes with --attestation, and refuses once it is changed', async () => {
  const file = join(scratch, 'attestation.jsonl');
  const keyFile = join(scratch, 'auditor.pem');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const options = ['--ledger-only', '--auditor-key', keyFile];
  // The sweep puts the heads of chains into the transparency log.
  await observed.chain.runTimer('audit-sweep');
  expect(await tool('verify', ...options, '--attest', file)).toMatchObject({ code: 0, errors: '' });
  const again = await tool('verify', ...options, '--attestation', file, '--json');
  // No chain has been at rest for an hour, so that all are read.
  expect(again).toMatchObject({ code: 0, errors: '' });
  expect(readReport(again)).toMatchObject({ isIntact: true, attestedChains: 0, readAgain: 0 });
  expect((await tool('verify', ...options, '--attestation', file)).output).toMatch(
    /^Attested at .*: 0 further chains/m,
  );
  writeFileSync(file, readFileSync(file, 'utf8').replace('"chains":0', '"chains":1'));
  const refused = await tool('verify', ...options, '--attestation', file);
  expect(refused).toMatchObject({ code: 2, output: '' });
  expect(refused.errors).toContain('was not signed by the key of --auditor-key, or was changed');
});

test('audit:verify that can ask only the ledger, and was not told so, has not verified', async () => {
  const file = join(scratch, 'without-insights.json');
  const { functionAppSettings, certificateAuthorityFile } = observed.chain.environment;
  const without = {
    ...functionAppSettings,
    NODE_EXTRA_CA_CERTS: certificateAuthorityFile,
    APPLICATIONINSIGHTS_APPLICATION_ID: '',
    APPLICATIONINSIGHTS_CONNECTION_STRING: '',
  };
  writeFileSync(file, JSON.stringify({ functionAppSettings: without }));
  const { code, output } = await run([join(ROOT, 'scripts/audit/verify.ts'), '--environment-file', file]);
  expect(code).toBe(1);
  expect(output).toMatch(/^Not verified, though nothing was found wrong: 3 checks were left out\./);
});

test('audit:export writes a bundle, and is itself on the ledger', async () => {
  const { code, output, errors } = await tool('export', '--out', bundle);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(output).toContain('Nothing is wrong.');
  const entries = await stored.entries();
  expect(entries.filter(({ kind }) => kind === 'export')).toHaveLength(1);
  expect(readdirSync(bundle).toSorted()).toEqual([
    'README.txt',
    'anchors.jsonl',
    'keys.json',
    'ledger',
    'manifest.json',
    'manifest.signature.json',
    'report.json',
    'report.txt',
  ]);
  const again = await tool('export', '--out', bundle);
  expect(again).toMatchObject({
    code: 2,
    errors: expect.stringContaining('a folder that is empty') as string,
  });
});

test('a bundle is verified in an empty folder, with no settings, no network and one package', async () => {
  const alone = await verifyAlone('--bundle', bundle);
  expect(alone).toMatchObject({ code: 1, errors: '' });
  expect(alone.output).toMatch(/^Not verified/);
  expect(alone.output).toMatch(
    /\nNot checked: Who signed\. .*, with --public-key\. The bundle's keys: https:/,
  );

  const [{ kid } = { kid: '' }] = readKeys();
  const keys = createAuditPublicKeys(stored.settings.AUDIT_KEY_URL ?? '', () => stored.credential);
  const key = createPublicKey({ key: (await keys(kid)) ?? {}, format: 'jwk' });
  writeFileSync(publicKeyFile, key.export({ type: 'spki', format: 'pem' }));
  const known = await verifyAlone('--bundle', bundle, '--public-key', publicKeyFile, '--json');
  expect(known.code).toBe(0);
  expect(readReport(known)).toMatchObject({ isIntact: true, notChecked: [] });
  const { output } = await verifyAlone('--bundle', bundle, '--public-key', publicKeyFile);
  expect(output).toMatch(/^Nothing is wrong\./);
});

test.each<[string, Readonly<Record<string, string | undefined>>]>([
  ['no audit key', { AUDIT_KEY_URL: undefined }],
  ['a key service that does not answer', { AUDIT_KEY_URL: 'https://127.0.0.1:1/keys/audit' }],
  ['a file that is not there', { AUDIT_KEY_URL: 'file:///nowhere.pem' }],
])('with %s the ledger is not verified, and the first line says so', async (_, settings) => {
  const ended = await toolWith(settings, 'verify');
  expect(ended).toMatchObject({ code: 1, errors: '' });
  expect(ended.output).toMatch(/^Not verified/);
  expect(ended.output).toContain('Not checked: Who signed, because the audit key is not known.');
  const known = await toolWith(settings, 'verify', '--public-key', publicKeyFile, '--json');
  expect(readReport(known)).toMatchObject({ isIntact: true, notChecked: [] });
});

test('without an audit key nothing is exported', async () => {
  const out = join(scratch, 'unsigned');
  const ended = await toolWith({ AUDIT_KEY_URL: undefined }, 'export', '--out', out);
  expect(ended).toMatchObject({ code: 2, output: '' });
  expect(ended.errors).toContain('AUDIT_KEY_URL is missing');
  expect(readdirSync(out)).toEqual([]);
});

test('a bundle that is signed again by a key of one’s own, under the same id, is verified by nobody', async () => {
  const forged = join(scratch, 'forged');
  cpSync(bundle, forged, { recursive: true });
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const own = publicKey.export({ format: 'jwk' });
  const keys = `${JSON.stringify({ keys: readKeys().map(({ kid }) => ({ kid, ...own })) }, null, 2)}\n`;
  writeFileSync(join(forged, 'keys.json'), keys);
  const file = join(forged, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as {
    from: string;
    files: { path: string; bytes: number; sha256: string }[];
  };
  manifest.from = '2020-01-01T00:00:00.000Z';
  for (const entry of manifest.files)
    if (entry.path === 'keys.json')
      Object.assign(entry, {
        bytes: keys.length,
        sha256: createHash('sha256').update(keys).digest('hex'),
      });
  const text = JSON.stringify(manifest);
  writeFileSync(file, text);
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  const value = sign('sha256', Buffer.from(text), { key: privateKey, ...padding }).toString('base64url');
  const keyId = readKeys()[0]?.kid;
  writeFileSync(
    join(forged, 'manifest.signature.json'),
    JSON.stringify({ keyId, algorithm: 'PS256', value }),
  );
  expect((await verifyAlone('--bundle', forged)).code).toBe(1);
  const known = await verifyAlone('--bundle', forged, '--public-key', publicKeyFile, '--json');
  expect(known.code).toBe(1);
  expect(readReport(known).findings).toContainEqual(
    expect.objectContaining({ kind: 'bad-signature', file: 'manifest.signature.json' }),
  );
});

test('a manifest whose signature is gone is found without a key too', async () => {
  const unsigned = join(scratch, 'without-signature');
  cpSync(bundle, unsigned, { recursive: true });
  rmSync(join(unsigned, 'manifest.signature.json'));
  const ended = await verifyAlone('--bundle', unsigned);
  expect(ended.code).toBe(1);
  expect(ended.output).toContain('The manifest is not signed.');
});

function readKeys(): { kid: string }[] {
  return (JSON.parse(readFileSync(join(bundle, 'keys.json'), 'utf8')) as { keys: { kid: string }[] }).keys;
}

/** The bundle's longest chain. */
function ledgerFile(folder: string): string {
  const chains = join(folder, 'ledger', 'chains');
  const paths = readdirSync(chains, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => path.endsWith('000001.jsonl')).map((path) => join(chains, path));
  return files.toSorted((one, other) => linesOf(other).length - linesOf(one).length)[0] ?? '';
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n').slice(0, -1);
}

const writeLines = (file: string, lines: readonly string[]) =>
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));

test.each<[string, (folder: string) => void, kind: string, sentence?: string]>([
  [
    'an entry that was taken out',
    (f) => writeLines(ledgerFile(f), linesOf(ledgerFile(f)).toSpliced(2, 1)),
    'chain-changed',
    'was removed:',
  ],
  [
    'an entry that was changed',
    (f) => {
      const lines = linesOf(ledgerFile(f));
      writeLines(ledgerFile(f), lines.with(2, (lines[2] ?? '').replace('"time":"2', '"time":"1')));
    },
    'chain-changed',
    'was altered:',
  ],
  [
    'an entry that stands twice',
    (f) =>
      writeLines(
        ledgerFile(f),
        linesOf(ledgerFile(f)).flatMap((line, index) => (index === 2 ? [line, line] : [line])),
      ),
    'chain-changed',
    'was inserted',
  ],
  ['a chain that was cut', (f) => writeLines(ledgerFile(f), linesOf(ledgerFile(f)).slice(0, 3)), 'truncated'],
  ['an empty chain', (f) => writeFileSync(ledgerFile(f), ''), 'bundle-file'],
  [
    'a chain that is gone',
    (f) => rmSync(join(ledgerFile(f), '..'), { recursive: true }),
    'chain-changed',
    'is missing',
  ],
  ['a ledger that is gone', (f) => rmSync(join(f, 'ledger'), { recursive: true }), 'bundle-file'],
  ['anchors that are gone', (f) => rmSync(join(f, 'anchors.jsonl')), 'bundle-file'],
  [
    'a report that was changed',
    (f) => writeFileSync(join(f, 'report.txt'), 'Nothing is wrong.'),
    'bundle-file',
  ],
  ['a file that was put in', (f) => writeFileSync(join(f, 'more.txt'), ''), 'bundle-file'],
  ['a manifest that was changed', (f) => writeFileSync(join(f, 'manifest.json'), '{}'), 'bad-signature'],
  ['a signature that is gone', (f) => rmSync(join(f, 'manifest.signature.json')), 'bundle-file'],
  [
    'a manifest that somebody else signed',
    (f) => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const options = { key: privateKey, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
      const value = sign('sha256', readFileSync(join(f, 'manifest.json')), options).toString('base64url');
      writeFileSync(
        join(f, 'manifest.signature.json'),
        JSON.stringify({ keyId: 'k', algorithm: 'PS256', value }),
      );
    },
    'bad-signature',
  ],
])('in a bundle, %s is named', async (_, tamper, kind, sentence = '') => {
  const tampered = join(scratch, 'tampered');
  rmSync(tampered, { recursive: true, force: true });
  cpSync(bundle, tampered, { recursive: true });
  tamper(tampered);
  const ended = await verifyAlone('--bundle', tampered, '--public-key', publicKeyFile, '--json');
  expect(ended).toMatchObject({ code: 1, errors: '' });
  expect(readReport(ended).findings).toContainEqual(
    expect.objectContaining({ kind, message: expect.stringContaining(sentence) as string }),
  );
});

test('another key than the audit key fits nothing', async () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const other = join(scratch, 'other.pem');
  writeFileSync(other, publicKey.export({ type: 'spki', format: 'pem' }));
  const alone = await verifyAlone('--bundle', bundle, '--public-key', other);
  expect(alone.code).toBe(1);
  expect(alone.output).toContain('The signature of the manifest does not fit');
  expect(alone.output).toContain('was not made by the audit key');
  // A bundle across a renewal of the key takes the older one as well.
  const both = await verifyAlone('--bundle', bundle, '--public-key', other, '--public-key', publicKeyFile);
  expect(both).toMatchObject({ code: 0, errors: '' });

  const live = await tool('verify', '--public-key', other, '--json');
  expect(live.code).toBe(1);
  // A chain that this key did not found is a finding too, once it is a minute old.
  expect(readReport(live).findings.map(({ kind }) => kind)).toContain('bad-signature');
});

test.each<[string, string, readonly string[], string]>([
  ['no such folder', 'verify', ['--bundle', '/nowhere/at/all'], 'must name a folder'],
  ['a folder that is no bundle', 'verify', ['--bundle', ROOT], 'is no bundle of audit:export'],
  [
    'no such key',
    'verify',
    ['--bundle', ROOT, '--public-key', '/nowhere.pem'],
    '--public-key must name a PEM file',
  ],
  [
    'a key that is none',
    'verify',
    ['--bundle', ROOT, '--public-key', join(ROOT, 'README.md')],
    '--public-key must name',
  ],
  ['a bundle of a period', 'verify', ['--bundle', ROOT, '--from', '2026-01-01'], 'do not go with --bundle'],
  ['a date that is none', 'verify', ['--from', '2026-02-30'], '--from must be a date'],
  ['a date in words', 'verify', ['--to', 'yesterday'], '--to must be a date'],
  [
    'a period the wrong way round',
    'verify',
    ['--from', '2026-02-02', '--to', '2026-02-01'],
    '--from must be before --to',
  ],
  ['a date before all others', 'verify', ['--to', '0000-01-02'], '--to must lie between 1970-01-01 and'],
  ['a date after all others', 'verify', ['--from', '9999-12-31'], '--from must lie between 1970-01-01 and'],
  ['an end after all others', 'verify', ['--to', '9999-12-31'], '--to must lie between 1970-01-01 and'],
  ['a grace that is none', 'verify', ['--grace', 'soon'], '--grace must be a number'],
  ['a grace of ages', 'verify', ['--grace', '1e308'], '--grace must be a number of minutes from 0 to 1440'],
  ['an option that is none', 'verify', ['--all'], 'Usage: npm run audit:verify'],
  ['an option without its value', 'verify', ['--bundle'], 'Usage: npm run audit:verify'],
  ['no folder to export to', 'export', [], '--out is missing'],
  [
    'a date that is none',
    'export',
    ['--out', join(tmpdir(), 'audit-tools-never'), '--from', 'x'],
    '--from must be a date',
  ],
  [
    'an end after all others',
    'export',
    ['--out', join(tmpdir(), 'audit-tools-never'), '--to', '9998-12-31T23:59:59-00:01'],
    '--to must lie between 1970-01-01 and 9998-12-31',
  ],
  ['an option that is none', 'export', ['--all'], 'Usage: npm run audit:export'],
])('%s: audit:%s ends with 2 and says so', async (_, name, parameters, message) => {
  const { code, output, errors } = await run([join(ROOT, `scripts/audit/${name}.ts`), ...parameters]);
  expect({ code, output }).toEqual({ code: 2, output: '' });
  expect(errors).toContain(message);
  expect(errors).not.toMatch(/^\s+at /m);
});

test.each(['verify', 'export', 'content', 'erase'])('audit:%s prints its usage for --help', async (name) => {
  const { code, output, errors } = await run([join(ROOT, `scripts/audit/${name}.ts`), '--help']);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(output).toMatch(new RegExp(`^Usage: npm run audit:${name} -- `));
});

test('without a chain and without settings there is nothing to verify', async () => {
  const file = join(scratch, 'none.json');
  const { code, errors } = await run([join(ROOT, 'scripts/audit/verify.ts'), '--environment-file', file]);
  expect(code).toBe(2);
  expect(errors).toContain('There is no ledger to look at');
});

interface Telemetry {
  readonly data: {
    readonly baseType: string;
    readonly baseData: { readonly properties?: Readonly<Record<string, string>> };
  };
}

/** Removes the only item of telemetry that satisfies a condition. */
async function drop(matches: (properties: Readonly<Record<string, string>>) => boolean): Promise<Telemetry> {
  const telemetry = (await observed.chain.control('application-insights', 'GET', 'telemetry')) as Telemetry[];
  const index = telemetry.findIndex(({ data }) => matches(data.baseData.properties ?? {}));
  const item = telemetry[index];
  if (!item) throw new Error('There is no such telemetry.');
  await observed.chain.control('application-insights', 'DELETE', `telemetry/${index}`);
  return item;
}

test('a record of the edge and one of the function app that somebody dropped are both named', async () => {
  const { data } = await drop(
    ({ ledgerWriter, operation }) => ledgerWriter !== undefined && operation === 'predict',
  );
  await drop(({ recordedBy, requestId }) => recordedBy === 'edge' && requestId === denied.requestId);
  const ended = await tool('verify', '--json');
  expect(ended.code).toBe(1);
  expect(readReport(ended).findings).toEqual([
    expect.objectContaining({
      kind: 'missing-in-application-insights',
      sequence: Number(data.baseData.properties?.ledgerSequence),
    }),
    expect.objectContaining({ kind: 'request-without-record' }),
  ]);
  const { output } = await tool('verify');
  expect(output).toMatch(
    /^2 things are wrong\. Verified: the ledger and Application Insights\.\n {2}- The record of entry \d+ of \S+ was shipped/,
  );
});
