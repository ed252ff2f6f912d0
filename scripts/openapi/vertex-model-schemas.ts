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
  systemInstruction: Content.optional().describe('The system instruction, which precedes the conversation.'),
  generationConfig: GenerationConfig.optional().describe('The configuration of generation.'),
  tools: z.array(Tool).optional().describe('A tool that the model may use.'),
  toolConfig: ToolConfig.optional().describe('The configuration of the tools.'),
  safetySettings: z
    .array(SafetySetting)
    .optional()
    .describe('The safety settings, one for each harm category.'),
  cachedContent: z
    .string()
    .optional()
    .describe('The name of cached content that precedes the conversation. It must be of the same model.'),
  labels: Labels.optional().describe("The labels for Google's billing."),
})
  .describe('The input of a generative model. The gateway passes further fields on to Vertex AI.')
  .register(vertexComponents, { id: 'GenerateContentRequest' });

const Candidate = z
  .looseObject({
    index: z.int().optional().describe("The answer's position in the list, from 0."),
    content: Content.optional().describe("The model's message."),
    finishReason: z
      .string()
      .optional()
      .describe('The reason that generation stopped, such as `STOP` or `MAX_TOKENS`.'),
    finishMessage: z.string().optional().describe('The reason that generation stopped, in words.'),
    safetyRatings: z
      .array(SafetyRating)
      .optional()
      .describe('The safety ratings of the answer, one for each harm category.'),
    avgLogprobs: z.number().optional().describe("The average log probability of the answer's tokens."),
    citationMetadata: z.looseObject({}).optional().describe('The sources that the answer quotes.'),
    groundingMetadata: z.looseObject({}).optional().describe('The sources that the answer is grounded in.'),
  })
  .describe('One answer.')
  .register(vertexComponents, { id: 'Candidate' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse */
export const GenerateContentResponse = z
  .looseObject({
    candidates: z.array(Candidate).optional().describe('The answers.'),
    promptFeedback: z
      .looseObject({
        blockReason: z.string().optional().describe('The reason that the prompt was blocked.'),
        blockReasonMessage: z.string().optional().describe('The reason that generation stopped, in words.'),
        safetyRatings: z.array(SafetyRating).optional().describe('The safety ratings of the prompt.'),
      })
      .optional()
      .describe('The feedback on a prompt that was blocked.'),
    usageMetadata: UsageMetadata.optional().describe('The token usage of the call.'),
    modelVersion: z.string().optional().describe('The version of the model that answered.'),
    createTime: z.string().optional().describe('The time when the request arrived.'),
    responseId: z.string().optional().describe("The answer's id."),
  })
  .describe('The output of a generative model.')
  .register(vertexComponents, { id: 'GenerateContentResponse' });

export const GenerateContentParts = z
  .array(GenerateContentResponse)
  .describe('The parts of a streamed answer.')
  .register(vertexComponents, { id: 'GenerateContentParts' });

export const GenerateContentEvents = z
  .string()
  .meta({ 'x-event-data': '#/components/schemas/GenerateContentResponse' })
  .describe('Server-sent events. The data of each is one GenerateContentResponse.')
  .register(vertexComponents, { id: 'GenerateContentEvents' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/count-tokens */
export const CountTokensRequest = CountTokensBody.safeExtend({
  contents: Contents.optional(),
  systemInstruction: Content.optional().describe('The system instruction, which precedes the conversation.'),
  tools: z.array(Tool).optional().describe('A tool that the model may use.'),
  generationConfig: GenerationConfig.optional().describe('The configuration of generation.'),
  instances: z.array(z.unknown()).optional().describe('The instances, for models that take instances.'),
  model: z.string().optional().describe('The model. It must be the model of the path.'),
})
  .describe('A request to count tokens.')
  .register(vertexComponents, { id: 'CountTokensRequest' });

export const CountTokensResponse = z
  .looseObject({
    totalTokens: z.int().optional().describe('The number of tokens.'),
    totalBillableCharacters: z.int().optional().describe('The number of billable characters.'),
    promptTokensDetails: z.array(ModalityTokenCount).optional().describe('The tokens by modality.'),
  })
  .describe('The number of tokens in a request.')
  .register(vertexComponents, { id: 'CountTokensResponse' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/compute-tokens */
export const ComputeTokensRequest = CountTokensBody.safeExtend({
  contents: Contents.optional(),
  instances: z.array(z.unknown()).optional().describe('The instances, for models that take instances.'),
  model: z.string().optional().describe('The model. It must be the model of the path.'),
})
  .describe('A request to split content into tokens.')
  .register(vertexComponents, { id: 'ComputeTokensRequest' });

export const ComputeTokensResponse = z
  .looseObject({
    tokensInfo: z
      .array(
        z.looseObject({
          role: z.string().optional().describe('The role of the author.'),
          tokens: z.array(z.string()).optional().describe("The tokens' bytes, base64."),
          tokenIds: z.array(z.string()).optional().describe("The tokens' ids."),
        }),
      )
      .optional()
      .describe('The tokens, one list for each message.'),
  })
  .describe('The tokens of a request and their ids.')
  .register(vertexComponents, { id: 'ComputeTokensResponse' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1beta1/projects.locations.publishers.models/embedContent */
export const EmbedContentRequest = EmbedContentBody.safeExtend({
  content: Content.describe('The content to embed.'),
  embedContentConfig: z
    .looseObject({
      title: z.string().optional().describe("The document's title."),
      taskType: z.string().optional().describe('The task type of the embedding, such as `RETRIEVAL_QUERY`.'),
      autoTruncate: z.boolean().optional().describe('True to truncate content that is too long.'),
      outputDimensionality: z.int().optional().describe('The number of dimensions of the vector.'),
    })
    .optional()
    .describe('The configuration of the embedding.'),
  title: z.string().optional().describe("The document's title. Deprecated."),
  taskType: z.string().optional().describe('The task type of the embedding. Deprecated.'),
  autoTruncate: z.boolean().optional().describe('True to truncate content that is too long. Deprecated.'),
  outputDimensionality: z.int().optional().describe('The number of dimensions of the vector. Deprecated.'),
})
  .describe('A request for an embedding.')
  .register(vertexComponents, { id: 'EmbedContentRequest' });

export const EmbedContentResponse = z
  .looseObject({
    embedding: z
      .looseObject({ values: z.array(z.number()).describe('The vector.') })
      .describe('The embedding.'),
    usageMetadata: UsageMetadata.optional().describe('The number of input tokens.'),
    truncated: z.boolean().optional().describe('True if the content was truncated.'),
  })
  .describe('An embedding.')
  .register(vertexComponents, { id: 'EmbedContentResponse' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api and …/imagen-api */
export const ModelPredictRequest = ModelInstancesBody.safeExtend({
  instances: z.array(z.unknown()).min(1).describe('The instances to predict for, such as texts or prompts.'),
  parameters: ModelInstancesBody.shape.parameters.describe('The parameters of the prediction.'),
  labels: Labels.optional().describe("The labels for Google's billing."),
})
  .describe("The input of a publisher's model that takes instances.")
  .register(vertexComponents, { id: 'ModelPredictRequest' });

export const ModelPredictResponse = z
  .looseObject({
    predictions: z
      .array(z.unknown())
      .optional()
      .describe('The predictions, such as embeddings or images, in the order of the instances.'),
    metadata: z
      .looseObject({})
      .optional()
      .describe('Metadata of the predictions, such as the billable characters.'),
  })
  .describe("The output of a publisher's model that takes instances.")
  .register(vertexComponents, { id: 'ModelPredictResponse' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/veo-video-generation */
export const LongRunningOperation = z
  .looseObject({
    name: z.string().describe("The operation's name, by which it is fetched later."),
    done: z.boolean().optional().describe('True if the operation has ended.'),
    metadata: z.looseObject({}).optional().describe('Metadata of the operation, such as its progress.'),
    response: z.looseObject({}).optional().describe('The result of an operation that succeeded.'),
    error: z
      .looseObject({
        code: z.int().optional().describe('The code of `google.rpc.Status`.'),
        message: z.string().optional().describe('The error message.'),
      })
      .optional()
      .describe('The error of an operation that failed.'),
  })
  .describe('A long-running operation.')
  .register(vertexComponents, { id: 'LongRunningOperation' });

export const FetchPredictOperationRequest = FetchPredictOperationBody.safeExtend({
  operationName: z.string().describe("The operation's name, from the answer of predictLongRunning."),
})
  .describe('A request for the state of an operation.')
  .register(vertexComponents, { id: 'FetchPredictOperationRequest' });

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1beta1/publishers.models */
export const PublisherModel = z
  .looseObject({
    name: z.string().describe("The model's name: `publishers/{publisher}/models/{model}`."),
    versionId: z.string().optional().describe("The model's version."),
    openSourceCategory: z
      .string()
      .optional()
      .describe('The category of openness: proprietary, or open weights with or without open code.'),
    supportedActions: z.looseObject({}).optional().describe('The actions that the model supports.'),
    launchStage: z.string().optional().describe('The launch stage, such as `GA` or `PUBLIC_PREVIEW`.'),
    versionState: z.string().optional().describe('The state of the version, such as stable or unstable.'),
    publisherModelTemplate: z.string().optional().describe("The template of the model's name in calls."),
  })
  .describe("A publisher's model.")
  .register(vertexComponents, { id: 'PublisherModel' });

export const PublisherModels = z
  .looseObject({
    publisherModels: z.array(PublisherModel).optional().describe('The models that the caller may use.'),
    nextPageToken: z
      .string()
      .optional()
      .describe('The token that requests the next page. The last page has none.'),
  })
  .describe('A page of models.')
  .register(vertexComponents, { id: 'PublisherModels' });
