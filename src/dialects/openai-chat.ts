import { readJson } from '../json/read-json.ts';
import type { DialectRequest } from '../prediction/dialect.ts';
import type { Prediction } from '../prediction/prediction.ts';
import { readChatCompletion } from './chat-completions.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { readOpenAiTarget } from './openai-target.ts';
import { CHAT_REQUEST } from './reach/chat-messages.ts';
import { readReach } from './reach/read-reach.ts';
import { readCapacity, readOpenAiTier } from './service-tier.ts';
import { validateBody } from './validate-body.ts';
import { ChatCompletionsBody } from './vertex-bodies.ts';

/**
 * The `model` that a custom container is sent. The container doesn't know the catalog's name; an empty name selects its
 * only model, as in https://github.com/GoogleCloudPlatform/vertex-ai-samples/tree/main/notebooks/community/model_garden
 */
const ONLY_MODEL = '';

/** Reads a chat completion; Vertex AI serves it in OpenAI's own format. @throws GatewayError INVALID_JSON, INVALID_REQUEST. */
export async function readOpenAiChat({ body, header }: DialectRequest): Promise<Prediction> {
  const read = await readJson(body);
  const reaching = await readReach(CHAT_REQUEST, read);
  const asked = await validateBody(ChatCompletionsBody, reaching.json);
  const capacity = readCapacity(header, readOpenAiTier(reaching.json));
  const headers = { ...forwardedHeaders(header, ['traceparent']), ...capacity.headers };
  return {
    ...readOpenAiTarget(asked.model, 'chatCompletions'),
    ...capacity.target,
    payload: readChatCompletion('v1', reaching, asked, { ...capacity, headers }, ONLY_MODEL),
    check: reaching.check,
    body: read,
  };
}
