import { PolicyDocumentError } from './policy-document-error.ts';
import type { PolicyText } from './policy-element.ts';

/**
 * Puts named values in place of `{{name}}`. Source:
 * https://learn.microsoft.com/azure/api-management/api-management-howto-properties
 * @throws {PolicyDocumentError} for a name that has no value.
 */
export function replaceNamedValues(
  text: PolicyText,
  namedValues: ReadonlyMap<string, string>,
  element: string,
): PolicyText {
  if (!text.value.includes('{{')) return text;
  const value = text.value.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (_, name: string) => {
    const found = namedValues.get(name);
    if (found !== undefined) return found;
    const known = [...namedValues.keys()].join(', ') || 'none';
    throw new PolicyDocumentError(
      text.position,
      element,
      `uses the named value "${name}", which doesn't exist. Known: ${known}.`,
    );
  });
  return { ...text, value };
}
