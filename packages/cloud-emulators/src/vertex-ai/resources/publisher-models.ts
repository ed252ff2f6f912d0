import { compileFilter } from './list-filter.ts';
import { GoogleError } from '../google-error.ts';
import { pageOf } from './page.ts';
import type { Json } from '../read-message.ts';
import { readQuery } from '../read-query.ts';
import { unsupported } from '../refusals.ts';
import type { RestOperation } from '../rest-operation.ts';
import { SAMPLE_MODELS, type SampleModel } from '../sample-resources.ts';

const PAGE_SIZES = { standard: 100, most: 1000 };
const FILTERED = { name: 'text', versionId: 'text', launchStage: 'text' } as const;

/**
 * The operation that lists publishers' models.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1beta1/publishers.models/list
 */
export const listPublisherModels: RestOperation = {
  httpMethod: 'GET',
  paths: ['publishers/{publisher}/models'],
  versions: ['v1beta1'],
  method: 'ModelGardenService.ListPublisherModels',
  queryMessage: 'ListPublisherModelsRequest',
  serve: ({ served, route }) => {
    const type = served.protos.message(route.version, 'ListPublisherModelsRequest');
    const query = readQuery(type, route.query);
    if (query.orderBy !== undefined) throw unsupported('orderBy');
    const publisher = SAMPLE_MODELS.filter((model) => model.publisher === route.params.publisher);
    if (publisher.length === 0) {
      throw new GoogleError(
        'NOT_FOUND',
        `Publisher \`publishers/${route.params.publisher ?? ''}\` not found.`,
      );
    }
    const filter = compileFilter<Json>(
      (query.filter as string | undefined) ?? '',
      FILTERED,
      (model, path) => model[path.join('.')] as string | undefined,
    );
    const { items, nextPageToken } = pageOf(publisher.map(asJson).filter(filter), query, PAGE_SIZES);
    return { json: { publisherModels: items, ...(nextPageToken !== undefined && { nextPageToken }) } };
  },
};

/**
 * The operation that gets a publisher's model.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/publishers.models/get
 */
export const getPublisherModel: RestOperation = {
  httpMethod: 'GET',
  paths: ['publishers/{publisher}/models/{model}'],
  method: 'ModelGardenService.GetPublisherModel',
  queryMessage: 'GetPublisherModelRequest',
  serve: ({ served, route }) => {
    readQuery(served.protos.message(route.version, 'GetPublisherModelRequest'), route.query);
    const { publisher, model = '' } = route.params;
    const [id, version] = model.split('@');
    const found = SAMPLE_MODELS.find(
      (each) =>
        each.publisher === publisher &&
        (each.id === model || (idOf(each) === id && (version ?? each.versionId) === each.versionId)),
    );
    if (!found) throw new GoogleError('NOT_FOUND', `Publisher Model \`${route.name}\` not found.`);
    return { json: asJson(found) };
  },
};

/** Gives a model's id without its version. */
function idOf({ id }: SampleModel): string {
  return id.split('@')[0] ?? id;
}

function asJson(model: SampleModel): Json {
  const name = `publishers/${model.publisher}/models/${idOf(model)}`;
  return {
    name,
    versionId: model.versionId,
    openSourceCategory: 'PROPRIETARY',
    launchStage: model.launchStage,
    versionState: 'VERSION_STATE_STABLE',
    publisherModelTemplate: `projects/{user-project}/locations/{location}/${name}@${model.versionId}`,
  };
}
