import type { AuthorizedCall } from '../governance/decide.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { rewriteList, type JsonObject } from './json-answers.ts';
import { ModelListQuery, ModelQuery, writeQuery } from './list-query.ts';
import { readModelName } from './read-model-name.ts';
import type { ResourceCall, ResourceOperation } from './resource-operation.ts';

/** The answer is filtered: it lists the publisher's models that the caller may use. */
const list: ResourceOperation = {
  query: ModelListQuery,
  read: (call, query) => ({
    // Google offers this method in v1beta1 only.
    request: ({ resource }) => ({
      method: 'GET',
      path: `/v1beta1/publishers/${publisherOf(resource)}/models${writeQuery(query)}`,
      headers: forwardedHeaders(call.request.header, ['traceparent']),
    }),
    rewrite: {
      whole: (body, granted) =>
        rewriteList(body, 'publisherModels', (model) => (mayUse(model, call, granted) ? model : undefined)),
    },
  }),
};

const get: ResourceOperation = {
  query: ModelQuery,
  read: (call, query) => ({
    request: ({ resource }) => ({
      method: 'GET',
      path: `/${call.path.apiVersion}/publishers/${publisherOf(resource)}/models/${resource.kind === 'model' ? resource.model : ''}${writeQuery(query)}`,
      headers: forwardedHeaders(call.request.header, ['traceparent']),
    }),
  }),
};

/**
 * The methods of publisher models, by Google's names. Google has them below no project, so project and location of the
 * caller's path are left out.
 */
export const publisherModels: Readonly<Record<string, ResourceOperation>> = {
  'publishers.models.list': list,
  'publishers.models.get': get,
};

function publisherOf(resource: AuthorizedCall['resource']): string {
  return 'publisher' in resource ? (resource.publisher ?? '') : '';
}

/** Google lists a model's name without its version; the catalog's name may have one. Both names are tried. */
function mayUse({ name, versionId }: JsonObject, { path }: ResourceCall, granted: AuthorizedCall): boolean {
  if (typeof name !== 'string') return false;
  const names = typeof versionId === 'string' ? [name, `${name}@${versionId}`] : [name];
  return names.some((one) => {
    const named = readModelName(one);
    const { project, location } = path;
    return named && granted.may({ project, location, operation: 'getModel', resource: named.resource });
  });
}
