import fc from 'fast-check';
import { shapleyValues } from '../../src/vertex-ai/custom-endpoint/shapley.ts';

test('a linear model has the values of its terms', () => {
  const model = ([a = 0, b = 0, c = 0]: readonly number[]): number => 2 * a - b + 0 * c + 5;
  const values = shapleyValues(model, [3, 4, 5], [1, 1, 1]);
  expect(values.map((value) => Math.round(value * 1e9) / 1e9)).toEqual([4, -3, 0]);
});

test('two features share what they do together', () => {
  const product = ([a = 0, b = 0]: readonly number[]): number => a * b;
  expect(shapleyValues(product, [2, 3], [0, 0])).toEqual([3, 3]);
});

test('the values add up to what the model gives less what it gives for the baseline', () => {
  const model = (input: readonly number[]): number =>
    input.reduce((sum, value, i) => Math.tanh(sum * value) + value * i, 1);
  const features = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(features, features, (input, baseline) => {
      const sum = shapleyValues(model, input, baseline).reduce((total, value) => total + value, 0);
      expect(sum).toBeCloseTo(model(input) - model(baseline), 8);
    }),
  );
});
