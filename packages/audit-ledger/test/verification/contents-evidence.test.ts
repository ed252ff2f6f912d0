import { createHash } from 'node:crypto';
import { createContentsEvidence, ReadingDenied } from '../../src/verification/contents-evidence.ts';
import { startStorageAccount } from '../storage-account.ts';

let account: Awaited<ReturnType<typeof startStorageAccount>>;
beforeAll(async () => {
  account = await startStorageAccount(['content']);
  for (const [name, text] of [
    ['one.json', '{"v":1}'],
    ['empty.json', ''],
  ] as const)
    await account.container('content').getBlockBlobClient(name).upload(text, text.length);
});
afterAll(() => account.close());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hash = (name: string) =>
  createContentsEvidence(account.container('content'), 90, true).hash?.(name, undefined);

test.each([
  ['one.json', sha256('{"v":1}')],
  ['empty.json', sha256('')],
  ['none.json', undefined],
])('the hash of %s is that of its bytes', async (name, expected) => {
  expect(await hash(name)).toBe(expected);
});

test('an identity that may not read contents is told from storage that fails', async () => {
  account.control.inject({ path: 'one.json', status: 403, times: 1 });
  await expect(hash('one.json')).rejects.toThrow(ReadingDenied);
  account.control.inject({ path: 'one.json', status: 500, times: 1 });
  await expect(hash('one.json')).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
});

test('contents are not read unless that is asked for', () => {
  expect(createContentsEvidence(account.container('content'), 90)).not.toHaveProperty('hash');
});
