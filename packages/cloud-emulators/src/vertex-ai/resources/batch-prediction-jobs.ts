import type { BatchPredictionJob } from './batch-prediction-job-store.ts';
import { checkBatchPredictionJob } from './check-batch-prediction-job.ts';
import { compileFilter, type FilterFields } from './list-filter.ts';
import { pageOf } from './page.ts';
import { type Json, readMessage } from '../read-message.ts';
import { readQuery } from '../read-query.ts';
import { refuseOthers, unsupported } from '../refusals.ts';
import { parseBody } from '../request-body.ts';
import type { RestOperation } from '../rest-operation.ts';
import { checkParent, findBatchModel } from '../sample-resources.ts';

const COLLECTION = 'projects/{project}/locations/{location}/batchPredictionJobs';
const JOB = `${COLLECTION}/{batchPredictionJob}`;
const PAGE_SIZES = { standard: 50, most: 100 };
const FILTERED: FilterFields = {
  displayName: 'text',
  modelDisplayName: 'text',
  state: 'text',
  createTime: 'instant',
  labels: 'text',
};
const GIVEN = ['displayName', 'model', 'inputConfig', 'outputConfig', 'labels'];
/** The output-only fields, which are ignored in requests, as at Google. */
const IGNORED = [
  'name',
  'state',
  'error',
  'outputInfo',
  'createTime',
  'startTime',
  'endTime',
  'updateTime',
  'partialFailures',
  'completionStats',
  'resourcesConsumed',
];
const SUPPORTED = new Set([...GIVEN, ...IGNORED]);

/**
 * The operation that creates a batch prediction job.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.batchPredictionJobs/create
 */
export const createBatchPredictionJob: RestOperation = {
  httpMethod: 'POST',
  paths: [COLLECTION],
  method: 'JobService.CreateBatchPredictionJob',
  serve: ({ served, route, body }) => {
    checkParent(route.params, 'aiplatform.batchPredictionJobs.create');
    const type = served.protos.message(route.version, 'BatchPredictionJob');
    const message = readMessage(type, parseBody(body));
    refuseOthers(message, SUPPORTED, 'batchPredictionJob.');
    checkBatchPredictionJob(message);
    findBatchModel(route.params, message.model as string);
    const request = Object.fromEntries(
      GIVEN.flatMap((name) => (message[name] === undefined ? [] : [[name, message[name]]])),
    );
    return { json: asJson(served.batchPredictionJobs.create(route.params.location ?? '', request)) };
  },
};

/**
 * The operation that lists batch prediction jobs.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.batchPredictionJobs/list
 */
export const listBatchPredictionJobs: RestOperation = {
  httpMethod: 'GET',
  paths: [COLLECTION],
  method: 'JobService.ListBatchPredictionJobs',
  queryMessage: 'ListBatchPredictionJobsRequest',
  serve: ({ served, route }) => {
    checkParent(route.params, 'aiplatform.batchPredictionJobs.list');
    const type = served.protos.message(route.version, 'ListBatchPredictionJobsRequest');
    const query = readQuery(type, route.query);
    if (query.readMask !== undefined) throw unsupported('readMask');
    const filter = compileFilter((query.filter as string | undefined) ?? '', FILTERED, fieldOf);
    const jobs = served.batchPredictionJobs.list(route.params.location ?? '').map(asJson);
    const { items, nextPageToken } = pageOf(jobs.filter(filter), query, PAGE_SIZES);
    return {
      json: {
        ...(items.length > 0 && { batchPredictionJobs: items }),
        ...(nextPageToken !== undefined && { nextPageToken }),
      },
    };
  },
};

/**
 * The operation that gets a batch prediction job.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.batchPredictionJobs/get
 */
export const getBatchPredictionJob: RestOperation = {
  httpMethod: 'GET',
  paths: [JOB],
  method: 'JobService.GetBatchPredictionJob',
  serve: ({ served, route }) => ({ json: asJson(served.batchPredictionJobs.poll(route.name)) }),
};

/**
 * The operation that cancels a batch prediction job.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.batchPredictionJobs/cancel
 */
export const cancelBatchPredictionJob: RestOperation = {
  httpMethod: 'POST',
  paths: [`${JOB}:cancel`],
  method: 'JobService.CancelBatchPredictionJob',
  serve: ({ served, route, body }) => {
    const type = served.protos.message(route.version, 'CancelBatchPredictionJobRequest');
    readMessage(type, parseBody(body));
    served.batchPredictionJobs.cancel(route.name);
    return { json: {} };
  },
};

/**
 * The operation that deletes a batch prediction job.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.batchPredictionJobs/delete
 */
export const deleteBatchPredictionJob: RestOperation = {
  httpMethod: 'DELETE',
  paths: [JOB],
  method: 'JobService.DeleteBatchPredictionJob',
  serve: ({ served, route }) => {
    const { name } = served.batchPredictionJobs.get(route.name);
    served.batchPredictionJobs.delete(name);
    const at = new Date(served.now()).toISOString();
    const [parent = '', id = ''] = name.split('/batchPredictionJobs/');
    return {
      json: {
        name: `${parent}/operations/${id}`,
        metadata: {
          '@type': `type.googleapis.com/google.cloud.aiplatform.${route.version}.DeleteOperationMetadata`,
          genericMetadata: { createTime: at, updateTime: at },
        },
        done: true,
        response: { '@type': 'type.googleapis.com/google.protobuf.Empty' },
      },
    };
  },
};

function fieldOf(job: Json, [first = '', ...rest]: readonly string[]): string | undefined {
  if (first !== 'labels') return rest.length === 0 ? (job[first] as string | undefined) : undefined;
  const labels = (job.labels ?? {}) as Record<string, string>;
  const key = rest.join('.');
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function asJson({ name, request, state, ...instants }: BatchPredictionJob): Json {
  const { createdAt, startedAt, endedAt, updatedAt } = instants;
  return {
    name,
    ...request,
    ...(state === 'JOB_STATE_SUCCEEDED' && {
      outputInfo: outputInfo(request.outputConfig as Json, createdAt),
      completionStats: { successfulCount: '1' },
    }),
    state,
    createTime: new Date(createdAt).toISOString(),
    ...(startedAt !== undefined && { startTime: new Date(startedAt).toISOString() }),
    ...(endedAt !== undefined && { endTime: new Date(endedAt).toISOString() }),
    updateTime: new Date(updatedAt).toISOString(),
  };
}

/** Gives the place of the output: a directory in Cloud Storage, or a table of the dataset in BigQuery. */
function outputInfo({ gcsDestination, bigqueryDestination }: Json, createdAt: number): Json {
  const created = new Date(createdAt).toISOString();
  if (gcsDestination !== undefined) {
    const { outputUriPrefix = '' } = gcsDestination as { outputUriPrefix?: string };
    return { gcsOutputDirectory: `${outputUriPrefix.replace(/\/$/, '')}/prediction-model-${created}` };
  }
  const { outputUri = '' } = bigqueryDestination as { outputUri?: string };
  const [project = '', dataset, table] = outputUri.replace('bq://', '').split('.');
  const stamp = created.replace(/[-:.]/g, '_');
  return {
    bigqueryOutputDataset: `bq://${project}.${dataset ?? `prediction_model_${stamp}`}`,
    bigqueryOutputTable: table ?? `predictions_${stamp}`,
  };
}
