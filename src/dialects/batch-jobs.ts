import { invalidBody } from '../errors/invalid-body.ts';
import type { Owner } from '../governance/owners.ts';
import { editJson } from '../json/edit-json.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import { BatchJobBody } from './batch-job-body.ts';
import { isObject, rewriteList, type JsonObject } from './json-answers.ts';
import { JobListQuery, NoQuery, writeQuery } from './list-query.ts';
import { expectOwn, isOwn } from './own-resource.ts';
import { refuseMembers } from './refuse-members.ts';
import { resourceRequest, type ResourceCall, type ResourceOperation } from './resource-operation.ts';
import { validateSmallBody } from './validate-small-body.ts';

/** The labels that record a job's owner. */
const TEAM_LABEL = 'gateway-team';
const AGENT_LABEL = 'gateway-agent';

const REFUSED = {
  serviceAccount: 'must be left out: jobs run as the gateway’s own identity',
  encryptionSpec: 'must be left out: a job has the encryption key of its project',
  unmanagedContainerModel: 'must be left out: a job runs on a model of the catalog',
  explanationSpec: 'must be left out: the gateway cannot check the places that it reads from',
  endpoint: 'must be left out: a job runs on a publisher’s model',
};

/** The body names the model; its inputs and outputs must be places that the access document lists for the team. */
const create: ResourceOperation = {
  query: NoQuery,
  body: 'a batch prediction job',
  read(call) {
    refuseMembers(call.json, REFUSED);
    const job = validateSmallBody(BatchJobBody, call.json);
    return {
      request: (granted) => {
        const named = modelName(granted);
        const isFull = job.model === named || job.model.endsWith(`/${named}`);
        const edited = editJson(call.json, {
          labels: JSON.stringify(writeOwner(granted.owner)),
          ...(!isFull && { model: JSON.stringify(named) }),
        });
        return resourceRequest(call, 'POST', granted, '', edited);
      },
    };
  },
};

/** The filter asks Google for the caller's jobs alone, and the answer is filtered again. */
const list: ResourceOperation = {
  query: JobListQuery,
  read: (call, query) => ({
    request: (granted) => {
      const own = filterOf(granted.owners);
      const filter = query.filter?.trim() ? `(${query.filter}) AND ${own}` : own;
      return resourceRequest(call, 'GET', granted, writeQuery({ ...query, filter }));
    },
    rewrite: {
      whole: (body, granted) =>
        rewriteList(body, 'batchPredictionJobs', (job) => (isOwnJob(job, granted) ? job : undefined)),
    },
  }),
};

const get: ResourceOperation = {
  query: NoQuery,
  read(call) {
    const own = fetchOwn(call);
    return { prerequisite: { ...own, isAnswer: true }, request: own.request };
  },
};

const cancel: ResourceOperation = {
  query: NoQuery,
  read: (call) => ({
    prerequisite: fetchOwn(call),
    request: (granted) =>
      resourceRequest(call, 'POST', granted, `/${call.path.item ?? ''}:cancel`, Buffer.from('{}')),
  }),
};

const remove: ResourceOperation = {
  query: NoQuery,
  read: (call) => ({
    prerequisite: fetchOwn(call),
    request: (granted) => resourceRequest(call, 'DELETE', granted, `/${call.path.item ?? ''}`),
  }),
};

/**
 * The methods of batch prediction jobs, by Google's names. A caller sees only jobs of owners that it reaches.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.batchPredictionJobs
 */
export const batchJobs: Readonly<Record<string, ResourceOperation>> = {
  'batchPredictionJobs.create': create,
  'batchPredictionJobs.list': list,
  'batchPredictionJobs.get': get,
  'batchPredictionJobs.cancel': cancel,
  'batchPredictionJobs.delete': remove,
};

function fetchOwn(call: ResourceCall) {
  return {
    request: (granted: AuthorizedCall) => resourceRequest(call, 'GET', granted, `/${call.path.item ?? ''}`),
    check: (answer: unknown, granted: AuthorizedCall) => {
      expectOwn(answer, 'batch prediction job', (job) => isOwnJob(job, granted));
    },
  };
}

function isOwnJob({ labels, model }: JsonObject, granted: AuthorizedCall): boolean {
  return isOwn(granted, 'batchPredict', { owner: readOwner(labels), model });
}

function writeOwner({ team, agent }: Owner): JsonObject {
  return { [TEAM_LABEL]: team, ...(agent !== undefined && { [AGENT_LABEL]: agent }) };
}

function readOwner(labels: unknown): Owner | undefined {
  if (!isObject(labels)) return undefined;
  const { [TEAM_LABEL]: team, [AGENT_LABEL]: agent } = labels;
  return typeof team === 'string' ? { team, ...(typeof agent === 'string' && { agent }) } : undefined;
}

/** Writes a list filter that matches the labels of any of the owners: https://google.aip.dev/160 */
function filterOf(owners: readonly Owner[]): string {
  const each = owners.map((owner) => {
    const labels = Object.entries(writeOwner(owner)).map(
      ([name, value]) => `labels.${name}="${String(value)}"`,
    );
    return labels.length === 1 ? labels.join('') : `(${labels.join(' AND ')})`;
  });
  return each.length === 1 ? each.join('') : `(${each.join(' OR ')})`;
}

function modelName({ resource }: AuthorizedCall): string {
  if (resource.kind === 'model') return `publishers/${resource.publisher}/models/${resource.model}`;
  throw invalidBody([{ field: 'model', description: 'must be a publisher’s model' }]);
}
