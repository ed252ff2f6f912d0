import type { DialectRequest } from '../prediction/interfaces.ts';
import type { BytesPayload, Prediction } from '../prediction/prediction.ts';
import { readChatCompletion } from './chat-completions.ts';
import { editJson } from './edit-json.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { readOpenAiTarget } from './openai-target.ts';
import { readJson } from './read-json.ts';
import { ChatCompletionsBody, validateBody } from './vertex-bodies.ts';

/** A chat completion, which Vertex AI serves in OpenAI's own words. @throws GatewayError INVALID_JSON, INVALID_REQUEST. */
export function readOpenAiChat({ body, header }: DialectRequest): Prediction {
  const json = readJson(body);
  const { model } = validateBody(ChatCompletionsBody, json);
  const headers = forwardedHeaders(header, ['traceparent', 'x-vertex-ai-llm-request-type']);
  return {
    ...readOpenAiTarget(model, 'chatCompletions'),
    payload: withoutCatalogName(readChatCompletion('v1', body, json, headers)),
  };
}

/**
 * A container of one's own knows its model by another name than the catalog's; an empty one is its only model. So do
 * https://github.com/GoogleCloudPlatform/vertex-ai-samples/tree/main/notebooks/community/model_garden
 */
function withoutCatalogName(payload: BytesPayload): BytesPayload {
  return {
    ...payload,
    request: (call) => {
      const request = payload.request(call);
      if (call.resource.kind !== 'endpoint' || !request.body) return request;
      return { ...request, body: editJson(request.body, { model: '""' }) };
    },
  };
}
