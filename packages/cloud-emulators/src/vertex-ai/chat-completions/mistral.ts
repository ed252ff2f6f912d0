import { z } from 'zod';
import { answerChat } from './chat-answer.ts';
import { CHAT_SSE } from './framing.ts';
import { GoogleError } from '../google-error.ts';
import { unsupported } from '../refusals.ts';
import { parseBody } from '../request-body.ts';
import type { RestAnswer, RestCall, RestOperation } from '../rest-operation.ts';
import { findPublisherModel } from '../sample-resources.ts';

const MODELS = 'projects/{project}/locations/{location}/publishers/mistralai/models';
const MAXIMUM_OUTPUT_TOKENS = 128_000;

/**
 * The operation `rawPredict` of Mistral's models.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/mistral
 */
export const mistralRawPredict: RestOperation = {
  httpMethod: 'POST',
  paths: [`${MODELS}/{model}:rawPredict`],
  method: 'PredictionService.RawPredict',
  serve: answer,
};

/** The operation `streamRawPredict` of Mistral's models. The body's `stream` decides whether the answer is a stream. */
export const mistralStreamRawPredict: RestOperation = {
  httpMethod: 'POST',
  paths: [`${MODELS}/{model}:streamRawPredict`],
  method: 'PredictionService.StreamRawPredict',
  streams: true,
  serve: answer,
};

const Text = z.looseObject({ type: z.literal('text'), text: z.string() });

/**
 * The fields of a chat completion request that have an effect here.
 * Source: https://docs.mistral.ai/api/endpoint/chat
 */
const MistralRequest = z.strictObject({
  model: z.string().optional(),
  messages: z
    .array(
      z.looseObject({
        role: z.enum(['system', 'user', 'assistant', 'tool']),
        content: z.union([z.string(), z.array(Text)]).nullish(),
      }),
    )
    .min(1),
  stream: z.boolean().optional(),
  max_tokens: z.int().min(0).nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  temperature: z.number().min(0).max(1.5).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  random_seed: z.int().min(0).nullish(),
  safe_prompt: z.boolean().optional(),
  n: z.int().min(1).nullish(),
});

/** Answers a chat completion as Mistral does: the last chunk of a stream has the finish reason and the usage. */
function answer(call: RestCall): RestAnswer {
  const { id } = findPublisherModel({ ...call.route.params, publisher: 'mistralai' }, 'rawPredict');
  const read = MistralRequest.safeParse(parseBody(call.body));
  if (!read.success) return refuse(read.error.issues);
  const { stream, n, model } = read.data;
  if ((n ?? 1) > 1) throw unsupported('more than one choice of a model of Mistral');
  if (model !== undefined && model !== id)
    throw new GoogleError('INVALID_ARGUMENT', 'The model of the body is not that of the path.');
  const request = { ...read.data, maximumOutputTokens: MAXIMUM_OUTPUT_TOKENS };
  const { common, pieces, finishReason, usage } = answerChat(id, request, call.served.now());
  if (stream !== true) {
    const message = { role: 'assistant', tool_calls: null, content: pieces.join('') };
    return json(200, {
      ...common,
      object: 'chat.completion',
      usage,
      choices: [{ index: 0, finish_reason: finishReason, message }],
    });
  }
  const chunk = (delta: object, finish_reason: string | null) => ({
    ...common,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
  });
  const elements = [
    chunk({ role: 'assistant', content: '' }, null),
    ...pieces.slice(0, -1).map((content) => chunk({ content }, null)),
    { ...chunk({ content: pieces.at(-1) ?? '' }, finishReason), usage },
  ];
  return { elements, framing: CHAT_SSE };
}

/** Refuses a malformed request. Source: https://docs.mistral.ai/api/endpoint/chat (422 Validation Error) */
function refuse(issues: readonly z.core.$ZodIssue[]): RestAnswer {
  const detail = issues.map(({ path, message, code }) => ({
    loc: ['body', ...path.map((part) => (typeof part === 'symbol' ? '' : part))],
    msg: message,
    type: code,
  }));
  return json(422, { object: 'error', message: { detail }, type: 'invalid_request_error', code: null });
}

function json(status: number, body: unknown): RestAnswer {
  return { status, bytes: Buffer.from(JSON.stringify(body)), contentType: 'application/json' };
}
