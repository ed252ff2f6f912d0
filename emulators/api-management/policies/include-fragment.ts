import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import { checkElement } from '../engine/check-element.ts';
import { PolicyCompiler } from '../engine/policy-compiler.ts';
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
    const fragment = setting.fragments.get(id);
    if (!fragment) {
      const known = [...setting.fragments.keys()].join(', ') || 'none';
      throw new PolicyDocumentError(
        element.position,
        element.name,
        `There is no fragment "${id}"; known: ${known}.`,
      );
    }
    // https://learn.microsoft.com/azure/api-management/policy-fragments
    if (place.fragment !== undefined)
      throw new PolicyDocumentError(element.position, element.name, 'A fragment may not include another.');
    checkElement(fragment, { holds: 'policies' }, false);
    const inside = new PolicyCompiler(setting, { ...place, fragment: id });
    const steps = inside.compilePolicies(fragment.children);
    return {
      run: (exchange) => runSteps(steps, exchange),
      preflights: steps.flatMap(({ preflights = [] }) => preflights),
    };
  },
};
