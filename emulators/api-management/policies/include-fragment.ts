import { PolicyDocumentError } from '../documents/policy-document-error.ts';
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
    if (place.fragments.includes(id))
      throw new PolicyDocumentError(element.position, element.name, `The fragment "${id}" includes itself.`);
    const inside = new PolicyCompiler(setting, { ...place, fragments: [...place.fragments, id] });
    const steps = inside.compilePolicies(fragment.children);
    return (exchange) => runSteps(steps, exchange);
  },
};
