import { GoogleError } from './google-error.ts';
import type { Json } from './read-message.ts';

const LEARN_MORE = 'Learn more: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini';

/** INVALID_ARGUMENT as the Gemini models say it. */
export function unable(reason: string): GoogleError {
  return new GoogleError('INVALID_ARGUMENT', `Unable to submit request because ${reason} ${LEARN_MORE}`);
}

/** What only the real service has. */
export function unsupported(what: string): GoogleError {
  return new GoogleError('UNIMPLEMENTED', `The Vertex AI emulator does not support ${what}.`);
}

/**
 * Throws GoogleError UNIMPLEMENTED for a field that only the real service has.
 * @param prefix where the message is, ending with a dot; empty for the request itself
 */
export function refuseOthers(message: Json, supported: ReadonlySet<string>, prefix: string): void {
  const other = Object.keys(message).find((name) => !supported.has(name));
  if (other !== undefined) throw unsupported(`${prefix}${other}`);
}
