import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hashFile, pathIn } from '../../src/bundles/hash-file.ts';
import { verifyBundle } from '../../src/bundles/verify-bundle.ts';
import { hashEntry } from '../../src/ledger/ledger-entry.ts';
import { partName } from '../../src/ledger/part-names.ts';
import { keepHead } from '../../src/verification/log-evidence.ts';
import { describeReport } from '../../src/verification/describe-report.ts';
import type { VerificationReport } from '../../src/verification/report.ts';
import { MemoryLog, openLog } from '../transparency-log/memory-log.ts';
import { caseOf } from '../verification/case-of.ts';
import {
  asText,
  AUDIT_PUBLIC_KEY,
  callsOf,
  signByAuditKey,
  STARTED_AT,
  WRITER,
  writeChain,
} from '../verification/sample-chain.ts';

const KEY = AUDIT_PUBLIC_KEY;
const LEDGER_FILE = `ledger/chains/20260301/${WRITER}/000001.jsonl`;
const lines = writeChain(callsOf(2));

let folder: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

interface Manifest {
  version: 1;
  createdAt: string;
  from: string;
  to: string;
  files: { path: string; bytes: number; sha256: string }[];
}

const FROM = new Date(STARTED_AT).toISOString();
const TO = new Date(STARTED_AT + 1000).toISOString();

/** The report of a verification that found nothing wrong. */
const REPORT = {
  version: 1,
  verifiedAt: TO,
  from: FROM,
  to: TO,
  scope: 'ledger-and-application-insights',
  isIntact: true,
  findings: [],
  findingCount: 0,
  chains: 1,
  parts: 1,
  entries: lines.length,
  young: 0,
  bytes: 1,
  openings: 2,
  closings: 2,
  unverified: 0,
  open: 0,
  unshipped: 0,
  anchors: 0,
  signatures: 1,
  unsigned: 0,
  notChecked: [],
} satisfies VerificationReport;

/** Signs a text as the audit key does, or as somebody else. */
type Sign = (text: string) => string;

/** Writes the manifest of the files that are there, as who holds the key can. */
async function signManifest(sign: Sign = signByAuditKey, change?: (manifest: Manifest) => void) {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('manifest'))
    .map(({ parentPath, name }) => pathIn(folder, join(parentPath, name)));
  const files = await Promise.all(
    paths.toSorted().map(async (path) => {
      const hashed = await hashFile(join(folder, path));
      if (!hashed) throw new Error('There is a file.');
      return { path, ...hashed };
    }),
  );
  const manifest: Manifest = { version: 1, createdAt: TO, from: FROM, to: TO, files };
  change?.(manifest);
  const text = JSON.stringify(manifest);
  write('manifest.json', text);
  const value = sign(text);
  write('manifest.signature.json', JSON.stringify({ keyId: 'audit', algorithm: 'PS256', value }));
}

