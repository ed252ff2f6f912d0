import { predictEmbeddings } from './predict-embeddings.ts';
import { type Json, readMessage } from '../read-message.ts';
import { unsupported } from '../refusals.ts';
import { parseBody } from '../request-body.ts';
import type { RestOperation } from '../rest-operation.ts';
import { findPublisherModel } from '../sample-resources.ts';

const PREDICTORS: Readonly<
  Record<string, (model: string, instances: readonly unknown[], parameters: unknown) => Json>
> = {
  'gemini-embedding-001': predictEmbeddings,
  'text-embedding-005': predictEmbeddings,
};

/**
 * The operation `predict` of a publisher's model.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/predict
 */
export const predictOnModel: RestOperation = {
  httpMethod: 'POST',
  paths: ['projects/{project}/locations/{location}/publishers/{publisher}/models/{model}:predict'],
  method: 'PredictionService.Predict',
  serve: ({ served, route, body }) => {
    const { id } = findPublisherModel(route.params, 'predict');
    const predictor = PREDICTORS[id];
    if (!predictor) throw unsupported(`predict of ${id}`);
    const message = readMessage(served.protos.message(route.version, 'PredictRequest'), parseBody(body));
    const { instances = [], parameters } = message;
    return { json: predictor(id, instances as readonly unknown[], parameters) };
  },
};
