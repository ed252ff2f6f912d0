import { generateKeyPairSync } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hashFile } from '../../src/bundles/hash-file.ts';
import { verifyBundle } from '../../src/bundles/verify-bundle.ts';
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
const LEDGER_FILE = `ledger/${WRITER}/000001.jsonl`;
const lines = writeChain(callsOf(2));

let folder: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Each test begins with a bundle as it is exported. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  write(LEDGER_FILE, asText(lines));
  write('anchors.jsonl', '');
  write('keys.json', JSON.stringify({ keys: [{ kid: 'audit', ...KEY }] }));
  const paths = [LEDGER_FILE, 'anchors.jsonl', 'keys.json'];
  const files = await Promise.all(
    paths.map(async (path) => ({ path, ...(await hashFile(join(folder, path))) })),
  );
  const time = new Date(STARTED_AT + 1000).toISOString();
  const from = new Date(STARTED_AT).toISOString();
  const manifest = JSON.stringify({ version: 1, createdAt: time, from, to: time, files });
  write('manifest.json', manifest);
  const value = signByAuditKey(manifest);
  write('manifest.signature.json', JSON.stringify({ keyId: 'audit', algorithm: 'PS256', value }));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function find(publicKeys?: () => Promise<typeof KEY>) {
  const { findings } = await verifyBundle(folder, { publicKeys, now: new Date() });
  return findings.map((finding) => [caseOf(finding), finding.file ?? finding.sequence]);
}

test('nothing is found in a bundle as it was exported, with its own key and with one from elsewhere', async () => {
  expect(await find()).toEqual([]);
  expect(await find(() => Promise.resolve(KEY))).toEqual([]);
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
  expect(await find(() => Promise.resolve(KEY))).toEqual([['bundle-file', 'manifest.signature.json']]);
});

test('a folder without a manifest is no bundle', async () => {
  rmSync(join(folder, 'manifest.json'));
  await expect(find()).rejects.toThrow('no bundle');
});

/** Rewrites the manifest as an attacker without the key can, and removes its signature. */
function rewriteManifest(change: (manifest: Manifest) => void): void {
  const file = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  change(manifest);
  writeFileSync(file, JSON.stringify(manifest));
  rmSync(join(folder, 'manifest.signature.json'));
}

interface Manifest {
  files: { path: string; bytes: number; sha256: string }[];
}

test.each(['../../etc/passwd', '/etc/passwd', 'ledger/../../secret', 'a\nb', '__proto__/a', ''])(
  'a file that the manifest names as %j is not read',
  async (path) => {
    rewriteManifest(({ files }) => files.push({ path, bytes: 1, sha256: '0'.repeat(64) }));
    const found = await find();
    expect(found).toEqual([['bundle-file', path === '__proto__/a' ? path : 'manifest.json']]);
  },
);

test('links, pipes and devices are named, and not read', async () => {
  rmSync(join(folder, 'anchors.jsonl'));
  symlinkSync('/dev/zero', join(folder, 'anchors.jsonl'));
  rmSync(join(folder, 'keys.json'));
  execFileSync('/usr/bin/mkfifo', [join(folder, 'keys.json')]);
  const found = await find(() => Promise.resolve(KEY));
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
