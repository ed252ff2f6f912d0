import { invalidBody } from '../errors/invalid-body.ts';
import type { CallTarget } from '../governance/call-target.ts';
import { readModelName } from './read-model-name.ts';

/**
 * Reads the target of a call from the `model` of its body: a catalog name, an alias, `{publisher}/{model}` or a full
 * resource name of Vertex AI. The decision chooses a location where the name has none.
 * @throws GatewayError INVALID_REQUEST.
 */
export function readOpenAiTarget(model: string | undefined, operation: string): CallTarget {
  if (model === undefined) throw refuse('must name the model');
  const named = readModelName(model);
  if (!named)
    throw refuse('must be a model, such as gemini-3.5-flash or google/gemini-3.5-flash, or an alias');
  return { project: named.project, location: named.location, operation, resource: named.resource };
}

function refuse(description: string) {
  return invalidBody([{ field: 'model', description }]);
}
