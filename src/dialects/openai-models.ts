import { GatewayError } from '../errors/gateway-error.ts';
import type { CallTarget } from '../governance/call-target.ts';
import type { UsableModel } from '../questions/list-models.ts';
import { decodeSegment } from './vertex-path.ts';
import { readModelName } from './read-model-name.ts';

/** A model as OpenAI describes it: https://platform.openai.com/docs/api-reference/models/object */
interface OpenAiModel {
  /** The catalog's name, to be sent as `model`. */
  readonly id: string;
  readonly object: 'model';
  /** OpenAI's clients expect a time in seconds; the gateway does not know it. */
  readonly created: 0;
  readonly owned_by: string;
}

/**
 * Names of Google's text embedding models.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings#supported_models
 */
const TEXT_EMBEDDING = /^(text|gemini)-(multilingual-)?embedding-\d/;

/** True for a publisher's model whose `predict` makes vectors of texts. */
export function isTextEmbedding({ publisher, model }: { publisher?: string; model?: string }): boolean {
  return publisher === 'google' && model !== undefined && TEXT_EMBEDDING.test(model);
}

/** Describes, as OpenAI's list of models, those that the caller may use for chats or embeddings. */
export function describeModels(models: readonly UsableModel[]): object {
  return { object: 'list', data: models.filter(isOffered).map(describe) };
}

/**
 * Returns a function that describes one of the caller's models as OpenAI does. It throws GatewayError MODEL_NOT_ALLOWED
 * for a model that doesn't exist and for one that the caller may not use alike.
 * @param encodedName the model's name, percent-encoded, in any form that the `model` of a body can have.
 * @throws GatewayError INVALID_PATH for bytes that are not UTF-8.
 */
export function describeModel(encodedName: string): (models: readonly UsableModel[]) => object {
  const named = readModelName(decodeSegment(encodedName));
  return (models) => {
    const found = models.filter(isOffered).find((model) => named && isNamed(model, named.resource));
    if (found) return describe(found);
    throw new GatewayError(
      'MODEL_NOT_ALLOWED',
      'You may use no model of this name here. List the models that you may use with GET v1/models, or ask the ' +
        'platform team for a grant.',
    );
  };
}

function isOffered(model: UsableModel): boolean {
  const operations = model.allowed.flatMap((allowed) => allowed.operations);
  return operations.includes('chatCompletions') || (operations.includes('predict') && isTextEmbedding(model));
}

function describe({ name, publisher, project }: UsableModel): OpenAiModel {
  return { id: name, object: 'model', created: 0, owned_by: publisher ?? project };
}

function isNamed(
  { name, alias, publisher, model, endpoint }: UsableModel,
  named: CallTarget['resource'],
): boolean {
  if (named.kind === 'name') return [name, alias].includes(named.name);
  if (named.kind === 'model')
    return publisher === named.publisher && [model, name, alias].includes(named.model);
  return (
    named.kind === 'endpoint' && endpoint !== undefined && [endpoint, name, alias].includes(named.endpoint)
  );
}
