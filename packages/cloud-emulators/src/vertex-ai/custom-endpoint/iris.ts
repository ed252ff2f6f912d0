import { GoogleError } from '../google-error.ts';
import { predict } from './predict.ts';
import { parseBody } from '../request-body.ts';
import type { RestCall } from '../rest-operation.ts';
import type { DeployedModel } from '../sample-endpoints.ts';

/** An answer of a container on its own HTTP port. */
export interface ContainerAnswer {
  readonly status: number;
  readonly json: unknown;
}

/**
 * Calls the iris classifier's container. Its request and answer have the form of a prediction, without the fields that
 * Vertex AI adds.
 * Source: https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements#request_requirements
 */
export function callIrisContainer(
  { served, headers, body }: RestCall,
  deployedModel: DeployedModel,
): ContainerAnswer {
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    return { status: 415, json: { error: 'The content type must be application/json.' } };
  }
  try {
    const json = parseBody(body);
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      return failed('The body must be an object.');
    }
    const { instances } = json as Readonly<Record<string, unknown>>;
    if (Object.keys(json).some((name) => name !== 'instances' && name !== 'parameters')) {
      return failed('The body has instances and parameters only.');
    }
    if (!Array.isArray(instances)) return failed('The body must have a list of instances.');
    const { predictions } = predict(served.iris, deployedModel, instances);
    return { status: 200, json: { predictions } };
  } catch (error) {
    if (error instanceof GoogleError) return failed(error.message);
    throw error;
  }
}

function failed(error: string): ContainerAnswer {
  return { status: 400, json: { error } };
}
