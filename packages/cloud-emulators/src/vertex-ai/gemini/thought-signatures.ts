import { createHash } from 'node:crypto';
import { GoogleError } from '../google-error.ts';
import type { Json } from '../read-message.ts';

/**
 * Values that callers without a signature may send instead, such as for calls that another model made.
 * Source: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thought-signatures
 */
const SKIPPING = new Set(['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go']);
/** The value with which a translation of another API skips the check. */
export const SKIPPED_SIGNATURE = 'skip_thought_signature_validator';

/**
 * Makes the signature of a text. It may come back with the text and is checked by nobody, as at Google.
 * Source: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thought-signatures
 */
export function textSignatureOf(text: string): string {
  return createHash('sha256').update(`thought signature of text ${text}`).digest('base64');
}

/** Makes the signature of a call of a function. The real ones are opaque; this one depends on the function's name. */
export function thoughtSignatureOf(functionName: string): string {
  return createHash('sha256').update(`thought signature of ${functionName}`).digest('base64');
}

/**
 * Checks the signatures of Gemini 3 as they come back: in the current turn, the first function call of each content of the
 * model must have its signature. The turn begins with the last content of the user that has anything but functions' results.
 * Source: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thought-signatures
 * @throws GoogleError INVALID_ARGUMENT for a missing signature and for one that no model made
 */
export function checkThoughtSignatures(model: string, contents: readonly Json[]): void {
  if (!model.startsWith('gemini-3')) return;
  const turn = contents.findLastIndex(
    ({ role, parts }) =>
      role === 'user' &&
      (parts as readonly Json[]).some(({ functionResponse }) => functionResponse === undefined),
  );
  contents.forEach(({ role, parts = [] }, index) => {
    if (index <= turn || role !== 'model') return;
    const first = (parts as readonly Json[]).find(({ functionCall }) => functionCall !== undefined);
    if (!first) return;
    const { functionCall, thoughtSignature } = first;
    const name = String((functionCall as Json).name);
    if (typeof thoughtSignature !== 'string' || thoughtSignature === '') {
      throw new GoogleError(
        'INVALID_ARGUMENT',
        `Unable to submit request because function call \`default_api:${name}\` in the ${index + 1}. content block is missing a \`thought_signature\`. Learn more: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thought-signatures`,
      );
    }
    if (!isSignature(thoughtSignature, name)) {
      throw new GoogleError('INVALID_ARGUMENT', 'Corrupted thought signature.');
    }
  });
}

/** Bytes may come in both alphabets of base64. */
function isSignature(signature: string, name: string): boolean {
  const bytes = (text: string) => Buffer.from(text, 'base64').toString('hex');
  return [...SKIPPING, thoughtSignatureOf(name)].some((one) => bytes(one) === bytes(signature));
}
