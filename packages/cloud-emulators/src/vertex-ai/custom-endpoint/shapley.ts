/** A model with one output. */
export type ModelFunction = (input: readonly number[]) => number;

/**
 * Computes the exact Shapley values of an input's features: how much each moves the output away from the baseline's.
 * They add up to the output for the input less the output for the baseline. It calls the model 2^n times for n
 * features.
 * Source: https://cloud.google.com/vertex-ai/docs/explainable-ai/overview#sampled_shapley_method, without sampling
 */
export function shapleyValues(
  model: ModelFunction,
  input: readonly number[],
  baseline: readonly number[],
): number[] {
  const count = input.length;
  const outputs = Array.from({ length: 2 ** count }, (_output, coalition) =>
    model(input.map((value, i) => (has(coalition, i) ? value : (baseline[i] ?? 0)))),
  );
  return input.map((_value, i) =>
    outputs.reduce((sum, output, coalition) => {
      if (has(coalition, i)) return sum;
      const gain = (outputs[coalition | (1 << i)] ?? 0) - output;
      return sum + weight(sizeOf(coalition), count) * gain;
    }, 0),
  );
}

function has(coalition: number, feature: number): boolean {
  return (coalition & (1 << feature)) !== 0;
}

function sizeOf(coalition: number): number {
  return coalition.toString(2).replaceAll('0', '').length;
}

/** Computes the share of all orders of the features in which a coalition comes first and the feature next. */
function weight(size: number, count: number): number {
  return (factorial(size) * factorial(count - size - 1)) / factorial(count);
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
