import { z } from 'zod';
import {
  CountTokensBody,
  EmbedContentBody,
  FetchPredictOperationBody,
  GenerateContentBody,
  ModelInstancesBody,
} from '../../src/dialects/vertex-bodies.ts';
import {
  Content,
  Contents,
  GenerationConfig,
  Labels,
  ModalityTokenCount,
  SafetyRating,
  SafetySetting,
  Tool,
  ToolConfig,
  UsageMetadata,
  vertexComponents,
} from './vertex-content-schemas.ts';

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference */
export const GenerateContentRequest = GenerateContentBody.safeExtend({
  contents: Contents,
  systemInstruction: Content.optional().describe('What the model is told before the conversation.'),
  generationConfig: GenerationConfig.optional().describe('How to generate the answer.'),
  tools: z.array(Tool).optional().describe('What the model may use to answer.'),
  toolConfig: ToolConfig.optional().describe('How the tools are used.'),
  safetySettings: z.array(SafetySetting).optional().describe('What to block, one for each kind of harm.'),
  cachedContent: z
    .string()
    .optional()
    .describe('Name of cached content that comes before the conversation; the model must be the same.'),
  labels: Labels.optional().describe("Labels for Google's billing."),
})
  .describe('Input of a generative model; more fields than these are passed on to Vertex AI.')
  .register(vertexComponents, { id: 'GenerateContentRequest' });

