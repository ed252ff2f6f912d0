import { SECTIONS } from './policy.ts';
import type { PolicyDefinition } from './policy.ts';

/** https://learn.microsoft.com/azure/api-management/set-variable-policy */
export const setVariable: PolicyDefinition = {
  name: 'set-variable',
  sections: SECTIONS,
  attributes: { name: { required: true, literal: true }, value: { required: true } },
  compile: (element, compiler) => {
    const name = compiler.literal(element, 'name') ?? '';
    const value = compiler.requiredValue(element, 'value');
    return (exchange) => {
      exchange.variables.set(name, value.evaluate(exchange));
      return undefined;
    };
  },
};
