const NAMED_VALUE = /^\{\{[\w-]+\}\}$/;
/** Characters without a meaning in C#, XML, policy expressions and named values. */
const PLAIN = /^[\w .,:;/+=()[\]*!?#%$~|^-]$/;

/** Writes the comment at the head of a generated policy document: its source, and notes for readers. */
export function writeHeader(source: string, ...notes: readonly string[]): string {
  const lines = [`Generated from ${source} by npm run policy:build; do not edit.`, ...notes];
  return `<!--\n${lines.map((line) => `  ${line}\n`).join('')}-->\n`;
}

/**
 * Writes a C# string literal that is safe in any attribute or text of a policy document. A text that is a named value
 * stays one, for API Management to replace.
 */
export function quote(text: string): string {
  if (NAMED_VALUE.test(text)) return `"${text}"`;
  const units = Array.from({ length: text.length }, (_, index) => text.charAt(index));
  return `"${units.map((unit) => (PLAIN.test(unit) ? unit : escapeUnit(unit))).join('')}"`;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Escapes a literal for an attribute or a text. @throws Error for one that API Management would take for an expression. */
export function escapeLiteral(text: string): string {
  if (/@[({]/.test(text)) throw new Error(`"${text}" would be a policy expression.`);
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}

/** Indents every line but empty ones. */
export function indent(text: string, columns: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(columns));
}
