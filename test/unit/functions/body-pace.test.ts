import fc from 'fast-check';
import { BodyPace } from '../../../src/functions/read-body.ts';

const MEGABYTE = 1_048_576;

/** Makes a pace and a clock that goes on by exactly the time that is waited. */
function startPace() {
  const clock = { now: 1_000, waits: 0 };
  const wait = (durationInMs: number) => {
    clock.now += durationInMs;
    clock.waits += 1;
    return Promise.resolve();
  };
  return { clock, pace: new BodyPace({ now: () => clock.now, wait }) };
}

/** Reads a body in parts, and returns the time that it takes in milliseconds. */
async function read(
  { clock, pace }: ReturnType<typeof startPace>,
  parts: readonly number[],
): Promise<number> {
  const startedAt = clock.now;
  let size = 0;
  for (const bytes of parts) await pace.next((size += bytes), bytes);
  return clock.now - startedAt;
}

function inParts(bytes: number): number[] {
  return Array.from({ length: bytes / 65_536 }, () => 65_536);
}

/** The time that large bodies of this size take together, once the burst is used up. */
function paced(megabytes: number): number {
  return ((megabytes - 1) * MEGABYTE) / 50_000;
}

test('a body of a megabyte never waits', async () => {
  expect(await read(startPace(), inParts(MEGABYTE))).toBe(0);
});

test('a body of 20 MB takes a little less than 400 ms, and no part waits alone for less than 5 ms', async () => {
  const started = startPace();
  const durationInMs = await read(started, inParts(20 * MEGABYTE));
  expect(durationInMs).toBeGreaterThan(390);
  expect(durationInMs).toBeLessThan(400);
  expect(started.clock.waits).toBeLessThan(durationInMs / 5);
});

test('large bodies together are no faster than one, and have one burst', async () => {
  const started = startPace();
  await Promise.all(Array.from({ length: 10 }, () => read(started, inParts(2 * MEGABYTE))));
  // 128 KB of each body are free.
  expect(started.clock.now - 1_000).toBeGreaterThan(paced(20 - 10 / 8) - 5);
});

test('small bodies never wait, however many large ones are read', () => {
  const started = startPace();
  void read(started, inParts(20 * MEGABYTE));
  expect(started.pace.next(131_072, 65_536)).toBeUndefined();
});

test('a time without large bodies saves up one burst', async () => {
  const started = startPace();
  await read(started, inParts(5 * MEGABYTE));
  started.clock.now += 60_000;
  expect(await read(started, inParts(20 * MEGABYTE))).toBeGreaterThan(390);
});

test('however a body is cut, its bytes beyond the free ones and the burst come at 50 MB/s', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 4 * MEGABYTE }), { maxLength: 30 }),
      async (parts) => {
        const durationInMs = await read(startPace(), parts);
        let size = 0;
        let counted = 0;
        for (const bytes of parts) if ((size += bytes) > MEGABYTE / 8) counted += bytes;
        const most = Math.max(0, counted - MEGABYTE) / 50_000;
        expect(durationInMs).toBeLessThanOrEqual(most + 0.001);
        expect(durationInMs).toBeGreaterThan(most - 5);
      },
    ),
  );
});
