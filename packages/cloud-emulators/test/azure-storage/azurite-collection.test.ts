import { turnCollectionOff } from '../../src/azure-storage/azurite-collection.ts';

const DAY_IN_MS = 86_400_000;

/** The part of Azurite's collection that the test reads. */
type Collection = new (...parts: unknown[]) => { readonly gcIntervalInMS: number };

test('the collection of a server that starts afterwards does not run again within days', () => {
  const { default: BlobGCManager } = jest.requireActual<{ default: Collection }>(
    'azurite/dist/src/blob/gc/BlobGCManager.js',
  );
  const collection = () => new BlobGCManager({}, {}, {}, () => undefined, { info: () => undefined });
  expect(collection().gcIntervalInMS).toBeLessThan(DAY_IN_MS);
  turnCollectionOff((id) => jest.requireActual(id));
  expect(collection().gcIntervalInMS).toBeGreaterThan(20 * DAY_IN_MS);
});

test('a version of Azurite that keeps the interval elsewhere is noticed at the start', () => {
  expect(() => turnCollectionOff(() => ({}))).toThrow('keeps the interval of its collection elsewhere');
});
