import { badRequest } from './google-error.ts';

/**
 * The form of a label's key.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/add-labels-to-api-calls
 */
const LABEL_KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;
const MAXIMUM_LABELS = 64;

/** Checks labels. @throws GoogleError INVALID_ARGUMENT for labels that Google Cloud does not accept. */
export function checkLabels(labels: Readonly<Record<string, string>>): void {
  const entries = Object.entries(labels);
  const wrong = entries.some(([key, value]) => !LABEL_KEY.test(key) || !LABEL_VALUE.test(value));
  if (!wrong && entries.length <= MAXIMUM_LABELS) return;
  const description = wrong
    ? 'Labels can have lowercase letters, digits, underscores and dashes, at most 63 of them; a key starts with a letter.'
    : `There can be at most ${MAXIMUM_LABELS} labels.`;
  throw badRequest([{ field: 'labels', description }]);
}
