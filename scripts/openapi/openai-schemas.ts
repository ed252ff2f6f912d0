import { z } from 'zod';
import { nameChatCompletions } from './chat-completion-schemas.ts';
import { nameResponses } from './response-schemas.ts';

/** The named schemas of the OpenAI surface. */
export const openaiComponents = z.registry<{ id: string }>();
nameChatCompletions(openaiComponents);
nameResponses(openaiComponents);

/** https://platform.openai.com/docs/api-reference/embeddings/create */
export const EmbeddingsRequest = z
  .strictObject({
    model: z.string().describe("The model's own name, its catalog name or its alias."),
    input: z
      .union([z.string(), z.array(z.string()).min(1)])
      .describe('A text, or a list of 2,048 texts at most. Lists of tokens are refused.'),
    dimensions: z.int().min(1).nullish().describe('The number of dimensions of each vector.'),
    encoding_format: z
      .enum(['float', 'base64'])
      .nullish()
      .describe('The encoding of the vectors: numbers, or base64 of their bytes.'),
    user: z.string().nullish().describe('The id of the end user. The gateway does not send it to Vertex AI.'),
  })
  .describe('A request for embeddings.')
  .register(openaiComponents, { id: 'EmbeddingsRequest' });

export const Embeddings = z
  .looseObject({
    object: z.literal('list').describe('The type of the object.'),
    data: z
      .array(
        z.looseObject({
          object: z.literal('embedding').describe('The type of the object.'),
          index: z.int().describe('The position of the text in the request, from 0.'),
          embedding: z
            .union([z.array(z.number()), z.string()])
            .describe('The vector. With base64, it is the bytes of 32-bit little-endian numbers.'),
        }),
      )
      .describe('One vector for each text, in their order.'),
    model: z.string().describe('The model that answered.'),
    usage: z
      .looseObject({
        prompt_tokens: z.int().describe('The number of tokens in the texts.'),
        total_tokens: z.int().describe('The total number of tokens.'),
      })
      .describe('The token usage of the call.'),
  })
  .describe('The vectors of the texts.')
  .register(openaiComponents, { id: 'Embeddings' });

/** https://platform.openai.com/docs/api-reference/images/create */
export const ImagesRequest = z
  .strictObject({
    model: z.string().describe('A model of images: its own name, its catalog name or its alias.'),
    prompt: z.string().min(1).describe('The text of which images are made.'),
    n: z.int().min(1).max(10).nullish().describe('The number of images, 1 when left out.'),
    size: z
      .string()
      .regex(/^(auto|[0-9]{2,4}x[0-9]{2,4})$/)
      .nullish()
      .describe(
        'The size, such as `1536x1024`; it chooses the nearest shape and size of Gemini. `auto` leaves both to the model.',
      ),
    output_format: z
      .enum(['png', 'jpeg'])
      .nullish()
      .describe('The format of the images, `png` when left out.'),
    output_compression: z.int().min(0).max(100).nullish().describe('The quality of `jpeg` in percent.'),
    response_format: z.enum(['b64_json']).nullish().describe('Images are in the answer itself.'),
    quality: z.enum(['auto', 'standard']).nullish().describe('The quality, of which there is one.'),
    background: z.enum(['auto', 'opaque']).nullish().describe('The background, which is never transparent.'),
    moderation: z.enum(['auto']).nullish().describe("The filters, which are Google's."),
    stream: z.literal(false).nullish().describe('Images come whole.'),
    partial_images: z.literal(0).nullish().describe('Images come whole.'),
    user: z.string().nullish().describe('The id of the end user. The gateway does not send it to Vertex AI.'),
    safety_identifier: z.string().nullish().describe('A hint for OpenAI itself. It changes nothing here.'),
  })
  .describe('A request for images.')
  .register(openaiComponents, { id: 'ImagesRequest' });

export const Images = z
  .looseObject({
    created: z.int().describe('The time of the answer, in seconds since 1970.'),
    output_format: z.enum(['png', 'jpeg']).describe('The format of the images.'),
    data: z
      .array(z.looseObject({ b64_json: z.string().describe('The bytes of the image in base64.') }))
      .describe('The images.'),
    usage: z
      .looseObject({
        input_tokens: z.int().describe('The number of tokens in the prompt, once for each image.'),
        input_tokens_details: z
          .looseObject({
            image_tokens: z.int().describe('The number of tokens in images of the prompt, always 0.'),
            text_tokens: z.int().describe('The number of tokens in its text.'),
          })
          .describe('The parts of `input_tokens`.'),
        output_tokens: z.int().describe('The number of tokens in the answer.'),
        total_tokens: z.int().describe('The total number of tokens.'),
      })
      .describe('The token usage of the call.'),
  })
  .describe('The images of a text.')
  .register(openaiComponents, { id: 'Images' });

export const Model = z
  .looseObject({
    id: z.string().describe("The model's catalog name, which requests send as `model`."),
    object: z.literal('model').describe('The type of the object.'),
    created: z
      .int()
      .describe(
        'The time of creation, in seconds since 1970. It is always 0, because the catalog does not record it.',
      ),
    owned_by: z.string().describe("The model's publisher."),
  })
  .describe('A model: https://platform.openai.com/docs/api-reference/models/object')
  .register(openaiComponents, { id: 'Model' });

export const Models = z
  .looseObject({
    object: z.literal('list').describe('The type of the object.'),
    data: z.array(Model).describe('The models that the caller may use, and no others.'),
  })
  .describe('A list of models.')
  .register(openaiComponents, { id: 'Models' });

export const OpenAiError = z
  .looseObject({
    error: z
      .looseObject({
        message: z.string().describe('The cause of the failure and its remedy.'),
        type: z.string().describe("The error type, one of OpenAI's."),
        param: z.string().nullable().describe('The field at fault, if there is one.'),
        code: z.string().nullable().describe('The error code, such as `RATE_LIMITED`.'),
      })
      .describe('The error.'),
  })
  .describe("An error in the form of OpenAI's API: https://platform.openai.com/docs/guides/error-codes")
  .register(openaiComponents, { id: 'OpenAiError' });
