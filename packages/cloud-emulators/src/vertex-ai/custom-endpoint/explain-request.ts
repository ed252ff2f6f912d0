import { badRequest, GoogleError } from '../google-error.ts';
import type { IrisModel } from './iris-classifier.ts';
import type { Json } from '../read-message.ts';
import { unsupported } from '../refusals.ts';
import type { DeployedModel } from '../sample-endpoints.ts';

/** The explanation that a request asks for. */
export interface Explanation {
  /** The baseline: the values of the features that attributions are measured from. */
  readonly baseline: readonly number[];
  /** The outputs to explain: those with these indices, or the largest ones. */
  readonly outputs: { readonly indices: readonly number[] } | { readonly largest: number };
}

/**
 * Reads the explanation that an ExplainRequest asks for; the request has been read as a message.
 * @throws GoogleError NOT_FOUND for another deployed model, INVALID_ARGUMENT for an override that the model does not
 * accept, UNIMPLEMENTED for a feature that only the real service has
 */
export function readExplanation(iris: IrisModel, deployedModel: DeployedModel, message: Json): Explanation {
  const { deployedModelId = deployedModel.deployedModelId } = message;
  if (deployedModelId !== deployedModel.deployedModelId) {
    throw new GoogleError('NOT_FOUND', 'The endpoint has no such deployed model.');
  }
  if (message.concurrentExplanationSpecOverride !== undefined) {
    throw unsupported('concurrentExplanationSpecOverride');
  }
  const override = (message.explanationSpecOverride ?? {}) as Json;
  if (override.examplesOverride !== undefined) {
    throw wrong('examples_override', 'the model has no example-based explanations.');
  }
  return {
    baseline: readBaseline(iris, (override.metadata ?? {}) as Json),
    outputs: readOutputs(iris, (override.parameters ?? {}) as Json),
  };
}

function readBaseline(iris: IrisModel, metadata: Json): number[] {
  const inputs = (metadata.inputs ?? {}) as Record<string, Json>;
  const unknown = Object.keys(inputs).find((name) => !iris.features.includes(name));
  if (unknown !== undefined) {
    throw wrong('metadata.inputs', `the model has the inputs ${iris.features.join(', ')}.`);
  }
  return iris.features.map((feature, i) => {
    const [given, ...more] = (inputs[feature]?.inputBaselines ?? []) as unknown[];
    if (more.length > 0) throw unsupported('more than one baseline of an input');
    if (given === undefined) return iris.means[i] ?? 0;
    if (typeof given === 'number') return given;
    throw wrong(`metadata.inputs.${feature}.input_baselines[0]`, 'expected a number.');
  });
}

/**
 * Reads the outputs to explain.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/ExplanationSpec#ExplanationParameters
 */
function readOutputs(iris: IrisModel, parameters: Json): Explanation['outputs'] {
  for (const method of ['integratedGradientsAttribution', 'xraiAttribution', 'examples']) {
    if (parameters[method] !== undefined) {
      throw wrong('parameters', 'the model has sampled Shapley attributions only.');
    }
  }
  const { pathCount = 10 } = (parameters.sampledShapleyAttribution ?? {}) as Json;
  if (Number(pathCount) < 1 || Number(pathCount) > 50) {
    throw wrong('parameters.sampled_shapley_attribution.path_count', 'expected 1 to 50.');
  }
  const { topK, outputIndices } = parameters;
  if (outputIndices === undefined) {
    const largest = Number(topK ?? 1);
    if (largest !== -1 && largest < 1) throw wrong('parameters.top_k', 'expected -1 or a positive number.');
    return { largest: largest === -1 ? iris.classes.length : largest };
  }
  if (topK !== undefined) throw wrong('parameters', 'only one of top_k and output_indices may be given.');
  const indices = outputIndices as unknown[];
  const outputs = indices.map((index) => (typeof index === 'number' ? index : Number.NaN));
  if (outputs.some((index) => iris.classes[index] === undefined)) {
    throw wrong('parameters.output_indices', `expected indices from 0 to ${iris.classes.length - 1}.`);
  }
  return { indices: outputs };
}

function wrong(field: string, description: string): GoogleError {
  const path = `explanation_spec_override.${field}`;
  return badRequest([{ field: path, description: `Invalid value at '${path}': ${description}` }]);
}
