import { LoopTurns } from '../../../src/json/turns.ts';

test('in each turn of the event loop one piece is done, first come, first served', async () => {
  const turns = new LoopTurns({ now: () => 0, wait: () => Promise.reject(new Error('no turn is long')) });
  const done: string[] = [];
  async function work(name: string): Promise<void> {
    for (let piece = 0; piece < 3; piece += 1) {
      await turns.next();
      done.push(name);
    }
  }
  const all = Promise.all([work('a'), work('b')]);
  for (const expected of ['a', 'ab', 'aba', 'abab', 'ababa', 'ababab']) {
    await new Promise((resolve) => setImmediate(resolve));
    expect(done.join('')).toBe(expected);
  }
  await all;
});

test('after a long turn other work has as long a time, 10 ms at most', async () => {
  let now = 0;
  const rests: number[] = [];
  const done: number[] = [];
  const turns = new LoopTurns({
    now: () => now,
    wait: (durationInMs) => {
      rests.push(durationInMs);
      return Promise.resolve();
    },
  });
  for (const took of [1, 4, 1, 300]) {
    await turns.next();
    now += took;
    done.push(took);
  }
  await turns.next();
  expect(done).toEqual([1, 4, 1, 300]);
  expect(rests).toEqual([4, 10]);
});

test('a piece that comes later begins anew, without a rest', async () => {
  let now = 0;
  const rests: number[] = [];
  const turns = new LoopTurns({
    now: () => now,
    wait: (durationInMs) => {
      rests.push(durationInMs);
      return Promise.resolve();
    },
  });
  await turns.next();
  await new Promise((resolve) => setImmediate(resolve));
  now += 60_000;
  await turns.next();
  expect(rests).toEqual([]);
});
