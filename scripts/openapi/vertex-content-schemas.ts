import { z } from 'zod';

/** The named schemas of the native surface. They are loose: fields that Google adds pass. */
export const vertexComponents = z.registry<{ id: string }>();

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/Content */
const Part = z
  .looseObject({
    text: z.string().optional().describe('Text.'),
    thought: z.boolean().optional().describe('Whether the part is a thought of the model.'),
    thoughtSignature: z
      .string()
      .optional()
      .describe('Stands for a thought, base64; to be sent back with the part in later turns.'),
    inlineData: z
      .looseObject({
        mimeType: z.string().describe('Media type, such as image/png.'),
        data: z.string().describe('The bytes, base64.'),
      })
      .optional()
      .describe('Media in the request itself.'),
    fileData: z
      .looseObject({
        mimeType: z.string().describe('Media type, such as application/pdf.'),
        fileUri: z.string().describe('Where the media are: a gs:// or https:// address.'),
      })
      .optional()
      .describe('Media that Vertex AI fetches.'),
    functionCall: z
      .looseObject({
        id: z.string().optional().describe('Id of the call.'),
        name: z.string().describe('Name of the function.'),
        args: z.looseObject({}).optional().describe('Its arguments, after its declaration.'),
      })
      .optional()
      .describe('What the model asks the client to call.'),
    functionResponse: z
      .looseObject({
        id: z.string().optional().describe('Id of the call.'),
        name: z.string().describe('Name of the function.'),
        response: z.looseObject({}).describe('What it returned.'),
      })
      .optional()
      .describe('What a called function returned.'),
  })
  .describe('A piece of content: one of text, media, a function call or its response.')
  .register(vertexComponents, { id: 'Part' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/Content */
export const Content = z
  .looseObject({
    role: z.string().optional().describe('Who speaks: user or model.'),
    parts: z
      .union([Part, z.array(Part).min(1)])
      .optional()
      .describe('What is said; one part may stand without its list.'),
  })
  .describe('One turn of a conversation.')
  .register(vertexComponents, { id: 'Content' });

export const Contents = z
  .union([Content, z.array(Content).min(1)])
  .describe('The conversation so far; one turn may stand without its list.');

const Schema = z.looseObject({
  type: z.string().optional().describe('STRING, NUMBER, INTEGER, BOOLEAN, ARRAY or OBJECT.'),
  description: z.string().optional().describe('What it is, for the model to read.'),
  enum: z.array(z.string()).optional().describe('The values that are possible.'),
  properties: z.looseObject({}).optional().describe('Of an object, the schema of each property.'),
  required: z.array(z.string()).optional().describe('Of an object, the properties that must be there.'),
  items: z.looseObject({}).optional().describe('Of an array, the schema of its elements.'),
});

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/Tool */
export const Tool = z
  .looseObject({
    functionDeclarations: z
      .array(
        z.looseObject({
          name: z.string().describe('Name of the function.'),
          description: z.string().optional().describe('What it is for, for the model to read.'),
          parameters: Schema.optional().describe('Its parameters, in a subset of OpenAPI 3.0.'),
          parametersJsonSchema: z.looseObject({}).optional().describe('Its parameters, as JSON Schema.'),
        }),
      )
      .optional()
      .describe('Functions that the model may ask the client to call.'),
    googleSearch: z.looseObject({}).optional().describe('Grounds the answer in Google Search.'),
    codeExecution: z.looseObject({}).optional().describe('Lets the model run code.'),
    urlContext: z.looseObject({}).optional().describe('Lets the model read addresses of the prompt.'),
  })
  .describe('What the model may use to answer.')
  .register(vertexComponents, { id: 'Tool' });

export const ToolConfig = z
  .looseObject({
    functionCallingConfig: z
      .looseObject({
        mode: z.string().optional().describe('AUTO, ANY, NONE or VALIDATED.'),
        allowedFunctionNames: z
          .array(z.string())
          .optional()
          .describe('With ANY, the functions that may be called.'),
      })
      .optional()
      .describe('Whether functions may or must be called.'),
  })
  .describe('How tools are used.')
  .register(vertexComponents, { id: 'ToolConfig' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerationConfig */
export const GenerationConfig = z
  .looseObject({
    temperature: z.number().optional().describe('Randomness, from 0 to 2.'),
    topP: z.number().optional().describe('Sum of the probabilities that tokens are chosen from.'),
    topK: z.number().optional().describe('Count of the likeliest tokens that are chosen from.'),
    candidateCount: z.int().optional().describe('How many answers to give.'),
    maxOutputTokens: z.int().optional().describe('The most tokens to put out.'),
    stopSequences: z.array(z.string()).optional().describe('Texts at which the answer ends.'),
    presencePenalty: z.number().optional().describe('Against tokens that were there already.'),
    frequencyPenalty: z.number().optional().describe('Against tokens that were there often.'),
    seed: z.int().optional().describe('For answers that can be repeated as far as possible.'),
    responseMimeType: z.string().optional().describe('text/plain, application/json or text/x.enum.'),
    responseSchema: Schema.optional().describe('What a JSON answer looks like, in a subset of OpenAPI 3.0.'),
    responseJsonSchema: z
      .looseObject({})
      .optional()
      .describe('What a JSON answer looks like, as JSON Schema.'),
    responseModalities: z.array(z.string()).optional().describe('TEXT, IMAGE or AUDIO.'),
    thinkingConfig: z
      .looseObject({
        includeThoughts: z.boolean().optional().describe('Whether thoughts are part of the answer.'),
        thinkingBudget: z.int().optional().describe('The most tokens to think with.'),
        thinkingLevel: z.string().optional().describe('MINIMAL, LOW, MEDIUM or HIGH.'),
      })
      .optional()
      .describe('How much the model thinks.'),
  })
  .describe('How to generate.')
  .register(vertexComponents, { id: 'GenerationConfig' });

export const SafetySetting = z
  .looseObject({
    category: z.string().describe('Kind of harm, such as HARM_CATEGORY_HARASSMENT.'),
    threshold: z.string().describe('From when on to block, such as BLOCK_MEDIUM_AND_ABOVE.'),
  })
  .describe('What to block.')
  .register(vertexComponents, { id: 'SafetySetting' });

export const SafetyRating = z
  .looseObject({
    category: z.string().optional().describe('Kind of harm.'),
    probability: z.string().optional().describe('How likely it is.'),
    blocked: z.boolean().optional().describe('Whether it was blocked.'),
  })
  .describe('How harmful something is.')
  .register(vertexComponents, { id: 'SafetyRating' });

export const ModalityTokenCount = z
  .looseObject({
    modality: z.string().describe('TEXT, IMAGE, VIDEO, AUDIO or DOCUMENT.'),
    tokenCount: z.int().optional().describe('How many tokens.'),
  })
  .describe('Tokens of one modality.')
  .register(vertexComponents, { id: 'ModalityTokenCount' });

export const UsageMetadata = z
  .looseObject({
    promptTokenCount: z.int().optional().describe('Tokens of the prompt, those from a cache too.'),
    candidatesTokenCount: z.int().optional().describe('Tokens of the answers.'),
    thoughtsTokenCount: z.int().optional().describe('Tokens of thoughts.'),
    toolUsePromptTokenCount: z.int().optional().describe("Tokens of tools' results."),
    cachedContentTokenCount: z.int().optional().describe('Tokens of the prompt that came from a cache.'),
    totalTokenCount: z.int().optional().describe('All of them.'),
    promptTokensDetails: z.array(ModalityTokenCount).optional().describe('The prompt, by modality.'),
    candidatesTokensDetails: z.array(ModalityTokenCount).optional().describe('The answers, by modality.'),
    cacheTokensDetails: z.array(ModalityTokenCount).optional().describe('The cached part, by modality.'),
    trafficType: z.string().optional().describe('ON_DEMAND or PROVISIONED_THROUGHPUT.'),
  })
  .describe('How many tokens went in and came out.')
  .register(vertexComponents, { id: 'UsageMetadata' });

export const Labels = z.record(z.string(), z.string());