const Candidate = z
  .looseObject({
    index: z.int().optional().describe('Its place among the answers.'),
    content: Content.optional().describe('What the model says.'),
    finishReason: z.string().optional().describe('Why it ends, such as STOP or MAX_TOKENS.'),
    finishMessage: z.string().optional().describe('The same in words.'),
    safetyRatings: z.array(SafetyRating).optional().describe('How harmful it is, by kind of harm.'),
    avgLogprobs: z.number().optional().describe('Average log probability of its tokens.'),
    citationMetadata: z.looseObject({}).optional().describe('What it quotes.'),
    groundingMetadata: z.looseObject({}).optional().describe('What it is grounded in.'),
  })
  .describe('One answer.')
  .register(vertexComponents, { id: 'Candidate' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse */
export const GenerateContentResponse = z
  .looseObject({
    candidates: z.array(Candidate).optional().describe('The answers.'),
    promptFeedback: z
      .looseObject({
        blockReason: z.string().optional().describe('Why the prompt was blocked.'),
        blockReasonMessage: z.string().optional().describe('The same in words.'),
        safetyRatings: z.array(SafetyRating).optional().describe('How harmful the prompt is.'),
      })
      .optional()
      .describe('What is wrong with the prompt.'),
    usageMetadata: UsageMetadata.optional().describe('How many tokens the call used.'),
    modelVersion: z.string().optional().describe('Version of the model that answered.'),
    createTime: z.string().optional().describe('When the request arrived.'),
    responseId: z.string().optional().describe('Id of the answer.'),
  })
  .describe('Output of a generative model.')
  .register(vertexComponents, { id: 'GenerateContentResponse' });

export const GenerateContentParts = z
  .array(GenerateContentResponse)
  .describe('The parts of a streamed answer.')
  .register(vertexComponents, { id: 'GenerateContentParts' });

export const GenerateContentEvents = z
  .string()
  .meta({ 'x-event-data': '#/components/schemas/GenerateContentResponse' })
  .describe('Server-sent events; the data of each is one GenerateContentResponse.')
  .register(vertexComponents, { id: 'GenerateContentEvents' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/count-tokens */
export const CountTokensRequest = CountTokensBody.safeExtend({
  contents: Contents.optional(),
  systemInstruction: Content.optional().describe('What the model is told before the conversation.'),
  tools: z.array(Tool).optional().describe('What the model may use to answer.'),
  generationConfig: GenerationConfig.optional().describe('How to generate the answer.'),
  instances: z.array(z.unknown()).optional().describe('For models that take instances.'),
  model: z.string().optional().describe('The model again; it must be that of the path.'),
})
  .describe('What to count.')
  .register(vertexComponents, { id: 'CountTokensRequest' });

export const CountTokensResponse = z
  .looseObject({
    totalTokens: z.int().optional().describe('How many tokens.'),
    totalBillableCharacters: z.int().optional().describe('How many characters, where they are billed.'),
    promptTokensDetails: z.array(ModalityTokenCount).optional().describe('The tokens, by modality.'),
  })
  .describe('Tokens of a request.')
  .register(vertexComponents, { id: 'CountTokensResponse' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/compute-tokens */
export const ComputeTokensRequest = CountTokensBody.safeExtend({
  contents: Contents.optional(),
  instances: z.array(z.unknown()).optional().describe('For models that take instances.'),
  model: z.string().optional().describe('The model again; it must be that of the path.'),
})
  .describe('What to split into tokens.')
  .register(vertexComponents, { id: 'ComputeTokensRequest' });

export const ComputeTokensResponse = z
  .looseObject({
    tokensInfo: z
      .array(
        z.looseObject({
          role: z.string().optional().describe('Who speaks.'),
          tokens: z.array(z.string()).optional().describe('The tokens, base64.'),
          tokenIds: z.array(z.string()).optional().describe('Their ids.'),
        }),
      )
      .optional()
      .describe('One for each turn.'),
  })
  .describe('The tokens themselves.')
  .register(vertexComponents, { id: 'ComputeTokensResponse' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1beta1/projects.locations.publishers.models/embedContent */
export const EmbedContentRequest = EmbedContentBody.safeExtend({
  content: Content.describe('What to embed.'),
  embedContentConfig: z
    .looseObject({
      title: z.string().optional().describe('Title of a document.'),
      taskType: z.string().optional().describe('What for, such as RETRIEVAL_QUERY.'),
      autoTruncate: z.boolean().optional().describe('Whether to cut what is too long.'),
      outputDimensionality: z.int().optional().describe('How many numbers to give.'),
    })
    .optional()
    .describe('How to embed.'),
  title: z.string().optional().describe('Title of a document; deprecated.'),
  taskType: z.string().optional().describe('What for; deprecated.'),
  autoTruncate: z.boolean().optional().describe('Whether to cut what is too long; deprecated.'),
  outputDimensionality: z.int().optional().describe('How many numbers to give; deprecated.'),
})
  .describe('What to embed, and how.')
  .register(vertexComponents, { id: 'EmbedContentRequest' });

export const EmbedContentResponse = z
  .looseObject({
    embedding: z
      .looseObject({ values: z.array(z.number()).describe('The vector.') })
      .describe('The embedding.'),
    usageMetadata: UsageMetadata.optional().describe('How many tokens went in.'),
    truncated: z.boolean().optional().describe('Whether the content was cut.'),
  })
  .describe('An embedding.')
  .register(vertexComponents, { id: 'EmbedContentResponse' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api and …/imagen-api */
export const ModelPredictRequest = ModelInstancesBody.safeExtend({
  instances: z.array(z.unknown()).min(1).describe('What to predict for, such as texts or prompts.'),
  parameters: ModelInstancesBody.shape.parameters.describe('Parameters of the prediction.'),
  labels: Labels.optional().describe("Labels for Google's billing."),
})
  .describe("Input of a publisher's model that takes instances.")
  .register(vertexComponents, { id: 'ModelPredictRequest' });

export const ModelPredictResponse = z
  .looseObject({
    predictions: z
      .array(z.unknown())
      .optional()
      .describe('The predictions, such as embeddings or images, in the order of the instances.'),
    metadata: z.looseObject({}).optional().describe('What was billed.'),
  })
  .describe("Output of a publisher's model that takes instances.")
  .register(vertexComponents, { id: 'ModelPredictResponse' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/veo-video-generation */
export const LongRunningOperation = z
  .looseObject({
    name: z.string().describe('Name of the operation, to ask for it later.'),
    done: z.boolean().optional().describe('Whether it has ended.'),
    metadata: z.looseObject({}).optional().describe('How far it is.'),
    response: z.looseObject({}).optional().describe('What came of it, when it succeeded.'),
    error: z
      .looseObject({
        code: z.int().optional().describe("Google's code."),
        message: z.string().optional().describe('What went wrong.'),
      })
      .optional()
      .describe('Why it failed.'),
  })
  .describe('Something that takes a while.')
  .register(vertexComponents, { id: 'LongRunningOperation' });

export const FetchPredictOperationRequest = FetchPredictOperationBody.safeExtend({
  operationName: z.string().describe('Name of the operation, as predictLongRunning gave it.'),
})
  .describe('Which operation to ask for.')
  .register(vertexComponents, { id: 'FetchPredictOperationRequest' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1beta1/publishers.models */
export const PublisherModel = z
  .looseObject({
    name: z.string().describe('publishers/{publisher}/models/{model}'),
    versionId: z.string().optional().describe('Version of the model.'),
    openSourceCategory: z.string().optional().describe('Whether weights and code are open.'),
    supportedActions: z.looseObject({}).optional().describe('What can be done with it.'),
    launchStage: z.string().optional().describe('Such as GA or PUBLIC_PREVIEW.'),
    versionState: z.string().optional().describe('Whether the version is stable.'),
    publisherModelTemplate: z.string().optional().describe('Form of the name that calls use.'),
  })
  .describe("A publisher's model.")
  .register(vertexComponents, { id: 'PublisherModel' });

export const PublisherModels = z
  .looseObject({
    publisherModels: z.array(PublisherModel).optional().describe('The models that the caller may use.'),
    nextPageToken: z.string().optional().describe('Asks for the next page; left out on the last one.'),
  })
  .describe('A page of models.')
  .register(vertexComponents, { id: 'PublisherModels' });
