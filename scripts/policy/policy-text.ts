const NAMED_VALUE = /^\{\{[\w-]+\}\}$/;
/** What neither C#, nor XML, nor the scanner for expressions and named values gives a meaning to. */
const PLAIN = /^[\w .,:;/+=()[\]*!?#%$~|^-]$/;

/** The comment that heads a generated policy document: its source, and what is to be known of it. */
export function writeHeader(source: string, ...notes: readonly string[]): string {
  const lines = [`Generated from ${source} by npm run policy:build; do not edit.`, ...notes];
  return `<!--\n${lines.map((line) => `  ${line}\n`).join('')}-->\n`;
}

/**
 * A C# string literal that is safe in any attribute or text of a policy document: everything with a meaning of its own
 * is escaped. A text that is a named value stays one, for API Management to replace.
 */
export function quote(text: string): string {
  if (NAMED_VALUE.test(text)) return `"${text}"`;
  const units = Array.from({ length: text.length }, (_, index) => text.charAt(index));
  return `"${units.map((unit) => (PLAIN.test(unit) ? unit : escapeUnit(unit))).join('')}"`;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A literal in an attribute or text. @throws Error for one that API Management would take for an expression. */
export function escapeLiteral(text: string): string {
  if (/@[({]/.test(text)) throw new Error(`"${text}" would be a policy expression.`);
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}

/** Shifts every line but empty ones to the right. */
export function indent(text: string, columns: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(columns));
}
