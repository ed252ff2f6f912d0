import { GoogleError } from './google-error.ts';
import type { Json } from './read-message.ts';

const LEARN_MORE = 'Learn more: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini';

/** Makes an INVALID_ARGUMENT in the words of the Gemini models. */
export function unable(reason: string): GoogleError {
  return new GoogleError('INVALID_ARGUMENT', `Unable to submit request because ${reason} ${LEARN_MORE}`);
}

/** Makes the UNIMPLEMENTED for a feature that only the real service has. */
export function unsupported(what: string): GoogleError {
  return new GoogleError('UNIMPLEMENTED', `The Vertex AI emulator does not support ${what}.`);
}

/**
 * Refuses fields that only the real service has. A field with its type's default value is as good as unset; Google's
 * generated clients send such fields over REST. Source: https://protobuf.dev/programming-guides/json/#field-presence
 * @param prefix the message's path, ending with a dot; empty for the request itself
 * @throws GoogleError UNIMPLEMENTED
 */
export function refuseOthers(message: Json, supported: ReadonlySet<string>, prefix: string): void {
  const other = Object.keys(message).find((name) => !supported.has(name) && !isDefault(message[name]));
  if (other !== undefined) throw unsupported(`${prefix}${other}`);
}

function isDefault(value: unknown): boolean {
  return value === false || value === 0 || value === '' || (Array.isArray(value) && value.length === 0);
}
