const LONGEST = 200;

/**
 * Gives a value of another system as a report may show it: printable ASCII in one line, 200 characters at most. A text
 * that looks like a token or holds anything else is left out.
 */
export function safeText(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string' || value.length > LONGEST) return '(not shown)';
  const isPlain = /^[\w .,:;/@()'&*+=[\]-]*$/.test(value);
  return isPlain && !/eyJ[\w-]{10,}|ya29\.|Bearer /i.test(value) ? value : '(not shown)';
}

/** Gives an error code of a service: letters, digits and underscores alone. `unknown` for any other text. */
export function safeCode(value: unknown): string {
  return typeof value === 'string' && /^\w{1,60}$/.test(value) ? value : 'unknown';
}
