import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ManagedIdentityCredential } from '@azure/identity';
import { openAuditKey } from '../../src/keys/audit-key.ts';
import { createAuditPublicKeys } from '../../src/keys/audit-public-keys.ts';
import { signCheckpoint } from '../../src/ledger/sign-checkpoint.ts';
import { createSignatureCheck } from '../../src/keys/signature.ts';
import { rejectedBy } from '../thrown-by.ts';

const folder = mkdtempSync(join(tmpdir(), 'audit-key-'));
const credential = new ManagedIdentityCredential();
const HASH = 'a'.repeat(64);

afterAll(() => rmSync(folder, { recursive: true }));

function pemOf(modulusLength = 2048): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function writeKey(name: string, text: string, mode = 0o600): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return pathToFileURL(file).href;
}

function openKey(url: string) {
  return openAuditKey(url, credential, 1000);
}

test('a signature of a checkpoint is what verification expects', async () => {
  const url = writeKey('good.pem', pemOf());
  const signature = await signCheckpoint(openKey(url), 'writer', { sequence: 7, hash: HASH });
  expect(signature).toMatchObject({ algorithm: 'PS256', sequence: 7, hash: HASH });
  const check = createSignatureCheck(createAuditPublicKeys(url, () => credential));
  const { keyId = '', value = '' } = signature ?? {};
  expect(await check(keyId, `writer.7.${HASH}`, value)).toBe(true);
  expect(await check(keyId, `writer.8.${HASH}`, value)).toBe(false);
});

test('what is wrapped is unwrapped, and by another key it is not', async () => {
  const key = openKey(writeKey('one.pem', pemOf()));
  const wrapped = await key.wrap(Buffer.from('a data key'));
  expect(Buffer.from(wrapped.wrapped).toString()).not.toContain('a data key');
  expect(Buffer.from(await key.unwrap(wrapped)).toString()).toBe('a data key');
  const other = openKey(writeKey('other.pem', pemOf()));
  expect(await rejectedBy(other.unwrap(wrapped))).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
});

test.each([
  ['that others can read', pemOf(), 0o644, 'allow it to the owner alone'],
  ['that the group can write', pemOf(), 0o620, 'allow it to the owner alone'],
  ['without a key', 'secret-text', 0o600, 'holds no private key in PEM'],
  ['with too short a key', pemOf(1024), 0o600, 'holds no RSA key of 2,048 bits'],
])('refuses a file %s', async (_, text, mode, sentence) => {
  const error = await rejectedBy(openKey(writeKey('bad.pem', text, mode)).sign(Buffer.from('a')));
  expect(error.message).toContain(sentence);
  expect(error.message).not.toContain('secret-text');
});

test('refuses a file that is not there, and takes it once it is', async () => {
  const url = pathToFileURL(join(folder, 'late.pem')).href;
  const key = openKey(url);
  expect((await rejectedBy(key.sign(Buffer.from('a')))).message).toBe(
    'The file that AUDIT_KEY_URL names cannot be read.',
  );
  writeKey('late.pem', pemOf());
  expect((await key.sign(Buffer.from('a'))).value).toHaveLength(256);
});

test('a checkpoint goes unsigned when the key cannot be used', async () => {
  const key = openKey(pathToFileURL(join(folder, 'none.pem')).href);
  expect(await signCheckpoint(key, 'writer', { sequence: 1, hash: HASH })).toBeUndefined();
});