/** Each test begins with a bundle as it is exported. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  write(LEDGER_FILE, asText(lines));
  write('anchors.jsonl', '');
  write('keys.json', JSON.stringify({ keys: [{ kid: 'audit', ...KEY }] }));
  write('report.json', JSON.stringify(REPORT));
  await signManifest();
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const trusted = () => Promise.resolve(KEY);

async function find(publicKeys?: () => Promise<typeof KEY>) {
  const { findings } = await verifyBundle(folder, { publicKeys, now: new Date() });
  return findings.map((finding) => [caseOf(finding), finding.file ?? finding.sequence]);
}

test('nothing is found in a bundle as it was exported, and it is verified by a key from elsewhere alone', async () => {
  const now = new Date();
  expect(await verifyBundle(folder, { publicKeys: trusted, now })).toMatchObject({
    isIntact: true,
    findings: [],
    notChecked: [],
  });
  const own = await verifyBundle(folder, { publicKeys: undefined, now });
  expect(own).toMatchObject({ isIntact: false, findings: [] });
  expect(describeReport(own)).toMatch(/^Not verified/);
  expect(own.notChecked).toContainEqual(
    expect.stringMatching(
      /^Who signed\..*can choose\. .*--public-key\. .*: audit \([\w-]{43}\)\.$/,
    ) as string,
  );
});

test('a bundle across a renewal of the audit key is verified by the old and the new key together', async () => {
  const renewed = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  const key = { key: renewed.privateKey, padding, saltLength };
  await signManifest((text) => sign('sha256', Buffer.from(text), key).toString('base64url'));
  const own = renewed.publicKey.export({ format: 'jwk' });
  const findWith = async (...keys: (typeof KEY)[]) => {
    const publicKeys = () => Promise.resolve(keys);
    const { findings } = await verifyBundle(folder, { publicKeys, now: new Date() });
    return findings.map((finding) => [caseOf(finding), finding.file ?? finding.sequence]);
  };
  expect(await findWith(own, KEY)).toEqual([]);
  expect(await findWith(KEY, own)).toEqual([]);
  expect(await findWith(KEY)).toEqual([['bad-signature', 'manifest.signature.json']]);
  expect((await findWith(own)).flat()).toContain('bad-signature');
});

test('a bundle that somebody made from nothing is not verified, and each of its files by another key', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  const signBySelf: Sign = (text) =>
    sign('sha256', Buffer.from(text), { key: privateKey, ...padding }).toString('base64url');
  const own = { keys: [{ kid: 'audit', ...publicKey.export({ format: 'jwk' }) }] };
  // The same id, and the manifest signed again, with another period too.
  await signManifest(signBySelf, (manifest) => {
    manifest.from = new Date(0).toISOString();
  });
  expect(await find(trusted)).toContainEqual(['bad-signature', 'manifest.signature.json']);
  expect(await find()).toContainEqual(['bad-signature', 'manifest.signature.json']);
  write('keys.json', JSON.stringify(own));
  await signManifest(signBySelf);
  expect(await find(trusted)).toEqual([['bad-signature', 'manifest.signature.json']]);
  const alone = await verifyBundle(folder, { publicKeys: undefined, now: new Date() });
  expect(alone.isIntact).toBe(false);
});

test('a manifest without a signature is named, whoever verifies', async () => {
  rmSync(join(folder, 'manifest.signature.json'));
  for (const keys of [trusted, undefined])
    expect(await find(keys)).toEqual([['bundle-file', 'manifest.signature.json']]);
});

test.each<[string, (manifest: Manifest) => void, string]>([
  ['a file twice', ({ files }) => files.push(...files.slice(0, 1)), 'anchors.jsonl'],
  [
    'a file in two spellings',
    ({ files }) => files.push({ ...(files[0] ?? { bytes: 0, sha256: '' }), path: 'Anchors.jsonl' }),
    'Anchors.jsonl',
  ],
  [
    'itself',
    ({ files }) => files.push({ path: 'manifest.json', bytes: 1, sha256: 'a'.repeat(64) }),
    'manifest.json',
  ],
])('a signed manifest that names %s is named', async (_, change, file) => {
  await signManifest(signByAuditKey, change);
  expect(await find(trusted)).toContainEqual(['bundle-file', file]);
});

test.each([
  ['a folder of another name', 'ledger/chains/20260301/20260301t120000000Z-0a1b2c3d/000001.jsonl'],
  ['a part in another spelling', `ledger/chains/20260301/${WRITER}/0000001.jsonl`],
  ['a file beside the parts', `ledger/chains/20260301/${WRITER}/000001.jsonl.bak`],
  ['a file beside the chains', 'ledger/notes.txt'],
  ['a day that is none', 'ledger/tree/today/000001.jsonl'],
])('%s in the ledger is named, also where the manifest has it', async (_, path) => {
  write(path, asText(lines));
  await signManifest();
  expect(await find(trusted)).toContainEqual(['bundle-file', path]);
});

test('names that look like others are shown by the numbers of their letters', async () => {
  write('ledg\u0435r/x.txt', '');
  write('report.json\u202e', '');
  const { findings } = await verifyBundle(folder, { publicKeys: trusted, now: new Date() });
  expect(findings.map(({ message }) => message).toSorted()).toEqual([
    'The manifest does not name the file ledg\\u{435}r/x.txt.',
    'The manifest does not name the file report.json\\u{202e}.',
  ]);
});

test.each([
  [
    'three days before the period',
    { startedAt: Date.UTC(2026, 1, 26), writer: '20260226T000000000Z-0a1b2c3d' },
  ],
  [
    'three days after the period',
    { startedAt: Date.UTC(2026, 2, 4), writer: '20260304T000000000Z-0a1b2c3d' },
  ],
])('a chain that was written %s is named', async (_, options) => {
  write(`ledger/${partName(options.writer, 1)}`, asText(writeChain(callsOf(1, 'other'), options)));
  await signManifest();
  const { findings } = await verifyBundle(folder, { publicKeys: trusted, now: new Date() });
  expect(findings).toContainEqual(expect.objectContaining({ kind: 'bundle-file', writer: options.writer }));
});

test.each([
  { startedAt: STARTED_AT + 3_600_000, writer: '20260301T130000000Z-0a1b2c3d' },
  { startedAt: STARTED_AT - 3_600_000, writer: '20260301T110000000Z-0a1b2c3d' },
])('a chain that another process wrote in the days around the period belongs to it', async (options) => {
  write(`ledger/${partName(options.writer, 1)}`, asText(writeChain(callsOf(1, 'other'), options)));
  await signManifest();
  expect(await find(trusted)).toEqual([]);
});

const WRONG = { kind: 'refused' as const, message: 'Refused.' };
test.each<[string, Partial<VerificationReport> | undefined, RegExp]>([
  ['is of another period', { from: new Date(0).toISOString() }, /is of another period/],
  ['counts more chains', { chains: 2 }, /counts more chains or entries/],
  ['counts more entries', { entries: lines.length + 1 }, /counts more chains or entries/],
  ['has findings', { isIntact: false, findingCount: 1, findings: [WRONG] }, /was found wrong/],
  ['counts findings that it does not list', { findingCount: 1 }, /was found wrong/],
  ['left checks out', { isIntact: false, notChecked: ['Records.'] }, /was not verified/],
  ['is none', undefined, /is not as audit:export writes it/],
])('a report in the bundle that %s is named, though it is signed', async (_, change, sentence) => {
  write('report.json', change ? JSON.stringify({ ...REPORT, ...change }) : '{}');
  await signManifest();
  const { findings, isIntact } = await verifyBundle(folder, { publicKeys: trusted, now: new Date() });
  expect(isIntact).toBe(false);
  expect(findings).toEqual([
    { kind: 'bundle-file', file: 'report.json', message: expect.stringMatching(sentence) as string },
  ]);
});

test('a bundle without a report is no whole bundle', async () => {
  rmSync(join(folder, 'report.json'));
  await signManifest();
  expect(await find(trusted)).toEqual([['bundle-file', 'report.json']]);
});

test('a changed chain is named twice: by its file and by its entry', async () => {
  write(LEDGER_FILE, asText(lines.toSpliced(1, 1)));
  expect(await find()).toEqual([
    ['bundle-file', LEDGER_FILE],
    ['removed', 1],
  ]);
});

test('files that are missing, and files that nobody named, are named', async () => {
  rmSync(join(folder, 'anchors.jsonl'));
  write('ledger/more.txt', 'more');
  expect(await find()).toEqual([
    ['bundle-file', 'anchors.jsonl'],
    ['bundle-file', 'ledger/more.txt'],
  ]);
});

test('a manifest that was changed, or signed by another key, is named', async () => {
  const { publicKey: other } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const stranger = other.export({ format: 'jwk' });
  expect(await find(() => Promise.resolve(stranger))).toEqual([
    ['bad-signature', 'manifest.signature.json'],
    ['bad-signature', 5],
  ]);
  rmSync(join(folder, 'manifest.signature.json'));
  expect(await find(trusted)).toEqual([['bundle-file', 'manifest.signature.json']]);
});

test('a folder without a manifest is no bundle', async () => {
  rmSync(join(folder, 'manifest.json'));
  await expect(find()).rejects.toThrow('no bundle');
});

test.each(['../../etc/passwd', '/etc/passwd', 'ledger/../../secret', 'a\nb', '__proto__/a', ''])(
  'a file that the manifest names as %j is not read',
  async (path) => {
    await signManifest(signByAuditKey, ({ files }) => {
      files.push({ path, bytes: 1, sha256: '0'.repeat(64) });
    });
    const found = await find(trusted);
    expect(found).toEqual([['bundle-file', path === '__proto__/a' ? path : 'manifest.json']]);
  },
);

test('links, pipes and devices are named, and not read', async () => {
  rmSync(join(folder, 'anchors.jsonl'));
  symlinkSync('/dev/zero', join(folder, 'anchors.jsonl'));
  rmSync(join(folder, 'keys.json'));
  execFileSync('/usr/bin/mkfifo', [join(folder, 'keys.json')]);
  const found = await find(trusted);
  expect(found.map(([, file]) => file).toSorted()).toEqual([
    'anchors.jsonl',
    'anchors.jsonl',
    'keys.json',
    'keys.json',
  ]);
});

test('a ledger that lies elsewhere is none of the bundle', async () => {
  const elsewhere = `${folder}-elsewhere`;
  renameSync(join(folder, 'ledger'), elsewhere);
  try {
    symlinkSync(elsewhere, join(folder, 'ledger'));
    expect(await find()).toEqual([
      ['bundle-file', 'ledger'],
      ['bundle-file', LEDGER_FILE],
    ]);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test.each(['manifest.json', 'manifest.signature.json', 'keys.json', 'anchors.jsonl', LEDGER_FILE])(
  'that %s is empty, or is not what it should be, is named',
  async (path) => {
    const original = readFileSync(join(folder, path), 'utf8');
    for (const text of ['', '{', '[]', '{"keys":[{"kid":"audit","kty":"RSA","n":"AA","e":""}]}', '\0']) {
      if (text === original) continue;
      write(path, text);
      const found = await find();
      expect(found.map(([, file]) => file)).toContain(
        path === 'manifest.json' ? 'manifest.signature.json' : path,
      );
    }
  },
);

test('what was signed by keys that are no RSA keys is signed by no known key', async () => {
  const { publicKey: curve } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = curve.export({ format: 'jwk' });
  expect(await find(() => Promise.resolve(key))).toEqual([
    ['unknown-key', 'manifest.signature.json'],
    ['unknown-key', 5],
  ]);
});

test('what is no folder is no bundle', async () => {
  const now = new Date();
  for (const path of ['manifest.json', 'nowhere'])
    await expect(verifyBundle(join(folder, path), { publicKeys: undefined, now })).rejects.toThrow(
      'must name a folder',
    );
});

/** Writes a transparency log with leaves of these chains into the bundle, and gives its newest head. */
async function writeLog(...writers: readonly string[]) {
  const store = new MemoryLog();
  const { log } = openLog(store);
  const sequence = lines.length - 1;
  for (const writer of writers)
    await log.grow(
      [{ writer, sequence, hash: hashEntry(lines.at(-1) ?? ''), isLast: true }],
      new Date(STARTED_AT),
    );
  for (const name of store.blobs.keys()) write(`ledger/${name}`, store.text(name));
  await signManifest();
  if (!log.head) throw new Error('There is a head.');
  return log.head;
}

