import type { ReadHeader } from '../prediction/caller.ts';

/** The headers that may go to Google, with the form of their values. No other header of a caller does. */
const FORWARDED = {
  /** https://www.w3.org/TR/trace-context/#traceparent-header */
  traceparent: /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/,
  /** https://cloud.google.com/vertex-ai/generative-ai/docs/provisioned-throughput/use-provisioned-throughput */
  'x-vertex-ai-llm-request-type': /^(dedicated|shared)$/,
  /** https://docs.claude.com/en/api/beta-headers */
  'anthropic-beta': /^[\w.-]+(\s*,\s*[\w.-]+)*$/,
} as const;

/** Picks the named headers that the caller sent in the right form. */
export function forwardedHeaders(
  header: ReadHeader,
  names: readonly (keyof typeof FORWARDED)[],
): Record<string, string> {
  const forwarded: Record<string, string> = {};
  for (const name of names) {
    const value = header(name);
    if (value !== null && FORWARDED[name].test(value)) forwarded[name] = value;
  }
  return forwarded;
}
