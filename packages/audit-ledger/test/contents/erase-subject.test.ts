import { deleteKept, findKept, isGone, type SubjectStorage } from '../../src/contents/erase-subject.ts';
import { startStorageAccount } from '../storage-account.ts';

const SUBJECT = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);

let account: Awaited<ReturnType<typeof startStorageAccount>>;
let storage: SubjectStorage;

beforeAll(async () => {
  account = await startStorageAccount(['audit-subjects', 'audit-content']);
  storage = { subjects: account.container('audit-subjects'), content: account.container('audit-content') };
});
afterAll(() => account.close());

async function put(container: keyof SubjectStorage, name: string, text: string): Promise<void> {
  await storage[container].getBlockBlobClient(name).upload(text, text.length);
}

async function putKey(text: string): Promise<void> {
  await put('subjects', `${SUBJECT}.json`, text);
}

async function putContent(record: string, subject = SUBJECT): Promise<void> {
  await put('content', `${subject}/${record}.json`, '{}');
}

beforeEach(async () => {
  await putKey('old');
  await putContent('one');
  await putContent('two');
  await putContent('three', OTHER);
});

test('key and contents of a subject are gone, and those of others stay', async () => {
  const kept = await findKept(storage, SUBJECT);
  expect(kept.contents).toEqual([`${SUBJECT}/one.json`, `${SUBJECT}/two.json`]);
  expect(await isGone(storage, SUBJECT, kept)).toBe(false);
  await deleteKept(storage, SUBJECT, kept);
  expect(await isGone(storage, SUBJECT, kept)).toBe(true);
  expect(await findKept(storage, SUBJECT)).toEqual({ key: undefined, contents: [] });
  expect((await findKept(storage, OTHER)).contents).toEqual([`${OTHER}/three.json`]);
});

test('a subject that goes on calling keeps its new key and contents, and what was before is gone', async () => {
  const kept = await findKept(storage, SUBJECT);
  await deleteKept(storage, SUBJECT, kept);
  await putKey('new');
  await putContent('later');
  expect(await isGone(storage, SUBJECT, kept)).toBe(true);
  expect((await findKept(storage, SUBJECT)).contents).toEqual([`${SUBJECT}/later.json`]);
});

test('a key that came in place of the old one is not deleted', async () => {
  const kept = await findKept(storage, SUBJECT);
  await putKey('new');
  await deleteKept(storage, SUBJECT, kept);
  const { key } = await findKept(storage, SUBJECT);
  expect(key).not.toBe(undefined);
  expect(key).not.toBe(kept.key);
});

test.each([
  ['the key', { contents: [] }],
  ['a content', { key: undefined }],
])('what is left is not gone: %s', async (_, some) => {
  const kept = await findKept(storage, SUBJECT);
  await deleteKept(storage, SUBJECT, { ...kept, ...some });
  expect(await isGone(storage, SUBJECT, kept)).toBe(false);
});

test('a snapshot of the old key is not gone', async () => {
  const kept = await findKept(storage, SUBJECT);
  const blob = storage.subjects.getBlobClient(`${SUBJECT}.json`);
  await blob.createSnapshot();
  expect(await isGone(storage, SUBJECT, kept)).toBe(false);
  await deleteKept(storage, SUBJECT, kept);
  expect(await isGone(storage, SUBJECT, kept)).toBe(true);
});

test('deleting again does no harm', async () => {
  const kept = await findKept(storage, SUBJECT);
  await deleteKept(storage, SUBJECT, kept);
  await deleteKept(storage, SUBJECT, kept);
  expect(await isGone(storage, SUBJECT, kept)).toBe(true);
});
