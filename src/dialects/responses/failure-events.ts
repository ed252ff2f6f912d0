import type { GatewayError } from '../../errors/gateway-error.ts';
import { describeOpenAiError } from '../openai-errors.ts';

/** The description of a response by its members. */
type Response = Readonly<Record<string, unknown>>;

/** Writes one event of the Responses API. Its data has the type and the number of the event. */
export function writeEvent(type: string, sequenceNumber: number, members: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequenceNumber, ...members })}\n\n`;
}

/**
 * Writes the events with which a stream breaks. OpenAI's own clients throw at the first, and Codex reads the second.
 * https://platform.openai.com/docs/api-reference/responses-streaming/error,
 * https://github.com/openai/codex/blob/main/codex-rs/codex-api/src/sse/responses.rs
 * @param sequenceNumber the number of the first of the two.
 * @param response the response so far; its error is added.
 */
export function writeFailure(error: GatewayError, sequenceNumber: number, response: Response): string {
  const { message, param, code } = describeOpenAiError(error);
  const failed = { ...response, status: 'failed', error: { code: codeOf(error), message } };
  return (
    writeEvent('error', sequenceNumber, { code, message, param }) +
    writeEvent('response.failed', sequenceNumber + 1, { response: failed })
  );
}

/** The code of a broken response. OpenAI has few; clients decide by them whether they try again. */
function codeOf({ facts: { status } }: GatewayError): string {
  if (status === 429) return 'rate_limit_exceeded';
  return status < 500 ? 'invalid_prompt' : 'server_error';
}
