import type { Exchange } from '../engine/exchange.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';
import type { PolicyValue } from '../engine/policy-value.ts';
import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import { compileMetric, DIMENSION_RULE } from './metric-dimensions.ts';
import { SECTIONS } from './policy.ts';
import type { PolicyDefinition } from './policy.ts';

/** https://learn.microsoft.com/azure/api-management/emit-metric-policy */
export const emitMetric: PolicyDefinition = {
  name: 'emit-metric',
  sections: SECTIONS,
  attributes: {
    name: { required: true, literal: true },
    namespace: { literal: true },
    value: {},
  },
  children: { dimension: DIMENSION_RULE },
  required: ['dimension'],
  compile: (element, compiler) => {
    const name = compiler.literal(element, 'name') ?? '';
    const value = compiler.value(element, 'value');
    if (value?.literal !== undefined && !isNumber(value.literal)) {
      const position = element.attributes.get('value')?.position ?? element.position;
      throw new PolicyDocumentError(position, element.name, '"value" is a number.');
    }
    const emit = compileMetric(element, compiler);
    return (exchange) => {
      emit(exchange, name, value ? readNumber(value, exchange) : 1);
      return undefined;
    };
  },
};

function readNumber(value: PolicyValue, exchange: Exchange): number {
  const text = value.text(exchange);
  if (isNumber(text)) return Number(text);
  throw new PolicyFailure({
    reason: 'InternalError',
    message: 'The value of a metric is not a number.',
    status: 500,
  });
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}
