import { predict } from './predict.ts';
import { readMessage } from '../read-message.ts';
import { parseBody } from '../request-body.ts';
import type { RestOperation } from '../rest-operation.ts';
import { findEndpoint } from '../sample-resources.ts';

/**
 * The operation `predict` of an endpoint.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/predict
 */
export const predictOnEndpoint: RestOperation = {
  httpMethod: 'POST',
  paths: ['projects/{project}/locations/{location}/endpoints/{endpoint}:predict'],
  method: 'PredictionService.Predict',
  serve: ({ served, route, body }) => {
    const deployedModel = findEndpoint(route.name);
    const { instances = [] } = readMessage(served.protos.predictRequest, parseBody(body));
    return { json: predict(served.iris, deployedModel, instances as readonly unknown[]) };
  },
};
