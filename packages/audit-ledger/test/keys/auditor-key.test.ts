import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAuditorKey } from '../../src/keys/auditor-key.ts';
import { checkSeal } from '../../src/keys/seal-key.ts';

const folder = mkdtempSync(join(tmpdir(), 'auditor-key-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, pem: string, mode = 0o600): string {
  const file = join(folder, name);
  writeFileSync(file, pem);
  chmodSync(file, mode);
  return file;
}

const ec = (namedCurve: string) =>
  generateKeyPairSync('ec', {
    namedCurve,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
const { privateKey, publicKey } = ec('P-256');

test('a private key signs what its public half checks', async () => {
  const key = await readAuditorKey(write('private.pem', privateKey));
  const signature = key.sign?.('a text') ?? '';
  expect(checkSeal(key.publicKey, 'a text', signature)).toBe(true);
  expect(checkSeal(key.publicKey, 'another text', signature)).toBe(false);
  const half = await readAuditorKey(write('public.pem', publicKey, 0o644));
  expect(half).toEqual({ publicKey: key.publicKey, sign: undefined });
});

test.each([
  ['a private key that others may read', () => write('shared.pem', privateKey, 0o640), /chmod 600/],
  ['a key of another curve', () => write('other.pem', ec('P-384').privateKey), /curve P-256/],
  ['no key', () => write('none.pem', 'none'), /curve P-256/],
  ['a file that is not there', () => join(folder, 'nowhere.pem'), /cannot be read/],
])('%s is refused', async (_, make, message) => {
  await expect(readAuditorKey(make())).rejects.toMatchObject({
    code: 'AUDIT_INPUT_INVALID',
    message: expect.stringMatching(message) as string,
  });
});
