import { type Explanation, readExplanation } from './explain-request.ts';
import { shapleyValues } from './shapley.ts';
import { classify, type IrisModel } from './iris-classifier.ts';
import { predict, readFlower } from './predict.ts';
import { readMessage } from '../read-message.ts';
import { parseBody } from '../request-body.ts';
import type { RestOperation } from '../rest-operation.ts';
import { findEndpoint } from '../sample-resources.ts';

/** The share of each feature in one output of an instance, as JSON. */
interface Attribution {
  readonly baselineOutputValue: number;
  readonly instanceOutputValue: number;
  readonly featureAttributions: Readonly<Record<string, number>>;
  readonly outputIndex: readonly number[];
  readonly outputDisplayName: string | undefined;
  readonly outputName: 'scores';
}

/**
 * The operation `explain` of an endpoint.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/explain
 */
export const explainOnEndpoint: RestOperation = {
  httpMethod: 'POST',
  paths: ['projects/{project}/locations/{location}/endpoints/{endpoint}:explain'],
  method: 'PredictionService.Explain',
  serve: ({ served: { iris, protos }, route, body }) => {
    const deployedModel = findEndpoint(route.name);
    const message = readMessage(protos.message(route.version, 'ExplainRequest'), parseBody(body));
    const explanation = readExplanation(iris, deployedModel, message);
    const instances = (message.instances ?? []) as readonly unknown[];
    const { predictions, deployedModelId } = predict(iris, deployedModel, instances);
    const explanations = instances.map((instance, i) => {
      const flower = readFlower(iris.features, instance, `instances[${i}]`);
      return { attributions: attribute(iris, flower, explanation) };
    });
    return { json: { explanations, deployedModelId, predictions } };
  },
};

function attribute(
  iris: IrisModel,
  flower: readonly number[],
  { baseline, outputs }: Explanation,
): Attribution[] {
  const scores = classify(iris, flower);
  const baselineScores = classify(iris, baseline);
  const byScore = scores.map((_score, k) => k).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const explained = 'indices' in outputs ? outputs.indices : byScore.slice(0, outputs.largest);
  return explained.map((k) => {
    const values = shapleyValues((input) => classify(iris, input)[k] ?? 0, flower, baseline);
    return {
      baselineOutputValue: baselineScores[k] ?? 0,
      instanceOutputValue: scores[k] ?? 0,
      featureAttributions: Object.fromEntries(iris.features.map((name, i) => [name, values[i] ?? 0])),
      outputIndex: [k],
      outputDisplayName: iris.classes[k],
      outputName: 'scores',
    };
  });
}
