import { createAzureAppendStore } from '../../src/ledger/azure-append-store.ts';
import { startStorageAccount } from '../storage-account.ts';

let account: Awaited<ReturnType<typeof startStorageAccount>>;
let blobs = 0;

beforeAll(async () => {
  account = await startStorageAccount(['ledger']);
});
afterEach(() => account.control.clearFaults());
afterAll(() => account.close());

const LINE = Buffer.from('{"sequence":0}\n');

function openStore(timeoutInMs = 10_000) {
  blobs += 1;
  return { store: account.appendStore('ledger', timeoutInMs), name: `chains/20260301/one/${blobs}.jsonl` };
}

test('appends at the end of a blob, and nowhere else', async () => {
  const { store, name } = openStore();
  await store.create(name);
  expect(await store.append(name, LINE, 0)).toBe('appended');
  expect(await store.append(name, LINE, 0)).toBe('elsewhere');
  expect(await store.append(name, LINE, LINE.byteLength)).toBe('appended');
  expect(Buffer.from(await store.read(name, LINE.byteLength, 100)).toString()).toBe(LINE.toString());
});

test('creates a blob once, and leaves what is in it', async () => {
  const { store, name } = openStore();
  await store.create(name);
  await store.append(name, LINE, 0);
  await store.create(name);
  expect(await store.read(name, 0, LINE.byteLength)).toHaveLength(LINE.byteLength);
});

test('a blob that is not there, or no append blob, takes no more', async () => {
  const { store, name } = openStore();
  expect(await store.append(name, LINE, 0)).toBe('closed');
  await account.container('ledger').getBlockBlobClient(name).upload('{}', 2);
  expect(await store.append(name, LINE, 2)).toBe('closed');
});

test.each([0, 1, 5])('reads nothing of %i bytes from behind their end', async (size) => {
  const { store, name } = openStore();
  expect(await store.read(name, size, 10)).toHaveLength(0);
  await store.create(name);
  if (size > 0) await store.append(name, Buffer.alloc(size), 0);
  expect(await store.read(name, size, 10)).toHaveLength(0);
});

test.each([401, 403, 429, 500, 503])(
  'an append that is answered with %i may or may not be there',
  async (status) => {
    const { store, name } = openStore();
    await store.create(name);
    account.control.inject({ path: 'comp=appendblock', status, times: 1 });
    await expect(store.append(name, LINE, 0)).rejects.toThrow(`Azure Storage answered ${status}.`);
    expect(await store.append(name, LINE, 0)).toBe('appended');
  },
);

test('an append, a creation and a read that are not answered are given up after the time limit', async () => {
  const { store, name } = openStore(50);
  account.control.inject({ delayInMs: 1_000, times: 3 });
  await expect(store.create(name)).rejects.toThrow(/timeout/);
  await expect(store.append(name, LINE, 0)).rejects.toThrow(/timeout/);
  await expect(store.read(name, 0, 1)).rejects.toThrow(/timeout/);
});

test('nothing is sent without a token, or without TLS', async () => {
  const nobody = { getToken: () => Promise.resolve(null) };
  const store = createAzureAppendStore('https://127.0.0.1:9/samples/ledger', nobody, 1_000);
  await expect(store.create('chains/one')).rejects.toThrow('The identity has no token for storage.');
  expect(() => createAzureAppendStore('http://127.0.0.1:9/samples/ledger', nobody, 1_000)).toThrow(TypeError);
});
