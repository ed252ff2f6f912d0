import { z } from 'zod';

const Uri = z.string().min(1);

/**
 * The body of `batchPredictionJobs:create`. The schema is strict: an unknown member could reach other callers' data.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.batchPredictionJobs
 */
export const BatchJobBody = z.strictObject({
  displayName: z.string().optional(),
  model: z.string(),
  modelVersionId: z.string().optional(),
  inputConfig: z
    .strictObject({
      instancesFormat: z.string(),
      gcsSource: z.strictObject({ uris: z.union([Uri, z.array(Uri).min(1)]) }).optional(),
      bigquerySource: z.strictObject({ inputUri: Uri }).optional(),
    })
    .refine(
      ({ gcsSource, bigquerySource }) => Boolean(gcsSource) !== Boolean(bigquerySource),
      'must have gcsSource or bigquerySource',
    ),
  outputConfig: z
    .strictObject({
      predictionsFormat: z.string(),
      gcsDestination: z.strictObject({ outputUriPrefix: Uri }).optional(),
      bigqueryDestination: z.strictObject({ outputUri: Uri }).optional(),
    })
    .refine(
      ({ gcsDestination, bigqueryDestination }) => Boolean(gcsDestination) !== Boolean(bigqueryDestination),
      'must have gcsDestination or bigqueryDestination',
    ),
  instanceConfig: z.looseObject({}).optional(),
  modelParameters: z.unknown().optional(),
  dedicatedResources: z
    .strictObject({
      machineSpec: z
        .strictObject({
          machineType: z.string().optional(),
          acceleratorType: z.string().optional(),
          acceleratorCount: z.int().optional(),
        })
        .optional(),
      startingReplicaCount: z.int().optional(),
      maxReplicaCount: z.int().optional(),
    })
    .optional(),
  manualBatchTuningParameters: z.looseObject({}).optional(),
  generateExplanation: z.boolean().optional(),
  disableContainerLogging: z.boolean().optional(),
  /** The gateway replaces them by labels of its own. */
  labels: z.record(z.string(), z.string()).optional(),
});
export type BatchJobBody = z.infer<typeof BatchJobBody>;
