import type { z } from 'zod';
import { CacheListQuery, CachePatchQuery, JobListQuery } from '../../src/dialects/list-query.ts';
import { WITH_BODY, WITH_QUERY } from './failures.ts';
import { queryParameters } from './query-parameters.ts';
import type { Operation } from './surface.ts';
import {
  BatchPredictionJob,
  BatchPredictionJobRequest,
  BatchPredictionJobs,
  CachedContent,
  CachedContentChange,
  CachedContentRequest,
  CachedContents,
  Empty,
} from './vertex-job-schemas.ts';
import { LongRunningOperation } from './vertex-model-schemas.ts';
import { inBothForms, PAGE_TOKEN, PAGING } from './vertex-paths.ts';

const JOBS = '/batchPredictionJobs';
const CACHES = '/cachedContents';
const NAME = 'projects/123456789012/locations/us';
const MODEL = 'publishers/google/models/gemini-3.5-flash';
const NEW_JOB = {
  displayName: 'summaries-of-november',
  model: MODEL,
  inputConfig: {
    instancesFormat: 'jsonl',
    gcsSource: { uris: ['gs://sample-batches/input/november.jsonl'] },
  },
  outputConfig: {
    predictionsFormat: 'jsonl',
    gcsDestination: { outputUriPrefix: 'gs://sample-batches/output' },
  },
};
const JOB = {
  name: `${NAME}/batchPredictionJobs/6789012345678901234`,
  ...NEW_JOB,
  state: 'JOB_STATE_PENDING',
  createTime: '2025-11-24T16:00:00.000000Z',
  updateTime: '2025-11-24T16:00:00.000000Z',
};
/** A text of the least length that Vertex AI caches, 2048 tokens. */
const LONG_TEXT = 'Ocelots nap at noon. '.repeat(400);
const CACHE = {
  name: `${NAME}/cachedContents/7890123456789012345`,
  model: `projects/sample-project/locations/us/${MODEL}`,
  createTime: '2025-11-24T16:00:00.000000Z',
  updateTime: '2025-11-24T16:00:00.000000Z',
  expireTime: '2025-11-24T17:00:00.000000Z',
  usageMetadata: { totalTokenCount: 2060 },
};

