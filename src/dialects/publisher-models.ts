import type { GrantedCall } from '../prediction/prediction.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { rewriteList, type Json } from './listed-resources.ts';
import { ModelListQuery, ModelQuery, writeQuery } from './list-query.ts';
import { readModelName } from './read-model-name.ts';
import type { ResourceCall, ResourceOperation } from './resource-operation.ts';

/** Of all the models of a publisher, the caller is told of those that it may use. */
const list: ResourceOperation = {
  query: ModelListQuery,
  read: (call, query) => ({
    // Google lists models in this version alone.
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

/** Google has these below no project, so the long form becomes the short one. */
export const publisherModels: Readonly<Record<string, ResourceOperation>> = {
  'publishers.models.list': list,
  'publishers.models.get': get,
};

function publisherOf(resource: GrantedCall['resource']): string {
  return 'publisher' in resource ? (resource.publisher ?? '') : '';
}

/** A model is listed by its name without a version, which may be part of the name that the catalog has. */
function mayUse({ name, versionId }: Json, { path }: ResourceCall, granted: GrantedCall): boolean {
  if (typeof name !== 'string') return false;
  const names = typeof versionId === 'string' ? [name, `${name}@${versionId}`] : [name];
  return names.some((one) => {
    const named = readModelName(one);
    const { project, location } = path;
    return named && granted.may({ project, location, operation: 'getModel', resource: named.resource });
  });
}
