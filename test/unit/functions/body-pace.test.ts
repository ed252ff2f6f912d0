import fc from 'fast-check';
import { settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { BodyPace } from '../../../src/functions/read-body.ts';

const MEGABYTE = 1_048_576;

/** Makes a pace and a clock that goes on by exactly the time that is waited, once everything else has settled. */
function startPace() {
  const clock = { now: 1_000, waits: 0 };
  const wait = async (durationInMs: number) => {
    clock.waits += 1;
    await settled();
    clock.now += durationInMs;
  };
  return { clock, pace: new BodyPace({ now: () => clock.now, wait }) };
}

/** Reads a body in parts, and returns the time that it takes in milliseconds. */
async function read(
  { clock, pace }: ReturnType<typeof startPace>,
  parts: readonly number[],
  declared = 0,
): Promise<number> {
  const startedAt = clock.now;
  const body = pace.begin(declared);
  for (const bytes of parts) await body.next(bytes);
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
  expect(started.pace.begin(0).next(131_072)).toBeUndefined();
});

test('large bodies of one size are read two at a time, in the order in which they began', async () => {
  const started = startPace();
  const ends = await Promise.all(
    Array.from({ length: 6 }, () => read(started, inParts(5 * MEGABYTE), 5 * MEGABYTE)),
  );
  for (const [index, megabytes] of [10, 10, 20, 20, 30, 30].entries())
    expect(ends[index]).toBeCloseTo(paced(megabytes), -2);
});

test.each([
  ['declared', 2 * MEGABYTE],
  ['undeclared', 0],
])(
  'a smaller body of %s length waits for few bytes of the large ones that began earlier',
  async (_, declared) => {
    const started = startPace();
    const large = Array.from({ length: 20 }, () => read(started, inParts(20 * MEGABYTE), 20 * MEGABYTE));
    for (let turn = 0; turn < 10; turn += 1) await settled();
    expect(await read(started, inParts(2 * MEGABYTE), declared)).toBeLessThan(paced(6));
    await Promise.all(large);
  },
);

test('a sender that stalls keeps nobody waiting, and goes on before those that began later', async () => {
  const started = startPace();
  const [first, second] = [started.pace.begin(0), started.pace.begin(0)];
  await first.next(2 * MEGABYTE);
  const stalledAt = started.clock.now;
  for (let part = 0; part < 16; part += 1) await second.next(65_536);
  expect(started.clock.now - stalledAt).toBeLessThan(MEGABYTE / 50_000 + 5);
  const order: string[] = [];
  await Promise.all([
    Promise.resolve(second.next(MEGABYTE)).then(() => order.push('second')),
    Promise.resolve(first.next(MEGABYTE)).then(() => order.push('first')),
  ]);
  expect(order).toEqual(['first', 'second']);
});

test('bodies that come in small parts go on together', async () => {
  const started = startPace();
  const slow = Array.from({ length: 1_000 }, () => started.pace.begin(0));
  for (const body of slow) void body.next(131_072);
  const large = started.pace.begin(0);
  void large.next(10 * MEGABYTE);
  const waiting = slow.map((body) => body.next(64));
  expect(waiting).not.toContain(undefined);
  const waits = started.clock.waits;
  await Promise.all(waiting.map((part) => part ?? Promise.resolve()));
  expect(started.clock.waits - waits).toBeLessThanOrEqual(2);
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
