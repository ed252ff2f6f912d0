import { z } from 'zod';
import { MAXIMUM_MODEL_INSTANCES, MAXIMUM_TURNS } from './body-bounds.ts';

/**
 * The body of a custom endpoint's `:predict`. The schema is strict: it becomes protobuf, which would drop unknown members.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/predict
 */
export const PredictBody = z.strictObject({
  instances: z.array(z.unknown()).min(1),
  parameters: z.unknown().optional(),
  /** They are not sent on: a caller's own labels would appear in the project's bills. */
  labels: z.looseObject({}).optional(),
});
export type PredictBody = z.infer<typeof PredictBody>;

/** Google's JSON parser takes one object in place of a list of them; Google's own samples do so. */
const oneOrMore = <Item extends z.ZodType>(item: Item) =>
  z.union([item, z.array(item).min(1).max(MAXIMUM_TURNS)]);

/** One turn of a conversation with Gemini. */
export const Content = z.looseObject({
  role: z.string().optional(),
  parts: oneOrMore(z.looseObject({})).optional(),
});
/** The turns of a conversation with Gemini. */
export const Contents = oneOrMore(Content);

/**
 * The body of `:generateContent` and `:streamGenerateContent`. The schema is loose: Vertex AI judges the rest.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
 */
export const GenerateContentBody = z.looseObject({ contents: Contents });
export type GenerateContentBody = z.infer<typeof GenerateContentBody>;

/**
 * The body of `:countTokens` and `:computeTokens`.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/count-tokens
 */
export const CountTokensBody = z.looseObject({
  contents: Contents.optional(),
  instances: z.array(z.unknown()).optional(),
});
export type CountTokensBody = z.infer<typeof CountTokensBody>;

/**
 * The body of `:embedContent`.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/embedContent
 */
export const EmbedContentBody = z.looseObject({ content: Content });
export type EmbedContentBody = z.infer<typeof EmbedContentBody>;

/** The body of an endpoint's `:explain`. */
export const InstancesBody = z.looseObject({
  instances: z.array(z.unknown()).min(1),
  parameters: z.unknown().optional(),
});
export type InstancesBody = z.infer<typeof InstancesBody>;

/** The body of a publisher model's `:predict` and `:predictLongRunning`. */
export const ModelInstancesBody = InstancesBody.extend({
  instances: z.array(z.unknown()).min(1).max(MAXIMUM_MODEL_INSTANCES),
});

/**
 * The body of `:fetchPredictOperation`.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/fetchPredictOperation
 */
export const FetchPredictOperationBody = z.strictObject({ operationName: z.string() });
export type FetchPredictOperationBody = z.infer<typeof FetchPredictOperationBody>;

/**
 * The body of an Anthropic model's `:rawPredict` and `:streamRawPredict`: https://docs.claude.com/en/api/claude-on-vertex-ai.
 * Other publishers' models and custom containers have bodies of their own.
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

/** The body of a chat completion: https://platform.openai.com/docs/api-reference/chat/create */
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

/** The members of a body on OpenAI's or Anthropic's surface that choose the model and the operation. */
export const NamingBody = z.looseObject({ model: z.string(), stream: z.boolean().nullish() });
export type NamingBody = z.infer<typeof NamingBody>;

/** The body of an operation that Vertex AI alone reads: any object. */
export const AnyBody = z.looseObject({});

/** The body of a method that takes none; some clients send an empty object. */
export const NoBody = z.strictObject({});
