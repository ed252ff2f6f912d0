import { bodyPace } from '../src/engine/body-pace.ts';

const PART = 65_536;
const PARTS = 16;

test('of several large bodies the first ones are whole when little of the others has been read', async () => {
  const read = [0, 0, 0, 0, 0, 0];
  const whenFirstIsWhole: number[] = [];
  await Promise.all(
    read.map(async (_, index) => {
      const body = bodyPace.begin(PARTS * PART);
      for (let part = 1; part <= PARTS; part += 1) {
        read[index] = part;
        await body.next(PART);
      }
      if (whenFirstIsWhole.length === 0) whenFirstIsWhole.push(...read);
    }),
  );
  expect(whenFirstIsWhole.slice(2).every((parts) => parts < PARTS / 2)).toBe(true);
});

test('the first 128 KB of a body never wait', () => {
  void bodyPace.begin(0).next(10 * PART);
  expect(bodyPace.begin(0).next(2 * PART)).toBeUndefined();
});
