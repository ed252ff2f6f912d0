import { z } from 'zod';
import { BatchJobBody } from '../../src/dialects/batch-job-body.ts';
import {
  Content,
  Contents,
  Labels,
  Tool,
  ToolConfig,
  UsageMetadata,
  vertexComponents,
} from './vertex-content-schemas.ts';

const { inputConfig, outputConfig } = BatchJobBody.shape;
const { gcsSource, bigquerySource } = inputConfig.shape;
const { gcsDestination, bigqueryDestination } = outputConfig.shape;

const BatchInput = inputConfig
  .safeExtend({
    instancesFormat: z
      .string()
      .describe('The format: `jsonl`, `bigquery`, `csv` or another format of the model.'),
    gcsSource: gcsSource
      .unwrap()
      .safeExtend({
        uris: gcsSource.unwrap().shape.uris.describe('The addresses of files, which begin with `gs://`.'),
      })
      .optional()
      .describe('The input files in Cloud Storage.'),
    bigquerySource: bigquerySource
      .unwrap()
      .safeExtend({
        inputUri: z.string().min(1).describe('The address of a table, which begins with `bq://`.'),
      })
      .optional()
      .describe('The input table in BigQuery.'),
  })
  .describe('The source of the instances: files or a table that the rules let the caller read.')
  .meta(eitherOf('gcsSource', 'bigquerySource'))
  .register(vertexComponents, { id: 'BatchInput' });

const BatchOutput = outputConfig
  .safeExtend({
    predictionsFormat: z
      .string()
      .describe('The format: `jsonl`, `bigquery`, `csv` or another format of the model.'),
    gcsDestination: gcsDestination
      .unwrap()
      .safeExtend({
        outputUriPrefix: z.string().min(1).describe('The address of a folder, which begins with `gs://`.'),
      })
      .optional()
      .describe('The output folder in Cloud Storage.'),
    bigqueryDestination: bigqueryDestination
      .unwrap()
      .safeExtend({
        outputUri: z
          .string()
          .min(1)
          .describe('The address of a data set or table, which begins with `bq://`.'),
      })
      .optional()
      .describe('The input table in BigQuery.'),
  })
  .describe('The destination of the predictions: a folder or a table that the rules let the caller write to.')
  .meta(eitherOf('gcsDestination', 'bigqueryDestination'))
  .register(vertexComponents, { id: 'BatchOutput' });

const MachineSpec = z.strictObject({
  machineType: z.string().optional().describe('The machine type, such as `n1-standard-4`.'),
  acceleratorType: z.string().optional().describe('The accelerator type, such as `NVIDIA_TESLA_T4`.'),
  acceleratorCount: z.int().optional().describe('The number of accelerators of a machine.'),
});

/** https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.batchPredictionJobs */
export const BatchPredictionJobRequest = BatchJobBody.safeExtend({
  displayName: z.string().optional().describe("The job's display name."),
  model: z.string().describe('The model: `publishers/{publisher}/models/{model}`, or its full name.'),
  modelVersionId: z.string().optional().describe("The model's version."),
  inputConfig: BatchInput,
  outputConfig: BatchOutput,
  instanceConfig: z.looseObject({}).optional().describe('The configuration that makes an instance of a row.'),
  modelParameters: z.unknown().optional().describe('The parameters of the predictions.'),
  dedicatedResources: z
    .strictObject({
      machineSpec: MachineSpec.optional().describe('The specification of one machine.'),
      startingReplicaCount: z.int().optional().describe('The initial number of machines.'),
      maxReplicaCount: z.int().optional().describe('The maximum number of machines.'),
    })
    .optional()
    .describe('The dedicated machines of the job.'),
  manualBatchTuningParameters: z
    .looseObject({})
    .optional()
    .describe('The settings of manual batch tuning, such as the batch size.'),
  generateExplanation: z.boolean().optional().describe('True to generate explanations of the predictions.'),
  disableContainerLogging: z.boolean().optional().describe("True to disable the container's logs."),
  labels: Labels.optional().describe('The labels. The gateway accepts them and replaces them by its own.'),
})
  .describe('A batch prediction job to create.')
  .register(vertexComponents, { id: 'BatchPredictionJobRequest' });

