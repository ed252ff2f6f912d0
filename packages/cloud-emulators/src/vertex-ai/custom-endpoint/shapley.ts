/** Takes an input and gives an output of a model. */
export type ModelFunction = (input: readonly number[]) => number;

/**
 * The exact Shapley values of an input's features: how much each moves the output from where the baseline has it. They
 * add up to the output for the input less the output for the baseline. Takes 2^n calls of the model for n features.
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

/** The share of the orders of all features in which those of a coalition come first, and then this one. */
function weight(size: number, count: number): number {
  return (factorial(size) * factorial(count - size - 1)) / factorial(count);
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
