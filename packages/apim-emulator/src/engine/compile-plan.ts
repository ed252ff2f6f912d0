import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import { SECTIONS } from '../policies/policy.ts';
import type { Scope, Section } from '../policies/policy.ts';
import { checkElement } from './check-element.ts';
import { PolicyCompiler } from './policy-compiler.ts';
import type { CompilerSetting, Place } from './policy-compiler.ts';
import type { PolicyStep } from './policy-step.ts';
import { parametersOf } from './template-parameters.ts';
import type { TemplatedOperation } from './template-parameters.ts';

/** The policies of one operation and product, with the sections of all scopes joined. */
export type Plan = Readonly<Record<Section, readonly PolicyStep[]>>;

/** A scope's document, compiled but not yet joined with its parent's: `base` stands where the parent goes. */
export type ScopePlan = Readonly<Record<Section, readonly (PolicyStep | typeof BASE)[]>>;

const BASE = Symbol('base');

/** The plan of a scope without a document, which inherits everything. */
const INHERIT: ScopePlan = { inbound: [BASE], backend: [BASE], outbound: [BASE], 'on-error': [BASE] };

/**
 * Compiles one scope's document, which is for these operations; a section that isn't there inherits nothing.
 * Source: https://learn.microsoft.com/azure/api-management/set-edit-policies#use-base-element-to-set-policy-evaluation-order
 * @throws {PolicyDocumentError}
 */
export function compileScope(
  root: PolicyElement | undefined,
  scope: Scope,
  operations: readonly TemplatedOperation[],
  setting: CompilerSetting,
): ScopePlan {
  if (!root) return INHERIT;
  const plan: Record<Section, readonly (PolicyStep | typeof BASE)[]> = {
    inbound: [],
    backend: [],
    outbound: [],
    'on-error': [],
  };
  const seen = new Set<string>();
  const templateParameters = parametersOf(operations);
  checkContainer(root, setting);
  for (const element of root.children) {
    const section = SECTIONS.find((name) => name === element.name);
    if (!section || seen.has(element.name)) {
      const problem = seen.has(element.name)
        ? 'occurs twice.'
        : `isn't a section; sections: ${SECTIONS.join(', ')}.`;
      setting.refuse(new PolicyDocumentError(element.position, element.name, problem));
      continue;
    }
    seen.add(element.name);
    checkContainer(element, setting);
    plan[section] = compileSection(element, { scope, section, templateParameters }, setting);
  }
  return plan;
}

/** Joins scopes, the widest first, into what runs. */
export function joinScopes(scopes: readonly ScopePlan[]): Plan {
  const join = (section: Section): readonly PolicyStep[] =>
    scopes.reduce<readonly PolicyStep[]>(
      (parent, scope) => scope[section].flatMap((step) => (step === BASE ? parent : [step])),
      [],
    );
  return {
    inbound: join('inbound'),
    backend: join('backend'),
    outbound: join('outbound'),
    'on-error': join('on-error'),
  };
}

/** Checks that an element that holds policies, or their sections, has neither attributes nor text. */
function checkContainer(element: PolicyElement, setting: CompilerSetting): void {
  try {
    checkElement(element, { holds: 'policies' }, false, setting.namedValues);
  } catch (error) {
    if (!(error instanceof PolicyDocumentError)) throw error;
    setting.refuse(error);
  }
}

function compileSection(
  element: PolicyElement,
  place: Pick<Place, 'scope' | 'section' | 'templateParameters'>,
  setting: CompilerSetting,
): (PolicyStep | typeof BASE)[] {
  const bases = element.children.filter(({ name }) => name === 'base');
  const [first, second] = bases;
  if (first && place.scope === 'global')
    setting.refuse(
      new PolicyDocumentError(
        first.position,
        'base',
        "isn't allowed in the global scope, which has no parent.",
      ),
    );
  if (first) checkContainer(first, setting);
  if (second) setting.refuse(new PolicyDocumentError(second.position, 'base', 'occurs twice.'));
  const policies = element.children.filter(({ name }) => name !== 'base');
  const steps = new PolicyCompiler(setting, {
    ...place,
    path: '',
    fragment: undefined,
    seenOnce: new Set(),
  }).compilePolicies(policies);
  const at = first ? element.children.indexOf(first) : -1;
  return at < 0 ? steps : [...steps.slice(0, at), BASE, ...steps.slice(at)];
}
