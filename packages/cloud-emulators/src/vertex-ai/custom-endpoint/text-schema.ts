import { z } from 'zod';

const Part = z.looseObject({ type: z.string(), text: z.string().optional() });

/**
 * The body of chat completions as vLLM reads it; unknown fields are ignored.
 * Source: https://docs.vllm.ai/en/stable/serving/openai_compatible_server.html#chat-api
 */
export const TextRequest = z.looseObject({
  model: z.string().nullish(),
  messages: z
    .array(
      z.looseObject({
        role: z.string(),
        content: z.union([z.string(), z.array(Part)]).nullish(),
      }),
    )
    .min(1),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  n: z.int().min(1).nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  tools: z.array(z.looseObject({})).nullish(),
  tool_choice: z.unknown().optional(),
});
export type TextRequest = z.infer<typeof TextRequest>;