const operations: readonly Operation[] = [
  {
    method: 'post',
    path: JOBS,
    operationId: 'batch-prediction-jobs-create',
    summary: 'Create a batch prediction job',
    description:
      'Creates a job that predicts for many instances. The gateway authorizes the model in the body and the places of input and output.',
    tag: 'batch-prediction-jobs',
    request: { description: 'The job.', schema: BatchPredictionJobRequest, example: NEW_JOB },
    answer: answer('The job, which waits to run.', BatchPredictionJob, JOB),
    failures: WITH_BODY,
  },
  {
    method: 'get',
    path: JOBS,
    operationId: 'batch-prediction-jobs-list',
    summary: 'List batch prediction jobs',
    description: "Lists the jobs of the caller's own team.",
    tag: 'batch-prediction-jobs',
    parameters: queryParameters(JobListQuery, {
      ...PAGING,
      filter: {
        description: 'The filter expression, such as one on the state.',
        example: 'state="JOB_STATE_SUCCEEDED"',
      },
    }),
    answer: answer('A page of jobs.', BatchPredictionJobs, {
      batchPredictionJobs: [JOB],
      nextPageToken: PAGE_TOKEN,
    }),
    failures: WITH_QUERY,
  },
  {
    method: 'post',
    path: `${JOBS}/{job}:cancel`,
    operationId: 'batch-prediction-jobs-cancel',
    summary: 'Cancel a batch prediction job',
    description: "Cancels a job of the caller's own team.",
    tag: 'batch-prediction-jobs',
    answer: answer('Nothing; the job is being cancelled.', Empty, {}),
    failures: WITH_BODY,
  },
  {
    method: 'get',
    path: `${JOBS}/{job}`,
    operationId: 'batch-prediction-jobs-get',
    summary: 'Get a batch prediction job',
    description: "Returns a job of the caller's own team, with its state.",
    tag: 'batch-prediction-jobs',
    answer: answer('The job.', BatchPredictionJob, { ...JOB, state: 'JOB_STATE_RUNNING' }),
    failures: WITH_QUERY,
  },
  {
    method: 'delete',
    path: `${JOBS}/{job}`,
    operationId: 'batch-prediction-jobs-delete',
    summary: 'Delete a batch prediction job',
    description: "Deletes a job of the caller's own team that has ended.",
    tag: 'batch-prediction-jobs',
    answer: answer('The operation that deletes it.', LongRunningOperation, {
      name: `${NAME}/operations/8901234567890123456`,
      done: true,
      response: { '@type': 'type.googleapis.com/google.protobuf.Empty' },
    }),
    failures: WITH_QUERY,
  },
  {
    method: 'post',
    path: CACHES,
    operationId: 'cached-contents-create',
    summary: 'Create cached content',
    description: 'Caches the beginning of conversations for later calls of the same model.',
    tag: 'cached-contents',
    request: {
      description: 'The content to cache, and its lifetime.',
      schema: CachedContentRequest,
      example: {
        model: CACHE.model,
        contents: [{ role: 'user', parts: [{ text: LONG_TEXT }] }],
        ttl: '3600s',
      },
    },
    answer: answer('The metadata of the new cached content.', CachedContent, CACHE),
    failures: WITH_BODY,
  },
  {
    method: 'get',
    path: CACHES,
    operationId: 'cached-contents-list',
    summary: 'List cached contents',
    description: "Lists the cached contents of the caller's own team.",
    tag: 'cached-contents',
    parameters: queryParameters(CacheListQuery, PAGING),
    answer: answer('A page of cached contents.', CachedContents, {
      cachedContents: [CACHE],
      nextPageToken: PAGE_TOKEN,
    }),
    failures: WITH_QUERY,
  },
  {
    method: 'get',
    path: `${CACHES}/{content}`,
    operationId: 'cached-contents-get',
    summary: 'Get cached content',
    description:
      "Returns the metadata of a cached content of the caller's own team. The content itself is never returned.",
    tag: 'cached-contents',
    answer: answer('The metadata of the cached content.', CachedContent, CACHE),
    failures: WITH_QUERY,
  },
  {
    method: 'patch',
    path: `${CACHES}/{content}`,
    operationId: 'cached-contents-patch',
    summary: 'Change the lifetime of cached content',
    description: 'Sets a new lifetime. Nothing else can be changed.',
    tag: 'cached-contents',
    parameters: queryParameters(CachePatchQuery, {
      updateMask: { description: 'The new lifetime: `ttl` or `expireTime`.', example: 'ttl' },
    }),
    request: {
      description: 'The cached content with its new lifetime.',
      schema: CachedContentChange,
      example: { ttl: '7200s' },
    },
    answer: answer('The metadata of the cached content.', CachedContent, CACHE),
    failures: WITH_BODY,
  },
  {
    method: 'delete',
    path: `${CACHES}/{content}`,
    operationId: 'cached-contents-delete',
    summary: 'Delete cached content',
    description: "Deletes a cached content of the caller's own team.",
    tag: 'cached-contents',
    answer: answer('Nothing; it is gone.', Empty, {}),
    failures: WITH_QUERY,
  },
];

const forms = operations.map(inBothForms);

/**
 * The operations of batch prediction jobs and context caches. Those of the long form come first, so that the examples run
 * in their order, from creation to deletion, in each form.
 */
export const jobOperations: readonly Operation[] = [
  ...forms.map(([long]) => long),
  ...forms.map(([, short]) => short),
];

function answer(description: string, schema: z.ZodType, example: object): Operation['answer'] {
  return { description, content: { 'application/json': { schema, example } } };
}
