import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openTrustedKeys } from '../../src/keys/trusted-keys.ts';

const credential = { getToken: () => Promise.reject(new Error('There is no identity.')) };
const HERE = 'https://127.0.0.1:10000/account';

let folder: string;
let keyUrl: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trusted-'));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = join(folder, 'key.pem');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  keyUrl = pathToFileURL(file).href;
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([HERE, 'https://localhost:10000/account', 'https://[::1]:10000/account'])(
  'a key in a file is believed for the ledger of this machine at %s',
  async (storageUrl) => {
    const { publicKeys, notChecked } = await openTrustedKeys({ storageUrl, keyUrl, credential });
    expect(notChecked).toEqual([]);
    expect(await publicKeys?.('local:any')).toMatchObject({ kty: 'RSA' });
  },
);

test.each([
  [
    'a file, for a ledger elsewhere',
    'https://vault.blob.core.windows.net',
    () => keyUrl,
    'on this machine alone',
  ],
  [
    'a file, for a host that begins as this machine',
    'https://127.0.0.1.example.com',
    () => keyUrl,
    'on this machine',
  ],
  ['no key', HERE, () => undefined, 'AUDIT_KEY_URL does not name it'],
  ['a file that is not there', HERE, () => `${keyUrl}.none`, 'cannot be read'],
  ['a vault that nobody can sign in to', HERE, () => 'https://127.0.0.1:1/keys/audit', 'cannot be read'],
])('with %s nothing is believed, and a sentence says why', async (_, storageUrl, url, why) => {
  const trusted = await openTrustedKeys({ storageUrl, keyUrl: url(), credential });
  expect(trusted.publicKeys).toBeUndefined();
  expect(trusted.notChecked).toEqual([
    expect.stringMatching(`^Who signed, .*${why}.*--public-key\\.$`) as string,
  ]);
});
