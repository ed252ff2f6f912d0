import type { ReadHeader } from '../prediction/caller.ts';

/** The headers that may go to Google, with the form of their values. No other header of a caller does. */
const FORWARDED = {
  /** https://www.w3.org/TR/trace-context/#traceparent-header */
  traceparent: /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/,
  /** https://docs.claude.com/en/api/beta-headers */
  'anthropic-beta': /^[\w.-]+(,[\w.-]+)*$/,
} as const;

/** Picks the named headers that the caller sent in the right form. Empty members of a list don't go on. */
export function forwardedHeaders(
  header: ReadHeader,
  names: readonly (keyof typeof FORWARDED)[],
): Record<string, string> {
  const forwarded: Record<string, string> = {};
  for (const name of names) {
    const value = listMembers(header(name)).join(',');
    if (FORWARDED[name].test(value)) forwarded[name] = value;
  }
  return forwarded;
}

/** Returns the members of a list in a header, without empty ones: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1 */
export function listMembers(value: string | null): string[] {
  return (value ?? '')
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
}