test('the transparency log of a bundle vouches for its chains, and a head that was kept elsewhere for the log', async () => {
  const head = await writeLog(WRITER);
  const options = { publicKeys: trusted, now: new Date() };
  const report = await verifyBundle(folder, options);
  expect(report).toMatchObject({ isIntact: true, leaves: 1, treeHeads: 1 });
  const compared = await verifyBundle(folder, { ...options, witness: keepHead(head) });
  expect(compared).toMatchObject({ isIntact: true, witnessedHeads: 1 });
});

test('a chain that the transparency log of a bundle names, and the bundle lacks, is missing', async () => {
  await writeLog(WRITER, '20260301T120000000Z-0badc0de');
  expect(await find(trusted)).toEqual([['chain-missing', undefined]]);
});

test('a bundle whose transparency log is not the one that was witnessed is wrong', async () => {
  const head = await writeLog(WRITER);
  await writeLog('20260301T120000000Z-0badc0de', WRITER);
  const { findings } = await verifyBundle(folder, {
    publicKeys: trusted,
    witness: keepHead(head),
    now: new Date(),
  });
  expect(findings).toContainEqual(
    expect.objectContaining({
      kind: 'tree-changed',
      message: expect.stringContaining('that the log does not have') as string,
    }),
  );
});

test('a head of another time than the bundle is not held against it, which is said', async () => {
  const longer = await writeLog(WRITER, '20260301T120000000Z-0badc0de');
  await writeLog(WRITER);
  const options = { publicKeys: trusted, now: new Date() };
  const report = await verifyBundle(folder, { ...options, witness: keepHead(longer) });
  expect(report.findings).toEqual([]);
  expect(report.notChecked).toContainEqual(expect.stringContaining('of another time'));
});
