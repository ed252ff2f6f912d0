import { isDrawn } from '../../../scripts/mutants/draw-sample.ts';

const NAMES = Array.from({ length: 2000 }, (_, index) => ({ line: `line ${index}`, change: 'a → b' }));

function draw(seed: number, share: number, file = 'src/a.ts'): string[] {
  return NAMES.filter((name) => isDrawn(seed, share, file, name)).map(({ line }) => line);
}

test('the same seed draws the same mutants', () => {
  expect(draw(7, 0.1)).toEqual(draw(7, 0.1));
});

test('another seed draws others, and so does another file', () => {
  expect(draw(8, 0.1)).not.toEqual(draw(7, 0.1));
  expect(draw(7, 0.1, 'src/b.ts')).not.toEqual(draw(7, 0.1));
});

test('about the share is drawn', () => {
  expect(draw(7, 0.1).length).toBeGreaterThan(150);
  expect(draw(7, 0.1).length).toBeLessThan(250);
});

test('a larger share has the mutants of a smaller one', () => {
  expect(draw(7, 0.3)).toEqual(expect.arrayContaining(draw(7, 0.1)));
});

test('a share of 1 draws every mutant, and of 0 none', () => {
  expect(draw(7, 1)).toHaveLength(NAMES.length);
  expect(draw(7, 0)).toEqual([]);
});
