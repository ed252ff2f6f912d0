/** The filters that a template can have, by their names in answers. */
export const FILTERS = ['pi_and_jailbreak', 'malicious_uris', 'sdp', 'rai', 'csam'] as const;
export type Filter = (typeof FILTERS)[number];

/** The emulated filters know what they look for by these words. The real ones are models and lists. */
const PATTERNS: Readonly<Partial<Record<Filter, RegExp>>> = {
  pi_and_jailbreak:
    /\bignore (?:all |any )?(?:the )?(?:previous|prior|above) instructions\b|\bdo anything now\b/i,
  // Source: https://testsafebrowsing.appspot.com
  malicious_uris: /testsafebrowsing\.appspot\.com/i,
  // The basic configuration looks for credit cards, among others:
  // https://cloud.google.com/security-command-center/docs/sanitize-prompts-responses
  sdp: /\b4111[ -]?1111[ -]?1111[ -]?1111\b/,
};

/** Returns true when a filter matches a text. */
export function matches(filter: Filter, text: string): boolean {
  return PATTERNS[filter]?.test(text) ?? false;
}
