import { createHash } from 'node:crypto';
import { type ContentOptions, createContentKeeper } from '../../src/contents/content.ts';
import { readContent } from '../../src/contents/read-content.ts';
import { SealedContent } from '../../src/contents/sealed-content.ts';
import { subjectIdOf } from '../../src/contents/subject-keys.ts';
import type { ContentReference } from '../../src/record/record-schema.ts';
import { createHandDrivenClock, settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { MemoryState } from '../memory-storage.ts';

const RECORD_ID = '20260101T000000000Z-5f0c2b1e-8a4d-4c3b-9e21-7d6a5b4c3f2e';
const CALLER = { identityProvider: 'entra', objectId: 'person' };
const SUBJECT = subjectIdOf(CALLER);
const KEY = { id: 'key-1', secret: Buffer.alloc(32, 7) };
const MEBIBYTE = 1024 * 1024;

function start(changes: Partial<ContentOptions> = {}) {
  const clock = createHandDrivenClock();
  const store = new MemoryState(clock.now);
  const keeper = createContentKeeper({
    keys: { obtain: () => Promise.resolve(KEY) },
    loadStore: () => Promise.resolve(store),
    timeoutInMs: 5000,
    maximumPendingBytes: 10 * MEBIBYTE,
    schedule: clock.schedule,
    ...changes,
  });
  const read = async (reference: ContentReference | undefined, key: typeof KEY | undefined = KEY) => {
    if (!reference) throw new Error('nothing was kept');
    return readContent(reference, { find: () => Promise.resolve(key) }, async (blob) => {
      const stored = await store.read(blob);
      return stored && JSON.stringify(stored.value);
    });
  };
  return { clock, store, keeper, read };
}

/** The content of a call, with both parts asked for, ready to be sealed. */
async function keep(keeper: ReturnType<typeof createContentKeeper>, request: string | Uint8Array = 'prompt') {
  const content = keeper.start(RECORD_ID, CALLER, ['request', 'response']);
  await content.ready();
  content.add('request', request);
  content.add('response', 'predi');
  content.add('response', Buffer.from('ction'));
  return content;
}

test('what is kept can be read with the key of its subject', async () => {
  const { keeper, read } = start();
  const reference = (await keep(keeper)).seal();
  await keeper.close();
  expect(reference).toMatchObject({ subject: SUBJECT, blob: `${SUBJECT}/${RECORD_ID}.json` });
  expect(await read(reference)).toEqual({
    kind: 'content',
    parts: new Map([
      ['request', { kept: Buffer.from('prompt'), bytes: 6 }],
      ['response', { kept: Buffer.from('prediction'), bytes: 10 }],
    ]),
  });
});

test('the record has the hash of what is stored, which holds nothing to read', async () => {
  const { keeper, store } = start();
  const reference = (await keep(keeper)).seal();
  await keeper.close();
  const text = JSON.stringify((await store.read(reference?.blob ?? ''))?.value);
  expect(createHash('sha256').update(text).digest('hex')).toBe(reference?.sha256);
  for (const word of ['prompt', 'prediction'])
    for (const encoding of ['utf8', 'base64url', 'hex'] as const)
      expect(text).not.toContain(Buffer.from(word).toString(encoding));
});

test('a part that is not asked for is not kept', async () => {
  const { keeper, read } = start();
  const content = keeper.start(RECORD_ID, CALLER, ['response']);
  await content.ready();
  content.add('request', 'prompt');
  content.add('response', 'prediction');
  const reference = content.seal();
  await keeper.close();
  const stored = await read(reference);
  expect(stored.kind === 'content' && [...stored.parts.keys()]).toEqual(['response']);
});

test('of a part that is too large its beginning is kept, and how large it was', async () => {
  const { keeper, read, store } = start();
  const reference = (await keep(keeper, Buffer.alloc(MEBIBYTE + 5, 'a'))).seal();
  await keeper.close();
  const stored = await read(reference);
  const part = stored.kind === 'content' ? stored.parts.get('request') : undefined;
  expect(part?.kept).toHaveLength(MEBIBYTE);
  expect(part?.bytes).toBe(MEBIBYTE + 5);
  const sealed = SealedContent.parse((await store.read(reference?.blob ?? ''))?.value);
  expect(sealed.parts.request?.isTruncated).toBe(true);
  expect(sealed.parts.response?.isTruncated).toBe(false);
});

test('what comes after the seal is not kept, and the seal stays the same', async () => {
  const { keeper } = start();
  const content = await keep(keeper);
  const reference = content.seal();
  content.add('response', ' and more');
  expect(content.seal()).toBe(reference);
});

test('a strict call waits until its content is stored', async () => {
  const { keeper, store } = start();
  const content = await keep(keeper);
  await content.store();
  expect(await store.read(content.seal()?.blob ?? '')).toBeDefined();
});

test('a strict call does not wait longer for storage than it may, and its record then says nothing of content', async () => {
  const { clock, keeper } = start({ loadStore: () => new Promise(() => undefined) });
  const content = await keep(keeper);
  const stored = content.store();
  await clock.advance(5000);
  await stored;
  expect(content.seal()).toBeUndefined();
});

test('a call waits for the key of its subject no longer than it may, and goes without content', async () => {
  const { clock, keeper } = start({ keys: { obtain: () => new Promise(() => undefined) } });
  const content = keeper.start(RECORD_ID, CALLER, ['request']);
  const ready = content.ready();
  await clock.advance(5000);
  await ready;
  content.add('request', 'prompt');
  await content.store();
  expect(content.seal()).toBeUndefined();
});

test('a key that cannot be had costs a call its content and nothing else', async () => {
  const { keeper } = start({ keys: { obtain: () => Promise.reject(new Error('the vault is down')) } });
  const content = await keep(keeper);
  expect(content.seal()).toBeUndefined();
  await expect(content.store()).resolves.toBeUndefined();
});

test('storage that fails is tried again', async () => {
  const { clock, keeper, store } = start();
  store.faults.push({ isCarriedOut: false }, { isCarriedOut: true });
  const reference = (await keep(keeper)).seal();
  await settled();
  await clock.advance(5000);
  await keeper.close();
  expect(await store.read(reference?.blob ?? '')).toBeDefined();
});

test('storage that stays away is given up in the end', async () => {
  const { clock, keeper } = start({ loadStore: () => Promise.reject(new Error('storage is down')) });
  expect((await keep(keeper)).seal()).toBeDefined();
  const closed = keeper.close();
  await settled();
  await clock.advance(600_000);
  await expect(closed).resolves.toBeUndefined();
});

test('no more is kept while too much waits for storage', async () => {
  const options = { loadStore: () => new Promise<never>(() => undefined), maximumPendingBytes: 10 };
  const { keeper } = start(options);
  expect((await keep(keeper)).seal()).toBeDefined();
  expect((await keep(keeper)).seal()).toBeUndefined();
});

test('content without the key of its subject is erased, and with a newer key as well', async () => {
  const { keeper, read } = start();
  const reference = (await keep(keeper)).seal();
  await keeper.close();
  const gone = await readContent(
    reference ?? { subject: '', blob: '', sha256: '' },
    { find: () => Promise.resolve(undefined) },
    () => Promise.resolve(undefined),
  );
  expect(gone).toEqual({ kind: 'erased' });
  expect(await read(reference, { id: 'key-2', secret: Buffer.alloc(32, 8) })).toEqual({ kind: 'erased' });
});

test('content that is not in storage, or not what was stored, is told', async () => {
  const { keeper, read, store } = start();
  const reference = (await keep(keeper)).seal();
  await keeper.close();
  const { value, etag } = (await store.read(reference?.blob ?? '')) ?? { value: {}, etag: '' };
  await store.write(reference?.blob ?? '', { ...(value as object), recordId: 'another' }, {}, etag);
  expect(await read(reference)).toEqual({ kind: 'altered' });
  store.delete(reference?.blob ?? '');
  expect(await read(reference)).toEqual({ kind: 'missing' });
});

test('content cannot be passed off as that of another call', async () => {
  const { keeper, store } = start();
  const reference = (await keep(keeper)).seal();
  await keeper.close();
  const value = (await store.read(reference?.blob ?? ''))?.value as SealedContent;
  const text = JSON.stringify({ ...value, recordId: 'another' });
  const sha256 = createHash('sha256').update(text).digest('hex');
  const opened = readContent(
    { subject: SUBJECT, blob: 'any', sha256 },
    { find: () => Promise.resolve(KEY) },
    () => Promise.resolve(text),
  );
  await expect(opened).rejects.toThrow();
});
