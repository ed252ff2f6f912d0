import { z } from 'zod';
import { nameChatCompletions } from './chat-completion-schemas.ts';

/** The named schemas of the OpenAI surface. */
export const openaiComponents = z.registry<{ id: string }>();
nameChatCompletions(openaiComponents);

/** https://platform.openai.com/docs/api-reference/embeddings/create */
export const EmbeddingsRequest = z
  .strictObject({
    model: z.string().describe('The model: its own name, its catalog name or its alias.'),
    input: z
      .union([z.string(), z.array(z.string()).min(1)])
      .describe('A text, or a list of texts; no lists of tokens.'),
    dimensions: z.int().min(1).nullish().describe('How many numbers to give.'),
    encoding_format: z.enum(['float', 'base64']).nullish().describe('Numbers, or their bytes.'),
    user: z.string().nullish().describe('The person who asks; not passed on.'),
  })
  .describe('Texts to embed.')
  .register(openaiComponents, { id: 'EmbeddingsRequest' });

export const Embeddings = z
  .looseObject({
    object: z.literal('list').describe('Says what this is.'),
    data: z
      .array(
        z.looseObject({
          object: z.literal('embedding').describe('Says what this is.'),
          index: z.int().describe('The place of its text.'),
          embedding: z
            .union([z.array(z.number()), z.string()])
            .describe('The vector; with base64, the bytes of 32-bit numbers, little-endian.'),
        }),
      )
      .describe('One vector for each text, in their order.'),
    model: z.string().describe('The model that answered.'),
    usage: z
      .looseObject({
        prompt_tokens: z.int().describe('Tokens of the texts.'),
        total_tokens: z.int().describe('All of them.'),
      })
      .describe('How many tokens went in.'),
  })
  .describe('Texts as vectors.')
  .register(openaiComponents, { id: 'Embeddings' });

export const Model = z
  .looseObject({
    id: z.string().describe('Its name in the catalog: what to send as the model.'),
    object: z.literal('model').describe('Says what this is.'),
    created: z.int().describe('When it was made; 0, because nobody here knows.'),
    owned_by: z.string().describe('Who publishes it.'),
  })
  .describe('A model: https://platform.openai.com/docs/api-reference/models/object')
  .register(openaiComponents, { id: 'Model' });

export const Models = z
  .looseObject({
    object: z.literal('list').describe('Says what this is.'),
    data: z.array(Model).describe('The models that the caller may use, and no others.'),
  })
  .describe('A list of models.')
  .register(openaiComponents, { id: 'Models' });

/** https://platform.openai.com/docs/api-reference/responses/create */
export const ResponsesRequest = z
  .looseObject({
    model: z.string().optional().describe('The model.'),
    input: z
      .union([z.string(), z.array(z.looseObject({}))])
      .optional()
      .describe('A text, or a list of items.'),
  })
  .describe("A request of OpenAI's Responses API.")
  .register(openaiComponents, { id: 'ResponsesRequest' });

export const OpenAiError = z
  .looseObject({
    error: z
      .looseObject({
        message: z.string().describe('What went wrong and what to do about it.'),
        type: z.string().describe("Kind of the error, one of OpenAI's."),
        param: z.string().nullable().describe('The field at fault, where there is one.'),
        code: z.string().nullable().describe('The code of the error, such as RATE_LIMITED.'),
      })
      .describe('What is wrong.'),
  })
  .describe("An error, as OpenAI's clients read it: https://platform.openai.com/docs/guides/error-codes")
  .register(openaiComponents, { id: 'OpenAiError' });
