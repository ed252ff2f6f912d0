import type { TokenCredential } from '@azure/identity';
import { keepTokens } from './keep-tokens.ts';
import { limitCredential } from './limit-credential.ts';
import { inTheBackground } from '../time/schedule.ts';

/** The identity endpoint is on the same machine, and answers at once or not at all. */
const TOKEN_TIMEOUT_IN_MS = 2_000;
const ASK_AGAIN_AFTER_IN_MS = 500;

/**
 * The credential for all SDKs of Azure that the function app uses. A token is waited for at most two seconds, and is
 * asked for again each half second of them. A failure reaches only the caller that asked for the token, and no
 * background task.
 */
export function auditCredential(credential: TokenCredential): TokenCredential {
  const limited = limitCredential(credential, {
    schedule: inTheBackground,
    timeoutInMs: TOKEN_TIMEOUT_IN_MS,
    askAgainAfterInMs: ASK_AGAIN_AFTER_IN_MS,
  });
  return keepTokens(limited, Date.now);
}
