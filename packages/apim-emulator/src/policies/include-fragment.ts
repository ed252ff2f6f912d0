import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import { compileFragment } from '../engine/compile-fragment.ts';
import { runSteps } from '../engine/policy-step.ts';
import { SECTIONS } from './policy.ts';
import type { PolicyDefinition } from './policy.ts';

/** https://learn.microsoft.com/azure/api-management/include-fragment-policy */
export const includeFragment: PolicyDefinition = {
  name: 'include-fragment',
  sections: SECTIONS,
  attributes: { 'fragment-id': { required: true, literal: true } },
  compile: (element, compiler) => {
    const id = compiler.literal(element, 'fragment-id') ?? '';
    const { setting, place } = compiler;
    // https://learn.microsoft.com/azure/api-management/policy-fragments
    if (place.fragment !== undefined)
      throw new PolicyDocumentError(element.position, element.name, 'A fragment may not include another.');
    if (!setting.fragments.has(id)) {
      const known = [...setting.fragments.keys()].join(', ') || 'none';
      throw new PolicyDocumentError(
        element.position,
        element.name,
        `There is no fragment "${id}"; known: ${known}.`,
      );
    }
    const steps = compileFragment(id, setting, place);
    return {
      run: (exchange) => runSteps(steps, exchange),
      preflights: steps.flatMap(({ preflights = [] }) => preflights),
    };
  },
};
