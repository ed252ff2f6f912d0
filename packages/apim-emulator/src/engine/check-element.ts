import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import { replaceNamedValues } from '../documents/replace-named-values.ts';
import { startsExpression } from '../documents/scan-expression.ts';
import type { AttributeRule, ElementRule } from '../policies/policy.ts';

/**
 * Holds an element and all within it against its rule, named values in place; nested policies are left to their own.
 * @throws {PolicyDocumentError} that says what is allowed.
 */
export function checkElement(
  element: PolicyElement,
  rule: ElementRule,
  isPolicy: boolean,
  namedValues: ReadonlyMap<string, string>,
): void {
  checkAttributes(
    element,
    isPolicy ? { ...rule.attributes, id: { literal: true } } : (rule.attributes ?? {}),
    namedValues,
  );
  if (rule.holds !== 'text' && element.text.value.trim() !== '')
    throw new PolicyDocumentError(element.text.position, element.name, 'takes no text.');
  if (rule.holds === 'policies') return;
  for (const child of element.children) {
    const childRule = rule.children?.[child.name];
    if (!childRule)
      fail(child, `isn't supported within <${element.name}>; allowed: ${list(rule.children ?? {})}.`);
    checkElement(child, childRule, false, namedValues);
  }
  for (const name of rule.required ?? []) {
    if (!element.children.some((child) => child.name === name)) fail(element, `needs a child <${name}>.`);
  }
}

function checkAttributes(
  element: PolicyElement,
  rules: Readonly<Record<string, AttributeRule>>,
  namedValues: ReadonlyMap<string, string>,
): void {
  for (const [name, text] of element.attributes) {
    const { position } = text;
    const rule = rules[name];
    if (!rule) {
      const problem = `The attribute "${name}" isn't supported; allowed: ${list(rules)}.`;
      throw new PolicyDocumentError(position, element.name, problem);
    }
    const { value } = replaceNamedValues(text, namedValues, element.name);
    const isExpression = startsExpression(value.trim(), 0);
    if (isExpression && rule.literal)
      throw new PolicyDocumentError(
        position,
        element.name,
        `Policy expressions aren't allowed in "${name}".`,
      );
    if (!isExpression && rule.oneOf && !rule.oneOf.includes(value))
      throw new PolicyDocumentError(position, element.name, `"${name}" is one of ${rule.oneOf.join(', ')}.`);
  }
  for (const [name, rule] of Object.entries(rules)) {
    if (rule.required && !element.attributes.has(name)) fail(element, `needs the attribute "${name}".`);
  }
}

function list(rules: object): string {
  return Object.keys(rules).join(', ') || 'none';
}

function fail(element: PolicyElement, problem: string): never {
  throw new PolicyDocumentError(element.position, element.name, problem);
}
