import type { PolicyElement } from '../documents/policy-element.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import type { Action, CompiledPolicy } from '../engine/policy-step.ts';

/** A section of a policy document. */
export type Section = 'inbound' | 'backend' | 'outbound' | 'on-error';

/** The sections of a policy document. */
export const SECTIONS: readonly Section[] = ['inbound', 'backend', 'outbound', 'on-error'];

/** The scope of the document that a policy stands in. */
export type Scope = 'global' | 'product' | 'api' | 'operation';

/** The scopes of policies, from the outermost to the innermost. */
export const SCOPES: readonly Scope[] = ['global', 'product', 'api', 'operation'];

/**
 * The tiers of the product whose managed gateways run policies alike: Developer, Basic, Standard and Premium, or their
 * successors.
 * Source: https://learn.microsoft.com/azure/api-management/api-management-gateways-overview
 */
export type Tier = 'classic' | 'v2';

/** The tiers of API Management, as far as their policies differ. */
export const TIERS: readonly Tier[] = ['classic', 'v2'];

/** The rule for the value of an attribute. */
export interface AttributeRule {
  readonly required?: true;
  /** True when policy expressions are not allowed. */
  readonly literal?: true;
  /** The literals that are allowed; an expression is too, unless `literal` says otherwise. */
  readonly oneOf?: readonly string[];
}

/** The rule for the content of an element: its attributes, and its children, text or policies. */
export interface ElementRule {
  readonly attributes?: Readonly<Record<string, AttributeRule>>;
  readonly children?: Readonly<Record<string, ElementRule>>;
  /** The children that must be there. */
  readonly required?: readonly string[];
  readonly holds?: 'text' | 'policies';
}

/** One policy: what it may look like, and what it does. */
export interface PolicyDefinition extends ElementRule {
  readonly name: string;
  readonly sections: readonly Section[];
  /** The scopes that it may stand in; all of them when left out. */
  readonly scopes?: readonly Scope[];
  /** True when it may stand only once in a section, fragments included. */
  readonly once?: true;
  /** True when it may not stand in a fragment. */
  readonly notInFragments?: true;
  /** The tiers whose gateways have it; all of them when left out. */
  readonly tiers?: readonly Tier[];
  /** Turns an element that satisfies the rule into its action. */
  readonly compile: (element: PolicyElement, compiler: PolicyCompiler) => Action | CompiledPolicy;
}
