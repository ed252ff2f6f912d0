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
    instancesFormat: z.string().describe('jsonl, bigquery, csv or another format of the model.'),
    gcsSource: gcsSource
      .unwrap()
      .safeExtend({ uris: gcsSource.unwrap().shape.uris.describe('gs:// addresses of files.') })
      .optional()
      .describe('Files in Cloud Storage.'),
    bigquerySource: bigquerySource
      .unwrap()
      .safeExtend({ inputUri: z.string().min(1).describe('bq:// address of a table.') })
      .optional()
      .describe('A table of BigQuery.'),
  })
  .describe('Where instances are: files or a table that the rules let the caller read.')
  .meta(eitherOf('gcsSource', 'bigquerySource'))
  .register(vertexComponents, { id: 'BatchInput' });

const BatchOutput = outputConfig
  .safeExtend({
    predictionsFormat: z.string().describe('jsonl, bigquery, csv or another format of the model.'),
    gcsDestination: gcsDestination
      .unwrap()
      .safeExtend({ outputUriPrefix: z.string().min(1).describe('gs:// address of a folder.') })
      .optional()
      .describe('A folder in Cloud Storage.'),
    bigqueryDestination: bigqueryDestination
      .unwrap()
      .safeExtend({ outputUri: z.string().min(1).describe('bq:// address of a data set or table.') })
      .optional()
      .describe('A table of BigQuery.'),
  })
  .describe('Where predictions go: a folder or a table that the rules let the caller write.')
  .meta(eitherOf('gcsDestination', 'bigqueryDestination'))
  .register(vertexComponents, { id: 'BatchOutput' });

const MachineSpec = z.strictObject({
  machineType: z.string().optional().describe('Such as n1-standard-4.'),
  acceleratorType: z.string().optional().describe('Such as NVIDIA_TESLA_T4.'),
  acceleratorCount: z.int().optional().describe('How many accelerators a machine has.'),
});

/** https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.batchPredictionJobs */
export const BatchPredictionJobRequest = BatchJobBody.safeExtend({
  displayName: z.string().optional().describe('Name of the job for people.'),
  model: z.string().describe('The model: publishers/{publisher}/models/{model}, or its full name.'),
  modelVersionId: z.string().optional().describe('Version of the model.'),
  inputConfig: BatchInput,
  outputConfig: BatchOutput,
  instanceConfig: z.looseObject({}).optional().describe('How an instance is made of a row.'),
  modelParameters: z.unknown().optional().describe('Parameters of the predictions.'),
  dedicatedResources: z
    .strictObject({
      machineSpec: MachineSpec.optional().describe('Of one machine.'),
      startingReplicaCount: z.int().optional().describe('How many machines begin.'),
      maxReplicaCount: z.int().optional().describe('The most machines.'),
    })
    .optional()
    .describe('Machines of its own.'),
  manualBatchTuningParameters: z.looseObject({}).optional().describe('How much goes to a machine at once.'),
  generateExplanation: z.boolean().optional().describe('Whether to explain predictions.'),
  disableContainerLogging: z.boolean().optional().describe('Whether the container leaves no logs.'),
  labels: Labels.optional().describe("Taken and not kept: the gateway's own labels take their place."),
})
  .describe('A job to create.')
  .register(vertexComponents, { id: 'BatchPredictionJobRequest' });

export const BatchPredictionJob = z
  .looseObject({
    name: z.string().describe('projects/{project}/locations/{location}/batchPredictionJobs/{job}'),
    displayName: z.string().optional().describe('Name of the job for people.'),
    model: z.string().describe('The model.'),
    inputConfig: z.looseObject({}).optional().describe('Where the instances are.'),
    outputConfig: z.looseObject({}).optional().describe('Where the predictions go.'),
    labels: Labels.optional().describe('Labels, among them the team of the caller.'),
    outputInfo: z
      .looseObject({
        gcsOutputDirectory: z.string().optional().describe('Folder in Cloud Storage.'),
        bigqueryOutputDataset: z.string().optional().describe('Data set of BigQuery.'),
        bigqueryOutputTable: z.string().optional().describe('Table of BigQuery.'),
      })
      .optional()
      .describe('Where the predictions are.'),
    state: z.string().describe('Such as JOB_STATE_RUNNING or JOB_STATE_SUCCEEDED.'),
    error: z.looseObject({}).optional().describe('Why it failed.'),
    completionStats: z.looseObject({}).optional().describe('How many instances succeeded and failed.'),
    createTime: z.string().optional().describe('When it was created.'),
    startTime: z.string().optional().describe('When it began to run.'),
    endTime: z.string().optional().describe('When it ended.'),
    updateTime: z.string().optional().describe('When it changed last.'),
  })
  .describe('A job that predicts for many instances.')
  .register(vertexComponents, { id: 'BatchPredictionJob' });

export const BatchPredictionJobs = z
  .looseObject({
    batchPredictionJobs: z
      .array(BatchPredictionJob)
      .optional()
      .describe("Jobs of the caller's own team, and no others."),
    nextPageToken: z.string().optional().describe('Asks for the next page; left out on the last one.'),
  })
  .describe('A page of jobs.')
  .register(vertexComponents, { id: 'BatchPredictionJobs' });

const Expiry = {
  ttl: z.string().optional().describe('How long to keep it, such as 3600s.'),
  expireTime: z.string().optional().describe('Until when to keep it.'),
};

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/projects.locations.cachedContents */
export const CachedContentRequest = z
  .strictObject({
    model: z
      .string()
      .describe('Full name: projects/{project}/locations/{location}/publishers/{publisher}/models/{model}'),
    displayName: z.string().optional().describe('Name for people.'),
    contents: Contents.optional(),
    systemInstruction: Content.optional().describe('What the model is told before the conversation.'),
    tools: z.array(Tool).optional().describe('What the model may use to answer.'),
    toolConfig: ToolConfig.optional().describe('How the tools are used.'),
    ...Expiry,
  })
  .describe('What to keep for later calls.')
  .register(vertexComponents, { id: 'CachedContentRequest' });

export const CachedContentChange = z
  .strictObject(Expiry)
  .describe('How long to keep cached content: ttl or expireTime.')
  .meta({ minProperties: 1, maxProperties: 1 })
  .register(vertexComponents, { id: 'CachedContentChange' });

export const CachedContent = z
  .looseObject({
    name: z.string().describe('projects/{project}/locations/{location}/cachedContents/{cachedContent}'),
    model: z.string().describe('Full name of the model that it is for.'),
    displayName: z.string().optional().describe('Name for people.'),
    createTime: z.string().optional().describe('When it was created.'),
    updateTime: z.string().optional().describe('When it changed last.'),
    expireTime: z.string().optional().describe('Until when it is kept.'),
    usageMetadata: UsageMetadata.optional().describe('How many tokens it has.'),
  })
  .describe('Content that is kept for later calls.')
  .register(vertexComponents, { id: 'CachedContent' });

export const CachedContents = z
  .looseObject({
    cachedContents: z.array(CachedContent).optional().describe('What is kept.'),
    nextPageToken: z.string().optional().describe('Asks for the next page; left out on the last one.'),
  })
  .describe('A page of cached contents.')
  .register(vertexComponents, { id: 'CachedContents' });

export const Empty = z
  .looseObject({})
  .describe('Nothing; that it came says that it was done.')
  .register(vertexComponents, { id: 'Empty' });

/** Writes as JSON Schema that exactly one of the properties must be present; zod can check this but not describe it. */
function eitherOf(...names: string[]): { oneOf: object[] } {
  return { oneOf: names.map((name) => ({ required: [name] })) };
}
