import type { Ending } from './response-writer.ts';

const FILTERED: Ending = { status: 'incomplete', reason: 'content_filter' };
const TOO_LONG: Ending = { status: 'incomplete', reason: 'max_output_tokens' };
const COMPLETED: Ending = { status: 'completed' };

/**
 * The ending of an answer of Gemini for each finish reason.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#FinishReason and
 * https://ai.google.dev/api/generate-content#FinishReason
 */
const ENDINGS: ReadonlyMap<string, Ending> = new Map<string, Ending>([
  ['', COMPLETED],
  ['FINISH_REASON_UNSPECIFIED', COMPLETED],
  ['STOP', COMPLETED],
  ['MAX_TOKENS', TOO_LONG],
  ['CONTINUATION', TOO_LONG],
  ['SAFETY', FILTERED],
  ['RECITATION', FILTERED],
  ['LANGUAGE', FILTERED],
  ['BLOCKLIST', FILTERED],
  ['PROHIBITED_CONTENT', FILTERED],
  ['SPII', FILTERED],
  ['MODEL_ARMOR', FILTERED],
  ['JAILBREAK', FILTERED],
  ['IMAGE_SAFETY', FILTERED],
  ['IMAGE_PROHIBITED_CONTENT', FILTERED],
  ['IMAGE_RECITATION', FILTERED],
  [
    'MALFORMED_FUNCTION_CALL',
    failed('The model called a function in a form that cannot be read. Try again.'),
  ],
  ['UNEXPECTED_TOOL_CALL', failed('The model called a tool that the request does not have. Try again.')],
  ['TOO_MANY_TOOL_CALLS', failed('The model called too many tools in a row. Ask for less at once.')],
  [
    'MISSING_THOUGHT_SIGNATURE',
    failed('A thought signature is missing. Send all items of the conversation back as they came.'),
  ],
  ['MALFORMED_RESPONSE', failed('The answer of the model was malformed. Try again.')],
  ['NO_IMAGE', failed('The model made no image. Ask for one in the prompt, and try again.')],
  ['IMAGE_OTHER', failed('The model could not make the image. Change the prompt, and try again.')],
  ['OTHER', failed('The model stopped for a reason that Google does not tell. Try again.')],
]);

/** Returns how an answer with this finish reason ends. One that is not known here is a failure, which names it. */
export function endingOf(finishReason: string): Ending {
  const known = ENDINGS.get(finishReason);
  if (known) return known;
  // The reason comes from upstream, so only what has the form of one is repeated.
  const reason = /^[A-Z][A-Z_]{0,63}$/.test(finishReason)
    ? `for the reason ${finishReason}`
    : 'for an unknown reason';
  return failed(`The model stopped ${reason}. Try again.`);
}

function failed(message: string): Ending {
  return { status: 'failed', error: { code: 'server_error', message } };
}
