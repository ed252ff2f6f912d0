import { ModelCall } from '../engine/model-call.ts';
import { compileMetric, DIMENSION_RULE } from './metric-dimensions.ts';
import type { PolicyDefinition } from './policy.ts';

/**
 * Total, prompt and completion tokens as metrics, when they are known: of a stream, at its end.
 * Source: https://learn.microsoft.com/azure/api-management/llm-emit-token-metric-policy
 */
export function defineTokenMetric(name: string): PolicyDefinition {
  return {
    name,
    sections: ['inbound'],
    attributes: { namespace: { literal: true } },
    children: { dimension: DIMENSION_RULE },
    required: ['dimension'],
    compile: (element, compiler) => {
      const emit = compileMetric(element, compiler);
      return (exchange) => {
        ModelCall.of(exchange).onUsage(({ prompt, completion, total }) => {
          emit(exchange, 'Total Tokens', total);
          emit(exchange, 'Prompt Tokens', prompt);
          emit(exchange, 'Completion Tokens', completion);
        });
        return undefined;
      };
    },
  };
}
