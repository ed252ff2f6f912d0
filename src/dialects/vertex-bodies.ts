import { z } from 'zod';
import { MAXIMUM_MODEL_INSTANCES, MAXIMUM_TURNS } from './body-bounds.ts';

/**
 * Body of a custom endpoint's `:predict`. Strict, because it becomes protobuf, which would drop what it doesn't know.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/predict
 */
export const PredictBody = z.strictObject({
  instances: z.array(z.unknown()).min(1),
  parameters: z.unknown().optional(),
});
export type PredictBody = z.infer<typeof PredictBody>;

/** Google's JSON parser takes one object where a list of them is declared; its own samples use that. */
const oneOrMore = <Item extends z.ZodType>(item: Item) =>
  z.union([item, z.array(item).min(1).max(MAXIMUM_TURNS)]);

export const Content = z.looseObject({
  role: z.string().optional(),
  parts: oneOrMore(z.looseObject({})).optional(),
});
/** A conversation, turn by turn. */
export const Contents = oneOrMore(Content);

/**
 * Envelope of `:generateContent` and `:streamGenerateContent`. Loose, because the bytes pass through to Vertex AI.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
 */
export const GenerateContentBody = z.looseObject({ contents: Contents });
export type GenerateContentBody = z.infer<typeof GenerateContentBody>;

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/count-tokens */
export const CountTokensBody = z.looseObject({
  contents: Contents.optional(),
  instances: z.array(z.unknown()).optional(),
});
export type CountTokensBody = z.infer<typeof CountTokensBody>;

/** https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/embedContent */
export const EmbedContentBody = z.looseObject({ content: Content });
export type EmbedContentBody = z.infer<typeof EmbedContentBody>;

/** Of endpoints' `:explain`. */
export const InstancesBody = z.looseObject({
  instances: z.array(z.unknown()).min(1),
  parameters: z.unknown().optional(),
});
export type InstancesBody = z.infer<typeof InstancesBody>;

/** Of publisher models' `:predict` and `:predictLongRunning`. */
export const ModelInstancesBody = InstancesBody.extend({
  instances: z.array(z.unknown()).min(1).max(MAXIMUM_MODEL_INSTANCES),
});

/** https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/fetchPredictOperation */
export const FetchPredictOperationBody = z.strictObject({ operationName: z.string() });
export type FetchPredictOperationBody = z.infer<typeof FetchPredictOperationBody>;

/**
 * Of Anthropic's models: https://docs.claude.com/en/api/claude-on-vertex-ai. Other publishers' models and containers
 * understand what they like.
 */
export const ClaudeBody = z.looseObject({
  anthropic_version: z.string(),
  messages: z
    .array(z.looseObject({ role: z.string() }))
    .min(1)
    .max(MAXIMUM_TURNS),
  stream: z.boolean().optional(),
});
export type ClaudeBody = z.infer<typeof ClaudeBody>;

/** https://platform.openai.com/docs/api-reference/chat/create */
export const ChatCompletionsBody = z.looseObject({
  model: z.string().optional(),
  messages: z
    .array(z.looseObject({ role: z.string() }))
    .min(1)
    .max(MAXIMUM_TURNS),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
});
export type ChatCompletionsBody = z.infer<typeof ChatCompletionsBody>;

/** Of a call on OpenAI's or Anthropic's surface, what decides which model is called and how; the rest doesn't matter. */
export const NamingBody = z.looseObject({ model: z.string(), stream: z.boolean().nullish() });
export type NamingBody = z.infer<typeof NamingBody>;

/** Of an operation whose body is read by Vertex AI alone. */
export const AnyBody = z.looseObject({});

/** Of a method that takes none; clients send an empty object. */
export const NoBody = z.strictObject({});
