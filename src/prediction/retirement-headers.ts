import type { RetirementNotice } from '../governance/retirement.ts';

/**
 * Writes the headers that tell a client of the end of its model: since when the model is deprecated (RFC 9745), the instant
 * from which calls are refused (RFC 8594), the vendor's page, and the same in plain English.
 * RFC 9111 has made `Warning` obsolete, so the sentence has a header of the gateway's own.
 */
export function writeRetirementHeaders({ retirement, sentence }: RetirementNotice): Record<string, string> {
  const { noticeFrom, end, source } = retirement;
  return {
    deprecation: `@${noticeFrom / 1000}`,
    sunset: new Date(end).toUTCString(),
    link: `<${source}>; rel="deprecation sunset"`,
    'x-gateway-notice': sentence,
  };
}
