import { z } from 'zod';

/** The named schemas of the native surface. They are loose: fields that Google adds pass. */
export const vertexComponents = z.registry<{ id: string }>();

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/Content */
const Part = z
  .looseObject({
    text: z.string().optional().describe('The text.'),
    thought: z.boolean().optional().describe('True if the part is a thought of the model.'),
    thoughtSignature: z
      .string()
      .optional()
      .describe(
        'The signature of a thought, base64. The client sends it back with the part in later requests.',
      ),
    inlineData: z
      .looseObject({
        mimeType: z.string().describe('The media type, such as `image/png`.'),
        data: z.string().describe('The bytes, base64.'),
      })
      .optional()
      .describe('Media in the request itself.'),
    fileData: z
      .looseObject({
        mimeType: z.string().describe('The media type, such as `application/pdf`.'),
        fileUri: z.string().describe('The address of the media, which begins with `gs://` or `https://`.'),
      })
      .optional()
      .describe('Media that Vertex AI fetches.'),
    functionCall: z
      .looseObject({
        id: z.string().optional().describe('The id of the tool call.'),
        name: z.string().describe("The function's name."),
        args: z
          .looseObject({})
          .optional()
          .describe("The arguments, which follow the function's declaration."),
      })
      .optional()
      .describe('A call that the model asks the client to make.'),
    functionResponse: z
      .looseObject({
        id: z.string().optional().describe('The id of the tool call.'),
        name: z.string().describe("The function's name."),
        response: z.looseObject({}).describe("The function's result."),
      })
      .optional()
      .describe('The result of a function call.'),
  })
  .describe('A part of content: text, media, a function call or a function response.')
  .register(vertexComponents, { id: 'Part' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/Content */
export const Content = z
  .looseObject({
    role: z.string().optional().describe('The role of the author: `user` or `model`.'),
    parts: z
      .union([Part, z.array(Part).min(1)])
      .optional()
      .describe('The parts of the content: a list, or one part alone.'),
  })
  .describe('The content of one message.')
  .register(vertexComponents, { id: 'Content' });

export const Contents = z
  .union([Content, z.array(Content).min(1)])
  .describe('The messages of the conversation so far: a list, or one message alone.');

const Schema = z.looseObject({
  type: z
    .string()
    .optional()
    .describe('The type: `STRING`, `NUMBER`, `INTEGER`, `BOOLEAN`, `ARRAY` or `OBJECT`.'),
  description: z.string().optional().describe('The meaning of the value, for the model to read.'),
  enum: z.array(z.string()).optional().describe('The possible values.'),
  properties: z.looseObject({}).optional().describe('The schema of each property of an object.'),
  required: z.array(z.string()).optional().describe('The required properties of an object.'),
  items: z.looseObject({}).optional().describe('The schema of the elements of an array.'),
});

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/Tool */
export const Tool = z
  .looseObject({
    functionDeclarations: z
      .array(
        z.looseObject({
          name: z.string().describe("The function's name."),
          description: z.string().optional().describe("The function's purpose, for the model to read."),
          parameters: Schema.optional().describe(
            "The function's parameters, as a subset of OpenAPI 3.0 schemas.",
          ),
          parametersJsonSchema: z
            .looseObject({})
            .optional()
            .describe("The function's parameters, as JSON Schema."),
        }),
      )
      .optional()
      .describe('Functions that the model may ask the client to call.'),
    googleSearch: z.looseObject({}).optional().describe('Grounds the answer in Google Search.'),
    codeExecution: z.looseObject({}).optional().describe('Lets the model run code.'),
    urlContext: z.looseObject({}).optional().describe('Lets the model read addresses of the prompt.'),
  })
  .describe('A tool that the model may use.')
  .register(vertexComponents, { id: 'Tool' });

export const ToolConfig = z
  .looseObject({
    functionCallingConfig: z
      .looseObject({
        mode: z
          .string()
          .optional()
          .describe('The mode of function calling: `AUTO`, `ANY`, `NONE` or `VALIDATED`.'),
        allowedFunctionNames: z
          .array(z.string())
          .optional()
          .describe('The functions that may be called, in the mode `ANY`.'),
      })
      .optional()
      .describe('The configuration of function calling.'),
  })
  .describe('A configuration of tools.')
  .register(vertexComponents, { id: 'ToolConfig' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerationConfig */
export const GenerationConfig = z
  .looseObject({
    temperature: z.number().optional().describe('The sampling temperature, from 0 to 2.'),
    topP: z
      .number()
      .optional()
      .describe('The nucleus sampling threshold: the total probability of the candidate tokens.'),
    topK: z.number().optional().describe('The number of the most likely tokens that are candidates.'),
    candidateCount: z.int().optional().describe('The number of answers to generate.'),
    maxOutputTokens: z.int().optional().describe('The maximum number of output tokens.'),
    stopSequences: z
      .array(z.string())
      .optional()
      .describe('The stop sequences: texts at which generation stops.'),
    presencePenalty: z.number().optional().describe('The penalty for tokens that appeared already.'),
    frequencyPenalty: z.number().optional().describe('The penalty for tokens by how often they appeared.'),
    seed: z
      .int()
      .optional()
      .describe('The sampling seed. Equal seeds make answers repeatable as far as possible.'),
    responseMimeType: z
      .string()
      .optional()
      .describe('The media type of the answer: `text/plain`, `application/json` or `text/x.enum`.'),
    responseSchema: Schema.optional().describe(
      'The schema of a JSON answer, as a subset of OpenAPI 3.0 schemas.',
    ),
    responseJsonSchema: z.looseObject({}).optional().describe('The JSON Schema of a JSON answer.'),
    responseModalities: z
      .array(z.string())
      .optional()
      .describe('The modality of the answer: `TEXT`, `IMAGE` or `AUDIO`.'),
    thinkingConfig: z
      .looseObject({
        includeThoughts: z.boolean().optional().describe('True to have thoughts in the answer.'),
        thinkingBudget: z.int().optional().describe('The maximum number of tokens for thoughts.'),
        thinkingLevel: z
          .string()
          .optional()
          .describe('The level of thinking: `MINIMAL`, `LOW`, `MEDIUM` or `HIGH`.'),
      })
      .optional()
      .describe('The configuration of thinking.'),
  })
  .describe('A configuration of generation.')
  .register(vertexComponents, { id: 'GenerationConfig' });

export const SafetySetting = z
  .looseObject({
    category: z.string().describe('The harm category, such as `HARM_CATEGORY_HARASSMENT`.'),
    threshold: z.string().describe('The threshold for blocking, such as `BLOCK_MEDIUM_AND_ABOVE`.'),
  })
  .describe('A safety setting: the threshold of one harm category.')
  .register(vertexComponents, { id: 'SafetySetting' });

export const SafetyRating = z
  .looseObject({
    category: z.string().optional().describe('The harm category.'),
    probability: z.string().optional().describe('The probability of harm.'),
    blocked: z.boolean().optional().describe('True if the content was blocked.'),
  })
  .describe('A safety rating of the content for one harm category.')
  .register(vertexComponents, { id: 'SafetyRating' });

export const ModalityTokenCount = z
  .looseObject({
    modality: z.string().describe('The modality: `TEXT`, `IMAGE`, `VIDEO`, `AUDIO` or `DOCUMENT`.'),
    tokenCount: z.int().optional().describe('The number of tokens.'),
  })
  .describe('The number of tokens of one modality.')
  .register(vertexComponents, { id: 'ModalityTokenCount' });

export const UsageMetadata = z
  .looseObject({
    promptTokenCount: z
      .int()
      .optional()
      .describe('The number of tokens in the prompt, including those from a cache.'),
    candidatesTokenCount: z.int().optional().describe('The number of tokens in the answers.'),
    thoughtsTokenCount: z.int().optional().describe('The number of tokens in thoughts.'),
    toolUsePromptTokenCount: z.int().optional().describe('The number of tokens in the results of tools.'),
    cachedContentTokenCount: z
      .int()
      .optional()
      .describe('The number of tokens of the prompt that were read from a cache.'),
    totalTokenCount: z.int().optional().describe('The total number of tokens.'),
    promptTokensDetails: z
      .array(ModalityTokenCount)
      .optional()
      .describe('The tokens of the prompt by modality.'),
    candidatesTokensDetails: z
      .array(ModalityTokenCount)
      .optional()
      .describe('The tokens of the answers by modality.'),
    cacheTokensDetails: z
      .array(ModalityTokenCount)
      .optional()
      .describe('The tokens from a cache by modality.'),
    trafficType: z
      .string()
      .optional()
      .describe(
        'The capacity that served the call: `ON_DEMAND`, `ON_DEMAND_FLEX`, `ON_DEMAND_PRIORITY` or `PROVISIONED_THROUGHPUT`.',
      ),
  })
  .describe('The token usage of a call.')
  .register(vertexComponents, { id: 'UsageMetadata' });

export const Labels = z.record(z.string(), z.string());
