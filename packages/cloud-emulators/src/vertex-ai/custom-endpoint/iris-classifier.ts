import { readFileSync } from 'node:fs';

/** A multinomial logistic regression on standardised features, as `scripts/train-iris.ts` writes it. */
export interface IrisModel {
  readonly classes: readonly string[];
  readonly features: readonly string[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  /** One row per class, one column per feature. */
  readonly coefficients: readonly (readonly number[])[];
  readonly intercepts: readonly number[];
  readonly trainingAccuracy: number;
}

/** Loads the committed model. */
export function loadIrisModel(): IrisModel {
  return JSON.parse(readFileSync(new URL('./iris-model.json', import.meta.url), 'utf8')) as IrisModel;
}

/** Gives the probability of each class, in the order of the model's classes; they add up to 1. */
export function classify(model: IrisModel, flower: readonly number[]): number[] {
  const standardised = flower.map((value, i) => (value - (model.means[i] ?? 0)) / (model.deviations[i] ?? 1));
  const logits = model.coefficients.map((row, k) =>
    row.reduce((sum, weight, i) => sum + weight * (standardised[i] ?? 0), model.intercepts[k] ?? 0),
  );
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}
