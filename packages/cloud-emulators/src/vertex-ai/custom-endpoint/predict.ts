import { badRequest } from '../google-error.ts';
import { classify, type IrisModel } from './iris-classifier.ts';
import type { DeployedModel } from '../sample-endpoints.ts';

/** The answer of `predict`, as JSON. */
export interface PredictResponse extends DeployedModel {
  readonly predictions: readonly TabularClassification[];
}

/**
 * One prediction of a tabular classifier; `scores` are in the order of `classes`.
 * Source: `TabularClassificationPredictionResult` of google/cloud/aiplatform/v1/schema/predict/prediction
 */
interface TabularClassification {
  readonly classes: readonly string[];
  readonly scores: readonly number[];
}

/**
 * Classifies flowers.
 * @throws GoogleError INVALID_ARGUMENT that names the first wrong instance, never its value
 */
export function predict(
  model: IrisModel,
  deployedModel: DeployedModel,
  instances: readonly unknown[],
): PredictResponse {
  if (instances.length === 0) {
    throw badRequest([{ field: 'instances', description: 'The request must have at least one instance.' }]);
  }
  const predictions = instances.map((instance, index) => ({
    classes: model.classes,
    scores: classify(model, readFlower(model.features, instance, `instances[${index}]`)),
  }));
  return { predictions, ...deployedModel };
}

/**
 * Reads the features of an instance in the model's order.
 * @throws GoogleError INVALID_ARGUMENT that names the problem, never the value
 */
export function readFlower(features: readonly string[], instance: unknown, path: string): number[] {
  if (Array.isArray(instance)) {
    if (instance.length !== features.length) {
      throw wrong(path, `expected ${features.length} numbers (${features.join(', ')})`);
    }
    return instance.map((value, i) => readNumber(value, `${path}[${i}]`));
  }
  if (typeof instance !== 'object' || instance === null) {
    throw wrong(
      path,
      `expected a list of ${features.length} numbers or an object with ${features.join(', ')}`,
    );
  }
  const columns = new Map<string, unknown>(Object.entries(instance));
  const unknown = [...columns.keys()].find((name) => !features.includes(name));
  if (unknown !== undefined) throw wrong(path, `unexpected column "${unknown}"`);
  return features.map((feature) => {
    if (!columns.has(feature)) throw wrong(path, `missing required column "${feature}"`);
    return readNumber(columns.get(feature), `${path}.${feature}`);
  });
}

function readNumber(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrong(path, 'expected a number');
}

function wrong(field: string, description: string): Error {
  return badRequest([{ field, description: `Invalid value at '${field}': ${description}.` }]);
}
