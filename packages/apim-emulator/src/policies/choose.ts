import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import { ExpressionEvaluationError } from '@vertex-ai-gateway/csharp-expressions/compile';
import { PolicyFailure } from '../engine/policy-failure.ts';
import { runSteps } from '../engine/policy-step.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { PolicyValue } from '../engine/policy-value.ts';
import { SECTIONS } from './policy.ts';
import type { PolicyDefinition } from './policy.ts';

/**
 * Branches may be empty, as `<otherwise />` is in examples of the documentation.
 * Source: https://learn.microsoft.com/azure/api-management/choose-policy
 */
export const choose: PolicyDefinition = {
  name: 'choose',
  sections: SECTIONS,
  children: {
    when: { attributes: { condition: { required: true } }, holds: 'policies' },
    otherwise: { holds: 'policies' },
  },
  required: ['when'],
  compile: (element, compiler) => {
    const otherwise = element.children.findIndex(({ name }) => name === 'otherwise');
    if (otherwise >= 0 && otherwise !== element.children.length - 1)
      throw new PolicyDocumentError(element.position, element.name, '<otherwise> comes last, and once.');
    const branches = element.children.map((branch) => {
      const steps = compiler.compileNested(branch, element.children);
      const condition = compiler.condition(branch, 'condition');
      const { scope, section, fragment } = compiler.place;
      const path = compiler.nestedPath(branch, element.children);
      const location = { source: element.name, scope, section, path, policyId: '' };
      const place = { ...location, source: branch.name, fragment, position: branch.position };
      return { condition, steps, location, place };
    });
    return (exchange) => {
      for (const { condition, steps, location, place } of branches) {
        try {
          const isTaken = !condition || holds(condition, exchange);
          exchange.journey?.branch(place, isTaken);
          if (!isTaken) continue;
        } catch (error) {
          throw error instanceof ExpressionEvaluationError ? PolicyFailure.of(error, location) : error;
        }
        return runSteps(steps, exchange);
      }
      return undefined;
    };
  },
};

function holds(condition: PolicyValue, exchange: Exchange): boolean {
  const value = condition.evaluate(exchange);
  if (typeof value === 'boolean') return value;
  const text = String(value).toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  throw new ExpressionEvaluationError('FormatException', 'The condition is not a Boolean.');
}
