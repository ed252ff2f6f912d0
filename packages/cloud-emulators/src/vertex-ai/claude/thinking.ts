import { createHash } from 'node:crypto';

/** Makes the signature of a thinking block, which proves to a later call that the block is unchanged. */
export function signThinking(thinking: string): string {
  return createHash('sha256').update('claude-thinking').update(thinking).digest('base64');
}

/** True for a thinking block with a signature of this emulator. */
export function isSigned({ thinking, signature }: { thinking: string; signature: string }): boolean {
  return signature === signThinking(thinking);
}
