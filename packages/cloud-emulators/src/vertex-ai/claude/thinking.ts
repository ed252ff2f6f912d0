import { createHash } from 'node:crypto';

/** The signature of a thinking block, by which a later call shows that it is unchanged. */
export function signThinking(thinking: string): string {
  return createHash('sha256').update('claude-thinking').update(thinking).digest('base64');
}

export function isSigned({ thinking, signature }: { thinking: string; signature: string }): boolean {
  return signature === signThinking(thinking);
}
