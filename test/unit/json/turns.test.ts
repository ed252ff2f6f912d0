import { LoopTurns } from '../../../src/json/turns.ts';

test('in each turn of the event loop one piece is done, first come, first served', async () => {
  const turns = new LoopTurns();
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
