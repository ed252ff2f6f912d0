import type { Framing } from '../framing.ts';
import { errorBody } from '../google-error.ts';
import { faultError } from '../grpc-fault.ts';

/**
 * Server-sent events as OpenAI writes them: chunks without names, and `[DONE]` at the end of a stream that succeeds.
 * Source: https://platform.openai.com/docs/api-reference/chat/streaming
 */
export const CHAT_SSE: Framing = {
  contentType: 'text/event-stream',
  frame: (chunk) => `data: ${JSON.stringify(chunk)}\n\n`,
  end: 'data: [DONE]\n\n',
  failure: (fault) => CHAT_SSE.frame(fault.body ?? errorBody(faultError(fault)), 0),
};