export const BatchPredictionJob = z
  .looseObject({
    name: z
      .string()
      .describe("The job's name: `projects/{project}/locations/{location}/batchPredictionJobs/{job}`."),
    displayName: z.string().optional().describe("The job's display name."),
    model: z.string().describe('The model.'),
    inputConfig: z.looseObject({}).optional().describe('The source of the instances.'),
    outputConfig: z.looseObject({}).optional().describe('The destination of the predictions.'),
    labels: Labels.optional().describe("The labels, among them the caller's team."),
    outputInfo: z
      .looseObject({
        gcsOutputDirectory: z.string().optional().describe('The output folder in Cloud Storage.'),
        bigqueryOutputDataset: z.string().optional().describe('The output data set in BigQuery.'),
        bigqueryOutputTable: z.string().optional().describe('The output table in BigQuery.'),
      })
      .optional()
      .describe('The places of the predictions.'),
    state: z.string().describe('The state, such as `JOB_STATE_RUNNING` or `JOB_STATE_SUCCEEDED`.'),
    error: z.looseObject({}).optional().describe('The error of a failed job.'),
    completionStats: z
      .looseObject({})
      .optional()
      .describe('The numbers of instances that succeeded and failed.'),
    createTime: z.string().optional().describe('The time of creation.'),
    startTime: z.string().optional().describe('The time when the job began to run.'),
    endTime: z.string().optional().describe('The time when the job ended.'),
    updateTime: z.string().optional().describe('The time of the last change.'),
  })
  .describe('A batch prediction job.')
  .register(vertexComponents, { id: 'BatchPredictionJob' });

export const BatchPredictionJobs = z
  .looseObject({
    batchPredictionJobs: z
      .array(BatchPredictionJob)
      .optional()
      .describe("The jobs of the caller's own team, and no others."),
    nextPageToken: z
      .string()
      .optional()
      .describe('The token that requests the next page. The last page has none.'),
  })
  .describe('A page of jobs.')
  .register(vertexComponents, { id: 'BatchPredictionJobs' });

const Expiry = {
  ttl: z.string().optional().describe('The lifetime, such as `3600s`.'),
  expireTime: z.string().optional().describe('The time when the content expires.'),
};

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/projects.locations.cachedContents */
export const CachedContentRequest = z
  .strictObject({
    model: z
      .string()
      .describe(
        "The model's full name: `projects/{project}/locations/{location}/publishers/{publisher}/models/{model}`.",
      ),
    displayName: z.string().optional().describe('The display name.'),
    contents: Contents.optional(),
    systemInstruction: Content.optional().describe(
      'The system instruction, which precedes the conversation.',
    ),
    tools: z.array(Tool).optional().describe('A tool that the model may use.'),
    toolConfig: ToolConfig.optional().describe('The configuration of the tools.'),
    ...Expiry,
  })
  .describe('The content to cache for later calls.')
  .register(vertexComponents, { id: 'CachedContentRequest' });

export const CachedContentChange = z
  .strictObject(Expiry)
  .describe('The lifetime of cached content: `ttl` or `expireTime`.')
  .meta({ minProperties: 1, maxProperties: 1 })
  .register(vertexComponents, { id: 'CachedContentChange' });

export const CachedContent = z
  .looseObject({
    name: z
      .string()
      .describe(
        "The cached content's name: `projects/{project}/locations/{location}/cachedContents/{cachedContent}`.",
      ),
    model: z.string().describe('The full name of the model that the content is cached for.'),
    displayName: z.string().optional().describe('The display name.'),
    createTime: z.string().optional().describe('The time of creation.'),
    updateTime: z.string().optional().describe('The time of the last change.'),
    expireTime: z.string().optional().describe('The time when the content expires.'),
    usageMetadata: UsageMetadata.optional().describe('The token usage of the cached content.'),
  })
  .describe('The metadata of cached content.')
  .register(vertexComponents, { id: 'CachedContent' });

export const CachedContents = z
  .looseObject({
    cachedContents: z
      .array(CachedContent)
      .optional()
      .describe("The cached contents of the caller's own team."),
    nextPageToken: z
      .string()
      .optional()
      .describe('The token that requests the next page. The last page has none.'),
  })
  .describe('A page of cached contents.')
  .register(vertexComponents, { id: 'CachedContents' });

export const Empty = z
  .looseObject({})
  .describe('An empty object. It means that the operation succeeded.')
  .register(vertexComponents, { id: 'Empty' });

/** Writes as JSON Schema that exactly one of the properties must be present; zod can check this but not describe it. */
function eitherOf(...names: string[]): { oneOf: object[] } {
  return { oneOf: names.map((name) => ({ required: [name] })) };
}
